"""Occasions to earn points: an order, an enrolment, an answer, a referral. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.programme.earning_rule import Trigger


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line of an order. `amount_minor` is net of discounts, without tax and shipping."""

    line: int
    sku: str
    category: str
    amount_minor: int
    earns: bool = True  # a gift card does not: it earns when it is spent


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that a customer may earn points for.

    key: unique in the programme; of an order `source/order_id`. Empty for one that is only tried.
    """

    customer_id: str
    key: str
    trigger: Trigger
    at: datetime
    channel: str = ""
    lines: tuple[BasketLine, ...] = ()
    points_paid_minor: int = 0  # the part of the order that was paid with points
    tier: str = ""
    is_first_purchase: bool = False
    birthday: tuple[int, int] | None = None  # month and day; None: not known
    recipient: str = ""  # of a referral: REFERRER or FRIEND


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A line that earns. `basis_minor` is positive: what was paid for it in money."""

    line: int
    sku: str
    category: str
    basis_minor: int


def counted_lines(occasion: Occasion) -> tuple[CountedLine, ...]:
    """The lines that earn, each without its share of what was paid with points."""
    amounts = [line.amount_minor for line in occasion.lines]
    paid = allotted(min(occasion.points_paid_minor, sum(amounts)), amounts)
    return tuple(
        CountedLine(line.line, line.sku, line.category, line.amount_minor - share)
        for line, share in zip(occasion.lines, paid, strict=True)
        if line.earns and line.amount_minor > share
    )


def allotted(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` shared out by weight, by largest remainder; of equal remainders the first goes first.

    The shares sum to `amount`, unless it is 0. Some weight must be positive where it is not.
    """
    if not amount:
        return [0] * len(weights)
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    places = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place))
    for place in places[: amount - sum(shares)]:
        shares[place] += 1
    return shares
