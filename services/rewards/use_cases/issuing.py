"""Rewards of members: issued, redeemed, cancelled, returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from services.errors import RegularsError
from services.events import MemberStateChanged
from services.points.book import Book, open_book
from services.points.closing import CLOSED, ERASED
from services.rewards.queries import rewards as queries
from services.rewards.rules.rewards import MemberReward, Resolution, RewardWanted
from services.rewards.rules.shelf import Shelf
from services.storage.answers import each
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case

Asked = TypeVar("Asked", RewardWanted, Resolution)
Answers = list[MemberReward | RegularsError]


@use_case(MemberReward)
def issue_rewards(unit: UnitOfWork, wanted: Sequence[RewardWanted]) -> Answers:
    stocked = _stocked(unit, (one.customer_id for one in wanted), (one.reward_id for one in wanted))
    stocked.shelf.taken = queries.count_taken(unit.connection, stocked.shelf.accounts, unit.now)
    return stocked.each(Shelf.issue, wanted)


@use_case(MemberReward)
def redeem_rewards(unit: UnitOfWork, asked: Sequence[Resolution]) -> Answers:
    return _held(unit, asked).each(Shelf.redeem, asked)


@use_case(MemberReward)
def cancel_rewards(unit: UnitOfWork, asked: Sequence[Resolution]) -> Answers:
    return _held(unit, asked).each(Shelf.cancel, asked)


@use_case(MemberReward)
def return_rewards(unit: UnitOfWork, asked: Sequence[Resolution]) -> Answers:
    return _held(unit, asked).each(Shelf.take_back, asked)


def give_up_rewards(unit: UnitOfWork, changes: Sequence[MemberStateChanged]) -> None:
    """Members who leave give up what they have not redeemed."""
    leaving = [one.customer_id for one in changes if one.after in {CLOSED, ERASED}]
    issued = queries.issued_to(unit.connection, leaving) if leaving else ()
    if issued:
        asked = [Resolution(one.customer_id, one.member_reward_id) for one in issued]
        _held(unit, asked).each(Shelf.cancel, asked)


@dataclass(frozen=True, slots=True)
class _Stocked:
    """A shelf and the book that its accounts lie in."""

    shelf: Shelf
    book: Book

    def each(self, command: Callable[[Shelf, Asked], MemberReward], asked: Sequence[Asked]) -> Answers:
        """Apply a command to one after another, and store what changed; a refused one leaves nothing."""
        answers = each(asked, partial(command, self.shelf))
        connection = self.book.unit.connection
        queries.store_member_rewards(connection, [self.shelf.held[one] for one in sorted(self.shelf.changed)])
        queries.add_issued(connection, self.shelf.pieces)
        self.book.store()
        return answers


def _stocked(unit: UnitOfWork, customer_ids: Iterable[str], reward_ids: Iterable[str]) -> _Stocked:
    """Lock the customers, then the rewards, and read both."""
    customers, wanted = sorted(set(customer_ids)), sorted(set(reward_ids))
    lock_known(unit, customers)
    book = open_book(unit, customers)
    queries.lock_rewards(unit, wanted)
    accounts = {one: entry.account for one, entry in book.entries.items()}
    tiers = {one: entry.standing(unit.now, unit.programme).tier for one, entry in book.entries.items()}
    found = queries.find_rewards(unit.connection, wanted, unit.now)
    return _Stocked(Shelf(unit.now, unit.programme, accounts, tiers, found), book)


def _held(unit: UnitOfWork, asked: Sequence[Resolution]) -> _Stocked:
    """Read what was issued too, with the holds of its points and the lots that they came from."""
    ids = [one.member_reward_id for one in asked]
    reward_ids = queries.reward_ids_of(unit.connection, ids)
    stocked = _stocked(unit, (one.customer_id for one in asked), reward_ids)
    held = stocked.shelf.held = queries.find_member_rewards(unit.connection, ids)
    stocked.book.fetch_holds(one.hold_id for one in held.values())
    holds = [hold for account in stocked.shelf.accounts.values() for hold in account.holds.values()]
    stocked.book.fetch_lots(part.lot_id for hold in holds for part in hold.lots)
    return stocked
