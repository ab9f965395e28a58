"""Everything about one customer, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.feedback.v1 import cases_service_pb2 as cases
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.loyalty.v1 import points_pb2
from regulars.membership.v1 import customer_view_pb2 as pb
from regulars.membership.v1 import membership_service_pb2 as service_pb
from regulars.presence.v1 import presence_service_pb2 as presence
from regulars.rewards.v1 import rewards_service_pb2 as rewards
from regulars.types.v1.money_pb2 import Money
from sqlalchemy import Connection

from services.errors import CustomerNotFoundError
from services.membership.queries.customer_view import find_view
from services.membership.rules.customer_view import (
    EVENTS_DEFAULT,
    Case,
    CustomerView,
    Visit,
)
from services.membership.servicer.base import Context, Part
from services.membership.servicer.insights import churn_message, replenishment_message
from services.membership.servicer.messages import identifier_message, member_message, profile_message
from services.membership.servicer.timeline import event_message
from services.points.lots import Balance
from services.points.tiers import Ranked
from services.programme.programme import Programme
from services.rpc.wire import stamp
from services.storage.database import Database
from services.unfinished.matters import Cart, OpenReward


class ReadScores(Protocol):
    """How the scores of customers are read, of those who are known."""

    def __call__(
        self, connection: Connection, customer_ids: Sequence[str], now: datetime
    ) -> Mapping[str, engagement.Score]: ...


class CustomerViews(Part):
    def __init__(self, database: Database, read_scores: ReadScores) -> None:
        super().__init__(database)
        self._read_scores = read_scores

    async def GetCustomer(
        self, request: service_pb.GetCustomerRequest, context: Context
    ) -> service_pb.GetCustomerResponse:
        del context
        database = self._database
        customer_id = database.survivor(request.customer_id)
        found = await database.fetch(self._find, customer_id, request.events_max or EVENTS_DEFAULT)
        if found is None:
            raise CustomerNotFoundError(field="customer_id")
        view, score = found
        return service_pb.GetCustomerResponse(
            member=None if view.member is None else member_message(view.member),
            profile=profile_message(view.profile),
            identifiers=[identifier_message(one) for one in view.identifiers],
            view=view_message(view, score, database.programme),
        )

    def _find(
        self, connection: Connection, customer_id: str, events_max: int
    ) -> tuple[CustomerView, engagement.Score] | None:
        database, now = self._database, self._database.clock.now()
        view = find_view(connection, database.vault, database.programme, customer_id, now, events_max)
        if view is None:
            return None
        return view, self._read_scores(connection, [customer_id], now)[customer_id]


def view_message(view: CustomerView, score: engagement.Score, programme: Programme) -> pb.CustomerView:
    customer_id, runs = view.customer_id, view.predictions.runs
    churn = view.predictions.churn
    return pb.CustomerView(
        customer_id=customer_id,
        first_seen_at=stamp(view.first_seen_at),
        as_of=stamp(view.as_of),
        merged_customer_ids=view.aliases,
        balance=None if view.balance is None else balance_message(customer_id, view.balance),
        tier=None if view.ranked is None else tier_message(customer_id, view.ranked, programme),
        open_rewards=[reward_message(customer_id, one) for one in view.open_rewards],
        carts=[cart_message(one) for one in view.carts],
        open_cases=[case_message(view, one) for one in view.open_cases],
        present_visit=None if view.present_visit is None else visit_message(customer_id, view.present_visit),
        last_visits=[visit_message(customer_id, one) for one in view.last_visits],
        score=score,
        churn=None if churn is None else churn_message(customer_id, churn, runs["churn"]),
        replenishments=[
            replenishment_message(customer_id, one, runs["repurchase"])
            for one in view.predictions.replenishments
        ],
        events=[event_message(customer_id, one, programme.currency) for one in view.events],
    )


def balance_message(customer_id: str, balance: Balance) -> loyalty.Balance:
    return loyalty.Balance(
        customer_id=customer_id,
        pending_points=balance.pending_points,
        active_points=balance.active_points,
        blocked_points=balance.blocked_points,
        debt_points=balance.debt_points,
        as_of=stamp(balance.as_of),
    )


def tier_message(customer_id: str, one: Ranked, programme: Programme) -> points_pb2.TierStanding:
    found = one.standing
    return points_pb2.TierStanding(
        customer_id=customer_id,
        tier=found.tier,
        metric=f"TIER_METRIC_{programme.tiers.metric.upper()}",
        qualifying=found.qualifying,
        next_tier=found.next_tier,
        points_to_next=found.points_to_next,
        points_to_stay=found.points_to_stay,
        projected_tier=found.projected_tier,
        evaluates_at=stamp(found.evaluates_at),
        tier_since=stamp(one.tier_since),
    )


def reward_message(customer_id: str, one: OpenReward) -> rewards.MemberReward:
    return rewards.MemberReward(
        member_reward_id=one.member_reward_id,
        customer_id=customer_id,
        reward_id=one.reward_id,
        title=one.title,
        points=one.points,
        state=f"MEMBER_REWARD_STATE_{one.state}",
        issued_at=stamp(one.issued_at),
        expires_at=stamp(one.expires_at),
    )


def cart_message(one: Cart) -> pb.CartView:
    return pb.CartView(
        cart_id=one.cart_id,
        channel=f"CHANNEL_{one.channel}",
        state=f"CART_STATE_{one.state}",
        changed_at=stamp(one.changed_at),
        abandoned_at=stamp(one.abandoned_at),
        total=Money(amount_minor=one.total_minor, currency=one.currency),
        lines=[
            activity.CartLine(
                sku=line.sku,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
                title=line.title,
            )
            for line in one.lines
        ],
    )


def case_message(view: CustomerView, one: Case) -> cases.Case:
    return cases.Case(
        case_id=one.case_id,
        customer_id=view.customer_id,
        survey=f"SURVEY_{'UNSPECIFIED' if one.cause == 'COMPLAINT' else one.cause}",
        answer=one.answer,
        state=f"CASE_STATE_{one.state}",
        overdue=one.is_overdue(view.as_of),
        opened_at=stamp(one.opened_at),
        due_at=stamp(one.due_at),
        cause=f"CASE_CAUSE_{one.cause}",
        theme=one.theme,
        private_channel=f"PRIVATE_CHANNEL_{one.private_channel or 'UNSPECIFIED'}",
        assignee=one.assignee,
        respond_by=stamp(one.respond_by),
        responded_at=stamp(one.responded_at),
        reopenings=one.reopenings,
    )


def visit_message(customer_id: str, one: Visit) -> presence.Visit:
    return presence.Visit(
        visit_id=one.visit_id,
        customer_id=customer_id,
        store=one.store,
        zone=one.zone,
        state=f"VISIT_STATE_{one.state}",
        entered_at=stamp(one.entered_at),
        last_seen_at=stamp(one.last_seen_at),
        exited_at=stamp(one.exited_at),
        spoofable=one.spoofable,
        doubtful=one.doubtful,
    )
