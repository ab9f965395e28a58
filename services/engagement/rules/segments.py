"""Saved segments: a filter under a name, with who saved it and what it was before. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from services.engagement.rules.fields import FIELDS
from services.errors import DuplicateError, InvalidError, NotFoundError, WrongStateError
from services.filtering.lexing import invalid
from services.filtering.parsing import parse
from services.filtering.tree import EVERYBODY, Tree


class SegmentNotFoundError(NotFoundError):
    """No saved segment has this id; see ListSegments."""

    reason = "SEGMENT_NOT_FOUND"


class SegmentNameTakenError(DuplicateError):
    """Another saved segment has this name; choose another, or change that one."""

    reason = "SEGMENT_NAME_TAKEN"


class SegmentChangedError(WrongStateError):
    """Somebody changed the segment meanwhile; read it again."""

    reason = "SEGMENT_CHANGED"


class MaskInvalidError(InvalidError):
    """The update mask names a field that no update changes; use name, description and filter."""

    reason = "UPDATE_MASK_INVALID"


class NameBlankError(InvalidError):
    """A segment needs a name."""

    reason = "NAME_BLANK"


class Action(StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved segment as it is kept."""

    segment_id: str
    name: str
    description: str
    filter: str
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime

    @property
    def name_key(self) -> str:
        return name_key(self.name)

    @property
    def etag(self) -> str:
        """Changes with every change, also with one that is taken back."""
        content = (self.name, self.description, self.filter, self.changed_by, self.changed_at.isoformat())
        return hashlib.blake2b("\n".join(content).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to be saved."""

    segment_id: str
    name: str
    description: str
    filter: str
    actor: str
    customer_id: str = ""  # a segment is nobody's: all changes of segments go through one lane


@dataclass(frozen=True, slots=True)
class SegmentEdit:
    """What is to become of a segment; None stays as it is. An empty etag skips the check."""

    segment_id: str
    actor: str
    etag: str
    name: str | None = None
    description: str | None = None
    filter: str | None = None
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """One entry of the history: what a segment was afterwards."""

    segment_id: str
    action: Action
    name: str
    description: str
    filter: str
    actor: str
    changed_at: datetime


def name_key(name: str) -> str:
    """What two names have in common that people would confuse: spaces and capital letters do not count."""
    return " ".join(unicodedata.normalize("NFC", name.casefold()).split())


def tree_of(text: str, zone: tzinfo) -> Tree:
    """The filter of a segment, which names somebody. Raises FilterInvalidError."""
    tree = parse(text, FIELDS, zone)
    if tree == EVERYBODY:
        raise invalid(0, "at least one condition", "the filter is empty")
    return tree


def created(new: NewSegment, now: datetime) -> Segment:
    return Segment(
        segment_id=new.segment_id,
        name=new.name,
        description=new.description,
        filter=new.filter,
        created_by=new.actor,
        created_at=now,
        changed_by=new.actor,
        changed_at=now,
    )


def edited(segment: Segment | None, edit: SegmentEdit, now: datetime) -> Segment:
    """The segment after the edit. Raises SegmentNotFoundError, SegmentChangedError."""
    found = checked(segment, edit)
    return replace(
        found,
        name=found.name if edit.name is None else edit.name,
        description=found.description if edit.description is None else edit.description,
        filter=found.filter if edit.filter is None else edit.filter,
        changed_by=edit.actor,
        changed_at=now,
    )


def checked(segment: Segment | None, edit: SegmentEdit) -> Segment:
    """The segment, when it is there and as the caller read it."""
    if segment is None:
        raise SegmentNotFoundError(field="segment_id")
    if edit.etag and edit.etag != segment.etag:
        raise SegmentChangedError(field="etag", etag=segment.etag)
    return segment


def change_of(segment: Segment, action: Action, actor: str, now: datetime) -> SegmentChange:
    return SegmentChange(
        segment.segment_id, action, segment.name, segment.description, segment.filter, actor, now
    )
