"""From a recorded calibration walk to settings: what an installer does, sees and gets wrong."""

import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.operation.calibrating import (
    Calibration,
    CalibrationError,
    calibrate,
    report_of,
)
from beacon_gateway.operation.configuring import calibrated
from beacon_gateway.operation.guide import Guide, ask_terminal
from beacon_gateway.operation.recordings import Recording, Sample
from beacon_gateway.operation.stops import StopsError, Walk, beside, read_stops
from beacon_gateway.sending.messages import tuning_of
from beacon_gateway.settings import Settings, load
from beacon_gateway.tracking.room import Receiver, ZoneRule

HERE = {"hci0": "door", "hci1": "shoes"}
AT_STOP_DBM = -59 - 22 * 0.1761  # 1.5 m, by the law that thresholds are made for
SIDE_SECONDS = 20
HEARD = Recording(HERE, (), "harbour", 1000.0)


def settings(**more: Any) -> Settings:
    receivers = [{"adapter": name, "zone": zone} for name, zone in HERE.items()]
    needed = {"server": "127.0.0.1:1", "spool": Path("unused.db"), "receivers": receivers}
    return load(None, needed | more)


def standing(receiver: str, side: int, rssi_dbm: float, power_dbm: int = -59) -> Iterator[Sample]:
    """Twice a second, in the twenty seconds of one side."""
    for half in range(2 * SIDE_SECONDS):
        yield Sample(side * SIDE_SECONDS + half / 2, receiver, 0, round(rssi_dbm), power_dbm)


def stops(*sides: tuple[str, int], pavement: tuple[float, float] | None = None) -> Walk:
    found: dict[str, Any] = {
        "stops": [
            {"receiver": receiver, "from": side * SIDE_SECONDS, "to": (side + 1) * SIDE_SECONDS - 0.1}
            for receiver, side in sides
        ]
    }
    if pavement:
        found["pavement"] = [{"from": pavement[0], "to": pavement[1]}]
    return Walk.model_validate(found)


def around(receiver: str, first_side: int = 0) -> list[tuple[str, int]]:
    return [(receiver, first_side + side) for side in range(4)]


def walked(**offsets_db: float) -> Recording:
    """Four sides of each receiver, which hears so much stronger than it should."""
    samples = [
        sample
        for number, (receiver, db) in enumerate(offsets_db.items())
        for side in range(4)
        for sample in standing(receiver, 4 * number + side, AT_STOP_DBM + db)
    ]
    return Recording(HERE, tuple(samples))


def test_a_walk_around_each_receiver_teaches_its_offset() -> None:
    found = calibrate(walked(hci0=5, hci1=-7), stops(*around("hci0"), *around("hci1", 4)), settings())
    assert {name: one.db for name, one in found.offsets.items()} == {
        "hci0": pytest.approx(5, abs=0.6),
        "hci1": pytest.approx(-7, abs=0.6),
    }
    assert [one.adverts for one in found.offsets.values()] == [160, 160]


def test_a_tag_that_states_another_power_teaches_the_same() -> None:
    loud = [one for side in range(4) for one in standing("hci0", side, AT_STOP_DBM + 12, power_dbm=-47)]
    found = calibrate(Recording(HERE, tuple(loud)), stops(*around("hci0")), settings())
    assert found.offsets["hci0"].db == pytest.approx(0, abs=0.6)


def with_pavement(rssi_dbm: float) -> Calibration:
    outside = [Sample(100 + half / 2, "hci0", 0, round(rssi_dbm), -59) for half in range(80)]
    recording = Recording(HERE, (*walked(hci0=4).samples, *outside))
    return calibrate(recording, stops(*around("hci0"), pavement=(100, 140)), settings())


def test_a_threshold_stands_above_what_the_pavement_reaches() -> None:
    found = with_pavement(-66)
    assert found.rules["door"].enter_rssi_dbm == pytest.approx(-68, abs=0.6)  # -66 - 4 + 2
    assert found.rules.keys() == {"door"}


def test_a_pavement_that_is_hardly_heard_changes_no_threshold() -> None:
    assert with_pavement(-90).rules == {}


def test_a_receiver_that_hears_the_pavement_like_a_customer_is_told_of() -> None:
    assert any("door: the pavement is heard" in doubt for doubt in with_pavement(-40).doubts)


def test_what_is_printed_are_settings() -> None:
    found = calibrate(walked(hci0=5, hci1=-7), stops(*around("hci0"), *around("hci1", 4)), settings())
    printed = tomllib.loads("\n".join(report_of(found, settings())))
    assert [one["adapter"] for one in printed["receivers"]] == ["hci0", "hci1"]
    assert settings(**printed).receivers[1].rssi_offset_db == found.offsets["hci1"].db


def test_the_settings_of_a_gateway_with_one_adapter_are_one_line_and_its_rule() -> None:
    alone = Recording({"hci0": "front door"}, with_pavement_samples())
    mine = load(None, {"server": "s:1", "spool": Path("unused.db"), "zones": ["front door"]})
    found = calibrate(alone, stops(*around("hci0"), pavement=(100, 140)), mine)
    printed = tomllib.loads("\n".join(report_of(found, mine)))
    again = mine.model_validate({**mine.model_dump(), **printed})
    assert again.rssi_offset_db == pytest.approx(4, abs=0.6)
    assert again.zone_rules["front door"].enter_rssi_dbm == found.rules["front door"].enter_rssi_dbm


def with_pavement_samples() -> tuple[Sample, ...]:
    outside = (Sample(100 + half / 2, "hci0", 0, -66, -59) for half in range(80))
    return (*walked(hci0=4).samples, *outside)


DOUBTS = {
    "sides": (stops(("hci0", 0), ("hci0", 1)), "stops on 2 sides"),
    "short": (stops(*around("hci0"), ("hci0", 90)), "0 adverts heard"),
    "left out": (stops(*around("hci0")), "hci1: no stop beside it"),
    "pavement": (stops(*around("hci0")), "no walk along the pavement"),
    "deaf outside": (stops(*around("hci0"), pavement=(900, 990)), "nothing was heard on the pavement"),
}


@pytest.mark.parametrize("kind", DOUBTS)
def test_what_a_walk_leaves_open_is_said(kind: str) -> None:
    walk, words = DOUBTS[kind]
    found = calibrate(walked(hci0=3), walk, settings())
    assert any(words in doubt for doubt in found.doubts), found.doubts
    assert f"# doubtful: {found.doubts[0]}" in report_of(found, settings())


def test_an_offset_that_no_receiver_has_is_doubted() -> None:
    found = calibrate(walked(hci0=20), stops(*around("hci0")), settings())
    assert any("more than receivers differ by" in doubt for doubt in found.doubts)


def test_times_that_meet_no_advert_teach_nothing() -> None:
    with pytest.raises(CalibrationError, match="do the times count"):
        calibrate(walked(hci0=3), stops(("hci0", 500)), settings())


def written(tmp_path: Path, text: str, heard: Recording = HEARD) -> Walk:
    (tmp_path / "stops.toml").write_text(text)
    return beside(heard, read_stops(tmp_path / "stops.toml"))


def test_times_are_written_as_a_stopwatch_shows_them(tmp_path: Path) -> None:
    walk = written(tmp_path, '[[stops]]\nreceiver = "hci0"\nfrom = "1:05"\nto = "1:20.5"\n')
    (stop,) = walk.stops
    assert (stop.receiver, stop.from_seconds, stop.to_seconds, stop.metres) == ("hci0", 65, 80.5, 1.5)


def test_the_only_receiver_needs_no_name(tmp_path: Path) -> None:
    walk = written(tmp_path, "[[stops]]\nfrom = 1\nto = 9\n", Recording({"hci0": "door"}, ()))
    assert walk.stops[0].receiver == "hci0"


WRONG = {
    "": "no stop is beside a receiver of this recording (hci0 (door), hci1 (shoes))",
    "[[stops]]\nfrom = 1\nto = 9\n": "name a receiver, not ''; the recording has hci0 (door)",
    '[[stops]]\ngateway = "soho"\nfrom = 1\nto = 9\n': "no stop is beside",
    '[[stops]]\nreceiver = "hci0"\nzone = "door"\nfrom = 1\nto = 9\n': "a receiver or a zone, not both",
    '[[stops]]\nreceiver = "hci7"\nfrom = 1\nto = 9\n': "not 'hci7'",
    '[[stops]]\nreceiver = "hci0"\nfrom = 9\nto = 1\n': "stops.1: `to` must be later",
    '[[stops]]\nreceiver = "hci0"\nfrom = "soon"\nto = 1\n': "stops.1.from",
    '[[stops]]\nreceiver = "hci0"\nfrom = 1\nto = 9\nfeet = 5\n': "stops.1.feet",
    "[[stops": "stops.toml",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_says_something_else_is_refused_with_the_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(StopsError) as refused:
        written(tmp_path, text)
    assert WRONG[text] in str(refused.value)


class Installer:
    """Types what is asked for, and walks in no time. clock: seconds of the recording."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.asked: list[str] = []
        self.clock = 0.0

    async def ask(self, asked: str) -> str:
        self.asked.append(asked)
        self.clock += 10
        return self.typed.pop(0) if self.typed else ""

    def now(self) -> float:
        self.clock += 1
        return self.clock


async def test_the_guide_leads_around_receivers_to_spots_and_outside_and_notes_the_times(
    tmp_path: Path,
) -> None:
    sides, other = ["", "s", "", ""], ["soho", "", "", "", "", "s"]
    spots = ["door", "", "shoes", "", "s"]
    installer = Installer(*sides, *[""] * 4, *other, *spots, "", "", "s")
    guide = Guide(installer.ask, lambda _: None, installer.now, stop_seconds=0.0)
    text = await guide.lead([Receiver("hci0", "door"), Receiver("hci1", "shoes")], lambda: 960.0)
    assert "hci0 (door): 1.5 m in front of it" in installer.asked[0]
    said = tomllib.loads(text)
    assert [one.get("gateway") or one.get("zone") for one in said["stops"][7:]] == ["soho"] * 4 + [
        "door",
        "shoes",
    ]
    assert said["entrances"] == ["door"]
    walk = written(tmp_path, text)
    assert [one.receiver for one in walk.stops] == ["hci0"] * 3 + ["hci1"] * 4  # one side was left out
    assert (len(walk.outside), len(walk.pavement)) == (2, 1)
    assert walk.stops[0].from_seconds == said["stops"][0]["from"] - 40  # this recording began later


async def test_a_terminal_that_is_closed_ends_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(StopsError, match="begin anew"):
        await ask_terminal("Enter")


def test_the_server_is_told_of_these_receivers_and_zones_and_keeps_what_it_tells_of_others() -> None:
    found = with_pavement(-66)
    told = pb.Config(
        rssi_offset_db=3,
        health_interval_seconds=10,
        receiver_offsets=[
            pb.ReceiverOffset(receiver="hci0", rssi_offset_db=9),
            pb.ReceiverOffset(receiver="hci9", rssi_offset_db=1),
        ],
        zone_rules=[pb.ZoneRule(zone="till", enter_rssi_dbm=-70, exit_rssi_dbm=-80)],
    )
    config = calibrated(told, found)
    tuning = tuning_of(config)
    assert tuning.rssi_offset_db == 0
    assert tuning.receiver_offsets_db == {"hci0": found.offsets["hci0"].db, "hci9": 1}
    assert tuning.zone_rules == {"till": ZoneRule(-70, -80), "door": found.rules["door"]}
    assert config.health_interval_seconds == 10
