"""The points of two customers who become one, and two again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from services.membership.queries import handover
from services.membership.queries import merging as queries
from services.membership.rules.members import MemberState
from services.membership.rules.merging import (
    Merging,
    Snapshot,
    Unmerging,
    joint_periods,
    parted_periods,
)
from services.points.book import Book, Entry, find_holds, open_book
from services.points.holds import Hold
from services.points.lots import Cause
from services.points.merging import check_holds, merge_accounts, split_hold, unmerge_accounts
from services.storage.tables import holds, lots
from services.storage.unit import UnitOfWork


def join_points(unit: UnitOfWork, one: Merging, kept: Snapshot) -> Snapshot:
    """Hand everything over to the survivor, rows and points; answers what undoing it has to know."""
    book = open_book(unit, (one.survivor_id, one.merged_id))
    survivor, merged = book.entries[one.survivor_id], book.entries.get(one.merged_id)
    if merged is not None:
        kept = _join(unit, one, kept, survivor, merged)
    handover.move_rows(unit.connection, one.merge_id, one.merged_id, one.survivor_id)
    book.store()
    return kept


def _join(unit: UnitOfWork, one: Merging, kept: Snapshot, survivor: Entry, merged: Entry) -> Snapshot:
    cause = Cause(unit.now, f"merge {one.merge_id}", one.actor, one.reason)
    before = (survivor.qualifying, merged.qualifying)
    enrolled_at = min(survivor.enrolled_at, merged.enrolled_at)
    joint = joint_periods(before, enrolled_at, unit.programme)
    kept = replace(
        kept,
        merged_tier=merged.tier,
        survivor_qualifying=before[0],
        merged_qualifying=before[1],
        joint_qualifying=joint,
        standing=queries.find_standing(unit.connection, one.merged_id, unit.programme.tiers.metric),
        brought=merge_accounts(survivor.account, merged.account, cause),
    )
    survivor.enrolled_at, survivor.qualifying = enrolled_at, joint
    merged.account.state, merged.qualifying, merged.tier = MemberState.MERGED, {}, ""
    return kept


def part_points(unit: UnitOfWork, one: Unmerging, kept: Snapshot, merged_at: datetime) -> None:
    """Hand back what was handed over, rows and points. Raises PointsHeldError."""
    if kept.merged is not None:  # nobody else can have the points of the goods that were exchanged since
        handover.note_exchanges(unit.connection, one.merge_id, one.survivor_id)
    handover.note_returns(unit.connection, one.merge_id, one.survivor_id)
    if kept.merged is None:
        handover.hand_back_rows(unit.connection, one.merge_id, one.merged_id, one.survivor_id)
        return
    book = open_book(unit, (one.survivor_id, one.merged_id))
    book.fetch_lots(payment.lot_id for payment in kept.brought.payments)
    _part_accounts(unit, one, kept, book, merged_at)
    handover.hand_back_rows(unit.connection, one.merge_id, one.merged_id, one.survivor_id)
    _part_periods(unit, one, kept, book)
    book.store()


def _part_accounts(unit: UnitOfWork, one: Unmerging, kept: Snapshot, book: Book, merged_at: datetime) -> None:
    survivor, merged = book.entries[one.survivor_id].account, book.entries[one.merged_id].account
    lot_ids = {key[1] for key in handover.noted_keys(unit.connection, one.merge_id, lots)}
    hold_ids = {key[1] for key in handover.noted_keys(unit.connection, one.merge_id, holds)}
    check_holds(survivor.live_holds(), lot_ids, hold_ids)
    made_since = queries.holds_since(unit.connection, one.survivor_id, merged_at) - hold_ids
    _split_holds(unit, one, book, lot_ids, made_since)
    cause = Cause(unit.now, f"unmerge {one.merge_id}", one.actor, one.reason)
    unmerge_accounts(survivor, merged, lot_ids, kept.brought, cause)


def _split_holds(
    unit: UnitOfWork, one: Unmerging, book: Book, lot_ids: Collection[str], made_since: Collection[str]
) -> None:
    """Let every hold made since name one member's lots only."""
    cut: dict[str, tuple[Hold, ...]] = {}
    survivor = book.entries[one.survivor_id].account
    stored = find_holds(unit.connection, made_since)
    made = [survivor.holds.get(hold_id, hold) for hold_id, hold in stored.items()]  # it may just have lapsed
    for hold in made:
        parts = split_hold(hold, lot_ids, one.merged_id, _part_id(one, hold))
        if parts != (hold,):
            cut[hold.hold_id] = parts
            survivor.drop_hold(hold.hold_id)
    queries.forget_parts(unit.connection, list(cut))
    for parts in cut.values():
        for part in parts:
            book.entries[part.customer_id].account.put_hold(part)


def _part_id(one: Unmerging, hold: Hold) -> str:
    """The same for every attempt, and short enough for a hold's id."""
    return f"part-{blake2b(f'{one.merge_id}/{hold.hold_id}'.encode(), digest_size=16).hexdigest()}"


def _part_periods(unit: UnitOfWork, one: Unmerging, kept: Snapshot, book: Book) -> None:
    """What the merged customer's orders count for now, they count for this customer again."""
    assert kept.merged is not None
    survivor, merged = book.entries[one.survivor_id], book.entries[one.merged_id]
    standing = queries.find_standing(unit.connection, one.merged_id, unit.programme.tiers.metric)
    survivor.qualifying, merged.qualifying = parted_periods(
        survivor.qualifying, kept, standing, unit.programme
    )
    survivor.enrolled_at, merged.enrolled_at = kept.enrolled_at, kept.merged.enrolled_at
    merged.account.state, merged.tier = kept.merged.state, kept.merged_tier
