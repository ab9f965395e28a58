"""The identifiers that members announce, and what gateways call them. Pure."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.clock import EPOCH

ROTATION_EXPONENT: Final = 10  # 2^10 s = 17 min 4 s: the life of one announced identifier
WINDOW: Final = timedelta(seconds=1 << ROTATION_EXPONENT)
WINDOWS_BEFORE: Final = 1  # a device's clock may be late
TABLE_HOURS: Final = 12  # what a stolen gateway leaks, and how long an offline one goes on
IDENTIFIER_BYTES: Final = 8  # of Eddystone-EID
BLOCK_BYTES: Final = 16  # of AES
NOBODY: Final = bytes(IDENTIFIER_BYTES)
PSEUDONYM_BYTES: Final = 8  # by chance two of a million members meet once in 40 million days


def pseudonym_of(identity_key: bytes, day: date) -> bytes:
    """What gateways call a member for one day. Without the key nobody can compute or link it."""
    return hmac.digest(identity_key, b"pseudonym " + day.isoformat().encode(), "sha256")[:PSEUDONYM_BYTES]


def window_starts(now: datetime) -> list[datetime]:
    """The rotation windows of a key table: the one before, the present one, and those of the next hours."""
    current = window_start(now)
    count = WINDOWS_BEFORE + 1 + int(timedelta(hours=TABLE_HOURS) / WINDOW)
    return [current + WINDOW * (step - WINDOWS_BEFORE) for step in range(count)]


def window_start(now: datetime) -> datetime:
    seconds = int(now.timestamp())
    return EPOCH + timedelta(seconds=seconds >> ROTATION_EXPONENT << ROTATION_EXPONENT)


def announced(identity_keys: Sequence[bytes], starts: Sequence[datetime]) -> list[bytes]:
    """What devices with these keys announce: for each window, 8 bytes a key, one after the other.

    An empty key announces `NOBODY`. Windows are cheap, keys are not: each costs two ciphers for all windows
    of 18 hours. Source: Eddystone-EID, "EID computation". The counter is Unix time in seconds.
    """
    columns: list[bytes] = []
    for era, of_era in groupby(starts, era_of):
        blocks = [_block(start) for start in of_era]
        rows = [_announced_by(key, era, b"".join(blocks)) for key in identity_keys]
        columns.extend(
            b"".join([row[at : at + IDENTIFIER_BYTES] for row in rows])
            for at in range(0, len(blocks) * BLOCK_BYTES, BLOCK_BYTES)
        )
    return columns


def era_of(start: datetime) -> int:
    """The 18 hours for which a device's temporary key stays the same."""
    return int(start.timestamp()) >> 16 & 0xFFFF


def _block(start: datetime) -> bytes:
    counter = int(start.timestamp()) & 0xFFFFFFFF
    return bytes(11) + bytes([ROTATION_EXPONENT]) + struct.pack(">I", counter)


def _announced_by(identity_key: bytes, era: int, blocks: bytes) -> bytes:
    if not identity_key:
        return bytes(len(blocks))
    temporary_key = encrypt(identity_key, bytes(11) + b"\xff" + bytes(2) + struct.pack(">H", era))
    return encrypt(temporary_key, blocks)


def encrypt(key: bytes, blocks: bytes) -> bytes:
    # Blocks under a key of its own are a pseudo-random function of each; no mode chains anything here.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks)


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def days_of(starts: Sequence[datetime]) -> list[date]:
    """The days that the windows touch; members are called otherwise on each."""
    return sorted({day_of(moment) for start in starts for moment in (start, start + WINDOW)})


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
