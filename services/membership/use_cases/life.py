"""What is done about where a membership stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.errors import MemberNotFoundError, RegularsError
from services.events import ConsentsChanged, MemberStateChanged
from services.membership.queries import life, members
from services.membership.rules.life import StateChange, Transition, ended_consents, taken
from services.membership.rules.members import Member, MemberState
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case


@use_case(Member)
def change_states(unit: UnitOfWork, asked: Sequence[Transition]) -> list[Member | RegularsError]:
    """Take each step in turn; one that leads nowhere from where the member stands is refused."""
    ids = [one.customer_id for one in asked]
    lock_known(unit, ids)
    known = members.find_members(unit.connection, ids)
    states = {customer_id: member.state for customer_id, member in known.items()}
    steps = [_take(one, states) for one in asked]
    changes = [step for step in steps if isinstance(step, StateChange) and step.after is not step.before]
    _move_on(unit, changes, known)
    stored = members.find_members(unit.connection, ids)
    return [step if isinstance(step, RegularsError) else stored[step.customer_id] for step in steps]


def _take(asked: Transition, states: dict[str, MemberState]) -> StateChange | RegularsError:
    if asked.customer_id not in states:
        return MemberNotFoundError(field="customer_id")
    step = taken(asked, states[asked.customer_id])
    if isinstance(step, StateChange):
        states[asked.customer_id] = step.after
    return step


def _move_on(unit: UnitOfWork, changes: Sequence[StateChange], known: Mapping[str, Member]) -> None:
    life.store_changes(unit, changes)
    for one in changes:
        unit.emit(MemberStateChanged(one.customer_id, one.before, one.after))
    closed = [known[one.customer_id] for one in changes if one.after is MemberState.CLOSED]
    members.store_consents(unit, ((one.customer_id, ended_consents(one)) for one in closed))
    members.forget_presence_keys(unit.connection, [one.customer_id for one in closed])
    for member in closed:
        unit.emit(ConsentsChanged(member.customer_id, frozenset()))
