"""SQL of the liability: sums over all lots and a year of movements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, case, func, or_, select, type_coerce

from services.clock import EPOCH, MICROSECOND
from services.loyalty.rules.liability import (
    Flow,
    Liability,
    Outstanding,
    add_movements,
    flow_starts,
    month_of,
    new_flows,
)
from services.points.account import Account
from services.points.book import add_lots_and_holds, find_entries
from services.points.lots import Kind, LotState, Side
from services.storage.columns import Instant
from services.storage.tables import accounts, lots, movements

SLOT: Final = timedelta(minutes=15)  # the months of every time zone begin with a quarter of an hour
ACCOUNTS_MAX: Final = 1000  # of one statement

# Accounts on which time has done what no sum over lots can see: a hold has lapsed, a closed one is forfeit.
_UNSETTLED = select(accounts.c.customer_id).where(
    accounts.c.due_at <= bindparam("now", type_=Instant()),
    or_(accounts.c.blocked_points > 0, accounts.c.forfeits_at <= bindparam("now", type_=Instant())),
)
_DEBT = select(func.coalesce(func.sum(accounts.c.debt_points), 0)).where(
    accounts.c.debt_points > 0, accounts.c.customer_id.not_in(_UNSETTLED)
)

# What expires with a month's end belongs to that month, though it counts from the next one's first moment.
_COUNTS_AT = type_coerce(movements.c.effective_at, BigInteger) - case(
    (movements.c.kind == Kind.EXPIRE, 1), else_=0
)
_NET = case((movements.c.debit == Side.PROGRAMME, movements.c.points), else_=-movements.c.points)
_CROSSES = (movements.c.debit == Side.PROGRAMME) | (movements.c.credit == Side.PROGRAMME)


def _sum_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, lots.c.remaining_points), else_=0)), 0)


_IS_PENDING = (lots.c.state == LotState.PENDING) & (lots.c.activates_at > bindparam("now", type_=Instant()))
_IS_LAPSED = lots.c.expires_at <= bindparam("now", type_=Instant())
_SLOT_OF_LOT = ((type_coerce(lots.c.expires_at, BigInteger) - 1) // (SLOT // MICROSECOND)).label("slot")
_BY_SLOT = (
    select(
        _SLOT_OF_LOT,
        _sum_where(_IS_PENDING),
        _sum_where(~_IS_PENDING & ~_IS_LAPSED),
        _sum_where(~_IS_PENDING & _IS_LAPSED),
        func.coalesce(func.sum(lots.c.blocked_points), 0),
    )
    .where(lots.c.state.in_((LotState.PENDING, LotState.ACTIVE)))
    .where(lots.c.customer_id.not_in(_UNSETTLED))
    .group_by(_SLOT_OF_LOT)
)


def find_liability(connection: Connection, now: datetime, zone: ZoneInfo) -> Liability:
    """What members have at `now`, though nobody wrote down what time did, and the flows of a year."""
    outstanding = Outstanding(debt_points=int(connection.execute(_DEBT, {"now": now}).scalar_one()))
    flows = _written_flows(connection, flow_starts(now, zone), zone)
    for slot, pending, active, lapsed, blocked in connection.execute(_BY_SLOT, {"now": now}):
        month = month_of(EPOCH + slot * SLOT, zone)
        outstanding.add(month, int(pending), int(active), int(blocked))
        if month in flows:
            flows[month].add(Kind.EXPIRE, -int(lapsed))
    for account in _settled(connection, now):
        outstanding.debt_points += account.debt_points
        add_movements(flows, account.movements, zone)
        for lot in account.lots.values():
            outstanding.add_lot(lot, zone)
    return Liability(now, outstanding, tuple(flows.values()))


def _written_flows(connection: Connection, starts: Sequence[datetime], zone: ZoneInfo) -> Mapping[str, Flow]:
    """What the ledger says of each month."""
    ends = [(moment - EPOCH) // MICROSECOND for moment in starts]
    place = case(
        *((end > _COUNTS_AT, position) for position, end in enumerate(ends[1:])), else_=len(ends) - 1
    )
    query = (
        select(place.label("place"), movements.c.kind, func.sum(_NET))
        .where(_CROSSES, ends[0] <= _COUNTS_AT)
        .group_by("place", movements.c.kind)
    )
    flows = new_flows(starts, zone)
    months = list(flows)
    for position, kind, points in connection.execute(query):
        flows[months[position]].add(Kind(kind), int(points))
    return flows


def _settled(connection: Connection, now: datetime) -> Iterator[Account]:
    """The accounts that no sum tells of, brought to `now`."""
    ids = list(connection.execute(_UNSETTLED, {"now": now}).scalars())
    for start in range(0, len(ids), ACCOUNTS_MAX):
        entries = find_entries(connection, ids[start : start + ACCOUNTS_MAX])
        add_lots_and_holds(connection, entries)
        for entry in entries.values():
            entry.account.bring_to(now)
            yield entry.account
