"""The server's table, followed by a gateway's: whatever happens, both say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.identity import key_table as gateway
from beacon_gateway.sending.key_messages import key_update_of
from services.presence.rules.identifiers import (
    WINDOW,
    announced,
    pseudonym_of,
    window_start,
    window_starts,
)
from services.presence.rules.key_table import (
    BLOCK_ROWS,
    KEPT_CELLS_MAX,
    Device,
    History,
    KeyTable,
    KeyUpdate,
    Stretch,
    changed,
)
from services.presence.servicer.key_messages import PART_BYTES, key_messages

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TAG = b"\x01" + bytes(20)


def device(number: int, tag: bytes = b"") -> Device:
    return Device(number + 1, f"c-{number}", number.to_bytes(16, "big"), tag)


def sent(update: KeyUpdate) -> list[pb.KeyUpdate]:
    """What comes out at the other end of the line."""
    return [
        pb.SessionResponse.FromString(message.SerializeToString()).keys for message in key_messages(update)
    ]


def follow(table: gateway.KeyTable, update: KeyUpdate) -> None:
    intake = gateway.UpdateIntake()
    for part in sent(update):
        if (whole := intake.add(key_update_of(part))) is not None:
            table.apply(whole)


def cells(table: gateway.KeyTable) -> tuple[dict[gateway.Span, bytes], dict[gateway.Span, bytes]]:
    return (
        {span: bytes(column).rstrip(b"\0") for span, column in table.windows.items()},
        {span: bytes(column).rstrip(b"\0") for span, column in table.days.items()},
    )


def test_a_table_says_what_each_device_announces_and_what_its_owner_is_called() -> None:
    table, update = changed(KeyTable("t"), [device(0), device(1)], [], NOON)
    there = gateway.KeyTable()
    follow(there, update)
    start = window_start(NOON)
    span = gateway.Span(start.timestamp(), (start + WINDOW).timestamp())
    assert (
        bytes(there.windows[span]) == announced([device(0).identity_key, device(1).identity_key], [start])[0]
    )
    day = there.day(NOON.timestamp())
    assert day is not None
    assert gateway.cells_of(there.days[day])[1] == pseudonym_of(device(1).identity_key, NOON.date())
    assert there.version == table.version == "t-1"


def test_an_empty_programme_has_a_table_too() -> None:
    there = gateway.KeyTable()
    follow(there, changed(KeyTable("t"), [], [], NOON)[1])
    assert there.version == "t-1"
    assert there.coverage(NOON.timestamp()) is gateway.Coverage.CURRENT


def test_a_withdrawal_is_a_few_bytes_whatever_the_size_of_the_programme() -> None:
    table, _ = changed(KeyTable("t"), [device(number) for number in range(3_000)], [], NOON)
    _, update = changed(table, [], [device(1_234).serial], NOON)
    assert sum(part.ByteSize() for part in sent(update)) < 40


def test_an_hour_later_only_the_windows_to_come_are_sent() -> None:
    table, whole = changed(KeyTable("t"), [device(number) for number in range(1_000)], [], NOON)
    _, update = changed(table, [], [], NOON + 4 * WINDOW)
    assert len(update.identifiers) == 4
    assert update.cells * 8 < whole.cells  # and the names of the next day, which has just come near


def test_large_updates_come_in_parts_that_a_slow_line_can_carry() -> None:
    stretch = Stretch(NOON, NOON + WINDOW, 5, bytes(range(1, 9)) * (2 * BLOCK_ROWS + 3))
    parts = sent(KeyUpdate("", "t-1", (stretch,)))
    assert len(parts) == 3
    assert all(part.ByteSize() <= PART_BYTES + 100 for part in parts)
    there = gateway.KeyTable()
    follow(there, KeyUpdate("", "t-1", (stretch,)))
    (column,) = there.windows.values()
    assert bytes(column) == bytes(40) + stretch.cells


def test_who_has_a_fixed_identifier_announces_no_rotating_one() -> None:
    _, update = changed(KeyTable("t"), [device(0, TAG)], [], NOON)
    assert update.tags == ((0, TAG),)
    assert {one.cells for one in update.identifiers} == {bytes(8)}


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 5),  # who come
        st.sets(st.integers(0, 30), max_size=4),  # who go, if they are there
        st.integers(0, 9),  # windows that pass
    ),
    max_size=8,
)


@given(CHANGES, st.integers(0, 7))
def test_a_gateway_that_follows_has_what_one_that_comes_anew_is_told(
    changes: list[tuple[int, set[int], int]], joins_at: int
) -> None:
    table, now, number = KeyTable("t"), NOON, 0
    follower, follows = gateway.KeyTable(), False
    for step, (come, gone, windows) in enumerate(changes):
        fresh = [device(n, TAG + bytes([n]) if n % 5 == 0 else b"") for n in range(number, number + come)]
        number, now = number + come, now + windows * WINDOW
        leaving = [device(n).serial for n in gone if device(n).serial in table.row_of]
        table, update = changed(table, fresh, leaving, now)
        follow(follower, update if follows else table.whole()) if step >= joins_at else None
        follows = step >= joins_at
    anew = gateway.KeyTable()
    if table.revision:
        follow(anew, table.whole())
    if follows:
        windows_there, days_there = cells(follower)
        windows_anew, days_anew = cells(anew)
        assert windows_there.items() >= windows_anew.items()
        assert days_there.items() >= days_anew.items()
        assert follower.tags == anew.tags
        assert follower.version == anew.version


def test_a_gateway_that_comes_back_is_told_what_changed_since() -> None:
    history, updates = History(), []
    table = KeyTable("t")
    for number in range(4):
        table, update = changed(table, [device(number)], [], NOON)
        history.add(update)
        updates.append(update)
    assert history.since("t-2") == tuple(updates[2:])
    assert history.since("t-4") is None
    assert history.since("another-2") is None


def test_a_gateway_that_has_nothing_gets_the_table_as_it_is_now() -> None:
    history = History()
    table, update = changed(KeyTable("t"), [device(0)], [], NOON)
    history.add(update)
    _, update = changed(table, [], [device(0).serial], NOON)
    history.add(update)
    assert history.since("") is None


def test_nobody_is_told_later_what_announces_who_has_left() -> None:
    history = History()
    table, update = changed(KeyTable("t"), [device(1)], [], NOON)
    for come, gone, now in (
        ([device(2), device(3, TAG)], [], NOON),
        ([device(4)], [], NOON + 4 * WINDOW),
        ([], [device(2).serial, device(3).serial], NOON + 4 * WINDOW),
    ):
        table, update = changed(table, come, gone, now)
        history.add(update)
    updates = history.since("t-1") or ()
    told = b"".join(part.SerializeToString() for update in updates for part in sent(update))
    starts = window_starts(NOON + 4 * WINDOW)
    for left in (device(2), device(3)):
        assert not any(one in told for one in announced([left.identity_key], starts))
        assert pseudonym_of(left.identity_key, NOON.date()) not in told
    assert TAG not in told
    assert announced([device(4).identity_key], starts)[0] in told


def test_the_history_forgets_the_oldest_changes_first() -> None:
    history = History()
    large = Stretch(NOON, NOON + timedelta(days=1), 0, bytes(8) * (KEPT_CELLS_MAX // 2))
    for number in range(1, 5):
        history.add(KeyUpdate(f"t-{number}", f"t-{number + 1}", (large,)))
    assert history.since("t-2") is None
    assert history.since("t-3") is not None


def test_rows_of_nobody_are_at_last_more_than_worth_keeping() -> None:
    devices = [device(number) for number in range(BLOCK_ROWS + 1)]
    rows = tuple(devices)
    there = KeyTable("t", 1, rows, {one.serial: row for row, one in enumerate(rows)})
    table, _ = changed(there, [], [one.serial for one in devices[: BLOCK_ROWS // 2]], NOON)
    assert not table.is_hollow
    table, _ = changed(table, [], [one.serial for one in devices[BLOCK_ROWS // 2 : -2]], NOON)
    assert table.is_hollow
