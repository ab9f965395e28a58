"""The team saves, changes and deletes segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.engagement.queries import segments as queries
from services.engagement.rules.segments import (
    Action,
    NewSegment,
    Segment,
    SegmentEdit,
    SegmentNameTakenError,
    change_of,
    checked,
    created,
    edited,
)
from services.errors import RegularsError
from services.storage.unit import UnitOfWork, use_case

Item = TypeVar("Item", NewSegment, SegmentEdit)


@use_case(Segment)
def create_segments(unit: UnitOfWork, asked: Sequence[NewSegment]) -> list[Segment | RegularsError]:
    return [_edited(unit, one, _create) for one in asked]


@use_case(Segment)
def update_segments(unit: UnitOfWork, asked: Sequence[SegmentEdit]) -> list[Segment | RegularsError]:
    return [_edited(unit, one, _update) for one in asked]


@use_case(Segment)
def delete_segments(unit: UnitOfWork, asked: Sequence[SegmentEdit]) -> list[Segment | RegularsError]:
    """Delete segments; answers what they were."""
    return [_edited(unit, one, _delete) for one in asked]


def _edited(
    unit: UnitOfWork, item: Item, edit: Callable[[UnitOfWork, Item], Segment]
) -> Segment | RegularsError:
    """One edit after the other: people make them, and each looks at what the one before it left."""
    queries.lock_segments(unit.connection)
    try:
        return edit(unit, item)
    except RegularsError as problem:
        return problem


def _create(unit: UnitOfWork, new: NewSegment) -> Segment:
    return _kept(unit, created(new, unit.now), Action.CREATED, new.actor)


def _update(unit: UnitOfWork, edit: SegmentEdit) -> Segment:
    return _kept(unit, edited(_found(unit, edit), edit, unit.now), Action.UPDATED, edit.actor)


def _delete(unit: UnitOfWork, edit: SegmentEdit) -> Segment:
    segment = checked(_found(unit, edit), edit)
    queries.delete_segment(unit.connection, change_of(segment, Action.DELETED, edit.actor, unit.now))
    return segment


def _found(unit: UnitOfWork, edit: SegmentEdit) -> Segment | None:
    return queries.find_segments(unit.connection, [edit.segment_id]).get(edit.segment_id)


def _kept(unit: UnitOfWork, segment: Segment, action: Action, actor: str) -> Segment:
    other = queries.find_named(unit.connection, segment.name_key)
    if other is not None and other.segment_id != segment.segment_id:
        raise SegmentNameTakenError(field="name", segment_id=other.segment_id)
    queries.store_segment(unit.connection, segment, change_of(segment, action, actor, unit.now))
    return segment
