"""ONE table: event -> what each feature does about it, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from services.activity.use_cases.carts import close_carts
from services.activity.use_cases.waiting import settle_on, settle_orders
from services.earning.use_cases.occasions import award_occasions
from services.engagement.use_cases.scores import refresh_scores
from services.events import (
    CartChanged,
    CartClosed,
    CaseResolved,
    ConsentsChanged,
    CouponEarned,
    CustomerSeen,
    Event,
    MakeGoodGiven,
    MemberEnrolled,
    MembersMerged,
    MemberStateChanged,
    MembersUnmerged,
    OrderExchanged,
    OrderPlaced,
    OrderReturned,
    OrderSettling,
    PointsSpent,
    ReferralEarned,
    ReturnMoved,
    SurveyAnswered,
    VisitDoubted,
    VisitDwelled,
    VisitEnded,
)
from services.feedback.use_cases.asking import (
    ask_after_cases,
    ask_after_enrolments,
    ask_after_exchanges,
    ask_after_orders,
    ask_after_returns,
    ask_after_visits,
    ask_less,
)
from services.loyalty.use_cases.backdating import award_earlier_orders
from services.loyalty.use_cases.exchanges import exchange_points
from services.loyalty.use_cases.making_good import credit_make_goods
from services.loyalty.use_cases.orders import earn_points
from services.loyalty.use_cases.returns import give_points_again, restore_spent, reverse_points
from services.points.closing import close_accounts
from services.presence.use_cases.leaving import follow_members, forget_presence
from services.reminders.use_cases import (
    cancel_for_carts,
    cancel_for_consents,
    cancel_for_members,
    cancel_for_visits,
    convert_reminders,
    plan_reminders,
)
from services.rewards.use_cases.coupons import give_coupons
from services.rewards.use_cases.issuing import give_up_rewards
from services.rewards.use_cases.referrals import follow_referrals
from services.storage.unit import UnitOfWork

Reaction = Callable[[UnitOfWork, Sequence[Any]], None]


def of_placed(reaction: Reaction) -> Reaction:
    """A reaction to the new order of an exchange."""
    return lambda unit, exchanges: reaction(unit, [one.placed for one in exchanges])


REACTIONS: Final[dict[type[Any], tuple[Reaction, ...]]] = {
    OrderPlaced: (
        earn_points,
        settle_orders,
        close_carts,
        convert_reminders,
        follow_referrals,
        ask_after_orders,
    ),
    ReturnMoved: (give_points_again, follow_referrals, ask_less),  # before what comes back instead
    OrderReturned: (reverse_points, follow_referrals, ask_after_returns),
    OrderExchanged: (
        exchange_points,
        *(of_placed(one) for one in (settle_orders, close_carts, convert_reminders)),
        follow_referrals,
        ask_after_exchanges,
    ),
    OrderSettling: (settle_on,),  # when the points of the last step are where they belong
    PointsSpent: (restore_spent,),
    MemberEnrolled: (award_earlier_orders, award_occasions, ask_after_enrolments),
    CartChanged: (cancel_for_carts,),
    CartClosed: (cancel_for_carts,),
    MemberStateChanged: (give_up_rewards, close_accounts, cancel_for_members, follow_members),
    ConsentsChanged: (cancel_for_consents, forget_presence),
    VisitDwelled: (plan_reminders, ask_after_visits),
    VisitDoubted: (cancel_for_visits,),  # after what was planned in the same transaction
    VisitEnded: (cancel_for_visits,),
    SurveyAnswered: (award_occasions,),
    CaseResolved: (ask_after_cases,),
    MakeGoodGiven: (credit_make_goods,),
    CouponEarned: (give_coupons,),
    ReferralEarned: (award_occasions,),
}

RESCORED_BY: Final = (
    OrderPlaced,
    OrderReturned,
    ReturnMoved,
    OrderExchanged,
    CustomerSeen,
    VisitDwelled,
    CaseResolved,
    MakeGoodGiven,
    MemberEnrolled,  # whoever is known is in lists and segments
)  # they change what a score and its experience level rest on


def react(unit: UnitOfWork) -> None:
    """Let the features answer the events of a unit of work, kind by kind, until none are left."""
    seen: list[Event] = []
    while unit.events:
        events, unit.events = unit.events, []
        seen.extend(events)
        for kind, reactions in REACTIONS.items():
            of_kind = [event for event in events if type(event) is kind]
            for reaction in reactions if of_kind else ():
                reaction(unit, of_kind)
    touched = {customer_id for event in seen for customer_id in rescored(event)}
    if touched:
        refresh_scores(unit, touched)


def rescored(event: Event) -> tuple[str, ...]:
    """The customers whose scores the event changes."""
    if isinstance(event, MembersMerged):
        return (event.survivor_id,)
    if isinstance(event, MembersUnmerged):
        return event.survivor_id, event.merged_id
    return (event.customer_id,) if isinstance(event, RESCORED_BY) else ()
