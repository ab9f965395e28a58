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


@pytest.mark.parametrize("minutes", [-2.9, 0, 10, 20, 22.9])
def test_nobody_is_in_two_stores_within_the_way_between_them(minutes: float) -> None:
    assert contradicted([CAMDEN], "soho", NOON + minutes * MINUTE) == [CAMDEN]


@pytest.mark.parametrize("minutes", [-60, -TRAVEL_MIN / MINUTE, 20 + TRAVEL_MIN / MINUTE, 90])
def test_who_had_time_for_the_way_is_believed(minutes: float) -> None:
    assert contradicted([CAMDEN], "soho", NOON + minutes * MINUTE) == []


def test_two_gateways_of_one_store_contradict_nobody() -> None:
    assert contradicted([CAMDEN], "camden", NOON + MINUTE) == []
