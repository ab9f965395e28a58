"""What is done about identifiers and profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.errors import MemberNotFoundError, RegularsError
from services.membership.queries import identifiers as queries
from services.membership.queries.members import find_members
from services.membership.rules.identifiers import (
    IDENTIFIERS_MAX,
    Identifier,
    IdentifierChange,
    IdentifierNotFoundError,
    IdentifiersFullError,
    taken_by_another,
)
from services.membership.rules.life import LIVING, forbidden
from services.membership.rules.members import Member
from services.membership.rules.profile import ProfileChange, changed, profile_of
from services.storage.profiles import find_profiles, store_profiles
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case


@dataclass(frozen=True, slots=True)
class Additions:
    """The identifiers that a batch adds, one decided on after the other."""

    members: Mapping[str, Member]
    owners: dict[Identifier, str]
    counts: dict[str, int]
    fresh: dict[Identifier, str]

    def add(self, asked: IdentifierChange) -> RegularsError | None:
        """Add it, unless the refusal that is returned says why not. What the member has is no error."""
        customer_id, identifier = asked.customer_id, asked.identifier
        problem = _member_problem(self.members.get(customer_id))
        problem = problem or taken_by_another(identifier, customer_id, self.owners)
        if problem is not None or identifier in self.owners:
            return problem
        if self.counts.get(customer_id, 0) >= IDENTIFIERS_MAX:
            return IdentifiersFullError(field="customer_id", identifiers_max=IDENTIFIERS_MAX)
        self.counts[customer_id] = self.counts.get(customer_id, 0) + 1
        self.owners[identifier] = self.fresh[identifier] = customer_id
        return None


@use_case(type(None))
def add_identifiers(unit: UnitOfWork, asked: Sequence[IdentifierChange]) -> list[RegularsError | None]:
    """Add each unless somebody has it. The database's key decides between two processes."""
    ids = [one.customer_id for one in asked]
    lock_known(unit, ids)
    additions = Additions(
        find_members(unit.connection, ids),
        queries.find_owners(unit.connection, unit.vault, (one.identifier for one in asked)),
        queries.count_identifiers(unit.connection, ids),
        {},
    )
    answers = [additions.add(one) for one in asked]
    queries.store_identifiers(unit, additions.fresh)
    return answers


def _member_problem(member: Member | None) -> RegularsError | None:
    if member is None:
        return MemberNotFoundError(field="customer_id")
    return None if member.state in LIVING else forbidden(member.state, LIVING)


@use_case(type(None))
def remove_identifiers(unit: UnitOfWork, asked: Sequence[IdentifierChange]) -> list[RegularsError | None]:
    lock_known(unit, (one.customer_id for one in asked))
    owners = queries.find_owners(unit.connection, unit.vault, (one.identifier for one in asked))
    owned = [one for one in asked if owners.get(one.identifier) == one.customer_id]
    queries.remove_identifiers(unit, owned)
    return [None if one in owned else IdentifierNotFoundError(field="identifier") for one in asked]


@use_case(type(None))
def update_profiles(unit: UnitOfWork, asked: Sequence[ProfileChange]) -> list[RegularsError | None]:
    ids = [one.customer_id for one in asked]
    lock_known(unit, ids)
    known = find_members(unit.connection, ids)
    stored = find_profiles(unit.connection, unit.vault, ids)
    answers = [_member_problem(known.get(one.customer_id)) for one in asked]
    for one, problem in zip(asked, answers, strict=True):
        if problem is None:
            before = profile_of(stored.get(one.customer_id, {}))
            stored[one.customer_id] = changed(before, one.changes).known
    touched = {one.customer_id for one, problem in zip(asked, answers, strict=True) if problem is None}
    store_profiles(unit, {one: stored[one] for one in touched})
    return answers
