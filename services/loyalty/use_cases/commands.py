"""The accounts that a batch of commands is given to: lock, then look."""

from __future__ import annotations

from collections.abc import Iterable

from services.errors import MemberNotFoundError
from services.points.account import Account
from services.points.book import Book, open_book
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork


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
