"""The tracker on tracks walked in a real room; `make bench` says how well it follows them."""

from __future__ import annotations

from functools import cache

import pytest

from tests.benchmarks.tracks import Walk, all_tracks, is_right, walk


@cache
def walked(receivers: int) -> Walk:
    return sum((walk(track, receivers) for track in all_tracks()), Walk())


@pytest.mark.parametrize(("receivers", "right"), [(4, 0.9), (12, 0.95)])
def test_recorded_tracks_are_followed(receivers: int, right: float) -> None:
    assert walked(receivers).recorded / walked(receivers).seconds >= right


@pytest.mark.parametrize(("receivers", "right"), [(4, 0.88), (12, 0.93)])
def test_most_of_that_is_known_at_once(receivers: int, right: float) -> None:
    assert walked(receivers).live / walked(receivers).seconds >= right


@pytest.mark.parametrize("receivers", [4, 12])
def test_walkers_are_not_moved_to_and_fro(receivers: int) -> None:
    assert 60 * walked(receivers).changes / walked(receivers).seconds <= 2.3


def test_nearly_all_of_the_walking_counts() -> None:
    assert len(all_tracks()) == 4
    assert walked(4).seconds > 4 * 270  # of 293 s from each of four beginnings


def test_a_zone_is_right_as_far_as_its_tolerance_only() -> None:
    assert is_right("1", (10.0, 9.0))
    assert not is_right("1", (12.0, 7.0))
    assert is_right("4", (12.0, 7.0))
