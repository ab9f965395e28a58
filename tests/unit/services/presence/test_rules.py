"""Announced identifiers against published vectors, and visits from any sequence of sightings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.presence.rules.identifiers import (
    WINDOW,
    announced,
    day_of,
    pseudonym_of,
    window_start,
    window_starts,
)
from services.presence.rules.visits import (
    STALE_VISIT,
    Sighting,
    Visit,
    VisitState,
    advance,
    is_plausible,
    is_stale,
    open_visit,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
KEY = bytes.fromhex("0102030405060708090A111213141516")
SECOND = timedelta(seconds=1)


def sighting(kind: str = "ENTER", seconds: float = 0.0, dwell: float = 0.0, zone: str = "door") -> Sighting:
    return Sighting(1, kind, "00", zone, NOON + seconds * SECOND, False, dwell)


@pytest.mark.parametrize(
    ("seconds", "identifier"),
    [(0, "a9b76a71c5f89290"), (1023, "a9b76a71c5f89290"), (2000, "4144413e45fefa58")],
)
def test_identifiers_are_those_of_the_published_vectors(seconds: int, identifier: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert announced([KEY], window_start(moment)).hex() == identifier


def test_identifiers_of_many_keys_stand_one_after_the_other() -> None:
    keys = [KEY, bytes(16), bytes(range(16))]
    start = window_start(NOON)
    assert announced(keys, start) == b"".join(announced([key], start) for key in keys)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001  (made aware below)
def test_every_moment_of_the_next_hours_lies_in_a_window_of_the_table(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    starts = window_starts(now)
    assert all(later - earlier == WINDOW for earlier, later in pairwise(starts))
    assert starts[0] + WINDOW <= now < starts[1] + WINDOW
    assert starts[-1] + WINDOW > now + timedelta(hours=11, minutes=40)


def test_a_pseudonym_lives_for_one_day_and_belongs_to_one_key() -> None:
    today, tomorrow = date(2026, 3, 10), date(2026, 3, 11)
    names = {pseudonym_of(key, day) for key in (KEY, bytes(16)) for day in (today, tomorrow)}
    assert len(names) == 4
    assert {len(name) for name in names} == {8}
    assert pseudonym_of(KEY, today) == pseudonym_of(KEY, day_of(NOON))


KINDS = st.sampled_from(["ENTER", "MOVE", "DWELL", "EXIT"])
SIGHTINGS = st.lists(
    st.builds(
        sighting, KINDS, st.floats(0, 20_000), st.floats(0, 4_000), st.sampled_from(["door", "till", ""])
    ),
    min_size=1,
    max_size=12,
)


@given(SIGHTINGS)
def test_a_visit_never_goes_back(sightings: list[Sighting]) -> None:
    visit = open_visit("anna", "camden", sightings[0])
    ranks = list(VisitState)
    for one in sightings:
        after = advance(visit, one)
        assert ranks.index(after.state) >= ranks.index(visit.state)
        assert after.last_seen_at >= visit.last_seen_at
        assert (after.exited_at is not None) == (after.state is VisitState.EXITED)
        assert after.zone in {visit.zone, one.zone}
        visit = after


@given(SIGHTINGS)
def test_the_same_beginning_makes_the_same_visit(sightings: list[Sighting]) -> None:
    first = open_visit("anna", "camden", sightings[0])
    assert (
        open_visit("anna", "camden", replace(sightings[0], seq=9, zone="elsewhere")).visit_id
        == first.visit_id
    )
    assert open_visit("ben", "camden", sightings[0]).visit_id != first.visit_id
    assert open_visit("anna", "soho", sightings[0]).visit_id != first.visit_id


@pytest.mark.parametrize(("dwell", "state"), [(59.9, VisitState.ENTERED), (60.0, VisitState.DWELLING)])
def test_a_minute_makes_a_visit(dwell: float, state: VisitState) -> None:
    visit = open_visit("anna", "camden", sighting())
    assert advance(visit, sighting("DWELL", dwell, dwell)).state is state


def test_a_visit_that_was_left_stays_left() -> None:
    left: Visit = advance(open_visit("anna", "camden", sighting()), sighting("EXIT", 90))
    assert advance(left, sighting("DWELL", 120, 120)) == left


def test_a_visit_that_nobody_ended_is_stale_after_hours() -> None:
    visit = open_visit("anna", "camden", sighting())
    limit = STALE_VISIT / SECOND
    assert not is_stale(visit, sighting(seconds=limit))
    assert is_stale(visit, sighting(seconds=limit + 1))


@pytest.mark.parametrize(
    ("seconds", "plausible"),
    [(0, True), (299, True), (301, False), (-29 * 86_400, True), (-31 * 86_400, False)],
)
def test_a_sighting_from_the_future_or_a_forgotten_past_is_implausible(seconds: int, plausible: bool) -> None:
    assert is_plausible(sighting(seconds=seconds), NOON) is plausible
