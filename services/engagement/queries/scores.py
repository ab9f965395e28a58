"""SQL of stored scores. A row holds the figures; what follows from them is explained when it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, tuple_

from services.engagement.queries.versions import Shelf
from services.engagement.reference import Rfm
from services.engagement.rules.scores import Figures, Score, explain, measures, microseconds
from services.engagement.rules.versions import ComponentKind
from services.storage.sets import among, upsert_tuples
from services.storage.tables import customers, scores

FIGURES: Final = tuple("last_order_at" if name == "last_order_us" else name for name in Figures._fields)
RATIOS: Final = {  # columns of ratios that filters read, in the order of the table
    "aov_minor": ComponentKind.AVERAGE_ORDER_VALUE,
    "repeat_rate": ComponentKind.REPEAT_RATE,
    "orders_per_year": ComponentKind.PURCHASE_FREQUENCY,
    "pages_per_session": ComponentKind.PAGES_PER_SESSION,
    "open_rate": ComponentKind.OPEN_RATE,
    "sentiment": ComponentKind.SENTIMENT,
}
NEVER_MISSING: Final = frozenset({"orders_per_year"})  # 0 of somebody who bought nothing
Row = Sequence[Any]
ScoreRow = tuple[Any, ...]  # in the order of the table, with or without the experience level at its end

SCORE_COLUMNS: Final = (  # what `scores_of` reads
    scores.c.customer_id,
    scores.c.as_of,
    scores.c.version,
    scores.c.score,
    scores.c.recency,
    scores.c.frequency,
    scores.c.monetary,
    scores.c.segment,
    *(scores.c[name] for name in FIGURES),
)
_HEAD: Final = 8  # columns before the figures
_LAST: Final = Figures._fields.index("last_order_us")
_SCORES: Final = select(*SCORE_COLUMNS).where(among(scores.c.customer_id, "ids"))
_NEXT_IDS: Final = (
    select(customers.c.customer_id)
    .where(customers.c.customer_id > bindparam("after"))
    .order_by(customers.c.customer_id)
    .limit(bindparam("limit"))
)


_STORED: Final = tuple(scores.columns.keys())
NPS: Final = _STORED.index("nps")  # places in a ScoreRow
SEGMENT: Final = _STORED.index("segment")


def find_scores(connection: Connection, customer_ids: Sequence[str], shelf: Shelf) -> dict[str, Score]:
    """The stored scores of those who have one."""
    return scores_of(connection, connection.execute(_SCORES, {"ids": customer_ids}).all(), shelf)


def list_scores(
    connection: Connection,
    shelf: Shelf,
    segment: str | None,
    after: tuple[float, str] | None,
    limit: int,
) -> list[Score]:
    """Scores, highest first, after the given (score, customer id); of one segment or of all."""
    query = select(*SCORE_COLUMNS).order_by(scores.c.score.desc(), scores.c.customer_id.desc()).limit(limit)
    if segment is not None:
        query = query.where(scores.c.segment == segment)
    if after is not None:
        query = query.where(tuple_(scores.c.score, scores.c.customer_id) < after)
    return list(scores_of(connection, connection.execute(query).all(), shelf).values())


def scores_of(connection: Connection, rows: Sequence[Row], shelf: Shelf) -> dict[str, Score]:
    """Rows of SCORE_COLUMNS as scores with their components, in the order of the rows."""
    versions = shelf.find(connection, {row[2] for row in rows})
    found = {}
    for row in rows:
        customer_id, as_of, version, score = row[:4]
        figures = _figures_of(row)
        coverage, components = explain(figures, versions[version], microseconds(as_of))
        rfm = Rfm(*row[4:_HEAD])
        found[customer_id] = Score(customer_id, as_of, version, score, coverage, components, rfm, figures)
    return found


def _figures_of(row: Row) -> Figures:
    figures = Figures(*row[_HEAD:])
    last: Any = figures.last_order_us
    return figures if last is None else figures._replace(last_order_us=microseconds(last))


def store_rows(connection: Connection, rows: Sequence[ScoreRow]) -> None:
    """Rows with the experience level."""
    upsert_tuples(connection, scores, rows)


def score_row(one: Score) -> ScoreRow:
    """A row of `scores` without the experience level."""
    as_of_us = microseconds(one.as_of)
    value_of = {kind: value for kind, value, _ in measures(one.figures, as_of_us)}
    default: dict[str, float | None] = dict.fromkeys(NEVER_MISSING, 0.0)
    return (
        one.customer_id,
        as_of_us,
        one.version,
        one.score,
        one.coverage,
        *one.figures,
        *one.rfm,
        *(value_of.get(kind, default.get(name)) for name, kind in RATIOS.items()),
    )


def all_customer_ids(connection: Connection) -> list[str]:
    return list(
        connection.execute(select(customers.c.customer_id).order_by(customers.c.customer_id)).scalars()
    )


def next_customer_ids(connection: Connection, after: str, limit: int) -> list[str]:
    """The first `limit` customers after the given id."""
    return list(connection.execute(_NEXT_IDS, {"after": after, "limit": limit}).scalars())
