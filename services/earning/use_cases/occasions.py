"""Points for what is no order: enrolments, answers, referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.events import MemberEnrolled, ReferralEarned, SurveyAnswered
from services.points.book import Entry, open_book
from services.points.earning import lots_of
from services.points.lots import MAY_EARN, Cause, Lot
from services.points.occasions import Occasion
from services.points.rulebook import award_all, find_rules
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault

RewardedEvent = MemberEnrolled | SurveyAnswered | ReferralEarned


def award_occasions(unit: UnitOfWork, events: Sequence[RewardedEvent]) -> None:
    """Give members the points of the rules for such events. Who may not earn gets nothing."""
    occasions = [occasion for event in events for occasion in occasions_of(event, unit.vault)]
    if not _is_rewarded(unit, occasions):
        return
    lock_customers(unit, (occasion.customer_id for occasion in occasions))
    book = open_book(unit, (occasion.customer_id for occasion in occasions), whole=False)
    earning = [
        replace(one, tier=entry.standing(unit.now, unit.programme).tier)
        for one in occasions
        if (entry := book.entries.get(one.customer_id)) and entry.account.state in MAY_EARN
    ]
    for occasion, awards in zip(earning, award_all(unit, earning), strict=True):
        for lot, _shares in lots_of(occasion, awards, unit.programme, unit.now):
            _credit(unit, book.entries[lot.customer_id], occasion, lot)
    book.store()


def occasions_of(event: RewardedEvent, vault: Vault) -> tuple[Occasion, ...]:
    """What the event may earn points for, and whom. No key tells a customer's id: lots keep their ids."""
    if isinstance(event, SurveyAnswered):
        return (Occasion(event.customer_id, f"survey/{event.answer_id}", "SURVEY", event.answered_at),)
    if isinstance(event, MemberEnrolled):
        key = f"enrolment/{vault.customer_digest(event.customer_id)}"
        return (Occasion(event.customer_id, key, "ENROLMENT", event.enrolled_at),)
    sides = (("REFERRER", event.referrer_id), ("FRIEND", event.friend_id))
    return tuple(
        Occasion(
            customer_id, f"referral/{event.referral_id}", "REFERRAL", event.earned_at, recipient=recipient
        )
        for recipient, customer_id in sides
    )


def _is_rewarded(unit: UnitOfWork, occasions: Sequence[Occasion]) -> bool:
    """Whether a rule in force is for one of them: mostly none is, and nothing more is read."""
    moments = [one.at for one in occasions]
    triggers = {one.trigger for one in occasions}
    return any(
        one.rule.trigger in triggers for one in find_rules(unit.connection, min(moments), max(moments))
    )


def _credit(unit: UnitOfWork, entry: Entry, occasion: Occasion, lot: Lot) -> None:
    entry.account.credit(lot, Cause(occasion.at, occasion.trigger.lower()))
    if unit.programme.tiers.metric == "points":
        entry.count(lot.points, occasion.at, unit.programme)
