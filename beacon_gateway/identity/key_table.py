"""The table by which a gateway knows members, as the server sends it: no keys, no names. Pure.

A row is a member. A column of identifiers holds what the members' tags announce in one rotation window, a
column of pseudonyms what the members are called on one day. The server sends stretches of columns: a whole
table, a new hour, one more member and one member less are all the same kind of update.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

ROTATION_EXPONENT: Final = 10  # K of Eddystone-EID: a new identifier every 2^10 s, 17 min 4 s
ROTATION_SECONDS: Final = 1 << ROTATION_EXPONENT
CELL_BYTES: Final = 8
EMPTY: Final = bytes(CELL_BYTES)  # the cell of a row that has no value there
ROWS_MAX: Final = 250_000  # 2 MB a column and 100 MB in all is more than a small gateway has
WINDOWS_MAX: Final = 52  # 12 h are 44 windows, and each hourly update brings four before the oldest may go
DAYS_MAX: Final = 4  # the table reaches into at most two; the others were before
TAG_BYTES: Final = range(9, 64)  # longer than what rotates, so that one is never taken for the other


class TableError(ValueError):
    """A key table that cannot be what the server meant."""


class Span(NamedTuple):
    """When a column counts, in Unix time."""

    starts_at_seconds: float
    ends_at_seconds: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells of one column from `first_row` on, 8 bytes a row. Raises TableError."""

    span: Span
    first_row: int
    cells: bytes | bytearray

    def __post_init__(self) -> None:
        if len(self.cells) % CELL_BYTES or not 0 <= self.first_row <= self.end_row <= ROWS_MAX:
            raise TableError("a stretch must be cells of 8 bytes within the limit of rows")
        if not self.span.starts_at_seconds < self.span.ends_at_seconds:
            raise TableError("a column must end after it starts")

    @property
    def end_row(self) -> int:
        return self.first_row + len(self.cells) // CELL_BYTES


class StaticTag(NamedTuple):
    """A fixed identifier of the member in a row, as `adverts` spells it."""

    row: int
    identifier: bytes


@dataclass(frozen=True, slots=True)
class KeyUpdate:
    """What turns the table `base_version` into `version`; an empty base stands for an empty table."""

    base_version: str
    version: str
    identifiers: tuple[Stretch, ...] = ()
    pseudonyms: tuple[Stretch, ...] = ()
    tags: tuple[StaticTag, ...] = ()
    forgotten_rows: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(not 0 <= tag.row < ROWS_MAX or len(tag.identifier) not in TAG_BYTES for tag in self.tags):
            raise TableError("a fixed identifier must have its length and a row within the limit")
        if any(not 0 <= row < ROWS_MAX for row in self.forgotten_rows):
            raise TableError("a forgotten row must be within the limit")

    @property
    def only_forgets(self) -> bool:
        return bool(self.base_version) and not (self.identifiers or self.pseudonyms or self.tags)


class Coverage(Enum):
    """What a table says about now."""

    NONE = "no table"
    AHEAD = "the table begins after now: this clock is behind, or the table is for another time"
    CURRENT = "current"
    OVER = "the table has ended: the server was away for too long, or this clock is ahead"


class UpdateIntake:
    """Gathers the parts of an update, in the order in which they were sent.

    Each part's cells go to the end of the column that they continue, so that a large table is in memory once.
    """

    def __init__(self) -> None:
        self._clear()

    def add(self, part: KeyUpdate) -> KeyUpdate | None:
        """The whole update when `part` was its last one: that one names the version.

        Raises TableError, and forgets the parts, when they are more than a table can hold.
        """
        if part.base_version:
            self._base_version = part.base_version
        _continue(self._identifiers, part.identifiers)
        _continue(self._pseudonyms, part.pseudonyms)
        self._tags += part.tags
        self._forgotten_rows += part.forgotten_rows
        self._bytes += sum(len(one.cells) for one in (*part.identifiers, *part.pseudonyms))
        self._bytes += len(part.tags) + len(part.forgotten_rows)
        if self._bytes > ROWS_MAX * CELL_BYTES * (WINDOWS_MAX + DAYS_MAX):
            self._clear()
            raise TableError("a key table of more bytes than its limit")
        return self._whole(part.version) if part.version else None

    def _whole(self, version: str) -> KeyUpdate:
        whole = KeyUpdate(
            self._base_version,
            version,
            tuple(Stretch(*one) for one in self._identifiers),
            tuple(Stretch(*one) for one in self._pseudonyms),
            tuple(self._tags),
            tuple(self._forgotten_rows),
        )
        self._clear()
        return whole

    def _clear(self) -> None:
        self._base_version = ""
        self._identifiers: list[_Growing] = []
        self._pseudonyms: list[_Growing] = []
        self._tags: list[StaticTag] = []
        self._forgotten_rows: list[int] = []
        self._bytes: int = 0


class KeyTable:
    """What the updates so far amount to.

    Columns go when newer ones take their place, never by our own clock, which may be wrong.
    """

    def __init__(self) -> None:
        self.version = ""
        self.windows: dict[Span, bytearray] = {}
        self.days: dict[Span, bytearray] = {}
        self.tags: dict[int, list[bytes]] = {}

    def apply(self, update: KeyUpdate) -> None:
        """Raises TableError, and changes nothing, when the update is for another table."""
        if not update.base_version:
            self.windows, self.days, self.tags = {}, {}, {}
        elif update.base_version != self.version:
            raise TableError("an update of a table that this gateway does not have")
        self._forget(update.forgotten_rows)
        _lay(self.windows, update.identifiers, WINDOWS_MAX)
        _lay(self.days, update.pseudonyms, DAYS_MAX)
        for row, identifier in update.tags:
            self.tags.setdefault(row, []).append(identifier)
        self.version = update.version

    def _forget(self, rows: Iterable[int]) -> None:
        for row in rows:
            self.tags.pop(row, None)
            start = row * CELL_BYTES
            for column in (*self.windows.values(), *self.days.values()):
                if start < len(column):
                    column[start : start + CELL_BYTES] = EMPTY

    def announced_by(self, row: int, spans: Iterable[Span]) -> list[bytes]:
        """The identifiers of the member in a row, in some windows and at all times."""
        start = row * CELL_BYTES
        cells = [bytes(self.windows[span][start : start + CELL_BYTES]) for span in spans]
        return [*cells, *self.tags.get(row, ())]

    def near(self, now_seconds: float) -> list[Span]:
        """The windows that a tag whose clock is off by one rotation may announce from."""
        return [
            span
            for span in self.windows
            if span[0] - now_seconds <= ROTATION_SECONDS and now_seconds - span[1] < ROTATION_SECONDS
        ]

    def day(self, now_seconds: float) -> Span | None:
        """The column that says what members are called now."""
        return next((span for span in self.days if span[0] <= now_seconds < span[1]), None)

    def coverage(self, now_seconds: float) -> Coverage:
        """A table of a programme without members, which has no columns, is for all times."""
        if not self.windows:
            return Coverage.CURRENT if self.version else Coverage.NONE
        if now_seconds < min(self.windows).starts_at_seconds - ROTATION_SECONDS:
            return Coverage.AHEAD
        return Coverage.CURRENT if self.near(now_seconds) and self.day(now_seconds) else Coverage.OVER

    def seconds_left(self, now_seconds: float) -> float:
        """For how long it knows what members announce. It has windows."""
        return max(span.ends_at_seconds for span in self.windows) - now_seconds

    def holds(self, pseudonym: bytes) -> bool:
        """True while any day still names the member."""
        return any(_holds(column, pseudonym) for column in self.days.values())

    def renames(self, before: Span, after: Span) -> dict[bytes, bytes]:
        """What members were called on one day -> what they are called on another."""
        old, new = self.days.get(before, b""), self.days.get(after, b"")
        names = dict(zip(cells_of(old), cells_of(new), strict=False))
        names.pop(EMPTY, None)
        return names


def cells_of(column: bytes | bytearray) -> list[bytes]:
    frozen = bytes(column)
    return [frozen[at : at + CELL_BYTES] for at in range(0, len(frozen), CELL_BYTES)]


class _Growing(NamedTuple):
    """A stretch whose end has not come yet."""

    span: Span
    first_row: int
    cells: bytearray

    def is_continued_by(self, one: Stretch) -> bool:
        return (self.span, self.first_row + len(self.cells) // CELL_BYTES) == (one.span, one.first_row)


def _continue(stretches: list[_Growing], more: Iterable[Stretch]) -> None:
    """Adds stretches; one that goes on where the last one ends becomes a part of it."""
    for one in more:
        if stretches and stretches[-1].is_continued_by(one):
            stretches[-1].cells.extend(one.cells)
        else:
            stretches.append(_Growing(one.span, one.first_row, bytearray(one.cells)))


def _lay(columns: dict[Span, bytearray], stretches: Iterable[Stretch], columns_max: int) -> None:
    """Puts stretches in their places; the oldest columns make room for new ones."""
    for one in stretches:
        if one.span not in columns and one.first_row == 0 and isinstance(one.cells, bytearray):
            columns[one.span] = one.cells  # as it is: a copy of a large table is too much for the device
            continue
        column = columns.setdefault(one.span, bytearray())
        start, end = one.first_row * CELL_BYTES, one.end_row * CELL_BYTES
        column.extend(bytes(max(0, start - len(column))))
        column[start:end] = one.cells
    for span in sorted(columns)[:-columns_max]:
        del columns[span]


def _holds(column: bytearray, cell: bytes) -> bool:
    at = column.find(cell)
    while at % CELL_BYTES and at >= 0:
        at = column.find(cell, at + 1)
    return at >= 0
