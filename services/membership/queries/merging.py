"""SQL of merges themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, tuple_, update

from services.membership.rules.members import MemberState
from services.membership.rules.merging import SNAPSHOT, Membership, Merge, Snapshot
from services.storage.sets import among
from services.storage.tables import awards, hold_lots, holds, lots, members, merges, orders, tier_spend
from services.storage.unit import UnitOfWork

_COLUMNS: Final = tuple(merges.c[name] for name in Merge.__dataclass_fields__)
_BY_ID = select(*_COLUMNS).where(among(merges.c.merge_id, "ids"))
_STANDING = select(*_COLUMNS).where(among(merges.c.merged_id, "ids"), merges.c.undone_at.is_(None))
_SNAPSHOT = select(merges.c.snapshot).where(merges.c.merge_id == bindparam("of_merge"))
_MEMBERSHIPS = select(members.c.customer_id, members.c.state, members.c.enrolled_at).where(
    among(members.c.customer_id, "ids")
)
_FORGET_PARTS = delete(hold_lots).where(among(hold_lots.c.hold_id, "ids"))


def find_merges(connection: Connection, merge_ids: Iterable[str]) -> dict[str, Merge]:
    return {row[0]: Merge(*row) for row in connection.execute(_BY_ID, {"ids": sorted(set(merge_ids))})}


def standing_merges(connection: Connection, merged_ids: Iterable[str]) -> dict[str, Merge]:
    """The merges that stand, by the customer who was merged."""
    rows = connection.execute(_STANDING, {"ids": sorted(set(merged_ids))})
    found = (Merge(*row) for row in rows)
    return {merge.merged_id: merge for merge in found}


def find_memberships(connection: Connection, customer_ids: Iterable[str]) -> dict[str, Membership]:
    rows = connection.execute(_MEMBERSHIPS, {"ids": sorted(set(customer_ids))})
    return {row[0]: Membership(MemberState(row[1]), row[2]) for row in rows}


def store_merge(unit: UnitOfWork, merge: Merge, snapshot: Snapshot) -> None:
    row = {**asdict(merge), "snapshot": SNAPSHOT.dump_python(snapshot, mode="json")}
    unit.connection.execute(insert(merges), [row])


def find_snapshot(connection: Connection, merge_id: str) -> Snapshot:
    return SNAPSHOT.validate_python(connection.execute(_SNAPSHOT, {"of_merge": merge_id}).scalar_one())


def end_merge(unit: UnitOfWork, merge_id: str, actor: str, reason: str) -> None:
    """Mark a merge as undone; what was kept for it is needed no more."""
    values = {"undone_at": unit.now, "undone_by": actor, "undo_reason": reason, "snapshot": {}}
    unit.connection.execute(update(merges).where(merges.c.merge_id == merge_id).values(values))


def list_merges(
    connection: Connection, customer_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Merge]:
    """The merges of a customer and of whoever was merged into this customer, latest first."""
    people = select(bindparam("customer", customer_id).label("customer_id")).cte("people", recursive=True)
    people = people.union(
        select(merges.c.merged_id)
        .join(people, merges.c.survivor_id == people.c.customer_id)
        .where(merges.c.undone_at.is_(None))
    )
    named = select(people.c.customer_id)
    query = (
        select(*_COLUMNS)
        .where(or_(merges.c.survivor_id.in_(named), merges.c.merged_id.in_(named)))
        .order_by(merges.c.merged_at.desc(), merges.c.merge_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(merges.c.merged_at, merges.c.merge_id) < before)
    return [Merge(*row) for row in connection.execute(query)]


# --- what undoing has to know of members and of what their orders count for ---


def change_enrolment(connection: Connection, customer_id: str, enrolled_at: datetime) -> None:
    connection.execute(
        update(members).where(members.c.customer_id == customer_id).values(enrolled_at=enrolled_at)
    )


_POINTS = (
    select(lots.c.earned_at, func.sum(awards.c.points - awards.c.gone_points))
    .join_from(
        orders, awards, (awards.c.order_id == orders.c.order_id) & (awards.c.source == orders.c.source)
    )
    .join(lots, lots.c.lot_id == awards.c.lot_id)
    .where(orders.c.customer_id == bindparam("customer"))
    .group_by(lots.c.earned_at)
)
_SPEND = (
    select(tier_spend.c.spent_at, func.sum(tier_spend.c.amount_minor - tier_spend.c.gone_minor))
    .join_from(
        orders,
        tier_spend,
        (tier_spend.c.order_id == orders.c.order_id) & (tier_spend.c.source == orders.c.source),
    )
    .where(orders.c.customer_id == bindparam("customer"))
    .group_by(tier_spend.c.spent_at)
)


def find_standing(connection: Connection, customer_id: str, metric: str) -> dict[datetime, int]:
    """What a customer's orders count for the tier now, by the moment that it was earned or spent at."""
    rows = connection.execute(_POINTS if metric == "points" else _SPEND, {"customer": customer_id})
    return {moment: int(amount) for moment, amount in rows}


# --- holds that were made while two customers were one ---


def holds_since(connection: Connection, customer_id: str, since: datetime) -> set[str]:
    query = select(holds.c.hold_id).where(holds.c.customer_id == customer_id, holds.c.held_at >= since)
    return set(connection.execute(query).scalars())


def forget_parts(connection: Connection, hold_ids: Sequence[str]) -> None:
    """Forget which lots holds took from, before they are stored anew."""
    if hold_ids:
        connection.execute(_FORGET_PARTS, {"ids": list(hold_ids)})
