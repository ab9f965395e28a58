"""SQL of referrals. The rows of a referral are written under the lock of its friend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, tuple_

from services.points.lots import MAY_EARN
from services.rewards.rules.referrals import (
    OPEN,
    DueReferral,
    FriendOrder,
    Referral,
    ReferralState,
    VoidReason,
)
from services.storage.sets import among, upsert
from services.storage.tables import members, orders, referral_codes, referrals
from services.storage.unit import UnitOfWork

_CODES_OF = (
    select(referral_codes.c.customer_id, referral_codes.c.code)
    .where(among(referral_codes.c.customer_id, "ids"))
    .order_by(referral_codes.c.created_at.desc(), referral_codes.c.code.desc())
)
_OWNERS = select(referral_codes.c.code, referral_codes.c.customer_id).where(
    among(referral_codes.c.code, "codes")
)
_MEMBERS = select(members.c.customer_id).where(among(members.c.customer_id, "ids"))
_EARNERS = _MEMBERS.where(members.c.state.in_(sorted(MAY_EARN)))
_REFERRALS = select(*(referrals.c[name] for name in Referral.__dataclass_fields__))
_OF_FRIENDS = _REFERRALS.where(among(referrals.c.friend_id, "ids"))
_ORDERS = select(
    orders.c.customer_id,
    orders.c.source,
    orders.c.order_id,
    orders.c.placed_at,
    orders.c.total_minor,
    orders.c.refunded_minor,
).where(among(orders.c.customer_id, "ids"))
_BUYERS = (
    select(orders.c.customer_id)
    .where(among(orders.c.customer_id, "ids"), orders.c.total_minor > 0)
    .distinct()
)
_PAID = select(referrals.c.referrer_id, referrals.c.resolved_at).where(
    among(referrals.c.referrer_id, "ids"),
    referrals.c.state == ReferralState.PAID,
    referrals.c.resolved_at > bindparam("since"),
)
_IS_OPEN = referrals.c.state.in_(sorted(OPEN))
_DUE = (
    select(referrals.c.referral_id, referrals.c.friend_id, referrals.c.referrer_id)
    .where(_IS_OPEN, referrals.c.due_at <= bindparam("now"))
    .order_by(referrals.c.due_at, referrals.c.referral_id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(referrals.c.due_at)).where(_IS_OPEN)


def codes_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """The referral code of each customer who has one; the oldest, where a merge gave two."""
    return {row[0]: row[1] for row in connection.execute(_CODES_OF, {"ids": sorted(set(customer_ids))})}


def owners_of(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Whose each code is."""
    return {row[0]: row[1] for row in connection.execute(_OWNERS, {"codes": sorted(set(codes))})}


def store_codes(unit: UnitOfWork, fresh: Iterable[tuple[str, str]]) -> None:
    """Keep codes by customer id."""
    rows = [{"code": code, "customer_id": customer_id, "created_at": unit.now} for customer_id, code in fresh]
    if rows:
        unit.connection.execute(insert(referral_codes), rows)


def known_members(connection: Connection, customer_ids: Iterable[str]) -> set[str]:
    return set(connection.execute(_MEMBERS, {"ids": sorted(set(customer_ids))}).scalars())


def earners_among(connection: Connection, customer_ids: Iterable[str]) -> set[str]:
    """Who of the customers is a member and may earn."""
    return set(connection.execute(_EARNERS, {"ids": sorted(set(customer_ids))}).scalars())


def referrals_of_friends(connection: Connection, friend_ids: Iterable[str]) -> list[Referral]:
    rows = connection.execute(_OF_FRIENDS, {"ids": sorted(set(friend_ids))}).mappings()
    return [_referral(row) for row in rows]


def _referral(row: RowMapping) -> Referral:
    return Referral(**{**row, "state": ReferralState(row["state"]), "reason": VoidReason(row["reason"])})


def orders_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, list[FriendOrder]]:
    """All orders of the customers, by customer id."""
    found: dict[str, list[FriendOrder]] = {}
    for row in connection.execute(_ORDERS, {"ids": sorted(set(customer_ids))}):
        found.setdefault(row[0], []).append(FriendOrder(*row[1:]))
    return found


def buyers_among(connection: Connection, customer_ids: Iterable[str]) -> set[str]:
    """Who of the customers has ordered."""
    return set(connection.execute(_BUYERS, {"ids": sorted(set(customer_ids))}).scalars())


def paid_since(
    connection: Connection, referrer_ids: Iterable[str], since: datetime
) -> dict[str, list[datetime]]:
    """When referrals of the referrers were paid."""
    found: dict[str, list[datetime]] = {}
    for referrer_id, paid_at in connection.execute(_PAID, {"ids": sorted(set(referrer_ids)), "since": since}):
        found.setdefault(referrer_id, []).append(paid_at)
    return found


def store_referrals(connection: Connection, changed: Iterable[Referral]) -> None:
    rows = [{name: getattr(one, name) for name in Referral.__dataclass_fields__} for one in changed]
    upsert(connection, referrals, rows)


def list_referrals(
    connection: Connection, customer_id: str, before: tuple[datetime, str] | None, most: int
) -> list[Referral]:
    """Referrals that the customer made or accepted, latest accepted first, after the position `before`."""
    of = referrals.c
    query = _REFERRALS.where(or_(of.referrer_id == customer_id, of.friend_id == customer_id))
    if before is not None:
        query = query.where(tuple_(of.accepted_at, of.referral_id) < before)
    query = query.order_by(of.accepted_at.desc(), of.referral_id.desc()).limit(most)
    return [_referral(row) for row in connection.execute(query).mappings()]


def due_referrals(connection: Connection, now: datetime, most: int) -> Sequence[DueReferral]:
    """Open referrals whose time has come, the longest waiting first."""
    return [DueReferral(*row) for row in connection.execute(_DUE, {"now": now, "most": most})]


def next_due(connection: Connection) -> datetime | None:
    """When the time of the next open referral comes."""
    due_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return due_at
