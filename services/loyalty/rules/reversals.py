"""Where a return took points from, when they are to go back there. Pure."""

from __future__ import annotations

from collections.abc import Iterator


def sources(taken: dict[str, int], lot_id: str, points: int) -> Iterator[tuple[str, int]]:
    """Where points of a lot go back to: first to the lot, then less debt, then to other lots that had paid.

    taken: what the return took, by lot, empty for debt; it is reduced. What it does not explain is the lot's.
    """
    others = sorted(one for one in taken if one not in {lot_id, ""})
    for source in (lot_id, "", *others):
        part = min(points, taken.get(source, 0))
        if part > 0:
            taken[source] -= part
            points -= part
            yield source, part
    if points:
        yield lot_id, points
