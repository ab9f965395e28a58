"""What a gateway notices about a member: the values that tracker, spool and uplink share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class PresenceKind(StrEnum):
    ENTER = "ENTER"
    MOVE = "MOVE"
    DWELL = "DWELL"
    EXIT = "EXIT"
    GAP = "GAP"
    HEARD = "HEARD"  # of somebody new: evidence for a server that knows the store


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strength of what was heard at the strongest receiver."""

    smoothed_rssi_dbm: float
    max_rssi_dbm: float
    samples: int


NO_EVIDENCE = Evidence(0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class PresenceEvent:
    """One thing noticed.

    pseudonym: 8 bytes, of the day; empty for GAP, as is the zone.
    at_seconds: the gateway's monotonic clock.
    degraded: the radio was not healthy at the time, or shortly before.
    dwell_seconds: since ENTER.
    dropped: events lost, for GAP.
    """

    kind: PresenceKind
    pseudonym: bytes
    zone: str
    at_seconds: float
    evidence: Evidence = NO_EVIDENCE
    degraded: bool = False
    dwell_seconds: float = 0.0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """How well a member is heard now: live news, which no disk ever holds.

    pseudonym: 8 bytes, of the day. at_seconds: the gateway's monotonic clock.
    """

    pseudonym: bytes
    zone: str
    at_seconds: float
    evidence: Evidence


class Position(NamedTuple):
    """Where an event lies in the spool: runs of the gateway in their order, numbers from 1 in each."""

    run: int
    seq: int


@dataclass(frozen=True, slots=True)
class SpooledEvent:
    """An event that waits.

    epoch: names its run to the server.
    observed_at_seconds: Unix time, as far as it is known now.
    is_time_uncertain: the run never met the server; the time is a guess.
    """

    position: Position
    epoch: str
    observed_at_seconds: float
    event: PresenceEvent
    is_time_uncertain: bool = False
