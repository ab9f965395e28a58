from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.identity.key_table import (
    CELL_BYTES,
    DAYS_MAX,
    ROWS_MAX,
    WINDOWS_MAX,
    KeyTable,
    KeyUpdate,
    Span,
    StaticTag,
    Stretch,
    TableError,
    UpdateIntake,
    cells_of,
)

SPAN = Span(0.0, 1024.0)
DAY = Span(0.0, 86_400.0)


def cells(*names: str) -> bytes:
    return b"".join(name.encode().ljust(CELL_BYTES, b".") for name in names)


def table(*names: str) -> KeyTable:
    made = KeyTable()
    made.apply(KeyUpdate("", "t-1", (Stretch(SPAN, 0, cells(*names)),), (Stretch(DAY, 0, cells(*names)),)))
    return made


def test_parts_are_an_update_only_with_the_one_that_names_the_version() -> None:
    intake = UpdateIntake()
    first, second = Stretch(SPAN, 0, cells("a")), Stretch(SPAN, 1, cells("b"))
    assert intake.add(KeyUpdate("t-0", "", (first,), forgotten_rows=(7,))) is None
    assert intake.add(KeyUpdate("", "t-1", (second,))) == KeyUpdate(
        "t-0", "t-1", (Stretch(SPAN, 0, bytearray(cells("a", "b"))),), forgotten_rows=(7,)
    )
    assert intake.add(KeyUpdate("t-1", "t-2")) == KeyUpdate("t-1", "t-2")


def test_more_than_a_table_can_hold_is_refused_and_forgotten() -> None:
    intake = UpdateIntake()
    whole_column = Stretch(SPAN, 0, bytes(ROWS_MAX * CELL_BYTES))
    for _ in range(WINDOWS_MAX + DAYS_MAX):
        assert intake.add(KeyUpdate("", "", (whole_column,))) is None
    with pytest.raises(TableError):
        intake.add(KeyUpdate("", "t-1", (whole_column,)))
    assert intake.add(KeyUpdate("", "t-2")) == KeyUpdate("", "t-2")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Stretch(SPAN, 0, bytes(7)),
        lambda: Stretch(SPAN, -1, bytes(8)),
        lambda: Stretch(SPAN, ROWS_MAX, bytes(8)),
        lambda: Stretch(Span(5.0, 5.0), 0, bytes(8)),
        lambda: KeyUpdate("", "v", tags=(StaticTag(0, bytes(8)),)),
        lambda: KeyUpdate("", "v", tags=(StaticTag(ROWS_MAX, bytes(20)),)),
        lambda: KeyUpdate("", "v", forgotten_rows=(ROWS_MAX,)),
    ],
    ids=["half-cell", "before-row-0", "too-many-rows", "no-time", "rotating-tag", "far-tag", "far-row"],
)
def test_what_cannot_be_meant_is_refused(wrong: object) -> None:
    with pytest.raises(TableError):
        wrong()  # type: ignore[operator]


def test_an_update_of_another_table_is_refused_and_changes_nothing() -> None:
    made = table("anna")
    with pytest.raises(TableError):
        made.apply(KeyUpdate("u-1", "u-2", forgotten_rows=(0,)))
    assert (made.version, made.holds(cells("anna"))) == ("t-1", True)


def test_a_pseudonym_is_found_only_where_it_begins() -> None:
    made = KeyTable()
    made.apply(KeyUpdate("", "t-1", pseudonyms=(Stretch(DAY, 0, b"abcdefghijklmnop"),)))
    assert made.holds(b"abcdefgh")
    assert made.holds(b"ijklmnop")
    assert not made.holds(b"efghijkl")


def test_rows_between_are_empty_until_they_come() -> None:
    made = table("anna")
    made.apply(KeyUpdate("t-1", "t-2", (Stretch(SPAN, 3, cells("dora")),)))
    assert cells_of(made.windows[SPAN]) == [cells("anna"), bytes(8), bytes(8), cells("dora")]


def test_the_oldest_columns_go_when_newer_ones_come_and_never_by_the_clock() -> None:
    made = KeyTable()
    for number in range(WINDOWS_MAX + 5):
        span = Span(number * 1024.0, (number + 1) * 1024.0)
        base = f"t-{number}" if number else ""
        made.apply(KeyUpdate(base, f"t-{number + 1}", (Stretch(span, 0, cells("anna")),)))
    assert len(made.windows) == WINDOWS_MAX
    assert min(made.windows) == Span(5 * 1024.0, 6 * 1024.0)


NAMES = st.lists(st.binary(min_size=8, max_size=8).filter(any), max_size=12).map(tuple)


@given(NAMES, NAMES, st.sets(st.integers(0, 11)))
def test_a_table_changed_step_by_step_is_the_whole_table_of_its_rows(
    there: tuple[bytes, ...], come: tuple[bytes, ...], gone: set[int]
) -> None:
    made = KeyTable()
    made.apply(KeyUpdate("", "t-1", (Stretch(SPAN, 0, b"".join(there)),)))
    fresh = (Stretch(SPAN, len(there), b"".join(come)),)
    made.apply(KeyUpdate("t-1", "t-2", fresh, forgotten_rows=tuple(gone)))
    left = [bytes(8) if row in gone else name for row, name in enumerate(there)]
    assert cells_of(made.windows[SPAN]) == [*left, *come]
