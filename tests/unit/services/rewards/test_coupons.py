"""Coupons: what a use gives, and which limits hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes import CHANCE_BYTES, code_of, normalised
from services.errors import MemberNotFoundError, RegularsError
from services.points.account import Account
from services.programme.programme import Points, Programme
from services.rewards.rules.coupons import (
    Benefit,
    Coupon,
    CouponState,
    Terms,
    UseEnd,
    UseState,
    UseWanted,
    gain,
)
from services.rewards.rules.till import Till

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PROGRAMME = Programme()
TERMS = Terms("spring", "Spring", Benefit.PERCENT, 10, "", "", None, None, "EVER", None, None, None)

totals = st.integers(min_value=0, max_value=10**15)


def terms(**changes: object) -> Terms:
    return replace(TERMS, **changes)  # type: ignore[arg-type]


def till(of: Terms, now: datetime = NOON, account: Account | None = None) -> Till:
    accounts = {account.customer_id: account} if account else {}
    return Till(now, PROGRAMME, accounts, {"A": Coupon("A", of, CouponState.AVAILABLE, 0, 0, 0, NOON)})


def wanted(
    use_id: str = "u-1", order_id: str = "o-1", customer_id: str = "anna", total: int = 1_000
) -> UseWanted:
    return UseWanted(customer_id, "A", use_id, total, order_id, "default")


def reason(of: Till, asked: UseWanted) -> str:
    with pytest.raises(RegularsError) as caught:
        of.redeem(asked)
    return caught.value.reason


@given(total=totals, percent=st.integers(min_value=1, max_value=100))
def test_a_percentage_takes_off_its_share_rounded_down(total: int, percent: int) -> None:
    found = gain(terms(value=percent), total, PROGRAMME)
    assert 0 <= found.discount_minor <= total
    assert 0 <= total * percent - found.discount_minor * 100 < 100
    assert found.charged_minor == found.discount_minor


@given(total=totals, amount=st.integers(min_value=1, max_value=10**15))
def test_an_amount_takes_off_no_more_than_the_order_costs(total: int, amount: int) -> None:
    found = gain(terms(benefit=Benefit.AMOUNT, value=amount), total, PROGRAMME)
    assert found.discount_minor == (min(amount, total))
    assert found.charged_minor == found.discount_minor


@given(points=st.integers(min_value=1, max_value=10**9), worth=st.integers(min_value=0, max_value=1_000))
def test_points_charge_what_they_are_worth_rounded_up(points: int, worth: int) -> None:
    programme = Programme(points=Points(hundred_points_minor=worth))
    found = gain(terms(benefit=Benefit.POINTS, value=points), 5_000, programme)
    assert (found.points, found.discount_minor) == (points, 0)
    assert 0 <= found.charged_minor * 100 - points * worth < 100


def test_an_item_charges_its_worth_and_takes_nothing_off() -> None:
    found = gain(terms(benefit=Benefit.ITEM, value=250, sku="mug"), 5_000, PROGRAMME)
    assert (found.discount_minor, found.sku, found.charged_minor) == (0, "mug", 250)


@given(
    uses_max=st.integers(min_value=1, max_value=6),
    budget_minor=st.integers(min_value=0, max_value=500),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["reserve", "redeem", "release", "roll_back", "wait"]),
            totals.map(lambda one: one % 3_000),
        ),
        max_size=40,
    ),
)
def test_whatever_happens_a_coupon_counts_what_is_reserved_and_redeemed(
    uses_max: int, budget_minor: int, steps: list[tuple[str, int]]
) -> None:
    of = till(terms(uses_max=uses_max, budget_minor=budget_minor))
    for number, (step, total) in enumerate(steps):
        ends = UseEnd("anna", f"u-{number // 2}")
        try:
            if step == "reserve":
                of.reserve(wanted(f"u-{number}", "", total=total))
            elif step == "redeem":
                of.redeem(wanted(f"u-{number}", f"o-{number}", total=total))
            elif step == "wait":
                of.now += timedelta(minutes=7)
            else:
                getattr(of, step)(ends)
        except RegularsError:
            pass
        counted = [use for use in of.uses.values() if use.state in {UseState.RESERVED, UseState.REDEEMED}]
        coupon = of.coupons["A"]
        assert coupon.uses == len(counted) <= uses_max
        assert coupon.reserved == sum(use.state is UseState.RESERVED for use in counted)
        assert coupon.charged_minor == sum(use.charged_minor for use in counted) <= budget_minor


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (terms(customer_id="ben"), "COUPON_NOT_YOURS"),
        (terms(valid_from=NOON + timedelta(seconds=1)), "COUPON_NOT_YET"),
        (terms(valid_until=NOON), "COUPON_EXPIRED"),
        (terms(budget_minor=99), "COUPON_BUDGET_SPENT"),
        (terms(benefit=Benefit.POINTS, value=5), "MEMBER_NOT_FOUND"),
    ],
)
def test_a_coupon_says_why_it_does_not_work(of: Terms, expected: str) -> None:
    opened = till(of)
    assert reason(opened, wanted()) == expected
    assert not opened.changed


def test_a_coupon_works_from_its_first_moment_until_before_its_last() -> None:
    of = terms(valid_from=NOON, valid_until=NOON + timedelta(seconds=1))
    assert till(of).redeem(wanted()).discount_minor == 100


@pytest.mark.parametrize(
    ("period", "later", "is_next"),
    [
        ("DAY", datetime(2026, 3, 28, 23, 59, tzinfo=UTC), False),
        ("DAY", datetime(2026, 3, 29, 0, 0, tzinfo=UTC), True),
        ("MONTH", datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC), False),
        ("MONTH", datetime(2026, 3, 31, 23, 0, tzinfo=UTC), True),  # midnight in London's summer time
        ("YEAR", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), False),
        ("YEAR", datetime(2027, 1, 1, 0, 0, tzinfo=UTC), True),
        ("EVER", datetime(2099, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_limit_per_customer_begins_anew_with_the_period_in_the_programmes_zone(
    period: str, later: datetime, is_next: bool
) -> None:
    of = till(terms(per_customer_max=1, per_customer_period=period), datetime(2026, 3, 28, 12, tzinfo=UTC))
    of.redeem(wanted())
    of.now = later
    assert of.redeem(wanted("u-3", "o-3", "ben")).state is UseState.REDEEMED
    if is_next:
        assert of.redeem(wanted("u-2", "o-2")).state is UseState.REDEEMED
    else:
        assert reason(of, wanted("u-2", "o-2")) == "COUPON_LIMIT_REACHED"


def test_a_reservation_keeps_its_use_and_its_price_from_others() -> None:
    of = till(terms(uses_max=1, budget_minor=100))
    of.reserve(wanted("u-1", ""))
    assert reason(of, wanted("u-2", "o-2", "ben")) == "COUPON_RESERVED"
    assert of.redeem(wanted("u-3", "o-1")).use_id == "u-1"
    assert reason(of, wanted("u-4", "o-4", "ben")) == "COUPON_USED_UP"


def test_a_reservation_is_redeemed_at_the_price_of_the_final_order() -> None:
    of = till(terms(budget_minor=150))
    of.reserve(wanted("u-1", "", total=1_000))
    assert reason(of, wanted("", "o-1", total=1_510)) == "COUPON_BUDGET_SPENT"
    assert of.redeem(wanted("", "o-1", total=1_500)).discount_minor == 150


def test_a_reservation_outlives_the_coupon() -> None:
    of = till(terms(valid_until=NOON + timedelta(minutes=1)))
    of.reserve(wanted("u-1", ""))
    of.now += timedelta(minutes=2)
    assert of.redeem(wanted("", "o-1")).state is UseState.REDEEMED
    assert reason(of, wanted("u-2", "o-2")) == "COUPON_EXPIRED"


def test_a_code_counts_once_in_an_order() -> None:
    of = till(TERMS)
    of.redeem(wanted("u-1", "o-1"))
    assert reason(of, wanted("u-2", "o-1")) == "COUPON_ORDER_HAS_IT"
    assert reason(of, wanted("u-2", "o-1", "ben")) == "COUPON_ORDER_HAS_IT"
    of.roll_back(UseEnd("anna", "u-1"))
    assert of.redeem(wanted("u-3", "o-1")).state is UseState.REDEEMED


def test_points_of_a_coupon_wait_like_those_of_an_order_and_are_taken_back() -> None:
    anna = Account("anna", "ACTIVE")
    of = till(terms(benefit=Benefit.POINTS, value=50), account=anna)
    of.redeem(wanted())
    assert (anna.pending_points, anna.active_points) == (50, 0)
    of.roll_back(UseEnd("anna", "u-1"))
    assert (anna.pending_points, anna.active_points, anna.debt_points) == (0, 0, 0)


def test_points_of_a_coupon_that_expired_are_not_taken_back_from_others() -> None:
    anna = Account("anna", "ACTIVE")
    of = till(terms(benefit=Benefit.POINTS, value=50), account=anna)
    of.redeem(wanted())
    of.now += timedelta(days=800)
    anna.bring_to(of.now)
    of.lapsed = {"coupon/u-1": 50}
    of.roll_back(UseEnd("anna", "u-1"))
    assert (anna.active_points, anna.debt_points) == (0, 0)


def test_validating_says_what_redeeming_does() -> None:
    of = till(terms(uses_max=1))
    assert of.validate(wanted()).discount_minor == 100
    assert not of.uses
    of.reserve(wanted("u-1", ""))
    assert of.validate(wanted()).discount_minor == 100
    with pytest.raises(RegularsError):
        of.validate(wanted(customer_id="ben"))


def test_a_customer_who_is_no_member_gets_no_points() -> None:
    with pytest.raises(MemberNotFoundError):
        till(terms(benefit=Benefit.POINTS, value=50)).reserve(wanted())


@given(chance=st.binary(min_size=CHANCE_BYTES, max_size=CHANCE_BYTES))
def test_a_made_code_is_the_same_however_it_is_typed(chance: bytes) -> None:
    code = code_of(chance)
    assert len(code) == 16
    assert normalised(f" {code.lower()} ") == code
