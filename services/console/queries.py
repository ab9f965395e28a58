"""All SQL of the console: set queries over whole tables, answered from indexes where there are many rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.presence.rules.visits import STALE_VISIT, VisitState
from services.storage.tables import (
    churn_predictions,
    customers,
    lots,
    members,
    orders,
    products,
    reminders,
    replenishments,
    scores,
    visits,
)

SCORE_STEP: Final = 5  # points per column of the histogram: twenty columns still fit a phone
SCORE_TOP: Final = 101  # above every score, so that 100 itself is counted in the last column
INSIDE: Final = (VisitState.ENTERED, VisitState.DWELLING)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the programme amounts to; money in minor units."""

    customers: int
    members: int
    orders: int
    net_minor: int
    points: int
    pending_points: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the engagement scores are spread: counts per column of SCORE_STEP points, and per segment.

    unscored: customers who did nothing that counts. They are in no column, but in the segments.
    """

    columns: tuple[int, ...]
    score_mean: float
    segments: Mapping[str, int]
    unscored: int

    @property
    def scored(self) -> int:
        return sum(self.columns)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member who is in a store now; `segment` is empty before the first score."""

    customer_id: str
    store: str
    zone: str
    state: str
    entered_at: datetime
    segment: str


@dataclass(frozen=True, slots=True)
class Due:
    """A product that a customer is likely to need, and between which days."""

    customer_id: str
    sku: str
    title: str
    probability: float
    due_on: date
    due_from: date
    due_to: date


def totals(connection: Connection, now: datetime) -> Totals:
    bought = connection.execute(
        select(func.count(), func.coalesce(func.sum(orders.c.total_minor - orders.c.refunded_minor), 0))
    ).one()
    pending = case((lots.c.activates_at > now, lots.c.remaining_points), else_=0)
    points = connection.execute(
        select(
            func.coalesce(func.sum(lots.c.remaining_points), 0), func.coalesce(func.sum(pending), 0)
        ).where(lots.c.expires_at > now)
    ).one()
    enrolled = select(func.count()).select_from(members).where(members.c.state == "ACTIVE")
    return Totals(
        customers=_count(connection, select(func.count()).select_from(customers)),
        members=_count(connection, enrolled),
        orders=bought[0],
        net_minor=int(bought[1]),
        points=int(points[0]),
        pending_points=int(points[1]),
    )


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def score_spread(connection: Connection) -> Spread:
    """Scores by column and segment; ranges on the index of scores, the same on every database."""
    edges = [*range(0, 100, SCORE_STEP), SCORE_TOP]
    ranges = [_scored_between(low, high) for low, high in pairwise(edges)]
    unscored = _count(
        connection,
        select(func.count()).select_from(scores).where(scores.c.score == 0, scores.c.coverage == 0),
    )
    lowest, *others = connection.execute(select(*ranges)).one()
    columns = (lowest - unscored, *others)
    segments = connection.execute(select(scores.c.segment, func.count()).group_by(scores.c.segment))
    points = connection.execute(select(func.sum(scores.c.score))).scalar()
    mean = float(points or 0.0) / max(sum(columns), 1)
    return Spread(columns, mean, {row[0]: row[1] for row in segments}, unscored)


def _scored_between(low: int, high: int) -> ColumnElement[int]:
    return (
        select(func.count()).where(scores.c.score >= low, scores.c.score < high).scalar_subquery().label(None)
    )


def inside_by_store(connection: Connection, now: datetime) -> dict[str, int]:
    """How many members are in each store now, in the order of the stores' names."""
    query = select(visits.c.store, func.count()).where(*_inside(now)).group_by(visits.c.store)
    return {row[0]: row[1] for row in connection.execute(query.order_by(visits.c.store))}


def visitors(connection: Connection, now: datetime, limit: int) -> list[Visitor]:
    """Members who are in a store now, the latest arrivals first."""
    query = (
        select(
            visits.c.customer_id,
            visits.c.store,
            visits.c.zone,
            visits.c.state,
            visits.c.entered_at,
            func.coalesce(scores.c.segment, ""),
        )
        .outerjoin_from(visits, scores, scores.c.customer_id == visits.c.customer_id)
        .where(*_inside(now))
        .order_by(visits.c.entered_at.desc(), visits.c.visit_id)
        .limit(limit)
    )
    return [Visitor(*row) for row in connection.execute(query)]


def _inside(now: datetime) -> tuple[ColumnElement[bool], ...]:
    # A gateway that died never says that its visitors left: after STALE_VISIT nobody believes they stay.
    return (visits.c.state.in_(INSIDE), visits.c.last_seen_at > now - STALE_VISIT)


def visits_since(connection: Connection, since: datetime) -> int:
    return _count(connection, select(func.count()).select_from(visits).where(visits.c.entered_at >= since))


def reminders_since(connection: Connection, since: datetime) -> dict[tuple[str, str], int]:
    """Reminders planned since then, by (state, reason)."""
    query = (
        select(reminders.c.state, reminders.c.reason, func.count())
        .where(reminders.c.planned_at >= since)
        .group_by(reminders.c.state, reminders.c.reason)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def bands(connection: Connection) -> dict[str, tuple[int, int]]:
    """(customers, expected loss in minor units) of each band of churn."""
    table = churn_predictions.c
    query = select(table.band, func.count(), func.sum(table.expected_loss_minor)).group_by(table.band)
    return {row[0]: (row[1], int(row[2])) for row in connection.execute(query)}


def due_between(connection: Connection, first: date, last: date, limit: int) -> list[Due]:
    """Products due between two days, the most probable first: it walks the index of probabilities."""
    table = replenishments.c
    query = (
        select(
            table.customer_id,
            table.sku,
            func.coalesce(products.c.title, ""),
            table.probability,
            table.due_on,
            table.due_from,
            table.due_to,
        )
        .outerjoin_from(replenishments, products, products.c.sku == table.sku)
        .where(table.due_on.between(first, last))
        .order_by(table.probability.desc(), table.customer_id.desc(), table.sku.desc())
        .limit(limit)
    )
    return [Due(*row) for row in connection.execute(query)]
