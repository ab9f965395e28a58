"""Coupons: made, ended, and used by customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from services.errors import RegularsError
from services.events import CouponEarned
from services.points.book import Book, find_entries, open_book
from services.points.lapses import find_lapsed
from services.programme.programme import Programme
from services.rewards.queries import coupons as queries
from services.rewards.rules.coupon_errors import CouponExistsError, CouponNotFoundError
from services.rewards.rules.coupons import (
    Benefit,
    Coupon,
    CouponEnd,
    CouponState,
    Gain,
    NewCoupons,
    Terms,
    Use,
    UseEnd,
    UseWanted,
    check_terms,
)
from services.rewards.rules.till import Till
from services.storage.answers import each
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case

Asked = TypeVar("Asked", UseWanted, UseEnd)


@use_case(tuple[str, ...])
def create_coupons(unit: UnitOfWork, wanted: Sequence[NewCoupons]) -> list[tuple[str, ...] | RegularsError]:
    """Make coupons; the answer is their codes."""
    known = queries.known_codes(unit.connection, (code for one in wanted for code in one.codes))
    answers: list[tuple[str, ...] | RegularsError] = []
    fresh: list[Coupon] = []
    for one in wanted:
        problem = check_terms(one.terms, unit.now)
        if problem is None and known.isdisjoint(one.codes):
            fresh.extend(_made(unit, one))
            known.update(one.codes)
            answers.append(one.codes)
        else:
            answers.append(problem or CouponExistsError(field="code"))
    lock_customers(unit, {coupon.terms.customer_id for coupon in fresh} - {""})
    queries.store_new_coupons(unit.connection, fresh)
    return answers


def _made(unit: UnitOfWork, new: NewCoupons) -> Iterable[Coupon]:
    terms = replace(new.terms, customer_id=new.customer_id)
    return (Coupon(code, terms, CouponState.AVAILABLE, 0, 0, 0, unit.now) for code in new.codes)


def give_coupons(unit: UnitOfWork, earned: Sequence[CouponEarned]) -> None:
    """Make the coupons that customers earned, each once: what has its code already is there."""
    known = queries.known_codes(unit.connection, (one.code for one in earned))
    fresh = {one.code: one for one in earned if one.code not in known}
    queries.store_new_coupons(unit.connection, (_earned(unit, one) for one in fresh.values()))


def _earned(unit: UnitOfWork, one: CouponEarned) -> Coupon:
    terms = Terms(
        campaign=one.campaign,
        title=one.title,
        benefit=Benefit(one.benefit),
        value=one.value,
        sku="",
        customer_id=one.customer_id,
        uses_max=1,
        per_customer_max=None,
        per_customer_period="EVER",
        budget_minor=None,
        valid_from=None,
        valid_until=one.valid_until,
    )
    return Coupon(one.code, terms, CouponState.AVAILABLE, 0, 0, 0, unit.now)


@use_case(Coupon)
def retire_coupons(unit: UnitOfWork, ended: Sequence[CouponEnd]) -> list[Coupon | RegularsError]:
    codes = [one.code for one in ended]
    queries.lock_coupons(unit, codes)
    found = queries.find_coupons(unit.connection, codes, unit.now)
    after = {code: replace(coupon, state=CouponState.RETIRED) for code, coupon in found.items()}
    queries.store_counts(unit.connection, after.values())
    return [after.get(code) or CouponNotFoundError(field="code") for code in codes]


@use_case(Use)
def reserve_coupons(unit: UnitOfWork, wanted: Sequence[UseWanted]) -> list[Use | RegularsError]:
    return _each(unit, wanted, Till.reserve)


@use_case(Use)
def redeem_coupons(unit: UnitOfWork, wanted: Sequence[UseWanted]) -> list[Use | RegularsError]:
    return _each(unit, wanted, Till.redeem)


@use_case(Use)
def release_coupons(unit: UnitOfWork, asked: Sequence[UseEnd]) -> list[Use | RegularsError]:
    return _each(unit, asked, Till.release)


@use_case(Use)
def roll_back_coupons(unit: UnitOfWork, asked: Sequence[UseEnd]) -> list[Use | RegularsError]:
    return _each(unit, asked, Till.roll_back)


def validate_coupon(
    connection: Connection, wanted: UseWanted, now: datetime, programme: Programme
) -> Gain | RegularsError:
    """What redeeming a code would give now, or what it would be refused with. Changes nothing."""
    found = queries.find_coupons(connection, [wanted.code], now)
    uses = queries.uses_of(connection, [wanted.customer_id], found)
    entries = find_entries(connection, [wanted.customer_id])
    accounts = {one: entry.account for one, entry in entries.items()}
    try:
        return Till(now, programme, accounts, found, uses).validate(wanted)
    except RegularsError as error:
        return error


def _each(
    unit: UnitOfWork, asked: Sequence[Asked], command: Callable[[Till, Asked], Use]
) -> list[Use | RegularsError]:
    """Apply a command to one after another, and store what changed; a refused one leaves nothing behind."""
    till, book = _opened(unit, asked)
    answers = each(asked, partial(command, till))
    changed = [till.uses[use_id] for use_id in sorted(till.changed)]
    lock_customers(unit, (use.customer_id for use in changed))  # who used a code is known from now on
    queries.store_uses(unit.connection, changed)
    queries.store_counts(
        unit.connection, (till.coupons[code] for code in sorted({use.code for use in changed}))
    )
    book.store()
    return answers


def _orders_of(asked: Sequence[UseWanted | UseEnd]) -> set[str]:
    return {one.order_id for one in asked if isinstance(one, UseWanted) and one.order_id}


def _opened(unit: UnitOfWork, asked: Sequence[UseWanted | UseEnd]) -> tuple[Till, Book]:
    """Lock the customers, then the coupons, and read both; accounts only where points are to be had."""
    customers, use_ids = sorted({one.customer_id for one in asked}), [one.use_id for one in asked]
    lock_known(unit, customers)
    codes = queries.codes_of(unit.connection, use_ids)
    codes |= {one.code for one in asked if isinstance(one, UseWanted) and one.code}
    queries.lock_coupons(unit, codes)
    found = queries.find_coupons(unit.connection, codes, unit.now)
    uses = queries.find_uses(unit.connection, use_ids) | queries.uses_of(unit.connection, customers, found)
    uses |= queries.uses_in_orders(unit.connection, _orders_of(asked), found)
    gives_points = any(coupon.terms.benefit is Benefit.POINTS for coupon in found.values())
    book = open_book(unit, customers if gives_points else ())
    lot_ids = {use.lot_id for use in uses.values() if use.points}
    book.fetch_lots(lot_ids)
    accounts = {one: entry.account for one, entry in book.entries.items()}
    lapsed = {lot_id: sum(of.values()) for lot_id, of in find_lapsed(book, lot_ids).items()}
    return Till(unit.now, unit.programme, accounts, found, uses, lapsed), book
