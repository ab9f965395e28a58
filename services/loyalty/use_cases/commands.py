"""How a command is given to accounts: lock, look, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from services.errors import MemberNotFoundError, RegularsError
from services.points.account import Account
from services.points.book import Book, open_book
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, WriteItem

Item = TypeVar("Item", bound=WriteItem)
Answer = TypeVar("Answer")


def locked_book(unit: UnitOfWork, customer_ids: Iterable[str], *, whole: bool = True) -> Book:
    """The accounts of the members among the customers, nobody else's to change until the commit."""
    ids = sorted(set(customer_ids))
    lock_known(unit, ids)
    return open_book(unit, ids, whole=whole)


def account_of(book: Book, customer_id: str, field: str = "customer_id") -> Account:
    """Raises MemberNotFoundError."""
    account = book.account(customer_id)
    if account is None:
        raise MemberNotFoundError(field=field)
    return account


def each(items: Sequence[Item], command: Callable[[Item], Answer]) -> list[Answer | RegularsError]:
    """The answer to each item, in order; one that is refused answers its error and spoils no other."""
    answers: list[Answer | RegularsError] = []
    for item in items:
        try:
            answers.append(command(item))
        except RegularsError as error:
            answers.append(error)
    return answers
