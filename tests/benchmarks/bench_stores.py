"""How well gateways and arbiter see random stores that nobody tuned them on, and tracks of a real room."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Final

from beacon_gateway.scenes.stores import random_store
from tests.benchmarks.playing import Score, installed, judge, play
from tests.benchmarks.tracks import Walk, all_tracks, walk
from tests.benchmarks.verdicts import Sizes, Verdict

SEEDS: Final = range(8010, 8020)  # seeds below 8010 were there to tune on
SHOPPERS, PASSERS_BY = 240, 60
QUICK_SHOPPERS, QUICK_PASSERS_BY = 24, 6


def against_truth(sizes: Sizes) -> list[Verdict]:
    """The simulated stores: a door and four zones, five gateways, fobs at 2 Hz."""
    quick = sizes.scale < 1
    seeds = SEEDS[:1] if quick else SEEDS
    people = (QUICK_SHOPPERS, QUICK_PASSERS_BY) if quick else (SHOPPERS, PASSERS_BY)
    score = Score()
    for seed in seeds:
        scene = random_store(seed, *people)
        learnt = installed(scene)
        score.add(judge(scene, play(scene, learnt), learnt.map))
    where = f"{len(seeds)} stores, {score.shoppers} shoppers, {score.passers_by} passers-by"
    return list(_verdicts(score, where))


def _verdicts(score: Score, where: str) -> Iterable[Verdict]:
    entry, leaving = _percentiles(score.entry_seconds), _percentiles(score.exit_seconds)
    yield _at_most("GS", "visits missed", 1.0, 100 * score.missed / score.shoppers, "%", where)
    yield _at_most("GS", "passers-by in", 1.0, 100 * score.passers_by_in / score.passers_by, "%", where)
    people = score.shoppers + score.passers_by
    yield _at_most("GS", "false DWELL of 60 s", 1.0, 100 * score.false_dwells / people, "%", where)
    yield _at_most("GS", "entry known after, p50", 2.0, entry[49], " s", where)
    yield _at_most("GS", "entry known after, p90", 6.0, entry[89], " s", where)
    yield _at_most("GS", "exit known after, p90", 26.0, leaving[89], " s", where)
    seconds = f"{score.standing} s of standing; {score.inside_right / score.inside:.0%} walking included"
    yield _right(
        "GS", "zone right, of who stands", 85.0, 100 * score.standing_right / score.standing, seconds
    )
    visits = f"{score.extra_visits} visits told in parts"
    yield _at_most(
        "GS", "flaps a visit", 0.1, (score.flaps + score.extra_visits) / score.shoppers, "", visits
    )


def on_tracks(sizes: Sizes) -> list[Verdict]:
    """The recorded tracks, which come whole also in the quick form."""
    del sizes
    found = []
    for receivers, right in ((4, 90.0), (12, 95.0)):
        walks = [walk(track, receivers) for track in all_tracks()]
        every = sum(walks, Walk())
        share, live = 100 * every.recorded / every.seconds, every.live / every.seconds
        each = ", ".join(f"{one.recorded / one.seconds:.0%}" for one in walks)
        where = f"{each}; known live {live:.1%}"
        found.append(_right("GT", f"zone right within 1.5 m, {receivers} receivers", right, share, where))
        changes, seconds = 60 * every.changes / every.seconds, f"{every.seconds} s"
        found.append(_at_most("GT", f"changes a minute, {receivers} receivers", 2.3, changes, "", seconds))
    return found


def _percentiles(values: list[float]) -> list[float]:
    return statistics.quantiles(values, n=100, method="inclusive")


def _at_most(bar: str, what: str, target: float, measured: float, unit: str, where: str) -> Verdict:
    return Verdict(bar, what, target, measured, at_least=False, sides={"on": where}, unit=unit)


def _right(bar: str, what: str, target: float, measured: float, where: str) -> Verdict:
    return Verdict(bar, what, target, measured, at_least=True, sides={"on": where}, unit="%")
