"""The life of an earning rule: draft, published, retired; one version after another. Pure.

A published version never changes, and none begins in the past: an order earns by the version that was in
force when it was placed, whatever is edited later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.errors import InvalidError, NotFoundError, WrongStateError
from services.programme.earning_rule import EarningRule
from services.programme.reading import read_rule, rule_text


class RuleNotFoundError(NotFoundError):
    """No earning rule has this id and version."""

    reason = "RULE_NOT_FOUND"


class RuleInFileError(WrongStateError):
    """This rule stands in program.toml; change it there, raise its version, and restart."""

    reason = "RULE_IN_FILE"


class RuleNotDraftError(WrongStateError):
    """Only a draft can be changed, deleted or published; create the rule's next version."""

    reason = "RULE_NOT_DRAFT"


class RuleNotPublishedError(WrongStateError):
    """No version of this rule is in force, or will be."""

    reason = "RULE_NOT_PUBLISHED"


class DraftExistsError(WrongStateError):
    """The rule has a draft already; update, publish or delete it first."""

    reason = "DRAFT_EXISTS"


class RuleChangedError(WrongStateError):
    """Somebody changed the draft meanwhile; read it again."""

    reason = "RULE_CHANGED"


class RuleVersionError(InvalidError):
    """A rule's versions follow each other; leave `version` out and it is assigned."""

    reason = "RULE_VERSION"


class RuleIdDiffersError(InvalidError):
    """The definition is of another rule than the one that is to be changed."""

    reason = "RULE_ID_DIFFERS"


class PublishedInPastError(InvalidError):
    """A rule begins now or later: it never changes what orders of the past earned."""

    reason = "EFFECTIVE_FROM_PAST"


class RuleState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"  # its end is set, though it may lie ahead


class Origin(StrEnum):
    FILE = "FILE"
    API = "API"


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule as it is kept. In force for orders placed from `effective_from` until the end."""

    rule_id: str
    version: int
    state: RuleState
    origin: Origin
    definition: str
    effective_from: datetime | None  # None: the beginning of time, or a draft
    effective_until: datetime | None
    actor: str  # who changed it last; empty: program.toml
    created_at: datetime
    changed_at: datetime

    @property
    def etag(self) -> str:
        """Changes with the definition and the state."""
        return hashlib.blake2b(f"{self.state}\n{self.definition}".encode(), digest_size=8).hexdigest()

    @property
    def rule(self) -> EarningRule:
        return read_rule(self.definition)


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A rule to be drafted; `version` None: the next one."""

    rule: EarningRule
    version: int | None
    actor: str

    @property
    def rule_id(self) -> str:
        return self.rule.id

    @property
    def customer_id(self) -> str:
        return ""  # a rule is nobody's: a change of rules touches no customer


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What is to be done with one version of a rule. An empty etag skips the check."""

    rule_id: str
    version: int = 0
    actor: str = ""
    etag: str = ""
    draft: NewDraft | None = None  # the new content of a draft
    effective_from: datetime | None = None  # of a publication; None: now

    @property
    def customer_id(self) -> str:
        return ""


Versions = Sequence[RuleVersion]  # of one rule, oldest first


def drafted(versions: Versions, new: NewDraft, now: datetime) -> RuleVersion:
    """The next version, as a draft. Raises RuleInFileError, DraftExistsError, RuleVersionError."""
    _check_origin(versions)
    if any(one.state is RuleState.DRAFT for one in versions):
        raise DraftExistsError(field="definition", rule_id=new.rule_id)
    number = draft_number(versions)
    if new.version not in {None, number}:
        raise RuleVersionError(
            f"the next version of this rule is {number}; or leave version out, and it is assigned",
            field="definition",
            next_version=number,
        )
    definition = rule_text(new.rule.model_copy(update={"version": number}))
    return RuleVersion(
        new.rule_id, number, RuleState.DRAFT, Origin.API, definition, None, None, new.actor, now, now
    )


def draft_number(versions: Versions) -> int:
    """The version of the draft that is there, or else of the next one."""
    if not versions:
        return 1
    last = versions[-1]
    return last.version if last.state is RuleState.DRAFT else last.version + 1


def redrafted(versions: Versions, change: RuleChange, now: datetime) -> RuleVersion:
    """The draft with another content. Raises what `draft_of` raises, and RuleVersionError."""
    draft, new = draft_of(versions, change), change.draft
    assert new is not None, "the servicer gives the content"
    if new.rule_id != change.rule_id:
        raise RuleIdDiffersError(field="definition", rule_id=new.rule_id)
    if new.version not in {None, draft.version}:
        raise RuleVersionError(field="definition", version=draft.version)
    definition = rule_text(new.rule.model_copy(update={"version": draft.version}))
    return replace(draft, definition=definition, actor=change.actor, changed_at=now)


def published(versions: Versions, change: RuleChange, now: datetime) -> list[RuleVersion]:
    """What changes when a draft is published: the versions before it end, then the draft itself.

    Raises what `draft_of` raises, and PublishedInPastError.
    """
    draft = draft_of(versions, change)
    since = change.effective_from or now
    if since < now:
        raise PublishedInPastError(field="effective_from")
    begun = replace(
        draft, state=RuleState.PUBLISHED, effective_from=since, actor=change.actor, changed_at=now
    )
    return [*ended(versions, since, change.actor, now), begun]


def retired(versions: Versions, change: RuleChange, now: datetime) -> list[RuleVersion]:
    """The versions that end now. Raises RuleNotFoundError, RuleInFileError, RuleNotPublishedError."""
    _check_known(versions)
    _check_origin(versions)
    changed = ended(versions, now, change.actor, now)
    if not changed:
        raise RuleNotPublishedError(field="rule_id", rule_id=change.rule_id)
    return changed


def ended(versions: Versions, until: datetime, actor: str, now: datetime) -> list[RuleVersion]:
    """The versions that would go on beyond a moment, ended there; one that was yet to begin never does."""
    return [
        replace(
            one,
            state=RuleState.RETIRED,
            effective_until=max(until, one.effective_from or until),
            actor=actor,
            changed_at=now,
        )
        for one in versions
        if _goes_beyond(one, until)
    ]


def _goes_beyond(one: RuleVersion, moment: datetime) -> bool:
    if one.state is RuleState.DRAFT or (one.effective_until is not None and one.effective_until <= moment):
        return False
    return one.effective_until is None or one.effective_until != one.effective_from


def draft_of(versions: Versions, change: RuleChange) -> RuleVersion:
    """The draft that a change speaks of.

    Raises RuleNotFoundError, RuleInFileError, RuleNotDraftError, RuleChangedError.
    """
    _check_known(versions)
    _check_origin(versions)
    found = version_of(versions, change.version)
    if found.state is not RuleState.DRAFT:
        raise RuleNotDraftError(field="version", rule_id=found.rule_id, state=found.state)
    if change.etag not in {"", found.etag}:
        raise RuleChangedError(field="etag", etag=found.etag)
    return found


def version_of(versions: Versions, number: int) -> RuleVersion:
    """The version with the number; the newest one for 0. Raises RuleNotFoundError."""
    _check_known(versions)
    found = versions[-1] if not number else next((one for one in versions if one.version == number), None)
    if found is None:
        raise RuleNotFoundError(field="version", version=number)
    return found


def _check_known(versions: Versions) -> None:
    if not versions:
        raise RuleNotFoundError(field="rule_id")


def _check_origin(versions: Versions) -> None:
    if versions and versions[0].origin is Origin.FILE:
        raise RuleInFileError(field="rule_id", rule_id=versions[0].rule_id)
