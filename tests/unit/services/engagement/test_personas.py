"""Personas have names that a team can say and filters can hold, and a report that says how far to go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.engagement.rules.personas import FEATURES, Buyer, Contrast, Gap, PersonaReport, named, slug
from services.engagement.use_cases.personas import grouped

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def contrast(feature: str, mean: float, n: int = 100) -> Contrast:
    return Contrast(feature, n, mean * n, n * (mean * mean + 0.25))


def test_a_persona_is_named_by_its_two_most_telling_features() -> None:
    (found,) = named(
        [(10, [contrast("orders", 1.2), contrast("aov_minor", -0.8), contrast("channels", 0.5)])]
    )
    assert (found.name, found.persona) == ("Orders often, small orders", "orders-often-small-orders")


def test_a_difference_that_nobody_would_notice_is_not_in_the_name() -> None:
    (found,) = named([(10, [contrast("orders", 1.2), contrast("aov_minor", 0.2)])])
    assert found.name == "Orders often"


def test_whoever_differs_in_nothing_is_average() -> None:
    (found,) = named([(10, [contrast("orders", 0.1)])])
    assert found.persona == "average-buyers"


def test_no_two_personas_have_the_same_name() -> None:
    often = [contrast("orders", 1.2), contrast("aov_minor", 0.8)]
    more = [*often, contrast("channels", 0.5)]
    found = named([(10, often), (9, more), (8, often), (7, often)])
    assert [one.name for one in found] == [
        "Orders often, large orders",
        "Orders often, large orders, many channels",
        "Orders often, large orders (2)",
        "Orders often, large orders (3)",
    ]
    assert len({one.persona for one in found}) == 4


def test_every_feature_has_its_words_and_every_name_fits_a_filter() -> None:
    for words in FEATURES.values():
        for one in words:
            assert slug(one)
            assert len(slug(one)) * len(FEATURES) < 190


def test_a_difference_has_an_interval_and_a_number() -> None:
    found = contrast("orders", 1.2).difference
    assert (found.n, found.unit) == (100, "standard deviations")
    assert found.value == pytest.approx(1.2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1.2 < found.high


def test_stability_is_the_mean_agreement_of_the_resamples() -> None:
    report = PersonaReport("v", NOW, 100, agreements=(0.5, 0.7))
    assert report.stability.value == pytest.approx(0.6)
    assert report.stability.n == 2
    assert PersonaReport("v", NOW, 100).stability.value is None


def buyer(number: int, *, often: bool) -> Buyer:
    return Buyer(
        customer_id=f"c-{number:04}",
        orders=12 + number % 3 if often else 1 + number % 2,
        aov_minor=1_000.0 + number % 7 if often else 9_000.0 + number % 7,
        last_order_at=NOW - timedelta(days=(5 if often else 200) + number % 5),
        channels=3 if often else 1,
        pages_per_session=None,
        open_rate=0.9 if often else 0.1,
        sentiment=None,
    )


def test_two_kinds_of_buyers_become_two_personas_that_each_buyer_belongs_to() -> None:
    buyers = [buyer(number, often=number % 3 == 0) for number in range(300)]
    report, personas = grouped(buyers, NOW)
    assert [one.customers for one in report.personas] == [200, 100]
    assert (report.gap, report.unstable, report.customers) == (None, False, 300)
    keen = {one.customer_id for one in buyers if one.orders > 5}
    by_name = {one.persona: one for one in report.personas}
    assert {personas[one] for one in keen} == {report.personas[1].persona}
    assert by_name[personas["c-0000"]].contrasts[0].n == 100
    assert sum(one.share(300).value or 0 for one in report.personas) == pytest.approx(1.0)


def test_the_same_buyers_give_the_same_report() -> None:
    buyers = [buyer(number, often=number % 3 == 0) for number in range(120)]
    assert grouped(buyers, NOW) == grouped(list(buyers), NOW)


@pytest.mark.parametrize(
    ("number", "gap"), [(0, Gap.TOO_FEW_CUSTOMERS), (49, Gap.TOO_FEW_CUSTOMERS), (50, Gap.NO_DIFFERENCES)]
)
def test_where_there_are_no_personas_the_report_says_why(number: int, gap: Gap) -> None:
    buyers = [buyer(0, often=True) for _ in range(number)]
    report, personas = grouped(buyers, NOW)
    assert (report.gap, report.personas, personas) == (gap, (), {})
