"""Gateways and arbiter in random stores; `make bench` says how well they see."""

from __future__ import annotations

import statistics
from functools import cache

import pytest

from beacon_gateway.scenes.scene import Scene
from beacon_gateway.scenes.stores import random_store
from beacon_gateway.scenes.truth import name_of, stays
from beacon_gateway.tracking.events import PresenceKind
from tests.benchmarks.playing import Installed, Score, Told, installed, judge, play

SEED = 1101  # nobody tuned on seeds from 100 on
SHOPPERS, PASSERS_BY = 40, 20


@cache
def store() -> Scene:
    return random_store(SEED, SHOPPERS, PASSERS_BY)


@cache
def learnt() -> Installed:
    return installed(store())


@cache
def alive() -> dict[bytes, Told]:
    return play(store(), learnt())


@cache
def score() -> Score:
    return judge(store(), alive(), learnt().map)


def test_who_comes_is_seen_and_who_passes_is_not() -> None:
    assert score().shoppers == SHOPPERS
    assert score().missed <= 1
    assert score().passers_by_in <= 2
    assert score().false_dwells == 0


def test_entries_and_exits_are_known_soon() -> None:
    assert statistics.median(score().entry_seconds) <= 3
    assert statistics.quantiles(score().entry_seconds, n=10)[-1] <= 6
    assert statistics.quantiles(score().exit_seconds, n=10)[-1] <= 26


def test_who_stands_is_mostly_taken_to_be_where_they_are() -> None:
    assert score().standing_right / score().standing >= 0.80  # one small store; the bench has ten
    assert (score().flaps + score().extra_visits) / score().shoppers <= 0.25


@pytest.mark.parametrize("dead", ["gw-door", "gw-shoes", "gw-till"])
def test_a_dead_gateway_lets_nobody_in_whom_the_truth_does_not_know(dead: str) -> None:
    scene, told = store(), play(store(), learnt(), dead={dead})
    for walker in range(len(scene.walkers)):
        entered = {word.gateway for _, word in told.get(name_of(walker), Told()).words}
        assert dead not in entered
        assert entered <= {word.gateway for _, word in alive().get(name_of(walker), Told()).words}
        if entered and walker < SHOPPERS:
            (stay,) = stays(scene, walker)
            first = min(
                second for second, word in told[name_of(walker)].words if word.kind == PresenceKind.ENTER
            )
            assert stay.entered_seconds - 15 <= first <= stay.left_seconds + 15


def test_the_same_seed_plays_the_same_store() -> None:
    again = random_store(SEED, SHOPPERS, PASSERS_BY)
    assert again == store()
    assert random_store(SEED + 1, SHOPPERS, PASSERS_BY) != store()
