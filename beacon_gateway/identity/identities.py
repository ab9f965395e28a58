"""What a tag announces -> the member's pseudonym of the day. Pure.

A gateway never holds keys: the server sends tables of the identifiers to come (`KeyTable`). The function
`eid` is what a tag computes; only the virtual radio's tags use it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from beacon_gateway.identity.key_table import (
    EMPTY,
    ROTATION_EXPONENT,
    Coverage,
    KeyTable,
    KeyUpdate,
    Span,
    cells_of,
)

IDENTIFIER_BYTES: Final = 8


def _aes(key: bytes, block: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # 7 MB that only scenes need

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


class Resolver:
    """Looks identifiers up in the windows that are near now; the others stay packed to save memory."""

    def __init__(self) -> None:
        self.table = KeyTable()
        self._near: list[Span] = []
        self._day: Span | None = None
        self._pseudonyms: dict[bytes, bytes] = {}

    @property
    def pseudonyms(self) -> Mapping[bytes, bytes]:
        """Identifier -> pseudonym, near now; ask anew after each `take` and `refresh`."""
        return self._pseudonyms

    def take(self, update: KeyUpdate, now_seconds: float) -> None:
        """Changes the table; who is in it no longer is unknown from here on. Raises TableError."""
        gone = self._announced_by(update.forgotten_rows)
        self.table.apply(update)
        if update.only_forgets:  # the commonest change, and the one that may not wait
            for identifier in gone:
                self._pseudonyms.pop(identifier, None)
            return
        self._near, self._day = self.table.near(now_seconds), self.table.day(now_seconds)
        self._look_up()

    def refresh(self, now_seconds: float) -> Mapping[bytes, bytes]:
        """Moves on to the windows near `now_seconds` (Unix time); cheap while they are the same.

        Returns the pseudonyms of yesterday -> of today when another day has begun, else nothing.
        """
        near, day, day_before = self.table.near(now_seconds), self.table.day(now_seconds), self._day
        if (near, day) == (self._near, day_before):
            return {}
        self._near, self._day = near, day
        self._look_up()
        return self.table.renames(day_before, day) if day and day_before and day != day_before else {}

    def coverage(self, now_seconds: float) -> Coverage:
        return self.table.coverage(now_seconds)

    def _announced_by(self, rows: Iterable[int]) -> list[bytes]:
        """What the members of some rows announce near now."""
        return [identifier for row in rows for identifier in self.table.announced_by(row, self._near)]

    def _look_up(self) -> None:
        """Spells out the columns near now; the members of one row share one pseudonym object."""
        names = cells_of(self.table.days[self._day]) if self._day else []
        self._pseudonyms = {}
        for span in self._near:
            self._pseudonyms.update(zip(cells_of(self.table.windows[span]), names, strict=False))
        self._pseudonyms.pop(EMPTY, None)
        for row, identifiers in self.table.tags.items():
            if row < len(names) and names[row] != EMPTY:
                self._pseudonyms.update(dict.fromkeys(identifiers, names[row]))
