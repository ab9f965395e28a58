"""The zone of a member in a store with a map, by what all its receivers hear."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.presence.rules.places import HearingReceiver, Place, Reading, StoreMap, Whereabouts
from services.presence.rules.zones import Listening, ZoneChoice

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ZONES = ("door", "shoes", "till")
SHOP = StoreMap(
    tuple(HearingReceiver(f"gw-{zone}", zone, -94.0) for zone in ZONES),
    (
        Place("", (-72.0, -84.0, -98.0)),
        Place("door", (-60.0, -74.0, -84.0)),
        Place("door", (-64.0, -72.0, -82.0)),
        Place("shoes", (-72.0, -60.0, -76.0)),
        Place("shoes", (-66.0, -68.0, -76.0)),  # behind a shelf
        Place("till", (-84.0, -74.0, -60.0)),
        Place("till", (-80.0, -76.0, -64.0)),
    ),
    ("door",),
    NOON - timedelta(hours=1),
)
OTHER = replace(SHOP, counts_from=NOON + timedelta(hours=1))
AT = {
    "door": {"door": -61.0, "shoes": -74.0, "till": -84.0},
    "behind the shelf": {"door": -66.0, "shoes": -68.0, "till": -76.0},
    "till": {"door": -83.0, "shoes": -75.0, "till": -61.0},
}


def reading(second: float, zone: str, rssi_dbm: float) -> Reading:
    return Reading(NOON.timestamp() + second, f"gw-{zone}", zone, rssi_dbm)


def heard(seconds: range, where: str) -> list[Reading]:
    return [reading(second, zone, rssi) for second in seconds for zone, rssi in AT[where].items()]


def zones(readings: list[Reading], until: int, store: StoreMap | None = SHOP) -> list[str]:
    """Each second's zone, as it is known after all that was heard by then."""
    found, listening = [], Listening()
    for second in range(until):
        now = NOON.timestamp() + second
        listening = listening.hearing([one for one in readings if now - 1 < one.at_seconds <= now], store)
        found.append(listening.zone_at(now, store))
    return found


def test_who_is_heard_best_by_another_zones_receiver_is_where_the_map_says() -> None:
    readings = heard(range(0, 20, 2), "behind the shelf")
    assert set(zones(readings, 20)) == {"shoes"}
    assert set(zones(readings, 20, store=None)) == {"door"}


def test_who_walks_over_is_in_the_other_zone_within_five_seconds_and_moves_once() -> None:
    found = zones(heard(range(20), "door") + heard(range(20, 40), "till"), 40)
    assert found[19] == "door"
    assert set(found[25:]) == {"till"}
    assert sum(a != b for a, b in pairwise(found)) == 1


def test_one_strong_strength_elsewhere_moves_nobody() -> None:
    readings = heard(range(0, 30, 2), "door")
    assert set(zones([*readings, reading(15, "till", -66.0)], 30)) == {"door"}


def test_two_places_that_are_nearly_as_likely_do_not_take_turns() -> None:
    between = {"door": -68.0, "shoes": -71.0, "till": -72.0}
    wavering = [
        reading(second, zone, rssi + (2.0 if (zone == "door") == (second % 4 < 2) else -2.0))
        for second in range(60)
        for zone, rssi in between.items()
    ]
    found = zones(wavering, 60)
    assert sum(a != b for a, b in pairwise(found)) <= 1


def test_while_nothing_is_heard_the_member_stays_where_they_were() -> None:
    found = zones(heard(range(10), "till"), 120)
    assert set(found) == {"till"}


def test_receivers_that_are_not_on_the_map_say_nothing() -> None:
    strange = [one._replace(gateway="gw-new") for one in heard(range(20), "till")]
    assert zones(strange, 20) == [""] * 20
    assert set(zones(heard(range(20), "door") + strange, 20)) == {"door"}


somewhere = st.builds(reading, st.integers(0, 14), st.sampled_from(ZONES), st.integers(-100, -50))


@given(
    st.lists(somewhere, max_size=12),
    st.lists(st.integers(1, 5), max_size=6),
    st.randoms(use_true_random=False),
)
def test_readings_within_the_window_come_in_any_order(
    readings: list[Reading], cuts: list[int], chance: object
) -> None:
    end = NOON.timestamp() + 15
    mixed = readings * 2
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    parts = Listening()
    for cut in [*cuts, len(mixed)]:
        parts, mixed = parts.hearing(mixed[:cut], SHOP), mixed[cut:]
    whole = Listening().hearing(readings, SHOP)
    assert parts == whole
    assert parts.zone_at(end, SHOP) == whole.zone_at(end, SHOP)


@given(
    st.lists(st.builds(reading, st.integers(0, 60), st.sampled_from(ZONES), st.integers(-100, -50))),
    st.integers(2, 20),
)
def test_it_does_not_matter_when_the_time_before_was_settled(readings: list[Reading], each: int) -> None:
    whole = by_one = Listening()
    ordered = sorted(readings)
    for first in range(0, len(ordered), each):
        whole = whole.hearing(ordered[first : first + each], SHOP)
    for one in ordered:
        by_one = by_one.hearing([one], SHOP)
    end = NOON.timestamp() + 60
    assert by_one.zone_at(end, SHOP) == whole.zone_at(end, SHOP)


def test_a_database_keeps_a_belief_whole() -> None:
    there = Listening().hearing(heard(range(40), "till"), SHOP)
    kept = json.loads(json.dumps(there.as_plain()))
    assert Listening.from_plain(kept) == there
    assert isinstance(there.settled, Whereabouts)
    assert len(there.settled.shares) == 6
    assert len(json.dumps(kept[0])) < 100


def test_a_map_that_changes_while_members_are_in_begins_anew_where_they_were() -> None:
    there = Listening().hearing(heard(range(40), "till"), SHOP)
    smaller = replace(OTHER, places=tuple(place for place in OTHER.places if place.zone != "shoes"))
    for store in (OTHER, smaller, None):
        assert there.zone_at(NOON.timestamp() + 40, store) == "till"
        after = there.hearing(heard(range(40, 80), "door"), store)
        assert after.zone_at(NOON.timestamp() + 80, store) == "door"
    gone = replace(OTHER, places=tuple(place for place in OTHER.places if place.zone != "till"))
    assert there.zone_at(NOON.timestamp() + 40, gone) in ("door", "shoes")


def test_what_was_kept_before_there_was_a_map_is_gone_on_with() -> None:
    before = Listening().hearing(heard(range(40), "till"))
    assert before.settled == ZoneChoice("till")
    assert before.zone_at(NOON.timestamp() + 60, SHOP) == "till"
    assert before.hearing(heard(range(40, 60), "door"), SHOP).zone_at(NOON.timestamp() + 60, SHOP) == "door"


def test_a_server_without_a_map_does_without_numpy() -> None:
    asked = "import sys, services.presence.use_cases.reporting; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
