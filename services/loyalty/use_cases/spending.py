"""Points are spent, set aside, captured and released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.errors import RegularsError
from services.events import PointsSpent
from services.loyalty.rules.spending import Booked, Capture, Release, SetAside, Spend, reference_of
from services.loyalty.use_cases.commands import account_of, locked_book
from services.points.book import Book
from services.points.holds import REWARD_HOLDS, Hold, HoldNotFoundError, RewardHoldError, Wanted
from services.points.lots import Cause
from services.storage.answers import each
from services.storage.unit import UnitOfWork, use_case


@use_case(Booked)
def spend_points(unit: UnitOfWork, spends: Sequence[Spend]) -> list[Booked | RegularsError]:
    book = locked_book(unit, (one.customer_id for one in spends))

    def spend(one: Spend) -> Booked:
        account = account_of(book, one.customer_id)
        hold = account.spend(one.wanted, Cause(unit.now, reference_of(one.wanted)))
        return Booked(hold, account.balance(unit.now))

    answers = each(spends, spend)
    book.store()
    _tell_spent(unit, answers)
    return answers


@use_case(Booked)
def hold_points(unit: UnitOfWork, asked: Sequence[SetAside]) -> list[Booked | RegularsError]:
    book = locked_book(unit, (one.customer_id for one in asked))
    usual = timedelta(minutes=unit.programme.points.hold_minutes)

    def hold(one: SetAside) -> Booked:
        account = account_of(book, one.customer_id)
        lapses_at = unit.now + (one.ttl or usual)
        held = account.hold(one.wanted, lapses_at, Cause(unit.now, reference_of(one.wanted)))
        return Booked(held, account.balance(unit.now))

    answers = each(asked, hold)
    book.store()
    return answers


@use_case(Booked)
def capture_holds(unit: UnitOfWork, captures: Sequence[Capture]) -> list[Booked | RegularsError]:
    book = _book_with_holds(unit, captures)

    def capture(one: Capture) -> Booked:
        account, hold = account_of(book, one.customer_id), _hold(book, one)
        points = hold.points if one.points is None else one.points
        captured = account.capture(hold, points, _cause(unit, hold))
        return Booked(captured, account.balance(unit.now))

    answers = each(captures, capture)
    book.store()
    _tell_spent(unit, answers)
    return answers


@use_case(Booked)
def release_holds(unit: UnitOfWork, releases: Sequence[Release]) -> list[Booked | RegularsError]:
    book = _book_with_holds(unit, releases)

    def release(one: Release) -> Booked:
        account, hold = account_of(book, one.customer_id), _hold(book, one)
        return Booked(account.release(hold, _cause(unit, hold)), account.balance(unit.now))

    answers = each(releases, release)
    book.store()
    return answers


def _book_with_holds(unit: UnitOfWork, asked: Sequence[Capture] | Sequence[Release]) -> Book:
    """The accounts with the holds that are spoken of, those that are resolved too."""
    book = locked_book(unit, (one.customer_id for one in asked))
    live = {hold_id for entry in book.entries.values() for hold_id in entry.account.holds}
    resolved = {one.hold_id for one in asked} - live
    if resolved:
        book.fetch_holds(resolved)
    return book


def _hold(book: Book, one: Capture | Release) -> Hold:
    """The hold that is spoken of. Raises HoldNotFoundError, RewardHoldError."""
    hold = account_of(book, one.customer_id).holds.get(one.hold_id)
    if hold is None:
        raise HoldNotFoundError(field="hold_id")
    if hold.hold_id.startswith(REWARD_HOLDS):
        raise RewardHoldError(field="hold_id")
    return hold


def _tell_spent(unit: UnitOfWork, answers: Sequence[Booked | RegularsError]) -> None:
    """Points that paid for an order come back with its goods, which may be back already."""
    for one in answers:
        if isinstance(one, Booked) and one.hold.order_id:
            unit.emit(PointsSpent(one.hold.customer_id, one.hold.source, one.hold.order_id))


def _cause(unit: UnitOfWork, hold: Hold) -> Cause:
    return Cause(unit.now, reference_of(Wanted(hold.hold_id, hold.points, hold.source, hold.order_id)))
