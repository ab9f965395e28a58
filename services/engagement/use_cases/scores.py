"""What `engagement` does: keep each customer's score true to what the customer did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.engagement.queries.computing import compute_rows
from services.engagement.queries.experience import find_levels
from services.engagement.queries.scores import NPS, SEGMENT, ScoreRow, store_rows
from services.engagement.queries.versions import store_reference, version_in_force
from services.engagement.reference import Reference
from services.engagement.rules.experience import level_of
from services.engagement.rules.versions import Version
from services.errors import RegularsError
from services.storage.unit import UnitOfWork, use_case

COLUMNS_MIN: Final = 100  # customers from which on columns are quicker than one by one


@dataclass(frozen=True, slots=True)
class NewReference:
    """A reference to put in force."""

    reference: Reference
    customer_id: str = ""  # it concerns nobody in particular


def refresh_scores(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """Compute and store the scores of these customers from all that they did."""
    ids = sorted(set(customer_ids))
    version = version_in_force(unit.connection, unit.programme.weights, unit.now)
    rows = _compute_rows(unit, ids, version)
    levels = find_levels(unit.connection, ids, unit.now)
    store_rows(
        unit.connection,
        [(*row, level_of(levels.get(row[0], 0), row[NPS], row[SEGMENT])) for row in rows],
    )


def _compute_rows(unit: UnitOfWork, ids: Sequence[str], version: Version) -> list[ScoreRow]:
    if len(ids) < COLUMNS_MIN:
        return compute_rows(unit.connection, ids, version, unit.now)
    from services.engagement.queries import columns  # NumPy is heavy: a quiet server never loads it

    return columns.compute_rows(unit.connection, ids, version, unit.now)


@use_case(type(None))
def install_reference(unit: UnitOfWork, asked: Sequence[NewReference]) -> list[RegularsError | None]:
    for one in asked:
        store_reference(unit.connection, one.reference, unit.now)
    version_in_force(unit.connection, unit.programme.weights, unit.now)
    return [None] * len(asked)
