"""From the recordings of all gateways of a store, of one walk, to how each place of the store is heard."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from beacon_gateway.identity.adverts import MEASURED_POWER_DBM
from beacon_gateway.operation.calibrating import Offset
from beacon_gateway.operation.recordings import Recording
from beacon_gateway.operation.stops import Stretch, Walk
from beacon_gateway.tracking.calibration import RECEIVED_SHARE, place_dbm

PIECE_SECONDS: Final = 4.0  # a way is cut into places: four steps
OUTSIDE: Final = ""  # the zone of places that are in no zone


@dataclass(frozen=True, slots=True)
class MapReceiver:
    """What a gateway hears a zone with, and the faintest that it heard on the walk."""

    gateway: str
    zone: str
    faintest_dbm: float


@dataclass(frozen=True, slots=True)
class MapPlace:
    """How strongly each receiver hears a tag at a place, in their order. zone: empty outside."""

    zone: str
    strengths_dbm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StoreMap:
    """How every place of a store is heard. entrances: the zones that one comes in by."""

    receivers: tuple[MapReceiver, ...]
    places: tuple[MapPlace, ...]
    entrances: tuple[str, ...]


class MapError(ValueError):
    """A walk that makes no map; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class _Ear:
    """A receiver and what it heard: (Unix time, strength without its offset)."""

    gateway: str
    name: str
    zone: str
    heard: tuple[tuple[float, float], ...]

    @property
    def faintest_dbm(self) -> float:
        return min(rssi_dbm for _, rssi_dbm in self.heard)

    def during(self, stretch: Stretch) -> list[float]:
        return [rssi_dbm for at_seconds, rssi_dbm in self.heard if stretch.holds(at_seconds)]

    def strength_dbm(self, stretch: Stretch, adverts_per_second: float) -> float:
        adverts = (stretch.to_seconds - stretch.from_seconds) * adverts_per_second
        return place_dbm(self.during(stretch), adverts, self.faintest_dbm)


def mapped(
    heard: Sequence[Recording], walk: Walk, offsets: Sequence[Mapping[str, Offset]]
) -> StoreMap | MapError | None:
    """The map of the walk, or what it lacks for one; None where nobody asked for a map."""
    if not walk.entrances and len(heard) == 1:
        return None
    try:
        return map_of(heard, walk, offsets)
    except MapError as error:
        return error


def said_of(store: StoreMap | MapError | None) -> Iterator[str]:
    """What an installer is told of it."""
    if isinstance(store, MapError):
        yield f"# no map of the store: {store}"
    elif store is not None:
        outside = sum(place.zone == OUTSIDE for place in store.places)
        yield (
            f"# map of the store: {len(store.places) - outside} places inside and {outside} outside, as"
            f" {len(store.receivers)} receivers hear them; --send has the server keep it"
        )


def map_of(heard: Sequence[Recording], walk: Walk, offsets: Sequence[Mapping[str, Offset]]) -> StoreMap:
    """The map of one walk. offsets: of each recording's receivers. Raises MapError."""
    ears = [ear for one, known in zip(heard, offsets, strict=True) for ear in _ears(one, known)]
    began_at = heard[0].began_at_seconds if walk.began_at is None else walk.began_at
    noted = [(zone, stretch.later(began_at)) for zone, stretch in _noted(walk, ears)]
    _refuse_a_part(walk, {zone for zone, _ in noted})
    rate = _adverts_per_second(walk, began_at, ears)
    places = [
        MapPlace(zone, tuple(round(ear.strength_dbm(stretch, rate), 1) for ear in ears))
        for zone, stretch in noted
    ]
    receivers = tuple(MapReceiver(ear.gateway, ear.zone, round(ear.faintest_dbm, 1)) for ear in ears)
    return StoreMap(receivers, tuple(places), walk.entrances)


def _ears(recording: Recording, offsets: Mapping[str, Offset]) -> Iterator[_Ear]:
    """The receivers that heard the walk. Words name a gateway and a zone: of two for one the first counts."""
    zones: set[str] = set()
    for name, zone in recording.receivers.items():
        offset_db = offsets[name].db if name in offsets else 0.0
        heard = tuple(
            (
                recording.began_at_seconds + one.at_seconds,
                one.rssi_dbm - offset_db - (one.measured_power_dbm - MEASURED_POWER_DBM),
            )
            for one in recording.samples
            if one.receiver == name
        )
        if heard and zone not in zones:
            zones.add(zone)
            yield _Ear(recording.gateway, name, zone, heard)


def _noted(walk: Walk, ears: Sequence[_Ear]) -> Iterator[tuple[str, Stretch]]:
    """(zone, when) of each place; ways outside in pieces."""
    for stop in walk.stops:
        zone = stop.zone or next(
            (ear.zone for ear in ears if _is_beside(ear, stop.gateway, stop.receiver)), ""
        )
        if zone:
            yield zone, stop
    for stand in walk.outside:
        yield OUTSIDE, stand
    for way in walk.pavement:
        yield from ((OUTSIDE, piece) for piece in _pieces(way))


def _is_beside(ear: _Ear, gateway: str, receiver: str) -> bool:
    return gateway in ("", ear.gateway) and receiver in ("", ear.name)


def _pieces(way: Stretch) -> Iterator[Stretch]:
    seconds = way.to_seconds - way.from_seconds
    pieces = max(1, round(seconds / PIECE_SECONDS))
    for piece in range(pieces):
        begins = way.from_seconds + piece * seconds / pieces
        yield Stretch.model_validate({"from": begins, "to": begins + seconds / pieces})


def _refuse_a_part(walk: Walk, zones: set[str]) -> None:
    """Raises MapError for a walk that does not show the border between inside and outside."""
    if not walk.entrances:
        raise MapError('the stops name no entrances, such as entrances = ["door"]')
    if OUTSIDE not in zones:
        raise MapError("the walk was nowhere outside: stand before door and windows, and walk along them")
    if missing := [zone for zone in walk.entrances if zone not in zones]:
        raise MapError(f"no stop is in the entrance {missing[0]!r}: stand just inside the door, too")


def _adverts_per_second(walk: Walk, began_at: float, ears: Sequence[_Ear]) -> float:
    """How often the tag sends, by what came of it beside receivers, where hardly anything is lost."""
    shares = [
        len(ear.during(stop.later(began_at))) / (stop.to_seconds - stop.from_seconds)
        for stop in walk.stops
        for ear in ears
        if not stop.zone and _is_beside(ear, stop.gateway, stop.receiver)
    ]
    if not any(shares):
        raise MapError(
            "no advert of the tag was heard beside a receiver: do the times count from the beginning?"
        )
    return statistics.median(share for share in shares if share) / RECEIVED_SHARE
