"""Returns as values, and how their goods are matched with what was bought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.errors import NotFoundError, WrongStateError


class OrderNotFoundError(NotFoundError):
    """No order with this id; record the order before its return."""

    reason = "ORDER_NOT_FOUND"


class ReturnExceedsOrderError(WrongStateError):
    """More units come back than are left of the order."""

    reason = "RETURN_EXCEEDS_ORDER"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Return:
    source: str
    return_id: str
    order_id: str  # empty: not known
    customer_id: str
    returned_at: datetime
    lines: tuple[ReturnLine, ...]


@dataclass(frozen=True, slots=True)
class ReturnRecorded:
    """What recording a return did. Unmatched units belong to no known purchase and change no metric."""

    duplicate: bool
    refund_minor: int
    unmatched_units: int


@dataclass(slots=True)
class Purchase:
    """An order line with what is left of it; `left` shrinks as returns are matched within one batch."""

    order_id: str
    line: int
    placed_at: datetime
    sku: str
    quantity: int
    left: int
    unit_price_minor: int
    gift_card: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Units that go back to one order line, at the price paid."""

    purchase: Purchase
    quantity: int
    returned_quantity: int  # of the line so far, these included

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.purchase.unit_price_minor


def match_return(back: Return, purchases: Sequence[Purchase]) -> tuple[list[Match], int]:
    """Match the units of a return with purchases, the latest purchase before the return first.

    purchases: of the same customer, and of the named order only when the return names one. Their `left`
    is reduced. Returns the matches and the units for which there was no purchase.
    """
    matches: list[Match] = []
    unmatched = 0
    for line in back.lines:
        wanted = line.quantity
        for purchase in _candidates(line.sku, back, purchases):
            taken = min(wanted, purchase.left)
            purchase.left -= taken
            wanted -= taken
            matches.append(Match(purchase, taken, purchase.quantity - purchase.left))
            if not wanted:
                break
        unmatched += wanted
    return matches, unmatched


def put_back(matches: Iterable[Match]) -> None:
    """Undo a match whose return is refused."""
    for match in matches:
        match.purchase.left += match.quantity


def _candidates(sku: str, back: Return, purchases: Iterable[Purchase]) -> list[Purchase]:
    fitting = [
        purchase
        for purchase in purchases
        if purchase.sku == sku and purchase.left > 0 and purchase.placed_at <= back.returned_at
    ]
    return sorted(fitting, key=lambda purchase: (purchase.placed_at, purchase.line), reverse=True)
