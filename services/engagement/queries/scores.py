"""All SQL of `engagement`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, select, tuple_

from services.engagement.reference import BUILTIN, Reference, Rfm, body_text, reference_of
from services.engagement.rules.scores import (
    ORDER_WINDOW,
    TOUCH_WINDOW,
    Facts,
    Score,
    components_of,
    components_text,
)
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import (
    answers,
    customers,
    orders,
    score_references,
    scores,
    touches,
    visits,
)

_SINCE: BindParameter[Any] = bindparam("since")
_UNTIL: BindParameter[Any] = bindparam("until")

_ORDERS = (
    select(
        orders.c.customer_id,
        orders.c.placed_at,
        orders.c.total_minor - orders.c.refunded_minor,
        orders.c.channel,
        orders.c.source,
        orders.c.order_id,
        orders.c.replaces,
    )
    .where(among(orders.c.customer_id, "ids"))
    .where(orders.c.placed_at > _SINCE, orders.c.placed_at <= _UNTIL)
)
_SESSIONS = (
    select(touches.c.customer_id, touches.c.channel, touches.c.pages)
    .where(among(touches.c.customer_id, "ids"), touches.c.kind == "SESSION")
    .where(touches.c.occurred_at > _SINCE, touches.c.occurred_at <= _UNTIL)
)
_VISITORS = (
    select(visits.c.customer_id)
    .where(among(visits.c.customer_id, "ids"))
    .where(visits.c.entered_at > _SINCE, visits.c.entered_at <= _UNTIL)
    .distinct()
)
_ANSWERS = (
    select(answers.c.customer_id, answers.c.survey, answers.c.answer)
    .where(among(answers.c.customer_id, "ids"))
    .where(answers.c.answered_at > _SINCE, answers.c.answered_at <= _UNTIL)
)
_LATEST_REFERENCE = (
    select(score_references.c.version, score_references.c.distributions)
    .order_by(score_references.c.built_at.desc(), score_references.c.version)
    .limit(1)
)
_SCORE_COLUMNS: Final = (
    scores.c.customer_id,
    scores.c.as_of,
    scores.c.version,
    scores.c.score,
    scores.c.coverage,
    scores.c.components,
    scores.c.orders,
    scores.c.gap_days_median,
    scores.c.recency,
    scores.c.frequency,
    scores.c.monetary,
    scores.c.segment,
)
_SCORES = select(*_SCORE_COLUMNS).where(among(scores.c.customer_id, "ids"))


def find_facts(connection: Connection, customer_ids: Iterable[str], as_of: datetime) -> dict[str, Facts]:
    """What the customers did in the windows that end at `as_of`."""
    ids = sorted(set(customer_ids))
    year = {"ids": ids, "since": as_of - ORDER_WINDOW, "until": as_of}
    touch = {"ids": ids, "since": as_of - TOUCH_WINDOW, "until": as_of}
    found: dict[str, _Gathered] = {customer_id: _Gathered() for customer_id in ids}
    for customer_id, placed_at, net_minor, channel, *names in connection.execute(_ORDERS, year):
        found[customer_id].add_order(placed_at, net_minor, *names)
        if placed_at > touch["since"]:
            found[customer_id].channels.add(channel)
    for customer_id, channel, pages in connection.execute(_SESSIONS, touch):
        found[customer_id].channels.add(channel)
        found[customer_id].pages.append(pages)
    for (customer_id,) in connection.execute(_VISITORS, touch):
        found[customer_id].channels.add("STORE")
    for customer_id, survey, answer in connection.execute(_ANSWERS, year):
        found[customer_id].answers.append((survey, answer))
    return {customer_id: gathered.facts() for customer_id, gathered in found.items()}


class _Gathered:
    """Facts while they are read."""

    __slots__ = ("answers", "channels", "orders", "pages", "swaps")

    def __init__(self) -> None:
        self.orders: dict[tuple[str, str], tuple[datetime, int]] = {}
        self.swaps: dict[tuple[str, str], tuple[str, int]] = {}  # what was exchanged: (original, net)
        self.channels: set[str] = set()
        self.pages: list[int] = []
        self.answers: list[tuple[str, int]] = []

    def add_order(
        self, placed_at: datetime, net_minor: int, source: str, order_id: str, replaces: str
    ) -> None:
        if replaces:
            self.swaps[source, order_id] = (replaces, net_minor)
        else:
            self.orders[source, order_id] = (placed_at, net_minor)

    def facts(self) -> Facts:
        self._count_swaps()
        orders = tuple(self.orders.values())
        return Facts(orders, frozenset(self.channels), tuple(self.pages), tuple(self.answers))

    def _count_swaps(self) -> None:
        """An exchange is no purchase of its own: what it is worth belongs to the order it goes back to."""
        for (source, _), (replaces, net_minor) in self.swaps.items():
            origin = (source, replaces)
            while origin in self.swaps:
                origin = (source, self.swaps[origin][0])
            if origin in self.orders:
                placed_at, so_far = self.orders[origin]
                self.orders[origin] = (placed_at, so_far + net_minor)


def current_reference(connection: Connection) -> Reference:
    """The latest reference; the built-in one before the first."""
    row = connection.execute(_LATEST_REFERENCE).one_or_none()
    return BUILTIN if row is None else reference_of(row[0], row[1])


def store_reference(connection: Connection, reference: Reference, built_at: datetime) -> None:
    text = body_text(reference.points, reference.thresholds)
    row = {"version": reference.version, "built_at": built_at, "distributions": text}
    insert_new(connection, score_references, [row])


def store_scores(connection: Connection, found: Sequence[Score]) -> None:
    upsert(connection, scores, [score_row(one) for one in found])


def score_row(one: Score) -> dict[str, Any]:
    return {
        "customer_id": one.customer_id,
        "as_of": one.as_of,
        "version": one.version,
        "score": one.score,
        "coverage": one.coverage,
        "components": components_text(one.components),
        "orders": one.orders,
        "gap_days_median": one.gap_days_median,
        "recency": one.rfm.recency,
        "frequency": one.rfm.frequency,
        "monetary": one.rfm.monetary,
        "segment": one.rfm.segment,
    }


def score_of(row: Sequence[Any]) -> Score:
    (
        customer_id,
        as_of,
        version,
        score,
        coverage,
        components,
        count,
        gap,
        recency,
        frequency,
        monetary,
        segment,
    ) = row
    rfm = Rfm(recency, frequency, monetary, segment)
    return Score(customer_id, as_of, version, score, coverage, components_of(components), count, gap, rfm)


def find_scores(connection: Connection, customer_ids: Sequence[str]) -> dict[str, Score]:
    return {row[0]: score_of(row) for row in connection.execute(_SCORES, {"ids": customer_ids})}


def list_scores(
    connection: Connection, segment: str | None, after: tuple[float, str] | None, limit: int
) -> list[Score]:
    """Scores, highest first, after the given (score, customer id); of one segment or of all."""
    query = select(*_SCORE_COLUMNS).order_by(scores.c.score.desc(), scores.c.customer_id.desc()).limit(limit)
    if segment is not None:
        query = query.where(scores.c.segment == segment)
    if after is not None:
        query = query.where(tuple_(scores.c.score, scores.c.customer_id) < after)
    return [score_of(row) for row in connection.execute(query)]


def all_customer_ids(connection: Connection) -> list[str]:
    return list(
        connection.execute(select(customers.c.customer_id).order_by(customers.c.customer_id)).scalars()
    )
