"""What the programme owes its members, and what became of points month by month. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.clock import MICROSECOND
from services.points.lots import Kind, Lot, LotState, Movement, Side

FLOW_MONTHS: Final = 12


@dataclass(slots=True)
class Outstanding:
    """Points that members have: by what may be done with them, and by the month they expire with."""

    pending_points: int = 0
    active_points: int = 0
    blocked_points: int = 0
    debt_points: int = 0
    by_month: dict[str, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """All that may still be spent."""
        return self.pending_points + self.active_points + self.blocked_points

    def add(self, month: str, pending: int, active: int, blocked: int) -> None:
        self.pending_points += pending
        self.active_points += active
        self.blocked_points += blocked
        if points := pending + active + blocked:
            self.by_month[month] = self.by_month.get(month, 0) + points

    def add_lot(self, lot: Lot, zone: ZoneInfo) -> None:
        free = lot.remaining_points if lot.is_open else 0
        pending = free if lot.state is LotState.PENDING else 0
        self.add(expiry_month(lot.expires_at, zone), pending, free - pending, lot.blocked_points)


@dataclass(slots=True)
class Flow:
    """What came to the members in a month, less what left them, by the kind of movement."""

    month: str
    by_kind: dict[Kind, int] = field(default_factory=dict)

    def add(self, kind: Kind, points: int) -> None:
        self.by_kind[kind] = self.by_kind.get(kind, 0) + points

    def gained(self, kind: Kind) -> int:
        return self.by_kind.get(kind, 0)

    def lost(self, kind: Kind) -> int:
        return -self.by_kind.get(kind, 0)


@dataclass(frozen=True, slots=True)
class Liability:
    """The programme's points at one moment, and its flows of a year, the earliest month first."""

    as_of: datetime
    outstanding: Outstanding
    flows: tuple[Flow, ...]

    @property
    def ended_points(self) -> int:
        """Points that ended: used for good, or lapsed unused."""
        return self._sum(Kind.SPEND, Kind.RESTORE_SPEND) + self._lapsed

    @property
    def breakage_rate(self) -> float | None:
        """The share of the points that ended which nobody used; None while none ended."""
        return self._lapsed / self.ended_points if self.ended_points > 0 else None

    @property
    def _lapsed(self) -> int:
        return self._sum(Kind.EXPIRE, Kind.FORFEIT)

    def _sum(self, *kinds: Kind) -> int:
        return sum(flow.lost(kind) for flow in self.flows for kind in kinds)


def value_minor(points: int, hundred_points_minor: int) -> int:
    """What points are worth, rounded up: a debt is not to look smaller than it is."""
    return -(-points * hundred_points_minor // 100)


def month_of(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m")


def expiry_month(expires_at: datetime, zone: ZoneInfo) -> str:
    """The last month in which the points may be spent: `expires_at` is the first moment after it."""
    return month_of(expires_at - MICROSECOND, zone)


def flow_starts(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each of the months begins that flows are told of, the earliest first."""
    local = now.astimezone(zone)
    present = local.year * 12 + local.month - 1
    months = (divmod(present - back, 12) for back in reversed(range(FLOW_MONTHS)))
    return [datetime(year, month + 1, 1, tzinfo=zone) for year, month in months]


def new_flows(starts: Iterable[datetime], zone: ZoneInfo) -> dict[str, Flow]:
    """An empty flow for each month."""
    return {month: Flow(month) for month in (month_of(start, zone) for start in starts)}


def add_movements(flows: Mapping[str, Flow], moved: Iterable[Movement], zone: ZoneInfo) -> None:
    """Count movements that nobody has written down yet."""
    for one in moved:
        is_expiry = one.kind is Kind.EXPIRE
        month = expiry_month(one.effective_at, zone) if is_expiry else month_of(one.effective_at, zone)
        flow = flows.get(month)
        if flow is not None:
            sign = (one.debit is Side.PROGRAMME) - (one.credit is Side.PROGRAMME)
            flow.add(one.kind, sign * one.points)
