"""Whether somebody is inside, by how strongly the gateways of a store hear them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.presence.rules.entry import inside_seconds
from services.presence.rules.places import HearingReceiver, Place, Reading, StoreMap
from services.presence.rules.stays import Word, stays_of

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
GATEWAYS = ("door", "shoes", "till")
SHOP = StoreMap(
    tuple(HearingReceiver(f"gw-{zone}", zone, -94.0) for zone in GATEWAYS),
    (
        Place("", (-72.0, -84.0, -98.0)),
        Place("", (-80.0, -88.0, -98.0)),
        Place("", (-88.0, -96.0, -98.0)),
        Place("door", (-60.0, -74.0, -84.0)),
        Place("door", (-64.0, -72.0, -82.0)),
        Place("shoes", (-72.0, -60.0, -76.0)),
        Place("till", (-84.0, -74.0, -60.0)),
    ),
    ("door",),
)
OUTSIDE, INSIDE = {"door": -78.0, "shoes": -87.0}, {"door": -62.0, "shoes": -73.0, "till": -83.0}


def heard(seconds: range, **rssi_dbm: float) -> list[Reading]:
    noon = NOON.timestamp()
    return [
        Reading(noon + second, f"gw-{zone}", zone, rssi)
        for second in seconds
        for zone, rssi in rssi_dbm.items()
    ]


def inside(evidence: list[Reading]) -> list[int]:
    return [second - int(NOON.timestamp()) for second in inside_seconds(evidence, SHOP)]


def test_who_comes_in_is_inside_within_three_seconds() -> None:
    found = inside(heard(range(10), **OUTSIDE) + heard(range(10, 20), **INSIDE))
    assert found
    assert 10 <= found[0] <= 12
    assert found == list(range(found[0], 20))


def test_who_stands_before_the_window_for_minutes_is_not_inside() -> None:
    assert inside(heard(range(0, 300, 3), **OUTSIDE)) == []


def test_who_is_loud_at_the_door_alone_is_not_inside_but_one_whom_others_hear_as_well_is() -> None:
    assert inside(heard(range(20), door=-70.0)) == []
    assert inside(heard(range(20), door=-70.0, shoes=-62.0, till=-76.0))


def test_one_strong_strength_is_not_enough() -> None:
    assert inside(heard(range(10), **OUTSIDE) + heard(range(10, 11), door=-62.0)) == []


def test_a_receiver_that_is_off_keeps_nobody_out_and_lets_nobody_in() -> None:
    deep = {"shoes": -61.0, "till": -75.0}
    assert inside(heard(range(20), **deep))
    assert inside(heard(range(60), shoes=-85.0)) == []


def test_a_receiver_that_is_not_on_the_map_says_nothing() -> None:
    strange = [one._replace(gateway="gw-new") for one in heard(range(20), **INSIDE)]
    assert inside(strange) == []
    assert inside(strange + heard(range(20), **INSIDE)) == inside(heard(range(20), **INSIDE))


anything = st.lists(
    st.builds(
        Reading,
        st.floats(0, 90),
        st.sampled_from([f"gw-{zone}" for zone in GATEWAYS]),
        st.sampled_from(GATEWAYS),
        st.floats(-130, 10),
    ),
    max_size=40,
)


@given(anything, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_the_evidence_matters(said: list[Reading], chance: Random) -> None:
    mixed = [*said, *said[: len(said) // 2]]
    chance.shuffle(mixed)
    assert list(inside_seconds(mixed, SHOP)) == list(inside_seconds(said, SHOP))


def word(kind: str, seconds: float, zone: str, rssi_dbm: float, dwell: float = 0.0) -> Word:
    return Word(f"gw-{zone}", int(seconds), kind, zone, NOON + timedelta(seconds=seconds), dwell, rssi_dbm)


def heard_words(seconds: range, **rssi_dbm: float) -> list[Word]:
    return [
        word("HEARD", second, zone, rssi, second) for second in seconds for zone, rssi in rssi_dbm.items()
    ]


NEAR: list[Any] = [word("ENTER", 8, "door", -75.0), word("EXIT", 40, "door", -85.0, 32)]


def test_a_gateway_that_says_enter_opens_no_visit_where_a_map_says_that_nobody_came_in() -> None:
    passing = NEAR + heard_words(range(0, 40, 3), **OUTSIDE)
    assert len(stays_of(passing)) == 1
    assert stays_of(passing, SHOP) == []


def test_a_stay_begins_when_the_member_came_in_not_when_they_came_near() -> None:
    coming = NEAR + heard_words(range(12), **OUTSIDE) + heard_words(range(12, 40), **INSIDE)
    (stay,) = stays_of(coming, SHOP)
    assert NOON + timedelta(seconds=12) <= stay.entered_at <= NOON + timedelta(seconds=15)
    assert stay.last_seen_at == NOON + timedelta(seconds=40)
    assert stay.is_over


def test_who_was_heard_and_of_whom_no_gateway_said_enter_has_been_nowhere() -> None:
    assert stays_of(heard_words(range(20), **INSIDE)) == []
    assert stays_of(heard_words(range(20), **INSIDE), SHOP) == []


def test_a_stay_that_began_before_the_map_counted_stays_as_it_was() -> None:
    passing = NEAR + heard_words(range(0, 40, 3), **OUTSIDE)
    later = replace(SHOP, counts_from=NOON + timedelta(minutes=1))
    assert stays_of(passing, later) == stays_of(passing)


def test_a_map_is_read_as_its_message_has_it_and_counts_when_gateways_have_learnt_of_it() -> None:
    plain = {
        "receivers": [{"gateway": "gw-door", "zone": "door", "faintest_rssi_dbm": -94.0}],
        "places": [{"rssi_dbm": [-80.0]}, {"zone": "door", "rssi_dbm": [-60.0]}],
        "entrances": ["door"],
    }
    found = StoreMap.from_plain(plain, NOON)
    assert found.receivers == (HearingReceiver("gw-door", "door", -94.0),)
    assert found.places == (Place("", (-80.0,)), Place("door", (-60.0,)))
    assert found.entrances == ("door",)
    assert found.counts_from > NOON
