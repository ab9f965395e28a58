"""The level of experience follows from what happened, and the report says where effort pays."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.rules.experience import (
    LEVEL_OF,
    TITLES,
    Deed,
    Evidence,
    Level,
    Promoter,
    experience_of,
    level_of,
)
from services.engagement.rules.experience_report import Tally, report_of

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
PROMOTER = Promoter(NOW - DAY, "answer-1")
SHOWN = [deed for deed in Deed if deed is not Deed.PROMOTER]


def evidence(deed: Deed, days: int = 5, events: int = 1) -> Evidence:
    return Evidence(deed, NOW - days * DAY, f"{deed}-1", events)


def test_nothing_shows_no_level() -> None:
    assert experience_of("anna", NOW, (), None, "CHAMPIONS").level is Level.NONE


@pytest.mark.parametrize("deed", SHOWN)
def test_each_deed_shows_its_level_without_those_below(deed: Deed) -> None:
    found = experience_of("anna", NOW, [evidence(deed)], None, "NEW")
    assert found.level is LEVEL_OF[deed]
    assert found.of_level(found.level) == (evidence(deed),)


@pytest.mark.parametrize(
    ("promoter", "segment", "level"),
    [
        (PROMOTER, "CHAMPIONS", Level.TRANSFORMED),
        (PROMOTER, "LOYAL", Level.NONE),
        (None, "CHAMPIONS", Level.NONE),
    ],
)
def test_the_highest_level_takes_a_promoter_and_a_champion(
    promoter: Promoter | None, segment: str, level: Level
) -> None:
    assert experience_of("anna", NOW, (), promoter, segment).level is level


@given(
    deeds=st.lists(st.sampled_from(SHOWN), unique=True),
    nps=st.one_of(st.none(), st.integers(0, 10)),
    segment=st.sampled_from(["CHAMPIONS", "LOYAL", "PROSPECT"]),
    shuffle=st.randoms(use_true_random=False),
)
def test_the_stored_level_is_the_explained_one_in_whatever_order_things_came(
    deeds: list[Deed], nps: int | None, segment: str, shuffle: object
) -> None:
    promoter = PROMOTER if nps is not None and nps >= 9 else None
    shown = [evidence(deed, days) for days, deed in enumerate(deeds)]
    explained = experience_of("anna", NOW, shown, promoter, segment)
    stored = level_of(max((one.level for one in shown), default=Level.NONE), nps, segment)
    assert explained.level == stored
    shuffle.shuffle(shown)  # type: ignore[attr-defined]
    assert experience_of("anna", NOW, shown, promoter, segment) == explained


def test_evidence_is_told_in_words() -> None:
    assert evidence(Deed.EXCHANGE).words == "exchanged goods: first on 2026-03-05"
    assert evidence(Deed.HELP_VIEWED, events=3).words == "read help: first on 2026-03-05, 3 times by then"
    assert set(TITLES) == set(LEVEL_OF) == set(Deed)


def tally(level: Level, buyers: int, repeaters: int, customers: int | None = None) -> Tally:
    number = buyers if customers is None else customers
    return Tally(level, number, buyers, repeaters, 1_000.0 * number, 1_100_000.0 * number)


def test_shares_rates_and_revenue_come_with_intervals_and_numbers() -> None:
    found = report_of([tally(Level.NONE, 60, 30, 100), tally(Level.SERVED, 40, 30)], "GBP")
    none, served = found.groups[Level.NONE], found.groups[Level.SERVED]
    assert none.share.value == pytest.approx(100 / 140)
    assert none.share.n == 140
    assert (none.repeat_rate.value, none.repeat_rate.n) == (0.5, 60)
    assert (served.net_revenue.value, served.net_revenue.n) == (1_000.0, 40)
    assert served.net_revenue.unit == "GBP minor units"
    for figure in (none.share, none.repeat_rate, served.net_revenue):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < (figure.value or 0) < figure.high


def test_a_level_without_customers_is_there_without_figures() -> None:
    found = report_of([tally(Level.NONE, 60, 30)], "GBP").groups[Level.SOLVED]
    assert (found.customers, found.share.value, found.repeat_rate.value, found.net_revenue.value) == (
        0,
        0.0,
        None,
        None,
    )
    empty = report_of([], "GBP")
    assert [one.share.value for one in empty.groups] == [None] * len(Level)
    assert (empty.steps, empty.best_step) == ((), None)


def test_effort_pays_where_the_difference_and_the_customers_are() -> None:
    found = report_of(
        [
            tally(Level.NONE, 1_000, 200),
            tally(Level.INFORMED, 400, 120),  # +10 points for 1000 buyers
            tally(Level.SERVED, 100, 70),  # +40 points for 400 buyers
            tally(Level.PROACTIVE, 50, 45),  # +20 points for 100 buyers
        ],
        "GBP",
    )
    assert [round(step.repeat_buyers) for step in found.steps] == [100, 160, 20]
    assert found.best_step is not None
    assert (found.best_step.lower.level, found.best_step.higher.level) == (Level.INFORMED, Level.SERVED)


def test_a_difference_that_may_be_chance_is_no_place_for_effort() -> None:
    unclear = report_of([tally(Level.NONE, 1_000, 200), tally(Level.INFORMED, 40, 10)], "GBP")
    few = report_of([tally(Level.NONE, 1_000, 200), tally(Level.INFORMED, 10, 10)], "GBP")
    worse = report_of([tally(Level.NONE, 1_000, 500), tally(Level.INFORMED, 500, 100)], "GBP")
    for found in (unclear, few, worse):
        assert len(found.steps) == 1
        assert found.best_step is None


def test_steps_lead_over_levels_without_customers() -> None:
    found = report_of([tally(Level.NONE, 50, 10), tally(Level.TRANSFORMED, 50, 40)], "GBP")
    assert [(one.lower.level, one.higher.level) for one in found.steps] == [(Level.NONE, Level.TRANSFORMED)]


def test_levels_rise() -> None:
    assert all(lower < higher for lower, higher in itertools.pairwise(Level))
