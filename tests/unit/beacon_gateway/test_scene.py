import asyncio
import json
import math
import re
import tomllib
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from beacon_gateway.clock import SceneClock
from beacon_gateway.hearing.radio import AdvertQueue, Heard
from beacon_gateway.identity.adverts import Advert
from beacon_gateway.identity.adverts import parse as parse_advert
from beacon_gateway.identity.identities import eid
from beacon_gateway.scenes.scene import SceneError, load, parse
from beacon_gateway.scenes.simulator import Route, VirtualRadio, airwaves, ends_seconds

KEY = "000102030405060708090a0b0c0d0e0f"
AT = 1_767_225_600.0


def scene(**changes: Any) -> dict[str, Any]:
    return {
        "seed": 5,
        "starts_at": "2026-01-01T00:00:00Z",
        "store": {"name": "s", "width_m": 10, "depth_m": 8},
        "receivers": [{"name": "r1", "zone": "door", "position_m": [1, 1]}],
        "walkers": [walker()],
    } | changes


def walker(**changes: Any) -> dict[str, Any]:
    return {
        "identity_key": KEY,
        "arrives_seconds": 10,
        "leaves_seconds": 40,
        "path": [{"at_m": [1, 2], "dwell_seconds": 10}, {"at_m": [7, 2]}],
    } | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"speed": 0}, "speed"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"starts_at": "2026-01-01T00:00:00"}, "starts_at"),
        ({"store": {"name": "s", "width_m": 10}}, "store.depth_m"),
        ({"receivers": []}, "receivers"),
        ({"receivers": [{"name": "r", "zone": "z", "position_m": [1]}]}, "receivers.0.position_m"),
        ({"receivers": [{"name": "r", "zone": "z", "position_m": [1, 1]}] * 2}, "same name"),
        ({"walkers": [walker(), walker(identity_key="00")]}, "walkers.1.identity_key"),
        ({"walkers": [walker(stranger=True)]}, "walkers.0"),
        ({"walkers": [walker(leaves_seconds=5)]}, "walkers.0"),
        ({"walkers": [walker(path=[])]}, "walkers.0.path"),
        ({"walkers": [walker(hat="red")]}, "walkers.0.hat"),
        ({"zones": {"attic": {}}}, "attic"),
        ({"propagation": {"loss_share": 1}}, "propagation.loss_share"),
    ],
)
def test_a_scene_that_cannot_be_played_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(SceneError, match=field):
        parse(scene(**changes))


def test_json_and_toml_are_read_alike(tmp_path: Path) -> None:
    as_json, as_toml = tmp_path / "scene.json", tmp_path / "scene.toml"
    as_json.write_text(json.dumps(scene(walkers=[])))
    as_toml.write_text(
        'seed = 5\nstarts_at = 2026-01-01T00:00:00Z\n[store]\nname = "s"\nwidth_m = 10\ndepth_m = 8\n'
        '[[receivers]]\nname = "r1"\nzone = "door"\nposition_m = [1, 1]\n'
    )
    assert load(as_json) == load(as_toml)


def test_the_scene_of_the_guide_can_be_played() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "gateway.md").read_text()
    example = next(
        block for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "walkers" in block
    )
    played = parse(tomllib.loads(example))
    assert [bool(walker.stranger) for walker in played.walkers] == [False, True]


def test_a_file_that_is_missing_or_no_scene_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("seed = = 5")
    with pytest.raises(SceneError, match=r"broken\.toml"):
        load(broken)
    with pytest.raises(SceneError, match=r"absent\.toml"):
        load(tmp_path / "absent.toml")


def test_a_scene_can_be_heard_in_some_zones_only() -> None:
    receivers = [{"name": zone, "zone": zone, "position_m": [1, 1]} for zone in ("a", "b")]
    whole = parse(scene(receivers=receivers))
    assert [receiver.zone for receiver in whole.restricted_to(["b"]).receivers] == ["b"]
    with pytest.raises(SceneError, match="c"):
        whole.restricted_to(["c"])


def test_the_same_seed_gives_the_same_adverts_and_another_seed_others() -> None:
    def play(seed: int) -> list[Any]:
        return list(airwaves(parse(scene(seed=seed)), AT))

    assert play(1) == play(1)
    assert play(1) != play(2)


def test_a_members_tag_announces_its_identifier_of_the_time() -> None:
    heard = list(airwaves(parse(scene()), AT))
    found = {parse_advert(one.manufacturer_frames, one.service_frames) for one in heard}
    adverts = [one for one in found if isinstance(one, Advert)]
    assert {advert.identifier for advert in adverts} == {eid(bytes.fromhex(KEY), int(AT) + 20)}
    assert {advert.measured_power_dbm for advert in adverts} == {-59}
    assert 45 <= len(heard) <= 60
    assert all(10 <= one.at_seconds < 40 for one in heard)


def test_an_identifier_rotates_while_its_walker_stays() -> None:
    long = parse(scene(walkers=[walker(leaves_seconds=3000)]))
    frames = {tuple(one.service_frames.values()) for one in airwaves(long, AT)}
    assert len(frames) in {3, 4}


def test_a_walker_walks_straight_and_pauses() -> None:
    route = Route(parse(scene()).walkers[0])
    assert route.position(15) == (1, 2)
    assert route.position(22.5) == pytest.approx((4, 2))
    assert route.position(1000) == (7, 2)


def test_nearer_is_louder_and_a_wall_is_in_the_way() -> None:
    def mean_dbm(x_m: float) -> float:
        calm = {"shadowing_db": 0, "body_db": 0, "fading_db": 0, "loss_share": 0}
        still = walker(path=[{"at_m": [x_m, 1]}])
        heard = list(airwaves(parse(scene(walkers=[still], propagation=calm)), AT))
        return sum(one.rssi_dbm for one in heard) / len(heard)

    assert mean_dbm(2.0) == pytest.approx(-59, abs=0.5)
    assert mean_dbm(9.0) == pytest.approx(-59 - 22 * math.log10(8), abs=0.5)
    assert mean_dbm(-1.0) == pytest.approx(-59 - 22 * math.log10(2) - 8, abs=0.5)


def test_what_is_in_the_way_changes_slowly_also_for_who_stands_still() -> None:
    still = walker(path=[{"at_m": [5, 1]}], leaves_seconds=600)
    shadow_only = {"shadowing_db": 6, "body_db": 0, "fading_db": 0, "loss_share": 0}
    heard = [one.rssi_dbm for one in airwaves(parse(scene(walkers=[still], propagation=shadow_only)), AT)]
    assert max(heard) - min(heard) >= 6
    assert max(abs(one - other) for one, other in pairwise(heard)) <= 5


async def test_a_scene_faster_than_the_gateway_waits_and_loses_no_advert() -> None:
    played = parse(scene(speed=1000, ends_seconds=41, starts_at="2026-01-01T00:00:00Z"))
    queue = AdvertQueue(8)
    playing = partial(airwaves, played), ends_seconds(played)
    radio = asyncio.create_task(VirtualRadio(*playing, SceneClock(AT, 1000.0), queue).run())
    heard: list[Heard] = []
    while not radio.done():
        await asyncio.sleep(0.02)
        heard.extend(queue.drain())
    assert queue.dropped == 0
    assert heard == list(airwaves(played, AT))


def test_a_scene_ends_when_the_last_walker_has_been_gone_for_a_while() -> None:
    assert ends_seconds(parse(scene())) == 40 + 45
    assert ends_seconds(parse(scene(ends_seconds=12))) == 12
