"""The team edits rules: drafts, publications, retirements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.earning.queries import versions as queries
from services.earning.rules.versions import (
    NewDraft,
    RuleChange,
    RuleVersion,
    Versions,
    draft_of,
    drafted,
    published,
    redrafted,
    retired,
)
from services.errors import RegularsError
from services.storage.unit import UnitOfWork, use_case

Item = TypeVar("Item", NewDraft, RuleChange)


@use_case(RuleVersion)
def create_rules(unit: UnitOfWork, drafts: Sequence[NewDraft]) -> list[RuleVersion | RegularsError]:
    """Draft rules, or the next versions of rules that are there."""
    return [_edited(unit, new, _create) for new in drafts]


@use_case(RuleVersion)
def update_drafts(unit: UnitOfWork, changes: Sequence[RuleChange]) -> list[RuleVersion | RegularsError]:
    return [_edited(unit, change, _update) for change in changes]


@use_case(RuleVersion)
def delete_drafts(unit: UnitOfWork, changes: Sequence[RuleChange]) -> list[RuleVersion | RegularsError]:
    return [_edited(unit, change, _delete) for change in changes]


@use_case(RuleVersion)
def publish_rules(unit: UnitOfWork, changes: Sequence[RuleChange]) -> list[RuleVersion | RegularsError]:
    """Let drafts come into force, now or later, in the place of the versions before them."""
    return [_edited(unit, change, _publish) for change in changes]


@use_case(RuleVersion)
def retire_rules(unit: UnitOfWork, changes: Sequence[RuleChange]) -> list[RuleVersion | RegularsError]:
    """End rules now."""
    return [_edited(unit, change, _retire) for change in changes]


def _edited(
    unit: UnitOfWork, item: Item, edit: Callable[[UnitOfWork, Versions, Item], RuleVersion]
) -> RuleVersion | RegularsError:
    """One edit after the other: people make them, and each looks at what the one before it left."""
    found = queries.find_versions(unit.connection, [item.rule_id], to_change=True)
    try:
        return edit(unit, found.get(item.rule_id, ()), item)
    except RegularsError as problem:
        return problem


def _create(unit: UnitOfWork, versions: Versions, new: NewDraft) -> RuleVersion:
    return _kept(unit, [drafted(versions, new, unit.now)])


def _update(unit: UnitOfWork, versions: Versions, change: RuleChange) -> RuleVersion:
    return _kept(unit, [redrafted(versions, change, unit.now)])


def _delete(unit: UnitOfWork, versions: Versions, change: RuleChange) -> RuleVersion:
    draft = draft_of(versions, change)
    queries.delete_version(unit.connection, draft)
    return draft


def _publish(unit: UnitOfWork, versions: Versions, change: RuleChange) -> RuleVersion:
    return _kept(unit, published(versions, change, unit.now))


def _retire(unit: UnitOfWork, versions: Versions, change: RuleChange) -> RuleVersion:
    return _kept(unit, retired(versions, change, unit.now))


def _kept(unit: UnitOfWork, changed: Sequence[RuleVersion]) -> RuleVersion:
    """Store what changed and answer the newest of it."""
    queries.store_versions(unit.connection, changed)
    return changed[-1]
