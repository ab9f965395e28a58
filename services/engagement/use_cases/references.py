"""What customers are compared with: a reference built from all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from sqlalchemy import Connection

from services.engagement.queries.columns import figure_columns
from services.engagement.queries.facts import find_facts
from services.engagement.queries.scores import next_customer_ids
from services.engagement.reference import Reference, build_reference
from services.engagement.rules.columns import FigureColumns, Floats, Measured, measure
from services.engagement.rules.scores import microseconds
from services.engagement.rules.versions import KINDS, ComponentKind

READ_CHUNK: Final = 2_000  # customers read at once: a few megabytes of orders


def reference_from(connection: Connection, as_of: datetime) -> Reference:
    """A reference from all customers as they are at `as_of`."""
    samples: dict[ComponentKind, list[Floats]] = {kind: [] for kind in KINDS}
    buyers: list[tuple[float, int, int]] = []
    for found in _chunks(connection, as_of):
        measured = measure(found, microseconds(as_of))
        for number, kind in enumerate(KINDS):
            samples[kind].append(measured.values[number][measured.there[number]])
        buyers += _buyers(found, measured)
    values: dict[str, list[float]] = {
        kind: np.concatenate(parts).tolist() for kind, parts in samples.items() if parts
    }
    return build_reference(values, buyers, as_of)


def _chunks(connection: Connection, as_of: datetime) -> Iterator[FigureColumns]:
    ids: Sequence[str] = next_customer_ids(connection, "", READ_CHUNK)
    while ids:
        yield figure_columns(ids, find_facts(connection, ids, as_of))
        ids = next_customer_ids(connection, ids[-1], READ_CHUNK)


def _buyers(found: FigureColumns, measured: Measured) -> list[tuple[float, int, int]]:
    """Days since the last order, orders and net minor units of those who bought."""
    bought = measured.there[KINDS.index(ComponentKind.RECENCY)]
    columns = (
        measured.values[KINDS.index(ComponentKind.RECENCY)],
        found.bought.orders,
        found.bought.net_minor,
    )
    return list(zip(*(column[bought].tolist() for column in columns), strict=True))
