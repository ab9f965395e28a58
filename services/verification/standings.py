"""Checks of tiers: what was earned in each period is what the lots say, and the tier follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from services.points.tiers import period_start, standing
from services.programme.programme import Programme
from services.storage.tables import accounts, awards, lots, members
from services.verification.checks import Check, Scene

IN_CHUNKS: Final = {"yield_per": 10_000}  # rows in memory at once
WITHOUT_STANDING: Final = ("MERGED", "ERASED")

_ACCOUNTS = (
    select(
        accounts.c.customer_id,
        members.c.enrolled_at,
        accounts.c.qualifying,
        accounts.c.tier,
        accounts.c.due_at,
    )
    .join_from(accounts, members, members.c.customer_id == accounts.c.customer_id)
    .where(members.c.state.not_in(WITHOUT_STANDING))
    .order_by(accounts.c.customer_id)
)
_KEPT = (
    select(awards.c.lot_id, func.sum(awards.c.points - awards.c.gone_points).label("points"))
    .group_by(awards.c.lot_id)
    .subquery()
)
_EARNED = (  # points of coupons do not count, and neither does what no rule gave
    select(lots.c.customer_id, lots.c.earned_at, func.coalesce(_KEPT.c.points, lots.c.points))
    .outerjoin(_KEPT, _KEPT.c.lot_id == lots.c.lot_id)
    .where(lots.c.origin == "EARN", lots.c.rule.not_like("coupon:%"))
    .order_by(lots.c.customer_id)
)


def _accounts(scene: Scene) -> Iterator[Any]:
    with scene.connection.execute(_ACCOUNTS, execution_options=IN_CHUNKS) as found:
        yield from found


def _wrong_tier(scene: Scene) -> str | None:
    """An account that is due follows at its next touch, and is not looked at."""
    assert scene.programme is not None
    for customer_id, enrolled_at, qualifying, tier, due_at in _accounts(scene):
        is_due = due_at is None or due_at <= scene.now
        if not is_due and tier != standing(qualifying, enrolled_at, scene.now, scene.programme).tier:
            return str(customer_id)
    return None


def _wrong_period(scene: Scene) -> str | None:
    """Only where the metric is points and the period the calendar year: else the lots do not tell it."""
    assert scene.programme is not None
    tiers = scene.programme.tiers
    if (tiers.metric, tiers.period) != ("points", "calendar_year"):
        return None
    earned = _earned(scene.connection, scene.programme)
    for customer_id, _, qualifying, *_ in _accounts(scene):
        if _without_zeros(qualifying) != _without_zeros(earned.get(customer_id, {})):
            return str(customer_id)
    return None


def _earned(connection: Connection, programme: Programme) -> dict[str, dict[str, int]]:
    """What the lots amount to, by customer and the period's first day."""
    found: dict[str, dict[str, int]] = {}
    days: dict[datetime, str] = {}
    for customer_id, earned_at, points in connection.execute(_EARNED, execution_options=IN_CHUNKS):
        quarter = earned_at.replace(minute=earned_at.minute // 15 * 15, second=0, microsecond=0)
        if quarter not in days:  # a year begins with a quarter of an hour, anywhere
            days[quarter] = period_start(quarter, quarter, programme).isoformat()
        periods = found.setdefault(customer_id, {})
        periods[days[quarter]] = periods.get(days[quarter], 0) + int(points)
    return found


def _without_zeros(periods: Mapping[str, int]) -> dict[str, int]:
    return {day: amount for day, amount in periods.items() if amount}


STANDINGS: Final = (
    Check(
        "tier-periods",
        "what counts for a member's tier is what was earned in each period",
        _wrong_period,
        needs_programme=True,
    ),
    Check(
        "tier",
        "a member's tier follows from what was earned in each period",
        _wrong_tier,
        needs_programme=True,
    ),
)
