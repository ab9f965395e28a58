"""Rotating identifier -> the member's pseudonym of the day. Pure.

A gateway never holds keys: the server sends tables of the identifiers to come (`KeyWindow`). The function
`eid` is what a tag computes; only the virtual radio's tags use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ROTATION_EXPONENT: Final = 10  # K of Eddystone-EID: a new identifier every 2^10 s, 17 min 4 s
ROTATION_SECONDS: Final = 1 << ROTATION_EXPONENT
IDENTIFIER_BYTES: Final = 8
TABLE_PARTS_MAX: Final = 10_000  # 12 h are 45 windows; the rest is room for windows sent in pieces
TABLE_BYTES_MAX: Final = 128 * 1024 * 1024  # 100,000 members over 12 h are 72 MB


class TableError(ValueError):
    """A key table that cannot be what the server meant."""


def _aes(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - one block, as EID defines it
    return encryptor.update(block) + encryptor.finalize()


def eid(identity_key: bytes, at_seconds: int) -> bytes:
    """The 8 bytes that a tag with `identity_key` (16 bytes) announces at `at_seconds` (Unix time).

    Source: Eddystone-EID computation, github.com/google/eddystone.
    """
    counter = (at_seconds & 0xFFFFFFFF) >> ROTATION_EXPONENT << ROTATION_EXPONENT
    temporary_key = _aes(identity_key, bytes(11) + b"\xff\x00\x00" + (counter >> 16).to_bytes(2, "big"))
    block = bytes(11) + bytes([ROTATION_EXPONENT]) + counter.to_bytes(4, "big")
    return _aes(temporary_key, block)[:IDENTIFIER_BYTES]


@dataclass(frozen=True, slots=True)
class KeyWindow:
    """Part `part` of `parts` of a table: what members announce from `starts_at_seconds` to `ends_at_seconds`.

    identifiers, pseudonyms: 8 bytes each, one after the other, in the same order. Times are Unix time.
    """

    table_version: str
    part: int
    parts: int
    starts_at_seconds: float
    ends_at_seconds: float
    identifiers: bytes
    pseudonyms: bytes

    def __post_init__(self) -> None:
        if len(self.identifiers) != len(self.pseudonyms) or len(self.identifiers) % IDENTIFIER_BYTES:
            raise TableError("identifiers and pseudonyms must be pairs of 8 bytes")
        if not 0 <= self.part < self.parts <= TABLE_PARTS_MAX:
            raise TableError("part must be below parts, and parts within the limit")

    def near(self, now_seconds: float) -> bool:
        """True while a tag whose clock is off by one rotation may announce from this window."""
        return (
            self.starts_at_seconds - ROTATION_SECONDS <= now_seconds < self.ends_at_seconds + ROTATION_SECONDS
        )

    def holds(self, pseudonym: bytes) -> bool:
        at = self.pseudonyms.find(pseudonym)
        while at % IDENTIFIER_BYTES and at >= 0:
            at = self.pseudonyms.find(pseudonym, at + 1)
        return at >= 0

    def pairs(self) -> dict[bytes, bytes]:
        ids, names = self.identifiers, self.pseudonyms
        return {ids[at : at + 8]: names[at : at + 8] for at in range(0, len(ids), IDENTIFIER_BYTES)}


@dataclass(frozen=True, slots=True)
class KeyTable:
    """All windows of one version."""

    version: str
    windows: tuple[KeyWindow, ...] = ()

    def holds(self, pseudonym: bytes) -> bool:
        """True when any window still names the member."""
        return any(window.holds(pseudonym) for window in self.windows)


class TableAssembler:
    """Gathers the parts of a table as they come, in any order."""

    def __init__(self) -> None:
        self._version = ""
        self._parts: dict[int, KeyWindow] = {}
        self._bytes = 0

    def add(self, window: KeyWindow) -> KeyTable | None:
        """The whole table when `window` was its last missing part. A part of another version starts anew.

        Raises TableError when the table grows past its limit.
        """
        if window.table_version != self._version:
            self._version, self._parts, self._bytes = window.table_version, {}, 0
        self._bytes += len(window.identifiers) * 2
        if self._bytes > TABLE_BYTES_MAX:
            raise TableError(f"a key table of more than {TABLE_BYTES_MAX} bytes")
        self._parts[window.part] = window
        if len(self._parts) < window.parts:
            return None
        table = KeyTable(self._version, tuple(self._parts[part] for part in sorted(self._parts)))
        self._version, self._parts, self._bytes = "", {}, 0
        return table


class Resolver:
    """Looks identifiers up in the windows that are near now; the others stay packed to save memory."""

    def __init__(self) -> None:
        self.table = KeyTable("")
        self._near: tuple[KeyWindow, ...] = ()
        self._pseudonyms: dict[bytes, bytes] = {}

    def replace(self, table: KeyTable, now_seconds: float) -> None:
        """Forgets the table before and takes this one."""
        self.table = table
        self.refresh(now_seconds)

    def refresh(self, now_seconds: float) -> None:
        """Moves on to the windows near `now_seconds` (Unix time); cheap while they are the same."""
        near = tuple(window for window in self.table.windows if window.near(now_seconds))
        if near == self._near:
            return
        self._near = near
        self._pseudonyms = {}
        for window in near:
            self._pseudonyms.update(window.pairs())

    @property
    def pseudonyms(self) -> Mapping[bytes, bytes]:
        """Identifier -> pseudonym, of the windows near now; replaced as a whole by `refresh`."""
        return self._pseudonyms
