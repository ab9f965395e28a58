"""Returns as values, and how their goods are matched with what was bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.errors import DuplicateError, InvalidError, NotFoundError, RegularsError, WrongStateError

ReturnKey = tuple[str, str]  # source, return id


class OrderNotFoundError(NotFoundError):
    """The order with this id is another customer's; send the customer who placed it."""

    reason = "ORDER_NOT_FOUND"


class ReturnExceedsOrderError(WrongStateError):
    """More units of this product come back than are left of the order."""

    reason = "RETURN_EXCEEDS_ORDER"


class ReturnDiffersError(DuplicateError):
    """A return with this id is stored with another content; a return's content never changes."""

    reason = "RETURN_DIFFERS"


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

    @property
    def key(self) -> ReturnKey:
        return self.source, self.return_id


@dataclass(frozen=True, slots=True)
class ReturnRecorded:
    """What recording a return did. Unmatched units belong to no known purchase and change no metric yet."""

    duplicate: bool
    refund_minor: int
    unmatched_units: int
    waits: bool = False  # for the order that it names


@dataclass(frozen=True, slots=True)
class StoredReturn:
    """What is stored of a return."""

    customer_id: str
    returned_at: datetime
    refund_minor: int
    unmatched_units: int  # of no known purchase; those of before schema 0003 are not among `waiting`
    order_ids: set[str]
    units: Counter[str]  # that went back to orders, by SKU
    waiting: Counter[str]  # the others, by SKU
    waits_for: str = ""  # the order that the waiting ones belong to; empty: nobody knows


@dataclass(frozen=True, slots=True)
class Fields:
    """How a message names the parts of a return."""

    order_id: str
    returned_at: str
    lines: str


@dataclass(slots=True)
class Purchase:
    """An order line, with the units that came back of it and those that still may."""

    order_id: str
    line: int
    placed_at: datetime
    sku: str
    quantity: int
    returned: int  # grows as what came back is told
    unit_price_minor: int
    gift_card: bool
    left: int  # shrinks as returns are matched

    @property
    def key(self) -> tuple[str, int]:
        return self.order_id, self.line


@dataclass(frozen=True, slots=True)
class Match:
    """Units that go back to one order line, at the price paid; fewer than none: that leave it again."""

    purchase: Purchase
    quantity: int

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.purchase.unit_price_minor


def match_return(back: Return, purchases: Sequence[Purchase]) -> tuple[list[Match], list[int]]:
    """Match the units of a return with what is left of the order that it names.

    Returns the matches, and for each line the units that are too many.
    """
    pool = [one for one in purchases if one.order_id == back.order_id]
    matches: list[Match] = []
    unmatched: list[int] = []
    for line in back.lines:
        found = take_units(line.sku, line.quantity, back.returned_at, pool)
        matches += found
        unmatched.append(line.quantity - sum(match.quantity for match in found))
    return matches, unmatched


def take_units(sku: str, units: int, returned_at: datetime, purchases: Iterable[Purchase]) -> list[Match]:
    """Let as many units as possible go back, to the latest purchase before the return first.

    purchases: of the same customer. Their `left` is reduced.
    """
    matches: list[Match] = []
    for purchase in _candidates(sku, returned_at, purchases):
        taken = min(units, purchase.left)
        if taken:
            purchase.left -= taken
            units -= taken
            matches.append(Match(purchase, taken))
    return matches


def check_order(back: Return, owner_id: str, placed_at: datetime, names: Fields) -> RegularsError | None:
    """Why goods cannot come back to the order that the return names; None when they can."""
    if owner_id != back.customer_id:
        return OrderNotFoundError(field=names.order_id, order_id=back.order_id)
    if back.returned_at < placed_at:
        field = names.returned_at
        return InvalidError(f"{field}: lies before the order, placed at {placed_at.isoformat()}", field=field)
    return None


def exceeding(back: Return, unmatched: Sequence[int], names: Fields) -> ReturnExceedsOrderError | None:
    """The first product of which more comes back than is left; None when there is none."""
    for place, (line, units) in enumerate(zip(back.lines, unmatched, strict=True)):
        if units:
            field = f"{names.lines}[{place}]"
            return ReturnExceedsOrderError(field=field, sku=line.sku, units_too_many=units)
    return None


def repeated(back: Return, known: StoredReturn) -> ReturnRecorded | ReturnDiffersError:
    """The answer to a return that is there already."""
    asked = units_of(back.lines)
    same = (
        (known.customer_id, known.returned_at) == (back.customer_id, back.returned_at)
        and (not back.order_id or known.order_ids <= {back.order_id})
        and (not known.waiting or known.waits_for == back.order_id)
        and known.units + known.waiting <= asked
        and asked.total() == known.units.total() + known.unmatched_units
    )
    if not same:
        return ReturnDiffersError(field="order_return.return_id", return_id=back.return_id)
    return ReturnRecorded(True, known.refund_minor, known.unmatched_units, bool(known.waits_for))


def units_of(lines: Iterable[ReturnLine]) -> Counter[str]:
    """How many of each SKU."""
    found: Counter[str] = Counter()
    for line in lines:
        found[line.sku] += line.quantity
    return found


def waiting_units(back: Return, unmatched: Sequence[int]) -> Counter[str]:
    """The units of each SKU for which there was no purchase. unmatched: of each line."""
    lines = zip(back.lines, unmatched, strict=True)
    return units_of(ReturnLine(line.sku, units) for line, units in lines if units)


def put_back(matches: Iterable[Match]) -> None:
    """Undo a match whose return is refused."""
    for match in matches:
        match.purchase.left += match.quantity


def _candidates(sku: str, returned_at: datetime, purchases: Iterable[Purchase]) -> list[Purchase]:
    fitting = [
        purchase for purchase in purchases if purchase.sku == sku and purchase.placed_at <= returned_at
    ]
    return sorted(fitting, key=lambda one: (one.placed_at, one.line, one.order_id), reverse=True)
