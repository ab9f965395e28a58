"""What members' tags say of themselves, also when they say it encrypted. Pure."""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from services.clock import CLOCK_SKEW_MAX
from services.presence.rules.identifiers import WINDOW, window_start

BATTERY_LOW_MV: Final = 2_400  # of a coin cell with 3 V; below 2 V a tag falls silent
READING_AGE_MAX: Final = timedelta(days=1)
SEALED_BYTES: Final = 16  # telemetry 12, salt 2, integrity check 2
_TELEMETRY: Final = struct.Struct(">HhII")  # battery, temperature, adverts sent, seconds on
_NO_TEMPERATURE: Final = -0x8000  # what a tag without a thermometer says


@dataclass(frozen=True, slots=True)
class Telemetry:
    """None is what the tag does not know."""

    battery_mv: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True)
class TagReading:
    """What a tag said. sealed: telemetry that only its key opens; then the rest is not known yet."""

    pseudonym: str  # hex
    seen_at: datetime
    telemetry: Telemetry
    sealed: bytes = b""


def is_recent(seen_at: datetime, now: datetime) -> bool:
    return now - READING_AGE_MAX <= seen_at <= now + CLOCK_SKEW_MAX


def opened(identity_key: bytes, sealed: bytes, seen_at: datetime) -> Telemetry | None:
    """The telemetry that a tag with this key sealed about then; None when it did not.

    Its clock may be off by one rotation, as with identifiers. Source: Eddystone, "Encrypted TLM".
    """
    if len(sealed) != SEALED_BYTES:
        return None
    for step in (0, -1, 1):
        counter = int(window_start(seen_at + step * WINDOW).timestamp()) & 0xFFFFFFFF
        nonce = counter.to_bytes(4, "big") + sealed[12:14]
        if (plain := eax_opened(identity_key, nonce, sealed[:12], sealed[14:])) is not None:
            return _telemetry(plain)
    return None


def _telemetry(plain: bytes) -> Telemetry:
    millivolts, temperature, _, _ = _TELEMETRY.unpack(plain)
    celsius = None if temperature == _NO_TEMPERATURE else temperature / 256
    return Telemetry(millivolts or None, celsius)  # 0 mV means mains power


def eax_opened(key: bytes, nonce: bytes, sealed: bytes, check: bytes, header: bytes = b"") -> bytes | None:
    """AES-EAX: the plain bytes, or None when `check`, of any length, does not fit them.

    Source: Bellare, Rogaway, Wagner, "The EAX Mode of Operation", 2004.
    """
    start, of_header, of_sealed = (_omac(key, part, one) for part, one in enumerate((nonce, header, sealed)))
    tag = bytes(a ^ b ^ c for a, b, c in zip(start, of_header, of_sealed, strict=True))
    if not hmac.compare_digest(tag[: len(check)], check):
        return None
    return Cipher(algorithms.AES(key), modes.CTR(start)).decryptor().update(sealed)


def _omac(key: bytes, part: int, message: bytes) -> bytes:
    code = CMAC(algorithms.AES(key))
    code.update(part.to_bytes(16, "big") + message)
    return code.finalize()
