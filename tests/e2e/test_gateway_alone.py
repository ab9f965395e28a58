"""The gateway from its wheel with the extra `gateway` alone: what the server needs is not there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ABSENT = ("sqlalchemy", "lightgbm", "polars", "numpy", "protovalidate", "starlette", "psycopg")
SCENE = """
seed = 3
starts_at = 2026-05-04T09:00:00Z
speed = 100

[store]
name = "harbour"
width_m = 24.0
depth_m = 12.0

[[receivers]]
name = "r1"
zone = "door"
position_m = [1.0, 6.0]

[[walkers]]
stranger = true
arrives_seconds = 0
leaves_seconds = 5
path = [{ at_m = [1.0, 6.0] }]
"""


def needed(
    name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]
) -> Iterator[Distribution]:
    """The distributions that one needs with these extras, and all that those need."""
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    found = distribution(name)
    if name != "regulars":
        yield found
    for line in found.requires or ():
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield from needed(canonicalize_name(one.name), frozenset(one.extras), seen)


def put(found: Distribution, site: Path) -> None:
    """Links a distribution's files into another environment; its commands stay away."""
    for file in found.files or ():
        if ".." not in file.parts and file.suffix != ".pth":
            place = site / file
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.symlink_to(Path(str(found.locate_file(file))).resolve())


@dataclass(frozen=True)
class Alone:
    """An environment with the gateway and nothing else."""

    python: Path
    folder: Path

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-I", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.folder,
        )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    folder = tmp_path_factory.mktemp("alone")
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(wheel, cwd=ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (site,) = (folder / "venv/lib").glob("python3*/site-packages")
    (built,) = (folder / "wheel").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(site)
    for one in needed("regulars", frozenset({"gateway"}), set()):
        put(one, site)
    return Alone(folder / "venv/bin/python", folder)


def test_what_the_server_needs_is_absent(alone: Alone) -> None:
    for name in ABSENT:
        assert "ModuleNotFoundError" in alone.call("-c", f"import {name}").stderr


def test_the_doctor_works(alone: Alone) -> None:
    (alone.folder / "gateway.toml").write_text('server = "127.0.0.1:1"\nspool = "spool.db"\n')
    answer = alone.call("-m", "beacon_gateway", "doctor", "--config", "gateway.toml")
    assert answer.returncode == 1
    assert "FAULT certificate  not enrolled" in answer.stdout
    assert answer.stderr == ""


def test_a_scene_is_played(alone: Alone) -> None:
    (alone.folder / "scene.toml").write_text(SCENE)
    options = ["--radio", "simulated", "--scene", "scene.toml", "--server", "127.0.0.1:1", "--key", "k"]
    options += ["--spool", "spool.db", "--gateway", "g", "--store", "harbour", "--exit-at-end"]
    answer = alone.call("-m", "beacon_gateway", "run", *options)
    assert answer.returncode == 0, answer.stderr
    assert '"event": "gateway.stopped"' in answer.stderr
    assert '"adverts": 0' not in answer.stderr


def test_a_key_is_made_and_metrics_can_be_sent(alone: Alone) -> None:
    answer = alone.call(
        "-c",
        "from beacon_gateway.access.credentials import new_key; assert new_key().request;"
        "from beacon_gateway.operation.telemetry import meter_provider;"
        "meter_provider('otlp', 'http://127.0.0.1:1', 'g').get_meter('m')",
    )
    assert answer.returncode == 0 or "ImportError" not in answer.stderr, answer.stderr


def test_the_unit_for_systemd_comes_along(alone: Alone) -> None:
    (site,) = (alone.folder / "venv/lib").glob("python3*/site-packages")
    unit = (site / "beacon_gateway/regulars-gateway.service").read_text()
    assert "Type=notify" in unit
    assert "WatchdogSec=" in unit
