"""One walk, heard by all gateways of a store: how each place is heard."""

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from beacon_gateway.identity.adverts import Advert, parse
from beacon_gateway.operation.calibrating import Offset, calibrate
from beacon_gateway.operation.mapping import MapError, MapPlace, StoreMap, map_of, mapped, said_of
from beacon_gateway.operation.recordings import Recording, Sample
from beacon_gateway.operation.stops import Walk, beside
from beacon_gateway.scenes.installing import Stop as SceneStop
from beacon_gateway.scenes.installing import installers_walk
from beacon_gateway.scenes.scene import Scene
from beacon_gateway.scenes.simulator import Route, airwaves
from beacon_gateway.scenes.stores import DOOR_ZONE, random_store
from beacon_gateway.settings import load

BEGAN_AT = 5000.0  # Unix time of the recording at which the stops were noted
SECONDS = 10.0  # of a stop
OFFSETS = ({"hci0": Offset(4.0, 99)}, {"hci0": Offset(-2.0, 99)})
PLACES = ("beside the door's", "beside the shoes'", "inside the door", "outside", "on the pavement")
HEARD_DBM = {"door": (-56, -80, -60, -66, -70), "shoes": (-82, -61, -75, -84, -90)}  # in the order of places


def walk(**changes: Any) -> Walk:
    """One place after the other, ten seconds each."""
    spans = [{"from": number * SECONDS, "to": (number + 1) * SECONDS - 0.1} for number in range(len(PLACES))]
    said = {
        "began_at": BEGAN_AT,
        "entrances": ["door"],
        "stops": [
            {"gateway": "gw-door", **spans[0]},
            {"gateway": "gw-shoes", **spans[1]},
            {"zone": "door", **spans[2]},
        ],
        "outside": [spans[3]],
        "pavement": [spans[4]],
    }
    return Walk.model_validate(said | changes)


def heard_by(gateway: str, zone: str, late_seconds: float, power_dbm: int = -59) -> Recording:
    """Twice a second, by a recording that began so much later than the first."""

    def samples() -> Iterator[Sample]:
        for half in range(int(2 * SECONDS * len(PLACES))):
            rssi_dbm = HEARD_DBM[zone][int(half / 2 // SECONDS)]
            yield Sample(half / 2 - late_seconds, "hci0", 0, rssi_dbm, power_dbm)

    return Recording({"hci0": zone}, tuple(samples()), gateway, BEGAN_AT + late_seconds)


BOTH = (heard_by("gw-door", "door", 0.0), heard_by("gw-shoes", "shoes", -3.0))


def test_each_place_is_heard_by_every_gateway_without_its_offset() -> None:
    found = map_of(BOTH, walk(), OFFSETS)
    assert [(one.gateway, one.zone) for one in found.receivers] == [
        ("gw-door", "door"),
        ("gw-shoes", "shoes"),
    ]
    assert found.places[:4] == (
        MapPlace("door", (-60.0, -80.0)),
        MapPlace("shoes", (-84.0, -59.0)),
        MapPlace("door", (-64.0, -73.0)),
        MapPlace("", (-70.0, -82.0)),
    )
    assert [one.faintest_dbm for one in found.receivers] == [-84.0, -88.0]
    assert found.entrances == ("door",)


def test_a_way_is_cut_into_places() -> None:
    found = map_of(BOTH, walk(), OFFSETS)
    assert found.places[4:] == (MapPlace("", (-74.0, -88.0)),) * 2


def test_a_louder_tag_makes_the_same_map() -> None:
    loud = tuple(
        Recording(
            one.receivers,
            tuple(said._replace(rssi_dbm=said.rssi_dbm + 6, measured_power_dbm=-53) for said in one.samples),
            one.gateway,
            one.began_at_seconds,
        )
        for one in BOTH
    )
    assert map_of(loud, walk(), OFFSETS) == map_of(BOTH, walk(), OFFSETS)


def test_a_place_that_a_receiver_does_not_hear_is_fainter_than_all_that_it_hears() -> None:
    silent = BOTH[1].samples[:60]
    found = map_of((BOTH[0], Recording({"hci0": "shoes"}, silent, "gw-shoes", BEGAN_AT)), walk(), OFFSETS)
    assert found.places[3].strengths_dbm[1] < found.receivers[1].faintest_dbm


LACKS: dict[str, tuple[dict[str, Any], str]] = {
    "entrances": ({"entrances": []}, "name no entrances"),
    "outside": ({"outside": [], "pavement": []}, "nowhere outside"),
    "inside": ({"entrances": ["back door"]}, "no stop is in the entrance 'back door'"),
    "times": ({"began_at": 0.0}, "no advert of the tag"),
}


@pytest.mark.parametrize("kind", LACKS)
def test_a_walk_that_shows_no_border_makes_no_map_and_says_what_it_lacks(kind: str) -> None:
    changes, words = LACKS[kind]
    found = mapped(BOTH, walk(**changes), OFFSETS)
    assert isinstance(found, MapError)
    (line,) = said_of(found)
    assert line.startswith("# no map of the store: ")
    assert words in line


def test_a_lone_gateway_needs_no_map() -> None:
    assert mapped(BOTH[:1], walk(entrances=[]), OFFSETS[:1]) is None
    assert list(said_of(None)) == []


def test_a_map_is_told_of_in_one_line() -> None:
    found = mapped(BOTH, walk(), OFFSETS)
    assert isinstance(found, StoreMap)
    assert "3 places inside and 3 outside, as 2 receivers hear them" in "".join(said_of(found))


def recordings_of(scene: Scene) -> list[Recording]:
    """What each gateway of a simulated store records of the installer's walk."""
    receivers = {one.name: one for one in scene.receivers}
    samples: dict[str, list[Sample]] = {one.gateway: [] for one in scene.receivers}
    for heard in airwaves(scene, BEGAN_AT):
        said = parse(heard.manufacturer_frames, heard.service_frames)
        assert isinstance(said, Advert)
        sample = Sample(heard.at_seconds, heard.receiver, 0, heard.rssi_dbm, said.measured_power_dbm)
        samples[receivers[heard.receiver].gateway].append(sample)
    return [
        Recording({one.name: one.zone}, tuple(samples[one.gateway]), one.gateway, BEGAN_AT)
        for one in scene.receivers
    ]


def noted_by_the_installer(scene: Scene, stops: Sequence[SceneStop]) -> Walk:
    gateways = {one.name: one.gateway for one in scene.receivers}
    said: dict[str, list[dict[str, Any]]] = {"stops": [], "outside": []}
    for stop in stops:
        span = {"from": stop.since_seconds, "to": stop.until_seconds - 0.01}
        if stop.receiver:
            said["stops"].append({"gateway": gateways[stop.receiver], **span})
        else:
            said["stops" if stop.zone else "outside"].append(
                span | ({"zone": stop.zone} if stop.zone else {})
            )
    return Walk.model_validate({"began_at": BEGAN_AT, "entrances": [DOOR_ZONE], **said})


@pytest.mark.parametrize("seed", [3, 4])
def test_in_the_map_of_a_simulated_store_most_places_are_heard_best_by_their_own_receiver(seed: int) -> None:
    scene, stops = installers_walk(random_store(seed, shoppers=0, passers_by=0), DOOR_ZONE)
    heard, noted = recordings_of(scene), noted_by_the_installer(scene, stops)
    mine = load(None, {"server": "s:1", "spool": "unused.db"})
    offsets = [calibrate(one, beside(one, noted), mine).offsets for one in heard]
    beyond = [found[one.name].db - one.offset_db for one, found in zip(scene.receivers, offsets, strict=True)]
    assert max(beyond) - min(beyond) < 9  # what the wearer's body takes, it takes at each; shelves differ
    store = map_of(heard, noted, offsets)
    names = [one.name for one in scene.receivers]
    inside = [stop for stop in stops if stop.zone]
    assert [place.zone for place in store.places[: len(inside)]] == [stop.zone for stop in inside]
    best = [max(zip(place.strengths_dbm, names, strict=True))[1] for place in store.places]
    own = [name == stop.receiver for name, stop in zip(best, inside, strict=False) if stop.receiver]
    assert statistics.fmean(own) > 0.8  # before a shelf another may hear better
    door = next(n for n, one in enumerate(store.receivers) if one.zone == DOOR_ZONE)
    entrance = [place.strengths_dbm[door] for place in store.places if place.zone == DOOR_ZONE]
    outside = [place.strengths_dbm[door] for place in store.places if not place.zone]
    assert statistics.fmean(entrance) > statistics.fmean(outside) + 5


def test_the_simulated_installer_shows_four_spots_of_each_zone_well_inside_it() -> None:
    scene, stops = installers_walk(random_store(3, shoppers=0, passers_by=0), DOOR_ZONE)
    walk = Route(scene.walkers[0])
    for name, zone in scene.zones.items():
        spots = [stop for stop in stops if stop.zone == name and not stop.receiver]
        assert len(spots) == 4 + (name == DOOR_ZONE)
        for spot in spots:
            assert zone.holds(walk.position((spot.since_seconds + spot.until_seconds) / 2))
