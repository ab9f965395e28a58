"""What is done to erase a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from services.errors import CustomerNotFoundError, RegularsError
from services.events import ConsentsChanged, MemberStateChanged
from services.membership.queries.members import find_members
from services.membership.queries.people import find_person
from services.membership.rules.erasing import Erasure
from services.membership.rules.members import MemberState
from services.storage.erasing import erase
from services.storage.redirects import erased_at, find_survivors, lock_redirects, redirect
from services.storage.rewriting import ask_to_rewrite
from services.storage.sets import known_customers, lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(datetime)
def erase_people(unit: UnitOfWork, asked: Sequence[Erasure]) -> list[datetime | RegularsError]:
    """Erase each person; answers when. Who was erased before stays erased since then."""
    lock_redirects(unit)
    return [_erase(unit, one.person_id) for one in asked]


def _erase(unit: UnitOfWork, customer_id: str) -> datetime | RegularsError:
    before = erased_at(unit, customer_id)
    if before is not None:
        return before
    survivor = find_survivors(unit, [customer_id]).get(customer_id) or customer_id
    if not known_customers(unit.connection, [survivor]):
        return CustomerNotFoundError(field="customer_id")
    person = find_person(unit.connection, survivor)
    redirect(unit, dict.fromkeys(person))
    lock_customers(unit, person)
    _take_leave(unit, person)
    unit.at_last(partial(_leave_nothing, person))
    return unit.now


def _take_leave(unit: UnitOfWork, person: Sequence[str]) -> None:
    """Let the features settle what is open, while they still know whose it is."""
    for member in find_members(unit.connection, person).values():
        unit.emit(MemberStateChanged(member.customer_id, member.state, MemberState.ERASED))
        unit.emit(ConsentsChanged(member.customer_id, frozenset()))


def _leave_nothing(person: Sequence[str], unit: UnitOfWork) -> None:
    erase(unit, person)
    ask_to_rewrite(unit)
