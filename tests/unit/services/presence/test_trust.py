from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.presence.rules.trust import TRAVEL_MIN, contradicted

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Shopping:
    store: str
    entered_at: datetime
    last_seen_at: datetime


CAMDEN = Shopping("camden", NOON, NOON + 20 * MINUTE)


def shopping(store: str, from_minutes: float, to_minutes: float) -> Shopping:
    return Shopping(store, NOON + from_minutes * MINUTE, NOON + to_minutes * MINUTE)


@pytest.mark.parametrize(("begins", "ends"), [(-10, -2.9), (-10, 60), (5, 6), (20, 30), (22.9, 30)])
def test_nobody_is_in_two_stores_within_the_way_between_them(begins: float, ends: float) -> None:
    assert contradicted(shopping("soho", begins, ends), [CAMDEN]) == [CAMDEN]


@pytest.mark.parametrize(("begins", "ends"), [(-60, -TRAVEL_MIN / MINUTE), (20 + TRAVEL_MIN / MINUTE, 90)])
def test_who_had_time_for_the_way_is_believed(begins: float, ends: float) -> None:
    assert contradicted(shopping("soho", begins, ends), [CAMDEN]) == []


def test_two_visits_to_one_store_contradict_nobody() -> None:
    assert contradicted(shopping("camden", 5, 6), [CAMDEN]) == []
