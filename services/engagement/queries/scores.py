"""SQL of stored scores. A row holds the figures; what follows from them is explained when it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, exists, select, type_coerce

from services.engagement.queries.versions import Shelf
from services.engagement.reference import Rfm
from services.engagement.rules.scores import Figures, Score, explain, measures
from services.engagement.rules.versions import ComponentKind
from services.storage.sets import among, upsert_tuples
from services.storage.tables import customers, merges, scores

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
    type_coerce(scores.c.as_of, BigInteger),  # as microseconds: a datetime would only be turned back
    scores.c.version,
    scores.c.score,
    scores.c.recency,
    scores.c.frequency,
    scores.c.monetary,
    scores.c.segment,
    *(
        type_coerce(scores.c.last_order_at, BigInteger) if name == "last_order_us" else scores.c[name]
        for name in Figures._fields
    ),
)
_HEAD: Final = 8  # columns before the figures
_SCORES: Final = select(*SCORE_COLUMNS).where(among(scores.c.customer_id, "ids"))
_IS_MERGED: Final = exists().where(
    merges.c.merged_id == customers.c.customer_id, merges.c.undone_at.is_(None)
)
_NEXT_IDS: Final = (
    select(customers.c.customer_id)
    .where(customers.c.customer_id > bindparam("after"), ~_IS_MERGED)
    .order_by(customers.c.customer_id)
    .limit(bindparam("limit"))
)


_STORED: Final = tuple(scores.columns.keys())
NPS: Final = _STORED.index("nps")  # places in a ScoreRow
SEGMENT: Final = _STORED.index("segment")


def find_scores(connection: Connection, customer_ids: Sequence[str], shelf: Shelf) -> dict[str, Score]:
    """The stored scores of those who have one."""
    return scores_of(connection, connection.execute(_SCORES, {"ids": customer_ids}).all(), shelf)


def scores_of(connection: Connection, rows: Sequence[Row], shelf: Shelf) -> dict[str, Score]:
    """Rows of SCORE_COLUMNS as scores with their components, in the order of the rows."""
    versions = shelf.find(connection, {row[2] for row in rows})
    found = {}
    for row in rows:
        customer_id, as_of_us, version, score = row[:4]
        rfm, figures = Rfm(*row[4:_HEAD]), Figures(*row[_HEAD:])
        coverage, components = explain(figures, versions[version], as_of_us)
        found[customer_id] = Score(customer_id, as_of_us, version, score, coverage, components, rfm, figures)
    return found


def store_rows(connection: Connection, rows: Sequence[ScoreRow]) -> None:
    """Rows with the experience level."""
    upsert_tuples(connection, scores, rows)


def score_row(one: Score) -> ScoreRow:
    """A row of `scores` without the experience level."""
    value_of = {kind: value for kind, value, _ in measures(one.figures, one.as_of_us)}
    default: dict[str, float | None] = dict.fromkeys(NEVER_MISSING, 0.0)
    return (
        one.customer_id,
        one.as_of_us,
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
    """The first `limit` customers after the given id; whoever was merged has no score of their own."""
    return list(connection.execute(_NEXT_IDS, {"after": after, "limit": limit}).scalars())
