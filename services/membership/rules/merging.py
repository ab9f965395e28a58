"""Merging two customers who are one person, and undoing it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from services.errors import InvalidError, NotFoundError, RegularsError, WrongStateError
from services.membership.rules.life import LIVING, forbidden
from services.membership.rules.members import MemberState
from services.points.merging import NOTHING_BROUGHT, Brought
from services.points.tiers import midnight, period_start
from services.programme.programme import Programme

UNDO_DAYS: Final = 30  # long enough for the two to complain, short enough that a clean cut is still possible


class SameCustomerError(InvalidError):
    """A customer cannot be merged into itself."""

    reason = "SAME_CUSTOMER"


class SurvivorNotMemberError(WrongStateError):
    """The survivor is no member; enrol this customer, or swap the two."""

    reason = "SURVIVOR_NOT_MEMBER"


class AlreadyMergedError(WrongStateError):
    """This customer was merged before; merge the survivor of that merge, or undo it."""

    reason = "ALREADY_MERGED"


class MergeNotFoundError(NotFoundError):
    """No merge has this id; see ListMerges."""

    reason = "MERGE_NOT_FOUND"


class MergeUndoneError(WrongStateError):
    """This merge was undone before."""

    reason = "MERGE_UNDONE"


class MergeTooOldError(WrongStateError):
    """A merge can be undone for 30 days."""

    reason = "MERGE_TOO_OLD"


class MergeNestedError(WrongStateError):
    """The survivor was merged into a third customer since; undo that merge first."""

    reason = "MERGE_NESTED"


@dataclass(frozen=True, slots=True)
class Merging:
    """Asks to merge two customers. The id of the merge is random and chosen before."""

    merge_id: str
    survivor_id: str
    merged_id: str
    actor: str
    reason: str

    @property
    def customer_id(self) -> str:
        """Which writer takes it; it speaks of both customers as they are, whomever their ids mean."""
        return self.survivor_id


@dataclass(frozen=True, slots=True)
class Unmerging:
    """Asks to undo a merge."""

    merge_id: str
    survivor_id: str
    merged_id: str
    actor: str
    reason: str

    @property
    def customer_id(self) -> str:
        """Which writer takes it."""
        return self.survivor_id


@dataclass(frozen=True, slots=True)
class Merged:
    """The answer to a merge, and to its undoing."""

    merge_id: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge as it is listed."""

    merge_id: str
    survivor_id: str
    merged_id: str
    actor: str
    reason: str
    merged_at: datetime
    undone_at: datetime | None = None
    undone_by: str = ""
    undo_reason: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """What a merge has to know of a member."""

    state: MemberState
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class AddedUsage:
    """What a rule with a limit had given the merged customer in a period."""

    rule_id: str
    period: str
    points: int
    times: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What undoing a merge cannot read off the rows. Tier metrics are by period's first day.

    standing: by the moment it was earned, what the merged customer's orders counted for the tier.
    dropped: rows of derived tables, by table.
    """

    merged: Membership | None  # None: was no member
    enrolled_at: datetime  # of the survivor
    merged_tier: str = ""
    merged_qualifying: Mapping[str, int] = field(default_factory=dict)
    survivor_qualifying: Mapping[str, int] = field(default_factory=dict)
    joint_qualifying: Mapping[str, int] = field(default_factory=dict)
    standing: Mapping[datetime, int] = field(default_factory=dict)
    brought: Brought = NOTHING_BROUGHT
    usage: tuple[AddedUsage, ...] = ()
    dropped: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)


SNAPSHOT: Final = TypeAdapter(Snapshot)


def merge_problem(survivor: Membership | None, merged: Membership | None) -> RegularsError | None:
    """Why two customers may not be merged; None where they may. None for a customer who is no member."""
    if survivor is None:
        return SurvivorNotMemberError(field="survivor_customer_id")
    names = {"survivor_customer_id": survivor, "merged_customer_id": merged}
    for name, membership in names.items():
        if membership is not None and membership.state not in LIVING:
            return forbidden(membership.state, LIVING, name)
    return None


def undo_problem(merge: Merge | None, outer: Merge | None, now: datetime) -> RegularsError | None:
    """Why a merge may not be undone; outer: the standing merge of its survivor into a third customer."""
    if merge is None:
        return MergeNotFoundError(field="merge_id")
    if merge.undone_at is not None:
        return MergeUndoneError(field="merge_id", merge_id=merge.merge_id)
    if now - merge.merged_at > timedelta(days=UNDO_DAYS):
        return MergeTooOldError(field="merge_id", merge_id=merge.merge_id)
    if outer is not None:
        return MergeNestedError(field="merge_id", merge_id=outer.merge_id)
    return None


def joint_periods(
    both: Iterable[Mapping[str, int]], enrolled_at: datetime, programme: Programme
) -> dict[str, int]:
    """What both earned towards their tiers, by the periods of a membership since `enrolled_at`.

    Where a membership year is the period, the amount of a year counts in the year in which it began.
    """
    joint: dict[str, int] = {}
    for qualifying in both:
        for day, amount in qualifying.items():
            began_at = midnight(date.fromisoformat(day), programme.zone)
            _count(joint, amount, period_start(began_at, enrolled_at, programme))
    return joint


def parted_periods(
    present: Mapping[str, int], kept: Snapshot, standing: Mapping[datetime, int], programme: Programme
) -> tuple[dict[str, int], dict[str, int]]:
    """What the survivor and the merged member had earned towards their tiers, each by its own periods.

    present: of the survivor now. standing: as in the snapshot, but now: what the merged customer's orders
    lost since, or won by an exchange, is that customer's. Everything else since is the survivor's.
    """
    assert kept.merged is not None
    since = {day: amount - kept.joint_qualifying.get(day, 0) for day, amount in present.items()}
    survivor = dict(kept.survivor_qualifying)
    for day, amount in joint_periods((since,), kept.enrolled_at, programme).items():
        _count(survivor, amount, date.fromisoformat(day))
    merged = dict(kept.merged_qualifying)
    for moment in {*kept.standing, *standing}:
        lost = kept.standing.get(moment, 0) - standing.get(moment, 0)
        _count(merged, -lost, period_start(moment, kept.merged.enrolled_at, programme))
        _count(survivor, lost, period_start(moment, kept.enrolled_at, programme))
    return survivor, merged


def _count(qualifying: dict[str, int], amount: int, period: date) -> None:
    if amount:
        qualifying[period.isoformat()] = qualifying.get(period.isoformat(), 0) + amount
