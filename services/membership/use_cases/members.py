"""What `membership` does: one function per RPC, over a batch."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import MemberNotFoundError, RegularsError, check_moment
from services.events import ConsentsChanged
from services.membership.queries import members as queries
from services.membership.rules.members import (
    AlreadyEnrolledError,
    ConsentChange,
    ConsentKind,
    ConsentMissingError,
    Enrolment,
    Member,
    PresenceDevice,
    PresenceKey,
)
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(Member)
def enrol_members(unit: UnitOfWork, enrolments: Sequence[Enrolment]) -> list[Member | RegularsError]:
    lock_customers(unit, (enrolment.customer_id for enrolment in enrolments))
    known = set(queries.find_members(unit.connection, (one.customer_id for one in enrolments)))
    fresh: dict[str, Enrolment] = {}
    refused: dict[int, RegularsError] = {}
    for position, enrolment in enumerate(enrolments):
        problem: RegularsError | None = check_moment(
            enrolment.enrolled_at or unit.now, unit.now, "enrolled_at"
        )
        if enrolment.customer_id in known or enrolment.customer_id in fresh:
            problem = AlreadyEnrolledError(field="customer_id")
        if problem is None:
            fresh[enrolment.customer_id] = enrolment
        else:
            refused[position] = problem
    queries.store_members(unit, list(fresh.values()))
    queries.store_consents(unit, ((one.customer_id, one.consents) for one in fresh.values()))
    stored = queries.find_members(unit.connection, fresh)
    return [refused.get(position) or stored[one.customer_id] for position, one in enumerate(enrolments)]


@use_case(Member)
def set_consents(unit: UnitOfWork, changes: Sequence[ConsentChange]) -> list[Member | RegularsError]:
    lock_customers(unit, (change.customer_id for change in changes))
    known = queries.find_members(unit.connection, (change.customer_id for change in changes))
    allowed = [change for change in changes if change.customer_id in known]
    queries.store_consents(unit, ((change.customer_id, change.consents) for change in allowed))
    without = [one.customer_id for one in allowed if _withdraws_presence(one)]
    queries.forget_presence_keys(unit.connection, without)
    stored = queries.find_members(unit.connection, known)
    for customer_id, member in stored.items():
        unit.emit(ConsentsChanged(customer_id, member.granted))
    return [stored.get(change.customer_id) or MemberNotFoundError(field="customer_id") for change in changes]


def _withdraws_presence(change: ConsentChange) -> bool:
    return any(one.kind is ConsentKind.PRESENCE and not one.granted for one in change.consents)


@use_case(PresenceKey)
def set_presence_devices(
    unit: UnitOfWork, devices: Sequence[PresenceDevice]
) -> list[PresenceKey | RegularsError]:
    lock_customers(unit, (device.customer_id for device in devices))
    known = queries.find_members(unit.connection, (device.customer_id for device in devices))
    answers: list[PresenceKey | RegularsError] = []
    allowed: dict[str, PresenceDevice] = {}
    for device in devices:
        problem = _device_problem(known.get(device.customer_id))
        if problem is None:
            allowed[device.customer_id] = device
        answers.append(problem or PresenceKey(device.identity_key.hex()))
    queries.forget_presence_keys(unit.connection, list(allowed))
    queries.store_presence_keys(unit, list(allowed.values()))
    return answers


def _device_problem(member: Member | None) -> RegularsError | None:
    if member is None:
        return MemberNotFoundError(field="customer_id")
    if ConsentKind.PRESENCE not in member.granted:
        return ConsentMissingError("the member did not consent to PRESENCE", field="customer_id")
    return None
