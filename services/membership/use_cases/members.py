"""What is done to enrol members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.errors import RegularsError, check_moment
from services.events import MemberEnrolled
from services.membership.queries import identifiers as identifier_queries
from services.membership.queries import members as queries
from services.membership.rules.identifiers import Identifier, taken_by_another
from services.membership.rules.members import AlreadyEnrolledError, Enrolment, Member
from services.storage.profiles import store_profiles
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(Member)
def enrol_members(unit: UnitOfWork, enrolments: Sequence[Enrolment]) -> list[Member | RegularsError]:
    ids = [enrolment.customer_id for enrolment in enrolments]
    lock_customers(unit, ids)
    known = set(queries.find_members(unit.connection, ids))
    wanted = [identifier for one in enrolments for identifier in one.identifiers]
    owners = identifier_queries.find_owners(unit.connection, unit.vault, wanted)
    fresh: dict[int, Enrolment] = {}
    refused: dict[int, RegularsError] = {}
    for position, enrolment in enumerate(enrolments):
        problem = _problem(unit, enrolment, known, owners)
        if problem is None:
            known.add(enrolment.customer_id)
            owners.update(dict.fromkeys(enrolment.identifiers, enrolment.customer_id))
            fresh[position] = enrolment
        else:
            refused[position] = problem
    _store(unit, list(fresh.values()))
    stored = queries.find_members(unit.connection, ids)
    return [refused.get(position) or stored[one.customer_id] for position, one in enumerate(enrolments)]


def _problem(
    unit: UnitOfWork, enrolment: Enrolment, known: set[str], owners: Mapping[Identifier, str]
) -> RegularsError | None:
    if enrolment.customer_id in known:
        return AlreadyEnrolledError(field="customer_id")
    for identifier in enrolment.identifiers:
        problem = taken_by_another(identifier, enrolment.customer_id, owners, field="identifiers")
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
        unit.emit(MemberEnrolled(one.customer_id, one.enrolled_at or unit.now))
