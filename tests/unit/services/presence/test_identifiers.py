"""Announced identifiers against published vectors, and the windows and days of a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.presence.rules.identifiers import (
    WINDOW,
    announced,
    day_of,
    days_of,
    pseudonym_of,
    window_start,
    window_starts,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
KEY = bytes.fromhex("0102030405060708090A111213141516")


@pytest.mark.parametrize(
    ("seconds", "identifier"),
    [(0, "a9b76a71c5f89290"), (1023, "a9b76a71c5f89290"), (2000, "4144413e45fefa58")],
)
def test_identifiers_are_those_of_the_published_vectors(seconds: int, identifier: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert announced([KEY], [window_start(moment)])[0].hex() == identifier


def test_many_keys_and_windows_at_once_are_the_same_as_one_by_one() -> None:
    keys = [KEY, bytes(16), bytes(range(16))]
    starts = window_starts(NOON)
    expected = [b"".join(announced([key], [start])[0] for key in keys) for start in starts]
    assert announced(keys, starts) == expected


def test_nobodys_row_announces_nothing() -> None:
    (column,) = announced([KEY, b"", KEY], [window_start(NOON)])
    assert column[8:16] == bytes(8)
    assert column[:8] == column[16:]


def test_a_table_knows_what_members_are_called_on_every_day_that_it_touches() -> None:
    late = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
    assert days_of(window_starts(late)) == [date(2026, 3, 10), date(2026, 3, 11)]
    after_midnight = datetime(2026, 3, 11, 0, 5, tzinfo=UTC)
    assert days_of(window_starts(after_midnight)) == [date(2026, 3, 10), date(2026, 3, 11)]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001  (made aware below)
def test_every_moment_of_the_next_hours_lies_in_a_window_of_the_table(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    starts = window_starts(now)
    assert all(later - earlier == WINDOW for earlier, later in pairwise(starts))
    assert starts[0] + WINDOW <= now < starts[1] + WINDOW
    assert starts[-1] + WINDOW > now + timedelta(hours=11, minutes=40)


def test_a_pseudonym_lives_for_one_day_and_belongs_to_one_key() -> None:
    today, tomorrow = date(2026, 3, 10), date(2026, 3, 11)
    names = {pseudonym_of(key, day) for key in (KEY, bytes(16)) for day in (today, tomorrow)}
    assert len(names) == 4
    assert {len(name) for name in names} == {8}
    assert pseudonym_of(KEY, today) == pseudonym_of(KEY, day_of(NOON))
