"""What merging does: two customers become one, and two again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.errors import CustomerErasedError, CustomerNotFoundError, RegularsError
from services.events import MembersMerged, MemberStateChanged, MembersUnmerged, VisitEnded
from services.membership.queries import handover, set_aside
from services.membership.queries import merging as queries
from services.membership.queries.life import store_changes
from services.membership.rules.life import StateChange
from services.membership.rules.members import MemberState
from services.membership.rules.merging import (
    AlreadyMergedError,
    Merge,
    Merged,
    Merging,
    SameCustomerError,
    Snapshot,
    Unmerging,
    merge_problem,
    undo_problem,
)
from services.membership.use_cases.merged_points import join_points, part_points
from services.storage.redirects import end_redirects, find_survivors, redirect
from services.storage.sets import known_customers, lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(Merged)
def merge_members(unit: UnitOfWork, asked: Sequence[Merging]) -> list[Merged | RegularsError]:
    """Merge pair after pair; one that is refused once locks are held raises, and undoes what it did."""
    return [_name_problem(unit, one) or _merge(unit, one) for one in asked]


def _name_problem(unit: UnitOfWork, one: Merging) -> RegularsError | None:
    """What is wrong with whom the ids name."""
    if one.survivor_id == one.merged_id:
        return SameCustomerError(field="merged_customer_id")
    named = {"survivor_customer_id": one.survivor_id, "merged_customer_id": one.merged_id}
    survivors = find_survivors(unit, named.values())
    known = known_customers(unit.connection, list(named.values()))
    for field, customer_id in named.items():
        if customer_id in survivors:
            survivor = survivors[customer_id]
            if survivor is None:
                return CustomerErasedError(field=field)
            return AlreadyMergedError(field=field, survivor_customer_id=survivor)
        if customer_id not in known:
            return CustomerNotFoundError(field=field)
    return None


def _merge(unit: UnitOfWork, one: Merging) -> Merged:
    """The survivor's row is locked after the merged id has become the survivor's: nobody writes past it."""
    redirect(unit, {one.merged_id: one.survivor_id})
    lock_customers(unit, (one.survivor_id, one.merged_id))
    if standing := queries.standing_merges(unit.connection, (one.survivor_id, one.merged_id)):
        raise AlreadyMergedError(field="merged_customer_id", merge_id=next(iter(standing.values())).merge_id)
    members = queries.find_memberships(unit.connection, (one.survivor_id, one.merged_id))
    survivor, merged = members.get(one.survivor_id), members.get(one.merged_id)
    if problem := merge_problem(survivor, merged):
        raise problem
    assert survivor is not None
    for visit_id in handover.end_visits(unit.connection, one.merged_id):
        unit.emit(VisitEnded(visit_id, one.survivor_id))
    kept = join_points(unit, one, Snapshot(merged, survivor.enrolled_at))
    if merged is not None:
        _move_on(unit, one, merged.state, MemberState.MERGED)
        earlier = min(survivor.enrolled_at, merged.enrolled_at)
        queries.change_enrolment(unit.connection, one.survivor_id, earlier)
    _move_rows(unit, one, kept)
    unit.emit(MembersMerged(one.merge_id, one.survivor_id, one.merged_id))
    return Merged(one.merge_id)


def _move_rows(unit: UnitOfWork, one: Merging, kept: Snapshot) -> None:
    connection, old, new = unit.connection, one.merged_id, one.survivor_id
    handover.move_work(connection, one.merge_id, old, new)
    usage = set_aside.add_usage(connection, old, new)
    dropped = set_aside.set_aside(connection, old)
    merge = Merge(one.merge_id, new, old, one.actor, one.reason, unit.now)
    queries.store_merge(unit, merge, replace(kept, usage=usage, dropped=dropped))


@use_case(Merged)
def unmerge_members(unit: UnitOfWork, asked: Sequence[Unmerging]) -> list[Merged | RegularsError]:
    """Undo merge after merge; one that is refused once locks are held raises, and undoes what it did."""
    return [_unmerge(unit, one) for one in asked]


def _unmerge(unit: UnitOfWork, one: Unmerging) -> Merged:
    connection, old, new = unit.connection, one.merged_id, one.survivor_id
    end_redirects(unit, (old,))
    lock_customers(unit, (new, old))
    merge = queries.find_merges(connection, (one.merge_id,)).get(one.merge_id)
    outer = queries.standing_merges(connection, (new,)).get(new)
    if problem := undo_problem(merge, outer, unit.now):
        raise problem
    assert merge is not None
    kept = queries.find_snapshot(connection, one.merge_id)
    part_points(unit, one, kept, merge.merged_at)
    handover.hand_back_work(connection, one.merge_id, old, new)
    set_aside.take_usage_off(connection, kept.usage, old, new)
    set_aside.put_back(connection, kept.dropped)
    if kept.merged is not None:
        _move_on(unit, one, MemberState.MERGED, kept.merged.state)
        queries.change_enrolment(connection, new, kept.enrolled_at)
    queries.end_merge(unit, one.merge_id, one.actor, one.reason)
    unit.emit(MembersUnmerged(one.merge_id, new, old))
    return Merged(one.merge_id)


def _move_on(unit: UnitOfWork, one: Merging | Unmerging, before: MemberState, after: MemberState) -> None:
    store_changes(unit, [StateChange(one.merged_id, before, after, one.actor, one.reason)])
    unit.emit(MemberStateChanged(one.merged_id, before, after))
