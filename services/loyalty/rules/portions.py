"""Portions: what one order line stands for, and how much of it leaves with goods that come back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.events import OrderPlaced, ReturnedLine
from services.points.lots import cumulative_share
from services.points.occasions import allotted


@dataclass(frozen=True, slots=True)
class Portion:
    """What one order line stands for: points of a lot, or money that counts towards a tier."""

    order_id: str
    source: str
    line: int
    of: str  # the lot; or when the money was spent, in ISO 8601
    amount: int
    gone: int  # how much of it has left the line again


@dataclass(frozen=True, slots=True)
class Loss:
    """How much of a portion leaves with the goods; the portion is as it is then."""

    portion: Portion
    amount: int


def losses(portions: Iterable[Portion], lines: Iterable[ReturnedLine]) -> list[Loss]:
    """What the portions lose now that so many units of the lines are back.

    Reckoned from the whole of a line's returns: any sequence of partial ones ends at exactly the portion.
    """
    back = {line.line: line for line in lines}
    found: list[Loss] = []
    for portion in portions:
        line = back.get(portion.line)
        target = cumulative_share(portion.amount, line.returned_quantity, line.quantity) if line else 0
        if target > portion.gone:
            found.append(Loss(replace(portion, gone=target), target - portion.gone))
    return found


def regains(portions: Iterable[Portion], lines: Iterable[ReturnedLine]) -> list[Loss]:
    """What the portions have again now that fewer units of the lines are back than were; as `losses`."""
    back = {line.line: line for line in lines}
    found: list[Loss] = []
    for portion in portions:
        line = back.get(portion.line)
        target = portion.gone
        if line is not None:
            target = cumulative_share(portion.amount, line.returned_quantity, line.quantity)
        if target < portion.gone:
            found.append(Loss(replace(portion, gone=target), portion.gone - target))
    return found


def by_subject(amounts: Iterable[tuple[Portion, int]]) -> dict[str, int]:
    """The amounts added up by what the portions are of."""
    found: dict[str, int] = {}
    for portion, amount in amounts:
        found[portion.of] = found.get(portion.of, 0) + amount
    return found


@dataclass(frozen=True, slots=True)
class Parted:
    """What an exchange keeps and what it takes back, by what the portions are of."""

    kept: dict[str, int]
    taken: dict[str, int]


def split(lost: Iterable[Loss], kept_minor: int, returned_minor: int) -> Parted:
    """Part what goods lose by exchange; what is kept is rounded up.

    returned_minor: what the goods that came back were worth; kept_minor: how much of it the new goods keep.
    """
    whole = by_subject((one.portion, one.amount) for one in lost)
    given_back = returned_minor - kept_minor
    taken = {
        of: cumulative_share(amount, given_back, returned_minor) if kept_minor else amount
        for of, amount in whole.items()
    }
    return Parted({of: amount - taken[of] for of, amount in whole.items()}, taken)


def moved(kept: Mapping[str, int], order: OrderPlaced, weights: Mapping[int, int]) -> list[Portion]:
    """The portions of an exchange's new order that go on with what was kept.

    weights: what the lines of the new order count with; there is one at least.
    """
    lines = sorted(weights)
    return [
        Portion(order.order_id, order.source, line, of, share, 0)
        for of, amount in kept.items()
        for line, share in zip(lines, allotted(amount, [weights[line] for line in lines]), strict=True)
        if share
    ]
