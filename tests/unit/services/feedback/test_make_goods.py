"""What may be given, and what it costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.errors import WrongStateError
from services.feedback.rules.cases import Case, CaseCause, CaseResolvedError, CaseState
from services.feedback.rules.make_goods import (
    BudgetSpentError,
    CaseCapError,
    CustomerCapError,
    Fund,
    Gift,
    GiftKind,
    Month,
    month_of,
    month_span,
)
from services.programme.programme import Feedback, Points, Programme

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CASE = Case("case-7", "anna", CaseCause.NPS, 2, CaseState.OPEN, NOON, NOON)
GIFT = Gift("case-7", "anna", "gift-1", GiftKind.COUPON, 500, "ines", "the kettle leaked")
PROGRAMME = Programme(
    feedback=Feedback(
        make_good_budget_minor=3_000, make_good_case_max_minor=1_000, make_good_customer_max_minor=2_000
    )
)


def fund(spent_minor: int = 0, by_case: int = 0, by_customer: int = 0) -> Fund:
    """by_case, by_customer: what the case and its customer got before."""
    got = Counter({"case-7": by_case}), Counter({"anna": by_customer})
    return Fund(NOON, PROGRAMME, Month("2026-03", spent_minor), *got)


@pytest.mark.parametrize(("points", "cost_minor"), [(100, 33), (1, 1), (300, 99), (301, 100)])
def test_points_cost_what_they_are_worth_rounded_up(points: int, cost_minor: int) -> None:
    programme = Programme(points=Points(hundred_points_minor=33))
    assert replace(GIFT, kind=GiftKind.POINTS, amount=points).cost_minor(programme) == cost_minor


@pytest.mark.parametrize("kind", [GiftKind.COUPON, GiftKind.NOTE])
def test_money_costs_itself(kind: GiftKind) -> None:
    assert replace(GIFT, kind=kind).cost_minor(PROGRAMME) == 500


def test_all_of_the_budget_can_be_given_and_no_more() -> None:
    money = fund(spent_minor=2_500)
    money.give(GIFT, CASE, "CODE")
    assert (money.month.spent_minor, money.month.gifts) == (3_000, 1)
    with pytest.raises(BudgetSpentError) as refused:
        money.give(replace(GIFT, amount=1), CASE, "CODE")
    assert refused.value.facts == {"left_minor": "0", "cost_minor": "1"}


@pytest.mark.parametrize(
    ("by_case", "by_customer", "refusal"), [(501, 0, CaseCapError), (0, 1_501, CustomerCapError)]
)
def test_caps_hold_whatever_the_budget_is(
    by_case: int, by_customer: int, refusal: type[WrongStateError]
) -> None:
    with pytest.raises(refusal):
        fund(0, by_case, by_customer).give(GIFT, CASE, "CODE")
    assert fund(0, 500, 1_500).give(GIFT, CASE, "CODE").cost_minor == 500


def test_gifts_of_one_batch_count_for_each_other() -> None:
    money = fund()
    money.give(GIFT, CASE, "CODE")
    money.give(GIFT, CASE, "CODE")
    with pytest.raises(CaseCapError):
        money.give(GIFT, CASE, "CODE")
    assert len(money.given) == 2


def test_a_refused_gift_takes_nothing() -> None:
    money = fund(spent_minor=2_999)
    with pytest.raises(BudgetSpentError):
        money.give(GIFT, CASE, "CODE")
    with pytest.raises(CaseResolvedError):
        money.give(replace(GIFT, amount=1), replace(CASE, state=CaseState.RESOLVED), "CODE")
    assert (money.month.spent_minor, money.given, money.by_case) == (2_999, [], Counter({"case-7": 0}))


def test_only_a_coupon_has_a_code() -> None:
    made = {kind: fund().give(replace(GIFT, kind=kind), CASE, "CODE") for kind in GiftKind}
    assert {kind: one.code for kind, one in made.items()} == {"POINTS": "", "COUPON": "CODE", "NOTE": ""}
    assert {kind: one.points for kind, one in made.items()} == {"POINTS": 500, "COUPON": 0, "NOTE": 0}


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), "2026-06"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "2026-07"),  # summer time in London
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2026-12"),
    ],
)
def test_a_month_is_one_of_the_programmes_clocks(moment: datetime, month: str) -> None:
    begins, ends = month_span(moment, PROGRAMME)
    assert month_of(moment, PROGRAMME) == month
    assert begins <= moment < ends
    assert month_of(begins, PROGRAMME) == month_of(ends - timedelta(microseconds=1), PROGRAMME) == month
    assert month_of(begins - timedelta(microseconds=1), PROGRAMME) < month < month_of(ends, PROGRAMME)
