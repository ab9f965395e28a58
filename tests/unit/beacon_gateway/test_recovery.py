"""The ladder of remedies: what follows on which trouble, when."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.hearing.recovery import (
    ANNOUNCED_SECONDS_MAX,
    BACKOFF_SECONDS_MAX,
    BACKOFF_SECONDS_MIN,
    BUSY_PAUSE_SECONDS,
    SHARED_RUNGS,
    Climb,
    Patience,
    Rung,
    Step,
    Trouble,
    forgive,
    next_step,
)

PATIENCE = Patience()
EVERYTHING = frozenset(Rung)
WEDGED = (Trouble.HUNG, Trouble.REFUSED, Trouble.BUSY, Trouble.OFF)
Happened = tuple[float, Trouble]

happenings = st.lists(st.tuples(st.floats(0.5, 400.0), st.sampled_from(Trouble)), min_size=1, max_size=60)
permissions = st.sets(st.sampled_from(Rung)).map(frozenset)


def climb_through(
    happened: Sequence[Happened], usable: frozenset[Rung] = EVERYTHING
) -> list[tuple[float, Trouble, Climb, Step]]:
    """What was done at each trouble; each is given with the seconds since the one before."""
    climb, now_seconds, story = Climb(), 0.0, []
    for pause_seconds, trouble in happened:
        now_seconds += pause_seconds
        climb, step = next_step(climb, trouble, now_seconds, usable, PATIENCE)
        story.append((now_seconds, trouble, climb, step))
    return story


def remedies(happened: Sequence[Happened], usable: frozenset[Rung] = EVERYTHING) -> list[Rung]:
    """The remedies beyond a mere restart of the scan."""
    return [step.rung for *_, step in climb_through(happened, usable) if step.rung > Rung.RESTART_SCAN]


@pytest.mark.parametrize("trouble", WEDGED)
def test_a_wedged_radio_climbs_every_rung_in_order(trouble: Trouble) -> None:
    assert remedies([(5.0, trouble)] * 40)[:4] == [
        Rung.POWER_CYCLE,
        Rung.RESTART_BLUETOOTH,
        Rung.USB_RESET,
        Rung.EXIT,
    ]


@pytest.mark.parametrize("trouble", WEDGED)
def test_a_wedged_radio_is_at_the_end_of_the_ladder_within_three_minutes(trouble: Trouble) -> None:
    story = climb_through([(1.0, trouble)] * 180)
    assert Rung.EXIT in {step.rung for *_, step in story}


def test_a_new_bluetoothd_that_is_busy_is_only_asked_again() -> None:
    assert remedies([(1.0, Trouble.NO_DAEMON)] * 9 + [(1.0, Trouble.BUSY)] * 11) == []


def test_a_bluetoothd_that_is_busy_with_our_own_call_gets_no_patience_for_being_new() -> None:
    assert remedies([(0.0, Trouble.HUNG), (11.0, Trouble.BUSY)]) == [Rung.POWER_CYCLE]
    assert remedies([(0.0, Trouble.BUSY), (11.0, Trouble.BUSY)]) == []


def test_an_adapter_that_is_not_there_never_ends_the_process() -> None:
    assert set(remedies([(30.0, Trouble.NO_ADAPTER)] * 200)) == {Rung.RESTART_BLUETOOTH, Rung.USB_RESET}


def test_an_empty_store_never_ends_the_process_and_is_disturbed_once_an_hour() -> None:
    night = climb_through([(300.0, Trouble.SILENT)] * 120)
    cycles = [at for at, _, _, step in night if step.rung is Rung.POWER_CYCLE]
    assert min(later - earlier for earlier, later in itertools.pairwise(cycles)) >= 3600
    assert Rung.EXIT not in {step.rung for *_, step in night}


def test_what_follows_on_a_long_silence_starts_on_the_ground() -> None:
    assert remedies([(300.0, Trouble.SILENT)] * 5 + [(1.0, Trouble.HUNG)])[-1] is Rung.USB_RESET


@given(happenings, permissions)
def test_what_is_not_permitted_is_never_done(happened: Sequence[Happened], usable: frozenset[Rung]) -> None:
    assert set(remedies(happened, usable)) <= usable


@given(happenings)
def test_an_adapter_that_hears_is_never_disturbed_for_another(happened: Sequence[Happened]) -> None:
    assert not SHARED_RUNGS & set(remedies(happened, EVERYTHING - SHARED_RUNGS))


@given(happenings, permissions)
def test_no_remedy_is_repeated_within_the_rest_of_the_ladder(
    happened: Sequence[Happened], usable: frozenset[Rung]
) -> None:
    """But for a trouble of another kind, which is a new story."""
    last: dict[Rung, float] = {}
    before = None
    for at_seconds, trouble, _, step in climb_through(happened, usable):
        if before in {Trouble.NO_DAEMON, Trouble.NO_ADAPTER, Trouble.SILENT} and trouble is not before:
            last.clear()
        if step.rung > Rung.RESTART_SCAN:
            assert at_seconds - last.get(step.rung, -PATIENCE.rest) >= PATIENCE.rest
            last[step.rung] = at_seconds
        before = trouble


@given(happenings, permissions)
def test_each_remedy_gets_the_time_to_show_its_effect(
    happened: Sequence[Happened], usable: frozenset[Rung]
) -> None:
    story = [entry for entry in climb_through(happened, usable) if entry[3].rung > Rung.RESTART_SCAN]
    for (before, *_), (after, *_) in itertools.pairwise(story):
        assert after - before >= PATIENCE.restart


@given(happenings, permissions)
def test_pauses_are_bounded_and_short_where_nobody_tells_of_the_end(
    happened: Sequence[Happened], usable: frozenset[Rung]
) -> None:
    for _, trouble, _, step in climb_through(happened, usable):
        announced = trouble in {Trouble.NO_DAEMON, Trouble.NO_ADAPTER}
        longest = ANNOUNCED_SECONDS_MAX if announced else BACKOFF_SECONDS_MAX
        assert BACKOFF_SECONDS_MIN <= step.pause_seconds <= longest


def test_pauses_grow_with_each_failure() -> None:
    pauses = [step.pause_seconds for *_, step in climb_through([(0.1, Trouble.REFUSED)] * 8)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 12.0, 12.0]


def test_one_who_is_busy_is_asked_each_second() -> None:
    assert {step.pause_seconds for *_, step in climb_through([(1.0, Trouble.BUSY)] * 10)} == {
        BUSY_PAUSE_SECONDS
    }


def test_a_scan_that_heard_for_a_minute_makes_a_fresh_start() -> None:
    climbed = Climb(Rung.USB_RESET, 100.0, Trouble.HUNG, 3, hung=True)
    assert forgive(climbed, 59.9, PATIENCE) == climbed
    assert forgive(climbed, 60.0, PATIENCE) == Climb()
