"""The domain events. A use case emits them into its unit of work; `reactions.py` says what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """Something happened that may change a customer's score: a session, an answer, a visit."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line of an order, net of discounts, without tax and shipping."""

    line: int  # from 0
    sku: str
    category: str  # empty when the shop tells none
    amount_minor: int
    gift_card: bool = False  # earns nothing


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was stored for the first time."""

    source: str
    order_id: str
    customer_id: str
    placed_at: datetime
    channel: str
    total_minor: int
    currency: str
    lines: tuple[OrderedLine, ...]
    points_paid_minor: int = 0  # the part of the total that was paid with points

    @property
    def skus(self) -> frozenset[str]:
        return frozenset(line.sku for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """An order line that units went back to."""

    line: int
    quantity: int  # bought
    returned_quantity: int  # came back so far


@dataclass(frozen=True, slots=True)
class OrderReturned:
    """Goods of one order came back. `refunded_minor` is the order's whole refund so far."""

    source: str
    order_id: str
    customer_id: str
    returned_at: datetime
    return_id: str
    total_minor: int
    refunded_minor: int
    lines: tuple[ReturnedLine, ...]


@dataclass(frozen=True, slots=True)
class ReturnMoved:
    """Goods that came back without an order are another order's after all.

    returned: as if only what is still back of the order they left had come back.
    """

    returned: OrderReturned

    @property
    def customer_id(self) -> str:
        return self.returned.customer_id


@dataclass(frozen=True, slots=True)
class OrderExchanged:
    """Goods of one order came back, and others were taken for them, which are an order of their own."""

    returned: OrderReturned
    placed: OrderPlaced
    returned_minor: int  # what came back was worth, without gift cards

    @property
    def customer_id(self) -> str:
        return self.placed.customer_id


@dataclass(frozen=True, slots=True)
class OrderSettling:
    """More than one thing waited for these orders; what happened next to their goods is still to be done."""

    orders: tuple[OrderPlaced, ...]
    tried: frozenset[tuple[str, str]]  # returns that were looked at: (source, return id)


@dataclass(frozen=True, slots=True)
class PointsSpent:
    """Points paid for an order, which may be known or not."""

    customer_id: str
    source: str
    order_id: str


@dataclass(frozen=True, slots=True)
class CartChanged:
    """A cart was filled, changed or cleared by its customer."""

    cart_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class CartClosed:
    """A cart will never be bought as it is: an item was ordered, or it was cleared."""

    cart_id: str
    customer_id: str
    converted: bool


@dataclass(frozen=True, slots=True)
class ConsentsChanged:
    """A member gave or withdrew consents; the kinds that are granted now."""

    customer_id: str
    granted: frozenset[str]


@dataclass(frozen=True, slots=True)
class VisitDwelled:
    """A member has stayed long enough in a store to be spoken to."""

    visit_id: str
    customer_id: str
    store: str
    zone: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class VisitDoubted:
    """A visit turned out to rest on a device that was copied, or whose copy was heard elsewhere."""

    visit_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """A member left a store."""

    visit_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """A customer became a member; `enrolled_at` may lie in the past."""

    customer_id: str
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class MemberStateChanged:
    """A membership moved on in its life."""

    customer_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MembersMerged:
    """Two customers turned out to be one person; what the merged one had is the survivor's now."""

    merge_id: str
    survivor_id: str
    merged_id: str


@dataclass(frozen=True, slots=True)
class MembersUnmerged:
    """A merge was undone."""

    merge_id: str
    survivor_id: str
    merged_id: str


@dataclass(frozen=True, slots=True)
class TierChanged:
    """A member rose or fell."""

    customer_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TierAtRisk:
    """A member will fall at `evaluates_at` unless something is earned; told once per number of days ahead."""

    customer_id: str
    tier: str
    projected_tier: str
    to_stay: int
    evaluates_at: datetime
    days_ahead: int


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """A customer answered a survey."""

    customer_id: str
    survey: str
    answer: int
    answer_id: int
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CaseResolved:
    """Somebody has seen to a case."""

    case_id: str
    customer_id: str
    cause: str
    resolved_at: datetime


@dataclass(frozen=True, slots=True)
class MakeGoodGiven:
    """A customer got something for a case. points: 0 when it was something else."""

    make_good_id: str
    customer_id: str
    points: int
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class CouponEarned:
    """A customer is to have a coupon of their own. The code is fixed by its occasion: one for each."""

    customer_id: str
    code: str
    campaign: str
    title: str
    benefit: str  # PERCENT, AMOUNT or POINTS
    value: int  # percent, minor units or points
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ReferralEarned:
    """A friend's first order was kept beyond its return window."""

    referral_id: str
    referrer_id: str
    friend_id: str
    earned_at: datetime


Event = (
    CustomerSeen
    | OrderPlaced
    | OrderReturned
    | ReturnMoved
    | OrderExchanged
    | OrderSettling
    | PointsSpent
    | CartChanged
    | CartClosed
    | ConsentsChanged
    | VisitDwelled
    | VisitDoubted
    | VisitEnded
    | MemberEnrolled
    | MemberStateChanged
    | MembersMerged
    | MembersUnmerged
    | TierChanged
    | TierAtRisk
    | SurveyAnswered
    | CaseResolved
    | MakeGoodGiven
    | CouponEarned
    | ReferralEarned
)
