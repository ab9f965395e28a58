"""Receivers that go deaf and hear again, in any order: nobody is thrown out by silence that says nothing, and
what is told of a member stays a story.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.smoothing import FORGET_SECONDS
from beacon_gateway.tracking.tracker import Tracker

ANNA, BORIS = b"anna0000", b"boris000"
RECEIVERS = ("door", "shoes", "till")
POWER_DBM = -59
NOTICED_SECONDS = 5  # a receiver is quiet for as long before it counts as deaf


class Spell(NamedTuple):
    """Some seconds in which receivers are deaf and members are there."""

    seconds: int
    deaf: frozenset[str]
    there: frozenset[bytes]


def spells(there: st.SearchStrategy[frozenset[bytes]]) -> st.SearchStrategy[list[Spell]]:
    deaf = st.frozensets(st.sampled_from(RECEIVERS))
    return st.lists(st.builds(Spell, st.integers(3, 90), deaf, there), min_size=1, max_size=8)


places = st.fixed_dictionaries(
    {
        name: st.dictionaries(st.sampled_from(RECEIVERS), st.integers(-75, -45), min_size=1)
        for name in (ANNA, BORIS)
    }
)
always = st.just(frozenset({ANNA, BORIS}))
sometimes = st.frozensets(st.sampled_from((ANNA, BORIS)))
PlaceOf = dict[bytes, dict[str, int]]


def told(story: list[Spell], place_of: PlaceOf) -> Iterator[tuple[float, PresenceEvent]]:
    """What a tracker says, and when."""
    tracker, now = Tracker([Receiver(name, name) for name in RECEIVERS], {}), 0.0
    quiet: dict[str, int] = {}
    for spell in story:
        for _ in range(spell.seconds):
            for name in spell.there:
                for receiver, rssi_dbm in place_of[name].items():
                    if receiver not in {
                        *spell.deaf,
                        *quiet,
                    }:  # hearing again, it takes a second to hear anyone
                        tracker.hear(name, receiver, rssi_dbm, POWER_DBM, now + 0.4)
                        tracker.hear(name, receiver, rssi_dbm, POWER_DBM, now + 0.9)
            now += 1.0
            quiet = {receiver: quiet.get(receiver, 0) + 1 for receiver in spell.deaf}
            deaf = frozenset(receiver for receiver, seconds in quiet.items() if seconds >= NOTICED_SECONDS)
            for event in tracker.tick(now, deaf=deaf):
                yield now, event


def about(name: bytes, events: list[tuple[float, PresenceEvent]]) -> list[PresenceEvent]:
    return [event for _, event in events if event.pseudonym == name]


@settings(max_examples=150, deadline=None)
@given(spells(always), places)
def test_who_stays_is_never_thrown_out_by_deaf_receivers(story: list[Spell], place_of: PlaceOf) -> None:
    hears_all = Spell(5, frozenset(), frozenset(place_of))
    events = list(told([hears_all, *story], place_of))
    for name in place_of:
        kinds = [event.kind for event in about(name, events)]
        assert kinds[0] == PresenceKind.ENTER
        assert PresenceKind.EXIT not in kinds


@settings(max_examples=150, deadline=None)
@given(spells(sometimes), places)
def test_every_enter_has_one_exit(story: list[Spell], place_of: PlaceOf) -> None:
    gone = Spell(int(FORGET_SECONDS) + 1, frozenset(), frozenset())
    events = list(told([*story, gone], place_of))
    for name in place_of:
        ends = [event.kind for event in about(name, events) if event.kind in {"ENTER", "EXIT"}]
        assert ends == [PresenceKind.ENTER, PresenceKind.EXIT] * (len(ends) // 2)
        assert all(event.zone for event in about(name, events))


@settings(max_examples=150, deadline=None)
@given(spells(sometimes), places)
def test_times_never_go_backwards(story: list[Spell], place_of: PlaceOf) -> None:
    events = list(told(story, place_of))
    assert all(event.at_seconds <= at_seconds for at_seconds, event in events)
    for name in place_of:
        times = [event.at_seconds for event in about(name, events)]
        assert all(before <= after for before, after in pairwise(times))
        stayed = [event.dwell_seconds for event in about(name, events)]
        assert all(seconds >= 0 for seconds in stayed)
