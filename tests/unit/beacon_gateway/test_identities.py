import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.identities import (
    ROTATION_SECONDS,
    KeyTable,
    KeyWindow,
    Resolver,
    TableAssembler,
    TableError,
    eid,
)

KEY = bytes.fromhex("0102030405060708090A111213141516")
NOW = 1_767_225_600.0


def window(
    version: str, part: int = 0, parts: int = 1, pairs: dict[bytes, bytes] | None = None, at: float = NOW
) -> KeyWindow:
    pairs = pairs or {}
    ids, names = b"".join(pairs), b"".join(pairs.values())
    return KeyWindow(version, part, parts, at, at + ROTATION_SECONDS, ids, names)


@pytest.mark.parametrize(("at_seconds", "expected"), [(0, "A9B76A71C5F89290"), (2000, "4144413E45FEFA58")])
def test_eid_matches_the_published_vectors(at_seconds: int, expected: str) -> None:
    assert eid(KEY, at_seconds).hex().upper() == expected


@given(st.integers(0, 2**32 - 1))
def test_an_identifier_lasts_exactly_one_rotation(at_seconds: int) -> None:
    starts = at_seconds // ROTATION_SECONDS * ROTATION_SECONDS
    assert eid(KEY, at_seconds) == eid(KEY, starts)
    assert eid(KEY, at_seconds) != eid(KEY, (starts + ROTATION_SECONDS) % 2**32)


def test_a_table_is_whole_only_with_its_last_part_in_whatever_order() -> None:
    assembler = TableAssembler()
    assert assembler.add(window("v", 2, 3)) is None
    assert assembler.add(window("v", 0, 3)) is None
    table = assembler.add(window("v", 1, 3))
    assert table is not None
    assert [part.part for part in table.windows] == [0, 1, 2]


def test_a_part_of_another_version_starts_anew() -> None:
    assembler = TableAssembler()
    assembler.add(window("old", 0, 2))
    assert assembler.add(window("new", 1, 2)) is None
    table = assembler.add(window("new", 0, 2))
    assert table is not None
    assert {part.table_version for part in table.windows} == {"new"}


@pytest.mark.parametrize(
    ("part", "parts", "identifiers", "pseudonyms"),
    [
        (0, 1, bytes(8), bytes(16)),
        (0, 1, bytes(7), bytes(7)),
        (1, 1, b"", b""),
        (0, 0, b"", b""),
        (0, 10**9, b"", b""),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(
    part: int, parts: int, identifiers: bytes, pseudonyms: bytes
) -> None:
    with pytest.raises(TableError):
        KeyWindow("v", part, parts, 0.0, 1.0, identifiers, pseudonyms)


def test_a_new_table_replaces_the_one_before() -> None:
    resolver = Resolver()
    resolver.replace(KeyTable("1", (window("1", pairs={b"A" * 8: b"a" * 8}),)), NOW)
    resolver.replace(KeyTable("2", (window("2", pairs={b"B" * 8: b"b" * 8}),)), NOW)
    assert dict(resolver.pseudonyms) == {b"B" * 8: b"b" * 8}
    assert resolver.table.version == "2"


def test_only_identifiers_within_one_rotation_of_now_are_known() -> None:
    later = NOW + 10 * ROTATION_SECONDS
    soon = window("v", 0, 2, {b"A" * 8: b"a" * 8})
    far = window("v", 1, 2, {b"B" * 8: b"b" * 8}, at=later)
    resolver = Resolver()
    resolver.replace(KeyTable("v", (soon, far)), NOW)
    assert b"B" * 8 not in resolver.pseudonyms
    resolver.refresh(later - ROTATION_SECONDS)
    assert dict(resolver.pseudonyms) == {b"B" * 8: b"b" * 8}


def test_a_pseudonym_is_found_only_where_it_begins() -> None:
    table = KeyTable("v", (window("v", pairs={b"A" * 8: b"abcdefgh", b"B" * 8: b"ijklmnop"}),))
    assert table.holds(b"abcdefgh")
    assert table.holds(b"ijklmnop")
    assert not table.holds(b"efghijkl")
