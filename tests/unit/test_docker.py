"""The containers name only what exists. No image is built here: there may be no engine."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from beacon_gateway.scenes.scene import load
from beacon_gateway.settings import Settings as GatewaySettings
from services.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
README = (DOCKER / "README.md").read_text(encoding="utf-8")
IMAGES = ("server", "gateway")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = set(PROJECT["scripts"])
VARIABLES = {
    *(f"REGULARS_{name.upper()}" for name in Settings.model_fields),
    *(f"REGULARS_GATEWAY_{name.upper()}" for name in GatewaySettings.model_fields),
}


def dockerfile(image: str) -> str:
    return (DOCKER / f"Dockerfile.{image}").read_text(encoding="utf-8")


def copied(image: str) -> list[str]:
    """What the image takes from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", dockerfile(image), re.MULTILINE)
    return [source for line in lines for source in shlex.split(line)[:-1]]


def test_every_environment_variable_is_a_setting() -> None:
    named = set(re.findall(r"\bREGULARS_[A-Z_]+", "".join([COMPOSE, *map(dockerfile, IMAGES)])))
    assert {"REGULARS_DATABASE_URL", "REGULARS_TLS_NAMES", "REGULARS_GATEWAY_SERVER"} <= named <= VARIABLES


def test_the_gateway_gets_every_setting_that_it_cannot_do_without() -> None:
    needed = {name for name, field in GatewaySettings.model_fields.items() if field.is_required()}
    given = set(re.findall(r"REGULARS_GATEWAY_([A-Z_]+)", COMPOSE + dockerfile("gateway")))
    assert needed <= {name.lower() for name in given}


def test_every_file_that_compose_names_exists() -> None:
    built = re.findall(r"context: (\S+)\n\s+dockerfile: (\S+)", COMPOSE)
    mounted = re.findall(r"- (\./[^:]+):", COMPOSE)
    assert len(built) == len(IMAGES)
    assert mounted == ["./scene.toml"]
    assert all((DOCKER / context / file).is_file() for context, file in built)
    assert all((DOCKER / file).is_file() for file in mounted)


def test_the_scene_is_mounted_where_the_gateway_looks_for_it() -> None:
    (place,) = re.findall(r"REGULARS_GATEWAY_SCENE: (\S+)", COMPOSE)
    assert f"./scene.toml:{place}:ro" in COMPOSE


def test_the_scene_can_be_played() -> None:
    scene = load(DOCKER / "scene.toml")
    (store,) = re.findall(r"gateways add \S+ --store '(.+)'", README)
    assert scene.store.name == store
    assert scene.store.encloses(scene.receivers[0].position_m)
    assert {walker.stranger for walker in scene.walkers} == {True, False}


def test_each_volume_is_declared() -> None:
    declared = set(re.findall(r"^  (\w+):$", COMPOSE.partition("\nvolumes:\n")[2], re.MULTILINE))
    assert declared == set(re.findall(r"- (\w+):/", COMPOSE))


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_is_made_of_what_exists_and_is_let_in(image: str) -> None:
    let_in = (DOCKER / f"Dockerfile.{image}.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied(image)
    assert all((ROOT / source).exists() and f"!{source}" in let_in for source in copied(image))


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_can_build_the_package(image: str) -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    packages = {Path(one).parts[0] for one in wheel["targets"]["wheel"]["packages"]}
    assert packages | {"pyproject.toml", "requirements.lock", PROJECT["readme"]} <= set(copied(image))


@pytest.mark.parametrize(("image", "extras"), [("server", {"server", "models"}), ("gateway", {"gateway"})])
def test_the_image_holds_its_own_extras_and_no_others(image: str, extras: set[str]) -> None:
    assert (
        set(re.findall(r"--extra (\w+)", dockerfile(image)))
        == extras
        <= set(PROJECT["optional-dependencies"])
    )


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_installs_only_what_is_locked(image: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (version,) = re.findall(r"\buv==(\S+)", dockerfile(image))
    assert f"\nuv=={version} " in lock
    assert "--require-hashes" in dockerfile(image)


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_runs_our_command_as_an_ordinary_user(image: str) -> None:
    final = dockerfile(image).rpartition("\nFROM ")[2]
    (entry,) = re.findall(r'^ENTRYPOINT \["([^"]+)"\]$', final, re.MULTILINE)
    assert entry in COMMANDS
    assert re.findall(r"^USER (\S+)$", final, re.MULTILINE) == ["regulars"]
    assert "useradd" in final.partition("\nUSER ")[0]


def test_the_server_listens_where_its_image_and_compose_say() -> None:
    ports = [str(Settings.model_fields[name].default) for name in ("port", "gateway_port", "console_port")]
    assert f"EXPOSE {' '.join(ports)}\n" in dockerfile("server")
    assert re.findall(r'"127\.0\.0\.1:(\d+):(\d+)"', COMPOSE) == [(port, port) for port in ports]
    assert f"http://127.0.0.1:{ports[2]}/healthz" in dockerfile("server")
    assert f"REGULARS_GATEWAY_SERVER: server:{ports[0]}" in COMPOSE
