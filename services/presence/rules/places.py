"""What a calibration walk taught of a store: how strongly each receiver hears a tag at each place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from services.clock import EPOCH

LEARNT_WITHIN: Final = timedelta(minutes=1)  # gateways that are connected hear of a new map within seconds


class Reading(NamedTuple):
    """How well a gateway heard a member in one of its zones. `at_seconds`: Unix time."""

    at_seconds: float
    gateway: str
    zone: str
    rssi_dbm: float


class HearingReceiver(NamedTuple):
    """A gateway's receiver of a zone. faintest_dbm: the least that it heard on the walk."""

    gateway: str
    zone: str
    faintest_dbm: float


class Place(NamedTuple):
    """A stop of the walk. zone: empty for outside. heard_dbm: at each receiver of the map."""

    zone: str
    heard_dbm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StoreMap:
    """What a calibration walk taught.

    entrances: the zones that one comes in by. counts_from: stays that began before were not decided by it.
    """

    receivers: tuple[HearingReceiver, ...]
    places: tuple[Place, ...]
    entrances: tuple[str, ...]
    counts_from: datetime = EPOCH

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], made_at: datetime) -> StoreMap:
        """As the message StoreMap has it."""
        return cls(
            tuple(
                HearingReceiver(one["gateway"], one["zone"], one.get("faintest_rssi_dbm", 0.0))
                for one in plain["receivers"]
            ),
            tuple(Place(one.get("zone", ""), tuple(one["rssi_dbm"])) for one in plain["places"]),
            tuple(plain["entrances"]),
            made_at + LEARNT_WITHIN,
        )


class Whereabouts(NamedTuple):
    """Where a member is taken to be. shares: how sure, of each place inside. map_at: when the map counts."""

    zone: str
    map_at_seconds: float
    shares: tuple[float, ...]
