"""The table that lets gateways recognise members: what their devices announce, and no keys. Pure.

A row is a member, a column what all of them announce in one window or are called on one day. Cells lie in
blocks of bytes that never change: who takes the whole table takes references, and a member's going away
makes one new block a column.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.presence.rules.identifiers import (
    IDENTIFIER_BYTES,
    NOBODY,
    WINDOW,
    announced,
    day_of,
    day_start,
    days_of,
    pseudonym_of,
    window_starts,
)

CELL_BYTES: Final = IDENTIFIER_BYTES
BLOCK_ROWS: Final = 8_192  # 64 KiB: what a slow line carries in half a second
EMPTY: Final = NOBODY  # the cell of a row that has no value there
KEPT_CELLS_MAX: Final = 2_000_000  # 16 MB of changes for gateways that come back; the others get it all
FILLED_SHARE_MIN: Final = 0.5  # more rows of nobody than of somebody: time for a new table
BLOCK_BYTES: Final = BLOCK_ROWS * CELL_BYTES


@dataclass(frozen=True, slots=True)
class Device:
    """By what a member is noticed. serial: random, made anew with every key. tag: empty when it rotates."""

    serial: int
    customer_id: str
    identity_key: bytes
    tag: bytes = b""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells of one column from `first_row` on."""

    starts_at: datetime
    ends_at: datetime
    first_row: int
    cells: bytes


@dataclass(frozen=True, slots=True)
class KeyUpdate:
    """What turns the table `base_version` (empty: an empty one) into `version`."""

    base_version: str
    version: str
    identifiers: tuple[Stretch, ...] = ()
    pseudonyms: tuple[Stretch, ...] = ()
    tags: tuple[tuple[int, bytes], ...] = ()
    forgotten_rows: tuple[int, ...] = ()

    @property
    def cells(self) -> int:
        stretches = (*self.identifiers, *self.pseudonyms)
        return sum(len(one.cells) for one in stretches) // CELL_BYTES + len(self.forgotten_rows)


Rows = tuple[Device | None, ...]
Columns = Mapping[datetime, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class KeyTable:
    """One version of the table. Rows are never moved: a row that is nobody's stays empty."""

    name: str
    revision: int = 0
    rows: Rows = ()
    row_of: Mapping[int, int] = field(default_factory=dict)  # by serial
    identifiers: Columns = field(default_factory=dict)  # by the start of the window
    pseudonyms: Columns = field(default_factory=dict)  # by the start of the day

    @property
    def version(self) -> str:
        return f"{self.name}-{self.revision}" if self.revision else ""

    @property
    def is_hollow(self) -> bool:
        """True when most of it is empty."""
        return len(self.rows) > BLOCK_ROWS and len(self.row_of) < len(self.rows) * FILLED_SHARE_MIN

    def whole(self) -> KeyUpdate:
        """What turns nothing into this version."""
        return KeyUpdate(
            "",
            self.version,
            tuple(_stretches(self.identifiers, IDENTIFIERS.lasts)),
            tuple(_stretches(self.pseudonyms, PSEUDONYMS.lasts)),
            _tags(self.rows),
        )


def changed(
    table: KeyTable, come: Sequence[Device], gone: Collection[int], now: datetime
) -> tuple[KeyTable, KeyUpdate]:
    """The next version, and how to get there: devices that came, serials that went, and windows to come."""
    forgotten = {table.row_of[serial] for serial in gone}
    rows = (*(None if row in forgotten else one for row, one in enumerate(table.rows)), *come)
    windows = window_starts(now)
    days = [day_start(day) for day in days_of(windows)]
    update = _update(table, rows, sorted(forgotten), windows, days)
    after = KeyTable(
        table.name,
        table.revision + 1,
        rows,
        {one.serial: row for row, one in enumerate(rows) if one},
        _laid(table.identifiers, windows, update.identifiers, update.forgotten_rows),
        _laid(table.pseudonyms, days, update.pseudonyms, update.forgotten_rows),
    )
    return after, update


def _update(
    table: KeyTable,
    rows: Rows,
    forgotten: Sequence[int],
    windows: Sequence[datetime],
    days: Sequence[datetime],
) -> KeyUpdate:
    return KeyUpdate(
        table.version,
        f"{table.name}-{table.revision + 1}",
        tuple(_fresh(IDENTIFIERS, rows, windows, table.identifiers, len(table.rows))),
        tuple(_fresh(PSEUDONYMS, rows, days, table.pseudonyms, len(table.rows))),
        _tags(rows, len(table.rows)),
        tuple(forgotten),
    )


def _fresh(
    kind: Kind, rows: Rows, starts: Sequence[datetime], there: Columns, come_at: int
) -> Iterator[Stretch]:
    """New columns whole, and of those that are there the rows that come."""
    new = [start for start in starts if start not in there]
    old = [start for start in starts if start in there]
    for first_row, some in ((0, new), (come_at, old)):
        for start, cells in zip(some, kind.columns_of(rows[first_row:], some), strict=True):
            if cells:
                yield Stretch(start, start + kind.lasts, first_row, cells)


def _identifiers(rows: Rows, starts: Sequence[datetime]) -> list[bytes]:
    """What the rows announce; who has a fixed identifier announces none of these."""
    return announced([one.identity_key if one and not one.tag else b"" for one in rows], starts)


def _pseudonyms(rows: Rows, starts: Sequence[datetime]) -> list[bytes]:
    days = [day_of(start) for start in starts]
    return [b"".join([pseudonym_of(one.identity_key, day) if one else EMPTY for one in rows]) for day in days]


class Kind(NamedTuple):
    """A kind of columns: how they are computed, and for how long each counts."""

    columns_of: Callable[[Rows, Sequence[datetime]], list[bytes]]
    lasts: timedelta


IDENTIFIERS: Final = Kind(_identifiers, WINDOW)
PSEUDONYMS: Final = Kind(_pseudonyms, timedelta(days=1))


def _tags(rows: Rows, first_row: int = 0) -> tuple[tuple[int, bytes], ...]:
    return tuple((row, one.tag) for row, one in enumerate(rows) if row >= first_row and one and one.tag)


def _laid(
    columns: Columns, starts: Iterable[datetime], fresh: Iterable[Stretch], forgotten: Sequence[int]
) -> Columns:
    """The columns that still count, without the forgotten rows and with what is fresh."""
    laid = {start: _emptied(columns.get(start, ()), forgotten) for start in starts}
    for one in fresh:
        laid[one.starts_at] = _extended(laid[one.starts_at] if one.first_row else (), one.cells)
    return laid


def _emptied(blocks: tuple[bytes, ...], rows: Iterable[int]) -> tuple[bytes, ...]:
    emptied = {row // BLOCK_ROWS: bytearray() for row in rows}
    for number in emptied.keys() & range(len(blocks)):
        emptied[number] = bytearray(blocks[number])
    for row in rows:
        at = row % BLOCK_ROWS * CELL_BYTES
        emptied[row // BLOCK_ROWS][at : at + CELL_BYTES] = EMPTY
    return tuple(bytes(emptied.get(number, block)) for number, block in enumerate(blocks))


def _extended(blocks: tuple[bytes, ...], cells: bytes) -> tuple[bytes, ...]:
    """Blocks with cells added at their end; all blocks but the last are full."""
    full = blocks[:-1]
    rest = b"".join(blocks[-1:]) + cells
    return (*full, *(rest[cut : cut + BLOCK_BYTES] for cut in range(0, len(rest), BLOCK_BYTES)))


def _stretches(columns: Columns, lasts: timedelta) -> Iterator[Stretch]:
    for start, blocks in columns.items():
        for number, block in enumerate(blocks):
            yield Stretch(start, start + lasts, number * BLOCK_ROWS, block)


class History:
    """The latest updates, for gateways that have seen the ones before; who has left is in none of them."""

    def __init__(self) -> None:
        self._updates: deque[KeyUpdate] = deque()
        self._cells = 0

    def add(self, update: KeyUpdate) -> None:
        """A first update is not kept: whoever has nothing gets the table as it is now."""
        if not update.base_version:
            return
        if update.forgotten_rows:
            self._updates = deque(_without(one, update.forgotten_rows) for one in self._updates)
        self._updates.append(update)
        self._cells += update.cells
        while self._cells > KEPT_CELLS_MAX:
            self._cells -= self._updates.popleft().cells

    def since(self, version: str) -> tuple[KeyUpdate, ...] | None:
        """The updates that lead on from a version; None when that one is not remembered."""
        for number, update in enumerate(self._updates):
            if update.base_version == version:
                return tuple(self._updates)[number:]
        return None


def _without(update: KeyUpdate, rows: Collection[int]) -> KeyUpdate:
    """The update as if these rows had been empty when it was made."""
    return replace(
        update,
        identifiers=tuple(_cleared(one, rows) for one in update.identifiers),
        pseudonyms=tuple(_cleared(one, rows) for one in update.pseudonyms),
        tags=tuple((row, tag) for row, tag in update.tags if row not in rows),
    )


def _cleared(stretch: Stretch, rows: Iterable[int]) -> Stretch:
    places = [(row - stretch.first_row) * CELL_BYTES for row in rows]
    inside = [at for at in places if 0 <= at < len(stretch.cells)]
    if not inside:
        return stretch
    cells = bytearray(stretch.cells)
    for at in inside:
        cells[at : at + CELL_BYTES] = EMPTY
    return replace(stretch, cells=bytes(cells))
