"""SQL of coupons: codes, and the uses of them.

Whoever writes uses of a coupon locks the coupon first; customers, if any, are locked before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    bindparam,
    func,
    insert,
    select,
    update,
)

from services.rewards.rules.coupons import Benefit, Coupon, CouponState, Terms, Use, UseState
from services.storage.sets import among, upsert
from services.storage.tables import coupon_uses, coupons
from services.storage.unit import UnitOfWork
from services.unfinished.reservations import IS_LAPSED, USES, of_lapsed

_TERMS = tuple(Terms.__dataclass_fields__)
_COUPONS = select(
    coupons.c.code,
    *(coupons.c[name] for name in _TERMS),
    coupons.c.state,
    USES.label("uses"),
    (coupons.c.reserved - of_lapsed(func.count())).label("reserved"),
    (coupons.c.charged_minor - of_lapsed(func.coalesce(func.sum(coupon_uses.c.charged_minor), 0))).label(
        "charged_minor"
    ),
    coupons.c.created_at,
)
_COUPONS_BY_CODE = _COUPONS.where(among(coupons.c.code, "codes"))
_COUPONS_OF_CAMPAIGN = (
    _COUPONS.where(coupons.c.campaign == bindparam("of_campaign"), coupons.c.code > bindparam("after"))
    .order_by(coupons.c.code)
    .limit(bindparam("most"))
)
_KNOWN = select(coupons.c.code).where(among(coupons.c.code, "codes"))
_LOCK = _KNOWN.order_by(coupons.c.code).with_for_update()
_LAPSE = (
    update(coupon_uses)
    .where(among(coupon_uses.c.code, "codes"), IS_LAPSED)
    .values(state=UseState.LAPSED, resolved_at=coupon_uses.c.lapses_at)
    .returning(coupon_uses.c.code, coupon_uses.c.charged_minor)
)
_GIVE_BACK = (
    update(coupons)
    .where(coupons.c.code == bindparam("of_code"))
    .values(
        uses=coupons.c.uses - 1,
        reserved=coupons.c.reserved - 1,
        charged_minor=coupons.c.charged_minor - bindparam("charge"),
    )
)
_COUNT = (
    update(coupons)
    .where(coupons.c.code == bindparam("of_code"))
    .values(
        uses=bindparam("now_uses"),
        reserved=bindparam("now_reserved"),
        charged_minor=bindparam("now_charged"),
        state=bindparam("now_state"),
    )
)
_USES = select(*(coupon_uses.c[name] for name in Use.__dataclass_fields__))
_USES_BY_ID = _USES.where(among(coupon_uses.c.use_id, "ids"))
_USES_OF_CUSTOMERS = _USES.where(
    among(coupon_uses.c.customer_id, "customers"), among(coupon_uses.c.code, "codes")
).order_by(coupon_uses.c.used_at, coupon_uses.c.use_id)
_USES_IN_ORDERS = _USES.where(
    among(coupon_uses.c.order_id, "orders"),
    among(coupon_uses.c.code, "codes"),
    coupon_uses.c.state == UseState.REDEEMED,
)
_CODES_OF_USES = select(coupon_uses.c.code).where(among(coupon_uses.c.use_id, "ids"))
_DUE = select(coupon_uses.c.code).where(IS_LAPSED).distinct().limit(bindparam("most"))
_NEXT = select(func.min(coupon_uses.c.lapses_at)).where(coupon_uses.c.state == UseState.RESERVED)


def lock_coupons(unit: UnitOfWork, codes: Iterable[str]) -> None:
    """Lock the coupons in key order and bring them to the present: reservations lapse as is due."""
    names = {"codes": sorted(set(codes))}
    unit.connection.execute(_LOCK, names)
    lapsed = unit.connection.execute(_LAPSE, {**names, "now": unit.now})
    rows = sorted((row[0], row[1]) for row in lapsed)
    if rows:
        unit.connection.execute(_GIVE_BACK, [{"of_code": code, "charge": charge} for code, charge in rows])


def find_coupons(connection: Connection, codes: Iterable[str], now: datetime) -> dict[str, Coupon]:
    rows = connection.execute(_COUPONS_BY_CODE, {"codes": sorted(set(codes)), "now": now}).mappings()
    return {row["code"]: _coupon(row) for row in rows}


def _coupon(row: RowMapping) -> Coupon:
    terms = Terms(**{**{name: row[name] for name in _TERMS}, "benefit": Benefit(row["benefit"])})
    counts = (row["uses"], row["reserved"], int(row["charged_minor"]))  # PostgreSQL sums to a decimal
    return Coupon(row["code"], terms, CouponState(row["state"]), *counts, row["created_at"])


def known_codes(connection: Connection, codes: Iterable[str]) -> set[str]:
    return set(connection.execute(_KNOWN, {"codes": sorted(set(codes))}).scalars())


def store_new_coupons(connection: Connection, fresh: Iterable[Coupon]) -> None:
    rows = [_coupon_row(coupon) for coupon in fresh]
    if rows:
        connection.execute(insert(coupons), rows)


def _coupon_row(coupon: Coupon) -> dict[str, Any]:
    own = ("code", "state", "uses", "reserved", "charged_minor", "created_at")
    return {
        **{name: getattr(coupon.terms, name) for name in _TERMS},
        **{name: getattr(coupon, name) for name in own},
    }


def store_counts(connection: Connection, changed: Iterable[Coupon]) -> None:
    """Keep the counts and the state of locked coupons."""
    rows = [
        {
            "of_code": coupon.code,
            "now_uses": coupon.uses,
            "now_reserved": coupon.reserved,
            "now_charged": coupon.charged_minor,
            "now_state": coupon.state,
        }
        for coupon in changed
    ]
    if rows:
        connection.execute(_COUNT, rows)


def codes_of(connection: Connection, use_ids: Iterable[str]) -> set[str]:
    """The codes that were used; which one it is never changes, so that no lock is needed."""
    return set(connection.execute(_CODES_OF_USES, {"ids": sorted(set(use_ids))}).scalars())


def find_uses(connection: Connection, use_ids: Iterable[str]) -> dict[str, Use]:
    rows = connection.execute(_USES_BY_ID, {"ids": sorted(set(use_ids))}).mappings()
    return {row["use_id"]: _use(row) for row in rows}


def uses_of(connection: Connection, customer_ids: Iterable[str], codes: Iterable[str]) -> dict[str, Use]:
    """The uses of the codes by the customers, by their ids, oldest first."""
    names = {"customers": sorted(set(customer_ids)), "codes": sorted(set(codes))}
    rows = connection.execute(_USES_OF_CUSTOMERS, names).mappings()
    return {row["use_id"]: _use(row) for row in rows}


def uses_in_orders(connection: Connection, order_ids: Iterable[str], codes: Iterable[str]) -> dict[str, Use]:
    """The redeemed uses of the codes for the orders, whoever's they are."""
    names = {"orders": sorted(set(order_ids)), "codes": sorted(set(codes))}
    rows = connection.execute(_USES_IN_ORDERS, names).mappings()
    return {row["use_id"]: _use(row) for row in rows}


def _use(row: RowMapping) -> Use:
    return Use(**{**row, "state": UseState(row["state"])})


def store_uses(connection: Connection, changed: Iterable[Use]) -> None:
    rows = [{name: getattr(use, name) for name in Use.__dataclass_fields__} for use in changed]
    upsert(connection, coupon_uses, rows)


def list_coupons(connection: Connection, campaign: str, after: str, most: int, now: datetime) -> list[Coupon]:
    """The coupons of a campaign by code."""
    names = {"of_campaign": campaign, "after": after, "most": most, "now": now}
    return [_coupon(row) for row in connection.execute(_COUPONS_OF_CAMPAIGN, names).mappings()]


def due_coupons(connection: Connection, now: datetime, most: int) -> Sequence[str]:
    """Codes of which reservations have lapsed."""
    return connection.execute(_DUE, {"now": now, "most": most}).scalars().all()


def next_lapse(connection: Connection) -> datetime | None:
    """When the next reservation lapses."""
    lapses_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return lapses_at
