"""What is done about consents and the devices that rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.errors import MemberNotFoundError, RegularsError
from services.events import ConsentsChanged
from services.membership.queries import members as queries
from services.membership.rules.life import LIVING, forbidden
from services.membership.rules.members import (
    ConsentChange,
    ConsentKind,
    ConsentMissingError,
    Member,
    MemberState,
    PresenceDevice,
    PresenceKey,
    Revocation,
)
from services.membership.rules.tags import taken_by_another
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case


@use_case(Member)
def set_consents(unit: UnitOfWork, changes: Sequence[ConsentChange]) -> list[Member | RegularsError]:
    ids = [change.customer_id for change in changes]
    lock_known(unit, ids)
    known = queries.find_members(unit.connection, ids)
    problems = [_consent_problem(change, known.get(change.customer_id)) for change in changes]
    allowed = [change for change, problem in zip(changes, problems, strict=True) if problem is None]
    queries.store_consents(unit, ((change.customer_id, change.consents) for change in allowed))
    without = [one.customer_id for one in allowed if _withdraws_presence(one)]
    queries.forget_presence_keys(unit.connection, without)
    stored = queries.find_members(unit.connection, {change.customer_id for change in allowed})
    for customer_id, member in stored.items():
        unit.emit(ConsentsChanged(customer_id, member.granted))
    return [problem or stored[change.customer_id] for problem, change in zip(problems, changes, strict=True)]


def _consent_problem(change: ConsentChange, member: Member | None) -> RegularsError | None:
    """Who has left agrees to nothing more, but may still withdraw."""
    if member is None:
        return MemberNotFoundError(field="customer_id")
    if member.state not in LIVING and any(one.granted for one in change.consents):
        return forbidden(member.state, LIVING)
    return None


def _withdraws_presence(change: ConsentChange) -> bool:
    return any(one.kind is ConsentKind.PRESENCE and not one.granted for one in change.consents)


@use_case(PresenceKey)
def set_presence_devices(
    unit: UnitOfWork, devices: Sequence[PresenceDevice]
) -> list[PresenceKey | RegularsError]:
    """Give each its device. The database's key decides between two processes that give one tag."""
    ids = [device.customer_id for device in devices]
    lock_known(unit, ids)
    known = queries.find_members(unit.connection, ids)
    owners = queries.tag_owners(unit.connection, (device.tag for device in devices))
    answers: list[PresenceKey | RegularsError] = []
    allowed: dict[str, PresenceDevice] = {}
    for device in devices:
        problem = _device_problem(device, known.get(device.customer_id), owners)
        if problem is None:
            allowed[device.customer_id] = device
            owners[device.tag] = device.customer_id
        answers.append(problem or PresenceKey("" if device.tag else device.identity_key.hex()))
    queries.forget_presence_keys(unit.connection, list(allowed))
    queries.store_presence_keys(unit, list(allowed.values()))
    return answers


def _device_problem(
    device: PresenceDevice, member: Member | None, owners: Mapping[bytes, str]
) -> RegularsError | None:
    if member is None:
        return MemberNotFoundError(field="customer_id")
    if member.state is not MemberState.ACTIVE:
        return forbidden(member.state, {MemberState.ACTIVE})
    if ConsentKind.PRESENCE not in member.granted:
        return ConsentMissingError(field="customer_id", consent=ConsentKind.PRESENCE)
    return taken_by_another(device.tag, device.customer_id, owners) if device.tag else None


@use_case(Member)
def revoke_presence_devices(
    unit: UnitOfWork, revocations: Sequence[Revocation]
) -> list[Member | RegularsError]:
    """Forget the keys; a member without one stays without."""
    ids = [one.customer_id for one in revocations]
    lock_known(unit, ids)
    queries.forget_presence_keys(unit.connection, sorted(set(ids)))
    stored = queries.find_members(unit.connection, ids)
    return [stored.get(one) or MemberNotFoundError(field="customer_id") for one in ids]
