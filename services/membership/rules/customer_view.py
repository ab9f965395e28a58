"""Everything about one customer, as values. Pure.

The fields of each value are the columns that are read for it, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.membership.rules.identifiers import Identifier
from services.membership.rules.members import Member
from services.membership.rules.profile import Profile
from services.points.lots import Balance
from services.points.tiers import Ranked
from services.unfinished.matters import LIST_MAX, Cart, OpenReward

EVENTS_DEFAULT: Final = 50
ALIASES_MAX: Final = 100  # more customers are never one person
TOUCHES_EACH_MAX: Final = 5  # of a kind and channel: enough to see a habit, too few to hide another
TOUCHES_READ_MAX: Final = 2_000  # the latest of a customer, some months even of a busy one: 5 ms
PRESENT: Final = timedelta(hours=4)  # not heard of for longer: the gateway died, nobody stays so long


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    cause: str
    answer: int | None
    state: str
    opened_at: datetime
    due_at: datetime
    theme: str
    private_channel: str
    assignee: str
    respond_by: datetime | None
    responded_at: datetime | None
    reopenings: int

    def is_overdue(self, now: datetime) -> bool:
        """Past a target; never while it waits for the customer."""
        is_unanswered = self.responded_at is None and self.respond_by is not None and self.respond_by <= now
        return self.state != "WAITING" and (is_unanswered or self.due_at <= now)


@dataclass(frozen=True, slots=True)
class Visit:
    visit_id: str
    store: str
    zone: str
    state: str
    entered_at: datetime
    last_seen_at: datetime
    exited_at: datetime | None
    spoofable: bool
    doubtful: bool

    def is_present(self, now: datetime) -> bool:
        return self.exited_at is None and now - self.last_seen_at <= PRESENT


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run of a model."""

    subject: str
    model: str
    version: str
    cutoff: datetime
    horizon_days: int
    readiness: str


@dataclass(frozen=True, slots=True)
class ChurnReason:
    family: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Churn:
    probability: float
    band: str
    reasons: tuple[ChurnReason, ...]
    value_minor: int
    expected_loss_minor: int


@dataclass(frozen=True, slots=True)
class Replenishment:
    sku: str
    title: str
    probability: float
    due_on: date | None
    due_from: date | None
    due_to: date | None


@dataclass(frozen=True, slots=True)
class OrderEvent:
    occurred_at: datetime
    source: str
    order_id: str
    channel: str
    currency: str
    total_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class ReturnEvent:
    occurred_at: datetime
    source: str
    return_id: str
    refund_minor: int


@dataclass(frozen=True, slots=True)
class SessionEvent:
    occurred_at: datetime
    session_id: str
    channel: str
    pages: int


@dataclass(frozen=True, slots=True)
class TouchEvent:
    """A touch that is no session."""

    occurred_at: datetime
    kind: str
    channel: str
    touchpoint: str
    subject: str
    outbound: bool


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    occurred_at: datetime
    answer_id: int
    survey: str
    answer: int


@dataclass(frozen=True, slots=True)
class MovementEvent:
    occurred_at: datetime
    movement_id: int
    kind: str
    points: int
    debit: str
    credit: str
    lot_id: str
    reference: str
    actor: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderEvent:
    occurred_at: datetime
    reminder_id: str
    cart_id: str
    sku: str
    title: str
    visit_id: str
    store: str
    state: str
    reason: str
    channel: str
    triggered_at: datetime
    sent_at: datetime | None


CustomerEvent = (
    OrderEvent | ReturnEvent | SessionEvent | TouchEvent | AnswerEvent | MovementEvent | ReminderEvent
)


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the models that are ready say of a customer."""

    runs: dict[str, Run]  # by subject
    churn: Churn | None
    replenishments: tuple[Replenishment, ...]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything about one customer."""

    customer_id: str
    first_seen_at: datetime
    as_of: datetime
    member: Member | None  # None: no member
    profile: Profile
    identifiers: tuple[Identifier, ...]
    aliases: tuple[str, ...]
    balance: Balance | None
    ranked: Ranked | None
    open_rewards: tuple[OpenReward, ...]
    carts: tuple[Cart, ...]
    open_cases: tuple[Case, ...]
    visits: tuple[Visit, ...]
    predictions: Predictions
    events: tuple[CustomerEvent, ...]

    @property
    def present_visit(self) -> Visit | None:
        return next((visit for visit in self.visits if visit.is_present(self.as_of)), None)

    @property
    def last_visits(self) -> tuple[Visit, ...]:
        past = (visit for visit in self.visits if visit is not self.present_visit)
        return tuple(past)[:LIST_MAX]


def latest_first(events: Iterable[CustomerEvent], limit: int) -> tuple[CustomerEvent, ...]:
    """The latest events of all kinds, merged by the time at which they happened; ties in a fixed order."""
    ordered = sorted(events, key=_place, reverse=True)
    return tuple(ordered[:limit])


def _place(event: CustomerEvent) -> tuple[datetime, int]:
    """Within one moment what followed comes first: the points of an order lie above the order."""
    rank = (SessionEvent, TouchEvent, OrderEvent, ReturnEvent, AnswerEvent, MovementEvent, ReminderEvent)
    return event.occurred_at, rank.index(type(event))
