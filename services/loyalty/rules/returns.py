"""Returns: which points of an order line go with its goods. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.events import ReturnedLine
from services.points.lots import cumulative_share


@dataclass(frozen=True, slots=True)
class LineAward:
    """Points of one lot that one order line stands for, and how many of them have left it again."""

    order_id: str
    source: str
    line: int
    lot_id: str
    points: int
    gone_points: int


def gone_with(awards: Iterable[LineAward], lines: Iterable[ReturnedLine]) -> list[tuple[LineAward, int]]:
    """The awards that lose points now that so many units of the lines are back, and how many each loses.

    Reckoned from the whole of a line's returns: any sequence of partial ones ends at exactly the award.
    """
    by_line = {line.line: line for line in lines}
    changed: list[tuple[LineAward, int]] = []
    for award in awards:
        back = by_line.get(award.line)
        if back is None:
            continue
        target = cumulative_share(award.points, back.returned_quantity, back.quantity)
        if target > award.gone_points:
            changed.append((replace(award, gone_points=target), target - award.gone_points))
    return changed


def lost_by_lot(gone: Iterable[tuple[LineAward, int]]) -> Mapping[str, int]:
    """The points that each lot loses."""
    lost: dict[str, int] = {}
    for award, points in gone:
        lost[award.lot_id] = lost.get(award.lot_id, 0) + points
    return lost
