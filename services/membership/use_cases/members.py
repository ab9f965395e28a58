"""What is done to enrol members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.errors import RegularsError, check_moment
from services.events import MemberEnrolled
from services.membership.queries import identifiers as identifier_queries
from services.membership.queries import members as queries
from services.membership.rules.identifiers import Identifier, taken_by_another
from services.membership.rules.members import Enrolment, Member, MemberState, already_enrolled, joined_at
from services.storage.profiles import store_profiles
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(Member)
def enrol_members(unit: UnitOfWork, enrolments: Sequence[Enrolment]) -> list[Member | RegularsError]:
    """Enrol each unless something speaks against it, and make nobody known who is refused."""
    refused: dict[int, RegularsError] = {}
    sound = _sound(unit, dict(enumerate(enrolments)), refused)
    lock_customers(unit, (one.customer_id for one in sound.values()))
    fresh = _sound(unit, sound, refused)  # somebody else may have come first
    _store(unit, list(fresh.values()))
    stored = queries.find_members(unit.connection, (one.customer_id for one in fresh.values()))
    return [refused.get(position) or stored[one.customer_id] for position, one in enumerate(enrolments)]


def _sound(
    unit: UnitOfWork, enrolments: Mapping[int, Enrolment], refused: dict[int, RegularsError]
) -> dict[int, Enrolment]:
    """The enrolments, by position, that nothing speaks against; what speaks against others is noted."""
    ids = [one.customer_id for one in enrolments.values()]
    members = queries.find_members(unit.connection, ids)
    known = {customer_id: member.state for customer_id, member in members.items()}
    wanted = [identifier for one in enrolments.values() for identifier in one.identifiers]
    owners = identifier_queries.find_owners(unit.connection, unit.vault, wanted)
    sound: dict[int, Enrolment] = {}
    for position, enrolment in enrolments.items():
        problem = _problem(unit, enrolment, known, owners)
        if problem is None:
            known[enrolment.customer_id] = enrolment.state
            owners.update(dict.fromkeys(enrolment.identifiers, enrolment.customer_id))
            sound[position] = enrolment
        else:
            refused[position] = problem
    return sound


def _problem(
    unit: UnitOfWork,
    enrolment: Enrolment,
    known: Mapping[str, MemberState],
    owners: Mapping[Identifier, str],
) -> RegularsError | None:
    if state := known.get(enrolment.customer_id):
        return already_enrolled(state)
    for index, identifier in enumerate(enrolment.identifiers):
        field = f"identifiers[{index}]"
        problem = taken_by_another(identifier, enrolment.customer_id, owners, field)
        if problem is not None:
            return problem
    return check_moment(enrolment.enrolled_at or unit.now, unit.now, "enrolled_at")


def _store(unit: UnitOfWork, enrolments: Sequence[Enrolment]) -> None:
    queries.store_members(unit, enrolments)
    queries.store_consents(unit, ((one.customer_id, one.consents) for one in enrolments))
    store_profiles(unit, {one.customer_id: one.profile.known for one in enrolments if one.profile.known})
    owned = {identifier: one.customer_id for one in enrolments for identifier in one.identifiers}
    identifier_queries.store_identifiers(unit, owned)
    for one in enrolments:
        unit.emit(MemberEnrolled(one.customer_id, joined_at(one, unit.now)))
