"""Visits and zones from what several gateways say, in whatever order it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.presence.rules.places import Reading
from services.presence.rules.stays import REJOIN, Stay, Word, stays_of
from services.presence.rules.visits import Span, Visit, VisitState, amended, changes
from services.presence.rules.zones import WINDOW_SECONDS, Listening, ZoneChoice

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
WHOSE = ("anna", "camden")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def word(kind: str, seconds: float, dwell: float = 0.0, gateway: str = "door", seq: int = 1) -> Word:
    return Word(gateway, seq, kind, gateway, at(seconds), dwell)


def stay(since: float, until: float, *, is_over: bool = True, zone: str = "door") -> Stay:
    return Stay(at(since), at(until), zone, is_over)


def told(words: list[Word]) -> list[tuple[float, float, bool]]:
    return [
        ((one.entered_at - NOON).total_seconds(), (one.last_seen_at - NOON).total_seconds(), one.is_over)
        for one in stays_of(words)
    ]


def test_a_stay_lasts_while_any_gateway_holds_the_member() -> None:
    words = [word("ENTER", 0), word("ENTER", 20, gateway="till"), word("EXIT", 30, 30)]
    assert told(words) == [(0, 30, False)]
    assert told([*words, word("EXIT", 90, 70, "till")]) == [(0, 90, True)]


def test_a_word_that_was_lost_is_covered_by_those_that_came() -> None:
    assert told([word("DWELL", 180, 180)]) == [(0, 180, False)]
    assert told([word("EXIT", 200, 200), word("DWELL", 180, 180)]) == [(0, 200, True)]


def test_an_exit_alone_tells_of_nobody() -> None:
    assert told([word("EXIT", 50, 50)]) == []


def test_who_is_away_for_a_moment_has_not_left() -> None:
    short, long = REJOIN.total_seconds(), REJOIN.total_seconds() + 1
    assert len(told([word("ENTER", 0), word("EXIT", 10, 10), word("ENTER", 10 + short)])) == 1
    assert len(told([word("ENTER", 0), word("EXIT", 10, 10), word("ENTER", 10 + long)])) == 2


def test_a_gateway_that_died_holds_nobody_beyond_the_next_stay() -> None:
    assert told([word("ENTER", 0), word("DWELL", 60, 60), word("ENTER", 900, gateway="till")]) == [
        (0, 60, True),
        (900, 900, False),
    ]


spoken = st.lists(
    st.builds(
        word,
        st.sampled_from(["ENTER", "MOVE", "DWELL", "EXIT", "AMEND"]),
        st.integers(0, 600),
        st.integers(0, 120),
        st.sampled_from(["door", "till", "shoes"]),
        st.integers(1, 50),
    ),
    max_size=12,
)


@given(spoken, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_words_changes_the_stays(words: list[Word], chance: object) -> None:
    mixed = words * 2
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert stays_of(mixed) == stays_of(words)


@given(spoken)
def test_stays_never_overlap_and_only_the_last_may_go_on(words: list[Word]) -> None:
    found = stays_of(words)
    assert all(one.last_seen_at + REJOIN < other.entered_at for one, other in pairwise(found))
    assert all(one.is_over for one in found[:-1])


def visit(since: float, until: float, state: VisitState = VisitState.EXITED, name: str = "v1") -> Visit:
    over = at(until) if state is VisitState.EXITED else None
    return Visit(name, *WHOSE, "door", state, at(since), at(until), over)


def test_a_visit_keeps_its_name_when_more_is_known_of_it() -> None:
    (change,) = changes([visit(10, 40)], [stay(0, 90)], WHOSE)
    assert change.after.visit_id == "v1"
    assert (change.after.entered_at, change.after.exited_at) == (at(0), at(90))


def test_two_visits_that_were_one_go_on_as_the_later() -> None:
    under_way = visit(200, 230, VisitState.ENTERED, "v2")
    (change,) = changes([visit(0, 60), under_way], [stay(0, 230, is_over=False)], WHOSE)
    assert change.after.visit_id == "v2"
    assert change.joined == (visit(0, 60),)
    assert change.after.state is VisitState.DWELLING


def test_what_is_known_already_changes_nothing() -> None:
    assert changes([visit(0, 30)], [stay(0, 30)], WHOSE) == []


def test_late_news_amend_and_timely_ones_do_not() -> None:
    (change,) = changes([visit(100, 200)], [stay(50, 200)], WHOSE)
    late, timely = at(200 - WINDOW_SECONDS - 1), at(200 - WINDOW_SECONDS)
    assert amended(change, late, NOON).after.amended_at == NOON
    assert amended(change, timely, NOON).after.amended_at is None


def test_news_touch_the_visits_near_them_and_those_that_nobody_ended() -> None:
    news = Span(at(1000), at(1060))
    assert news.touches(visit(0, 1000 - REJOIN.total_seconds()))
    assert not news.touches(visit(0, 900))
    assert news.touches(visit(0, 900, VisitState.ENTERED))
    assert not news.touches(visit(2000, 2100, VisitState.ENTERED))


def reading(seconds: float, zone: str, rssi_dbm: float) -> Reading:
    return Reading(NOON.timestamp() + seconds, f"gw-{zone}", zone, rssi_dbm)


def zone_after(readings: list[Reading]) -> str:
    return Listening().hearing(readings).zone_at(max(one.at_seconds for one in readings))


def test_the_first_zone_heard_counts_at_once() -> None:
    assert zone_after([reading(0, "shoes", -70)]) == "shoes"


def test_a_zone_must_be_clearly_stronger_for_a_while_to_take_over() -> None:
    door = [reading(second, "door", -65) for second in range(0, 30, 5)]
    assert zone_after([*door, *(reading(second, "shoes", -64) for second in range(10, 30, 5))]) == "door"
    assert zone_after([*door, *(reading(second, "shoes", -55) for second in range(10, 30, 5))]) == "shoes"


def test_a_receiver_that_hears_no_more_loses() -> None:
    heard = [reading(0, "door", -60), *(reading(second, "till", -64) for second in range(0, 30, 5))]
    assert zone_after(heard) == "till"


heard = st.lists(
    st.builds(reading, st.integers(0, 14), st.sampled_from(["door", "till"]), st.integers(-90, -50)),
    max_size=12,
)


@given(heard, st.lists(st.integers(1, 5), max_size=6), st.randoms(use_true_random=False))
def test_readings_within_the_window_come_in_any_order(
    readings: list[Reading], cuts: list[int], chance: object
) -> None:
    whole = Listening().hearing(readings)
    mixed = readings * 2
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    parts = Listening()
    for cut in [*cuts, len(mixed)]:
        parts, mixed = parts.hearing(mixed[:cut]), mixed[cut:]
    assert parts == whole


def test_what_is_settled_stays_settled() -> None:
    early = Listening().hearing([reading(0, "door", -60), reading(60, "door", -60)])
    assert early.hearing([reading(1, "till", -40)]) == early


def test_a_database_keeps_a_listening_whole() -> None:
    there = Listening().hearing([reading(second, "door", -60.5) for second in range(40)])
    assert Listening.from_plain(there.as_plain()) == there
    assert there.settled == ZoneChoice("door")
