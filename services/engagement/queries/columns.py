"""Facts of thousands of customers as columns, and their scores as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from services.engagement.queries.facts import AnswerRow, Facts, answer_figures, find_facts
from services.engagement.queries.scores import NEVER_MISSING, RATIOS, ScoreRow
from services.engagement.rules.columns import (
    FigureColumns,
    Flags,
    Floats,
    ScoreColumns,
    Whole,
    order_columns,
    pairs,
    score_columns,
)
from services.engagement.rules.scores import microseconds
from services.engagement.rules.versions import KINDS, ComponentKind, Version

_COUNTED: Final = (
    "channels",
    "contacts",
    "sessions",
    "pages",
    "newsletters",
    "opened",
    "answers",
    "mood_sixtieths",
)


def compute_rows(
    connection: Connection, ids: Sequence[str], version: Version, as_of: datetime
) -> list[ScoreRow]:
    """The rows of `scores` of the customers, who are named once each, without the experience level."""
    found = figure_columns(ids, find_facts(connection, ids, as_of))
    return score_rows(ids, found, score_columns(found, version, microseconds(as_of)), version, as_of)


def figure_columns(ids: Sequence[str], facts: Facts) -> FigureColumns:
    place = {one: number for number, one in enumerate(ids)}
    bought = order_columns(
        np.fromiter((place[row[0]] for row in facts.orders), np.int64, len(facts.orders)),
        np.fromiter((row[1] for row in facts.orders), np.int64, len(facts.orders)),
        np.fromiter((row[2] for row in facts.orders), np.int64, len(facts.orders)),
        len(ids),
    )
    return FigureColumns(
        bought,
        *pairs(ids, facts.contacts),
        *pairs(ids, facts.sessions),
        *pairs(ids, facts.newsletters),
        *_answer_columns(place, facts.answers),
    )


def _answer_columns(place: Mapping[str, int], rows: Sequence[AnswerRow]) -> tuple[Whole, Whole, Whole]:
    told: dict[str, list[AnswerRow]] = {}
    for row in rows:
        told.setdefault(row[0], []).append(row)
    answers, mood = np.zeros((2, len(place)), np.int64)
    nps = np.full(len(place), -1, np.int64)
    for customer_id, own in told.items():
        number = place[customer_id]
        answers[number], mood[number], latest = answer_figures(own)
        nps[number] = -1 if latest is None else latest
    return answers, mood, nps


def score_rows(
    ids: Sequence[str],
    found: FigureColumns,
    made: ScoreColumns,
    version: Version,
    as_of: datetime,
) -> list[ScoreRow]:
    """Rows of `scores` without the experience level, as `queries.scores.score_row` makes one."""
    bought = found.bought
    columns = (
        ids,
        repeat(microseconds(as_of)),
        repeat(version.name),
        made.score.tolist(),
        made.coverage.tolist(),
        bought.orders.tolist(),
        bought.net_minor.tolist(),
        _where(bought.orders > 0, bought.last_us),
        _where(~np.isnan(bought.gap_days_median), bought.gap_days_median),
        *(getattr(found, name).tolist() for name in _COUNTED),
        _where(found.nps >= 0, found.nps),
        made.recency.tolist(),
        made.frequency.tolist(),
        made.monetary.tolist(),
        made.segment.tolist(),
        *(_ratio_column(name, kind, made) for name, kind in RATIOS.items()),
    )
    return list(zip(*columns, strict=False))


def _ratio_column(name: str, kind: ComponentKind, made: ScoreColumns) -> list[Any]:
    number = KINDS.index(kind)
    values = made.measured.values[number]
    return values.tolist() if name in NEVER_MISSING else _where(made.measured.there[number], values)


def _where(known: Flags, values: Whole | Floats) -> list[Any]:
    """The values as plain numbers, None where they are not known."""
    return [value if there else None for value, there in zip(values.tolist(), known.tolist(), strict=True)]
