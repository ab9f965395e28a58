"""Returns matched with purchases, and the checks of what callers send."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.rules.returns import Match, Purchase, Return, ReturnLine, match_return, take_units
from services.errors import check_currency

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SKUS = st.sampled_from(["tea", "kettle", "scones"])


def purchase(sku: str = "tea", left: int = 1, days_ago: int = 1, line: int = 0, price: int = 100) -> Purchase:
    return Purchase(
        f"o-{days_ago}",
        line,
        NOON - timedelta(days=days_ago),
        sku,
        left,
        0,
        price,
        gift_card=False,
        left=left,
    )


def back(*lines: tuple[str, int], at: datetime = NOON) -> Return:
    return Return("default", "b-1", "", "anna", at, tuple(ReturnLine(*line) for line in lines))


def matched(one: Return, purchases: list[Purchase]) -> list[Match]:
    """What the units of a return without an order go back to."""
    lines = one.lines
    return [
        match for line in lines for match in take_units(line.sku, line.quantity, one.returned_at, purchases)
    ]


PURCHASES = st.lists(
    st.builds(purchase, SKUS, st.integers(0, 5), st.integers(-3, 9), st.integers(0, 3), st.integers(0, 500)),
    max_size=8,
)
RETURNS = st.lists(
    st.lists(st.tuples(SKUS, st.integers(1, 6)), min_size=1, max_size=3).map(lambda lines: back(*lines)),
    max_size=6,
)


@given(PURCHASES, RETURNS)
def test_no_sequence_of_returns_takes_back_more_than_was_bought(
    purchases: list[Purchase], returns: list[Return]
) -> None:
    bought = [one.left for one in purchases]
    taken = [0] * len(purchases)
    position_of = {id(one): position for position, one in enumerate(purchases)}
    for one in returns:
        matches = matched(one, purchases)
        for match in matches:
            taken[position_of[id(match.purchase)]] += match.quantity
    assert all(0 <= units <= most for units, most in zip(taken, bought, strict=True))
    assert [most - units for units, most in zip(taken, bought, strict=True)] == [
        one.left for one in purchases
    ]


@given(PURCHASES, RETURNS)
def test_every_returned_unit_is_matched_or_counted_as_unmatched(
    purchases: list[Purchase], returns: list[Return]
) -> None:
    for one in returns:
        named = replace(one, order_id="o-1")
        matches, unmatched = match_return(named, purchases)
        assert {match.purchase.order_id for match in matches} <= {"o-1"}
        asked = sum(line.quantity for line in one.lines)
        assert sum(match.quantity for match in matches) + sum(unmatched) == asked


@given(PURCHASES, st.integers(1, 6))
def test_units_go_to_the_latest_earlier_purchase_first(purchases: list[Purchase], units: int) -> None:
    matches = matched(back(("tea", units)), purchases)
    times = [match.purchase.placed_at for match in matches]
    assert times == sorted(times, reverse=True)
    skipped = [one for one in purchases if one.sku == "tea" and one.left and one.placed_at <= NOON]
    assert all(one.placed_at <= match.purchase.placed_at for one in skipped for match in matches)


@given(PURCHASES, RETURNS)
def test_nothing_is_matched_with_a_later_purchase_or_another_product(
    purchases: list[Purchase], returns: list[Return]
) -> None:
    for one in returns:
        matches = matched(one, purchases)
        assert all(match.purchase.placed_at <= one.returned_at for match in matches)
        assert {match.purchase.sku for match in matches} <= {line.sku for line in one.lines}


def test_a_refund_is_the_price_that_was_paid() -> None:
    bought = [purchase(days_ago=1, price=200), purchase(left=5, days_ago=2, price=100)]
    assert [match.amount_minor for match in matched(back(("tea", 3)), bought)] == [200, 200]


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_another_currency_is_refused_with_the_one_expected(currency: str) -> None:
    problem = check_currency(currency, "GBP", "order.currency")
    assert problem is not None
    assert (problem.reason, problem.field) == ("CURRENCY_DIFFERS", "order.currency")
    assert (problem.facts["currency"], "GBP" in problem.message) == ("GBP", True)
