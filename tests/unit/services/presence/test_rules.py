"""What a gateway may have seen, and how a visit is named and grows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.presence.rules.stays import Stay
from services.presence.rules.visits import Sighting, VisitState, is_plausible, open_visit, seen, visit_after

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def stay(seconds: float = 0.0, *, is_over: bool = False) -> Stay:
    return Stay(NOON, NOON + seconds * SECOND, "door", is_over)


def test_the_same_beginning_makes_the_same_visit() -> None:
    first = open_visit("anna", "camden", stay())
    assert open_visit("anna", "camden", stay(90)).visit_id == first.visit_id
    assert open_visit("ben", "camden", stay()).visit_id != first.visit_id
    assert open_visit("anna", "soho", stay()).visit_id != first.visit_id


@pytest.mark.parametrize(("seconds", "state"), [(59.9, VisitState.ENTERED), (60.0, VisitState.DWELLING)])
def test_a_minute_makes_a_visit(seconds: float, state: VisitState) -> None:
    visit = open_visit("anna", "camden", stay())
    assert visit_after(visit, stay(seconds)).state is state
    assert seen(visit, NOON + seconds * SECOND).state is state


def test_a_visit_that_goes_on_after_all_is_open_again() -> None:
    left = visit_after(open_visit("anna", "camden", stay()), stay(90, is_over=True))
    assert left.state is VisitState.EXITED
    again = visit_after(left, stay(120))
    assert (again.state, again.exited_at) == (VisitState.DWELLING, None)


@pytest.mark.parametrize(
    ("seconds", "plausible"),
    [(0, True), (299, True), (301, False), (-29 * 86_400, True), (-31 * 86_400, False)],
)
def test_a_sighting_from_the_future_or_a_forgotten_past_is_implausible(seconds: int, plausible: bool) -> None:
    sighting = Sighting(1, "ENTER", "00", "door", NOON + seconds * SECOND, False, 0.0)
    assert is_plausible(sighting, NOON) is plausible
