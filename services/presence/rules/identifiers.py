"""The identifiers that members announce, and what gateways call them. Pure."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.clock import EPOCH

ROTATION_EXPONENT: Final = 10  # 2^10 s = 17 min 4 s: the life of one announced identifier
WINDOW: Final = timedelta(seconds=1 << ROTATION_EXPONENT)
WINDOWS_BEFORE: Final = 1  # a device's clock may be late
TABLE_HOURS: Final = 12  # what a stolen gateway leaks, and how long an offline one goes on
PSEUDONYM_BYTES: Final = 8  # by chance two of a million members meet once in 40 million days


def pseudonym_of(identity_key: bytes, day: date) -> bytes:
    """What gateways call a member for one day. Without the key nobody can compute or link it."""
    digest = hmac.new(identity_key, b"pseudonym " + day.isoformat().encode(), hashlib.sha256).digest()
    return digest[:PSEUDONYM_BYTES]


def window_starts(now: datetime) -> list[datetime]:
    """The rotation windows of a key table: the one before, the present one, and those of the next hours."""
    current = window_start(now)
    count = WINDOWS_BEFORE + 1 + int(timedelta(hours=TABLE_HOURS) / WINDOW)
    return [current + WINDOW * (step - WINDOWS_BEFORE) for step in range(count)]


def window_start(now: datetime) -> datetime:
    seconds = int(now.timestamp())
    return EPOCH + timedelta(seconds=seconds >> ROTATION_EXPONENT << ROTATION_EXPONENT)


def announced(identity_keys: Sequence[bytes], start: datetime) -> bytes:
    """The 8-byte identifiers that devices with these keys announce in the window, one after the other.

    Source: Eddystone-EID, "EID computation". The counter is Unix time in seconds.
    """
    counter = int(start.timestamp())
    head = bytes(11) + b"\xff" + bytes(2) + struct.pack(">H", counter >> 16 & 0xFFFF)
    body = bytes(11) + bytes([ROTATION_EXPONENT]) + struct.pack(">I", counter & 0xFFFFFFFF)
    return b"".join(encrypt(encrypt(key, head), body)[:8] for key in identity_keys)


def encrypt(key: bytes, block: bytes) -> bytes:
    # One block under a key of its own is a pseudo-random function; no mode chains anything here.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(block)


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
