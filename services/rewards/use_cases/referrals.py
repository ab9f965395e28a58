"""Referrals: codes, friends who accept them, their orders, and the reward for both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from services.errors import MemberNotFoundError, RegularsError
from services.events import OrderExchanged, OrderPlaced, OrderReturned, ReferralEarned
from services.points.holds import MayNotEarnError
from services.rewards.queries import referrals as queries
from services.rewards.rules.referrals import (
    OPEN,
    YEAR_AT_MOST,
    Acceptance,
    AlreadyReferredError,
    CodeWanted,
    DueReferral,
    FriendNotNewError,
    Record,
    Referral,
    ReferralCodeNotFoundError,
    ReferralState,
    ReferrerMayNotEarnError,
    SelfReferralError,
    accepted,
    follow,
    settle_all,
)
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case


@use_case(str)
def give_referral_codes(unit: UnitOfWork, wanted: Sequence[CodeWanted]) -> list[str | RegularsError]:
    """The code of each member; made for those who have none."""
    customers = [one.customer_id for one in wanted]
    lock_known(unit, customers)
    known = queries.known_members(unit.connection, customers)
    earners = queries.earners_among(unit.connection, known)
    codes = queries.codes_of(unit.connection, earners)
    fresh = {one.customer_id: one.code for one in wanted if one.customer_id in earners - codes.keys()}
    queries.store_codes(unit, fresh.items())
    codes |= fresh
    return [codes.get(one) or _no_code(one in known) for one in customers]


def _no_code(is_member: bool) -> RegularsError:
    return (MayNotEarnError if is_member else MemberNotFoundError)(field="customer_id")


@use_case(Referral)
def accept_referrals(unit: UnitOfWork, wanted: Sequence[Acceptance]) -> list[Referral | RegularsError]:
    referrers = queries.owners_of(unit.connection, (one.code for one in wanted))
    earners = queries.earners_among(unit.connection, referrers.values())
    problems = [_code_problem(one, referrers.get(one.code), earners) for one in wanted]
    able = [one for one, problem in zip(wanted, problems, strict=True) if problem is None]
    made = iter(_accept(unit, able, referrers))
    return [problem or next(made) for problem in problems]


def _code_problem(
    wanted: Acceptance, referrer_id: str | None, earners: Collection[str]
) -> RegularsError | None:
    """What the code alone tells: a friend who is refused for it is made known to nobody."""
    if referrer_id is None:
        return ReferralCodeNotFoundError(field="code")
    if referrer_id == wanted.customer_id:
        return SelfReferralError(field="code")
    return None if referrer_id in earners else ReferrerMayNotEarnError(field="code")


def _accept(
    unit: UnitOfWork, wanted: Sequence[Acceptance], referrers: Mapping[str, str]
) -> list[Referral | RegularsError]:
    friends = [one.customer_id for one in wanted]
    lock_customers(unit, [*friends, *(referrers[one.code] for one in wanted)])
    owners = queries.owners_of(unit.connection, (one.code for one in wanted))
    referred = {one.friend_id for one in queries.referrals_of_friends(unit.connection, friends)}
    buyers = queries.buyers_among(unit.connection, friends)
    answers: list[Referral | RegularsError] = []
    for one in wanted:
        if one.code not in owners:  # its owner was erased before the lock
            answers.append(ReferralCodeNotFoundError(field="code"))
        elif one.customer_id in referred:
            answers.append(AlreadyReferredError(field="customer_id"))
        elif one.customer_id in buyers:
            answers.append(FriendNotNewError(field="customer_id"))
        else:
            referred.add(one.customer_id)
            answers.append(accepted(one, owners[one.code], unit.now, unit.programme))
    queries.store_referrals(unit.connection, (one for one in answers if isinstance(one, Referral)))
    return answers


def follow_referrals(
    unit: UnitOfWork, events: Sequence[OrderPlaced | OrderReturned | OrderExchanged]
) -> None:
    """Let open referrals wait for what is now the friend's first kept order."""
    found = queries.referrals_of_friends(unit.connection, (event.customer_id for event in events))
    waiting = [one for one in found if one.state in OPEN]
    if not waiting:
        return
    orders = queries.orders_of(unit.connection, (one.friend_id for one in waiting))
    followed = [follow(one, orders.get(one.friend_id, ()), unit.programme) for one in waiting]
    queries.store_referrals(
        unit.connection, (after for before, after in zip(waiting, followed, strict=True) if after != before)
    )


@use_case(type(None))
def settle_referrals(unit: UnitOfWork, due: Sequence[DueReferral]) -> list[RegularsError | None]:
    """Pay the referrals whose time has come, or say why they never will."""
    lock_known(unit, {one.customer_id for one in due} | {one.referrer_customer_id for one in due})
    waiting, record = _recorded(unit, due)
    settled = settle_all(waiting, record, unit.now, unit.programme)
    queries.store_referrals(unit.connection, settled)
    for one in settled:
        if one.state is ReferralState.PAID:
            unit.emit(ReferralEarned(one.referral_id, one.referrer_id, one.friend_id, one.due_at))
    return [None] * len(due)


def _recorded(unit: UnitOfWork, due: Sequence[DueReferral]) -> tuple[list[Referral], Record]:
    """Which of the referrals are due under the lock, and what they are settled by."""
    wanted, friends = {one.referral_id for one in due}, [one.customer_id for one in due]
    found = queries.referrals_of_friends(unit.connection, friends)
    waiting = [
        one for one in found if one.referral_id in wanted and one.state in OPEN and one.due_at <= unit.now
    ]
    since = min((one.due_at for one in waiting), default=unit.now) - YEAR_AT_MOST
    referrers = [one.referrer_id for one in waiting]
    earners = queries.earners_among(unit.connection, referrers)
    paid = queries.paid_since(unit.connection, referrers, since)
    return waiting, Record(found, queries.orders_of(unit.connection, friends), earners, paid)
