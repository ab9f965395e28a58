"""SQL of saved segments and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, text, tuple_

from services.engagement.rules.segments import Action, Segment, SegmentChange, SegmentNotFoundError
from services.storage.sets import among, upsert
from services.storage.tables import saved_segments, segment_changes

CHANGES_MAX: Final = 100  # shown of a history; all of it stays

_SEGMENTS: Final = select(*(saved_segments.c[name] for name in Segment.__dataclass_fields__))
_BY_ID: Final = _SEGMENTS.where(among(saved_segments.c.segment_id, "ids"))
_BY_NAME: Final = _SEGMENTS.where(saved_segments.c.name_key == bindparam("of_name"))
_IN_ORDER: Final = _SEGMENTS.order_by(saved_segments.c.name_key, saved_segments.c.segment_id).limit(
    bindparam("size")
)
_DELETE: Final = delete(saved_segments).where(saved_segments.c.segment_id == bindparam("of_segment"))
_CHANGES: Final = (
    select(*(segment_changes.c[name] for name in SegmentChange.__dataclass_fields__))
    .where(segment_changes.c.segment_id == bindparam("of_segment"))
    .order_by(segment_changes.c.change_id.desc())
    .limit(CHANGES_MAX)
)


def lock_segments(connection: Connection) -> None:
    """Let nobody else change segments until the commit, so that a name stays free; readers go on."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE saved_segments IN EXCLUSIVE MODE"))


def find_segments(connection: Connection, segment_ids: Sequence[str]) -> dict[str, Segment]:
    return {row[0]: Segment(*row) for row in connection.execute(_BY_ID, {"ids": list(segment_ids)})}


def find_segment(connection: Connection, segment_id: str) -> Segment:
    """A saved segment. Raises SegmentNotFoundError."""
    found = find_segments(connection, [segment_id]).get(segment_id)
    if found is None:
        raise SegmentNotFoundError(field="segment_id")
    return found


def find_named(connection: Connection, key: str) -> Segment | None:
    """The segment with this name key."""
    row = connection.execute(_BY_NAME, {"of_name": key}).one_or_none()
    return None if row is None else Segment(*row)


def list_segments(connection: Connection, after: tuple[str, str] | None, size: int) -> list[Segment]:
    """Segments by name, after a name key and id."""
    query = _IN_ORDER
    if after is not None:
        query = query.where(tuple_(saved_segments.c.name_key, saved_segments.c.segment_id) > after)
    return [Segment(*row) for row in connection.execute(query, {"size": size})]


def list_changes(connection: Connection, segment_id: str) -> list[SegmentChange]:
    """The history of a segment, the newest first."""
    rows = connection.execute(_CHANGES, {"of_segment": segment_id})
    return [_change(*row) for row in rows]


def _change(segment_id: str, action: str, *rest: Any) -> SegmentChange:
    return SegmentChange(segment_id, Action(action), *rest)


def store_segment(connection: Connection, segment: Segment, change: SegmentChange) -> None:
    upsert(connection, saved_segments, [{**asdict(segment), "name_key": segment.name_key}])
    connection.execute(insert(segment_changes), [asdict(change)])


def delete_segment(connection: Connection, change: SegmentChange) -> None:
    connection.execute(_DELETE, {"of_segment": change.segment_id})
    connection.execute(insert(segment_changes), [asdict(change)])
