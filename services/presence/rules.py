"""From what gateways report to visits, and the identifiers that members announce. Pure."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.clock import CLOCK_SKEW_MAX, EPOCH

DWELL_SECONDS_MIN: Final = 60.0  # shorter stays are people who pass the door
ROTATION_EXPONENT: Final = 10  # 2^10 s = 17 min 4 s: the life of one announced identifier
WINDOW: Final = timedelta(seconds=1 << ROTATION_EXPONENT)
WINDOWS_BEFORE: Final = 1  # a device's clock may be late
TABLE_HOURS: Final = 12  # what a stolen gateway leaks, and how long an offline one goes on
PSEUDONYM_BYTES: Final = 8  # by chance two of a million members meet once in 40 million days
SPOOL_DAYS_MAX: Final = timedelta(days=30)  # a gateway without a network for longer is a broken one
STALE_VISIT: Final = timedelta(hours=4)  # a gateway that died in mid-visit never says EXIT


class VisitState(StrEnum):
    ENTERED = "ENTERED"
    DWELLING = "DWELLING"
    EXITED = "EXITED"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a gateway noticed; `kind` as in the wire: ENTER, MOVE, DWELL, EXIT, GAP, AMEND."""

    seq: int
    kind: str
    pseudonym: str  # hex
    zone: str
    observed_at: datetime
    degraded: bool
    dwell_seconds: float


@dataclass(frozen=True, slots=True)
class GatewayBatch:
    """Sightings of one gateway in the order of their numbers."""

    gateway: str
    store: str
    epoch: str
    version: str
    sightings: tuple[Sighting, ...]
    last_seq: int  # of all that was sent, the refused included

    @property
    def customer_id(self) -> str:
        """Batches of one gateway are written one after the other."""
        return self.gateway


@dataclass(frozen=True, slots=True)
class Visit:
    visit_id: str
    customer_id: str
    store: str
    zone: str
    state: VisitState
    entered_at: datetime
    last_seen_at: datetime
    exited_at: datetime | None = None


def open_visit(customer_id: str, store: str, sighting: Sighting) -> Visit:
    """A visit that begins with this sighting; its id follows from who, where and when."""
    entered_at = sighting.observed_at - timedelta(seconds=sighting.dwell_seconds)
    name = f"{customer_id}\0{store}\0{entered_at.isoformat()}"
    visit_id = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Visit(visit_id, customer_id, store, sighting.zone, VisitState.ENTERED, entered_at, entered_at)


def is_plausible(sighting: Sighting, now: datetime) -> bool:
    """Whether it can have been observed then: not in the future, and not before any spool reaches back."""
    return now - SPOOL_DAYS_MAX <= sighting.observed_at <= now + CLOCK_SKEW_MAX


def advance(visit: Visit, sighting: Sighting) -> Visit:
    """The visit after one more sighting; an exited visit stays as it is."""
    if visit.state is VisitState.EXITED:
        return visit
    seen = max(visit.last_seen_at, sighting.observed_at)
    if sighting.kind == "EXIT":
        return replace(visit, state=VisitState.EXITED, last_seen_at=seen, exited_at=seen)
    stayed = sighting.dwell_seconds >= DWELL_SECONDS_MIN
    state = VisitState.DWELLING if stayed else visit.state
    return replace(visit, state=state, zone=sighting.zone or visit.zone, last_seen_at=seen)


def is_stale(visit: Visit, sighting: Sighting) -> bool:
    return sighting.observed_at - visit.last_seen_at > STALE_VISIT


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
