"""The key table on disk: what a restart brings back, and what it must not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beacon_gateway.identity.identities import Resolver, eid
from beacon_gateway.identity.kept_table import KeptTable
from beacon_gateway.identity.key_table import KeyTable, KeyUpdate, StaticTag, Stretch
from tests.unit.beacon_gateway.key_updates import day_of, whole, windows_of

ANNA, BEN = bytes(16), bytes(range(16))
NOON = 1_767_225_600.0 + 12 * 3600
TAG = b"\x01" + b"\xabtag-of-clara" + bytes(8)


def written(path: Path, *updates: KeyUpdate) -> KeptTable:
    kept = KeptTable(path)
    kept.write(updates)
    return kept


def members() -> KeyUpdate:
    return whole("t-1", {ANNA: b"anna----", BEN: b"ben-----"}, NOON, windows=44)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_after_a_restart_the_members_are_known_for_the_rest_of_the_hours(tmp_path: Path) -> None:
    written(tmp_path / "keys.db", members())
    update = KeptTable(tmp_path / "keys.db").load()
    assert update is not None
    resolver = Resolver()
    late = NOON + 11 * 3600
    resolver.take(update, late)
    assert resolver.pseudonyms[eid(ANNA, int(late))] == b"anna----"
    assert resolver.table.version == "t-1"


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.touch(mode=0o666)
    written(path, members())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_is_forgotten_is_nowhere_in_the_file(tmp_path: Path) -> None:
    identifiers = [eid(ANNA, int(NOON) + hours * 3600) for hours in range(12)]
    come = KeyUpdate(
        "t-1", "t-2", pseudonyms=(Stretch(day_of(NOON), 2, b"clara---"),), tags=(StaticTag(2, TAG),)
    )
    written(tmp_path / "keys.db", members(), come)
    before = on_disk(tmp_path)
    assert all(one in before for one in (*identifiers, b"anna----", TAG))
    written(tmp_path / "keys.db", KeyUpdate("t-2", "t-3", forgotten_rows=(0, 2)))
    after = on_disk(tmp_path)
    assert not any(one in after for one in (*identifiers, b"anna----", b"clara---", TAG))
    assert eid(BEN, int(NOON)) in after


def test_a_whole_table_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    written(tmp_path / "keys.db", members(), whole("u-1", {BEN: b"ben-----"}, NOON))
    assert eid(ANNA, int(NOON)) not in on_disk(tmp_path)


def test_a_copy_that_missed_an_update_is_emptied(tmp_path: Path) -> None:
    kept = written(tmp_path / "keys.db", members(), KeyUpdate("t-7", "t-8"))
    assert kept.load() is None
    assert eid(ANNA, int(NOON)) not in on_disk(tmp_path)


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b""], ids=["garbage", "empty"])
def test_a_file_that_cannot_be_read_is_no_table(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "keys.db"
    path.write_bytes(damage)
    kept = KeptTable(path)
    assert kept.load() is None
    kept.write([members()])
    assert kept.load() is not None


def test_a_disk_that_refuses_stops_nothing(tmp_path: Path) -> None:
    kept = KeptTable(tmp_path / "no-such-folder" / "keys.db")
    kept.write([members()])
    assert kept.load() is None


def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    kept = KeptTable(tmp_path / "keys.db")
    kept.add(members())
    kept.close()
    assert KeptTable(tmp_path / "keys.db").load() is not None


def test_a_copy_that_is_not_wanted_is_deleted(tmp_path: Path) -> None:
    written(tmp_path / "keys.db", members())
    kept = KeptTable(tmp_path / "keys.db", is_wanted=False)
    assert kept.load() is None
    kept.add(members())
    kept.close()
    assert list(tmp_path.iterdir()) == []


STEPS = st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 8), max_size=3)), max_size=6)


@given(STEPS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_copy_says_what_the_table_in_memory_says(
    tmp_path: Path, steps: list[tuple[int, set[int]]]
) -> None:
    path = tmp_path / "keys.db"
    path.unlink(missing_ok=True)
    kept, table, rows = KeptTable(path), KeyTable(), 0
    for number, (come, gone) in enumerate(steps):
        base = f"t-{number}" if number else ""
        fresh = tuple(
            one for row in range(rows, rows + come) for one in windows_of(bytes([row]) * 16, NOON, 3, row)
        )
        update = KeyUpdate(base, f"t-{number + 1}", fresh, forgotten_rows=tuple(gone))
        rows += come
        table.apply(update)
        kept.write([update])
    loaded = KeyTable()
    if steps:
        update_of_all = kept.load()
        assert update_of_all is not None
        loaded.apply(update_of_all)
    assert {span: bytes(cells) for span, cells in loaded.windows.items()} == {
        span: bytes(cells) for span, cells in table.windows.items()
    }
