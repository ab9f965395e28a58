"""`regulars gateways ...`, beside a server that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from regulars.presence.v1 import presence_service_pb2 as presence
from typer.testing import CliRunner

from services.composition import House
from services.gateway_commands import hint_of
from services.gateways.rules import read_token
from services.gateways.use_cases.authorities import open_authorities
from services.gateways.use_cases.devices import Enrolment, add_gateway, enrol_gateways
from services.main import cli
from tests.conftest import CallerOf
from tests.integration.gateway import connected
from tests.integration.shop import ManualClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))  # the commands look at the machine's clock


def said(house: House, *words: str, code: int = 0) -> str:
    """What a command prints, as typed beside the running server."""
    files = ["--data-dir", str(house.settings.data_dir), "--database-url", house.settings.database_url]
    answer = CliRunner().invoke(cli, ["gateways", *words, *files])
    assert answer.exit_code == code, answer.output
    return answer.output


async def enrol(house: House, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    token = read_token(add_gateway(house.database, name, "harbour"))
    await house.database.write(enrol_gateways, Enrolment(token, key))


async def test_each_gateway_is_listed_with_its_standing(house: House, clock: ManualClock) -> None:
    await enrol(house, "door")
    await enrol(house, "lost")
    assert "lost is revoked" in said(house, "revoke", "lost")
    said(house, "add", "shoes", "--store", "harbour")
    lines = [line.split() for line in said(house, "list").splitlines()]
    until = f"{clock.now() + timedelta(days=30):%Y-%m-%d}"
    assert [(line[0], line[-1]) for line in lines] == [
        ("live", "door"),
        ("revoked", "lost"),
        ("awaited", "shoes"),
    ]
    assert [line[2] for line in lines[:2]] == [until, until]


async def test_a_token_is_shown_with_the_authority_to_trust(house: House) -> None:
    line = said(house, "add", "door", "--store", "harbour").splitlines()[0]
    token, _, authority = line.partition(".")
    assert token.startswith("rgt_")
    assert len(authority) > 400
    pem = open_authorities(house.database).known[0].pem.decode()
    assert said(house, "authority").endswith(pem)


async def test_what_cannot_be_done_is_said_in_one_line(house: House) -> None:
    assert "must be up to 64 letters" in said(house, "add", "a/b", "--store", "harbour", code=2)
    assert "No gateway of this name" in said(house, "revoke", "nobody", code=2)


async def test_a_new_authority_is_announced_and_shown_beside_the_one_that_is(
    house: House, clock: ManualClock
) -> None:
    at = f"{clock.now() + timedelta(days=31):%Y-%m-%d}"
    assert f"takes over at {at}" in said(house, "rotate")
    shown = said(house, "authority")
    assert (shown.count("BEGIN CERTIFICATE"), shown.count("certifies from")) == (2, 2)
    line = said(house, "add", "door", "--store", "harbour").splitlines()[0]
    assert line.count(".") == 2
    assert "is being handed over already" in said(house, "rotate", code=2)


async def test_an_authority_that_ends_within_a_year_is_told_of(house: House, clock: ManualClock) -> None:
    known = open_authorities(house.database)
    assert hint_of(known, clock.now()) == ""
    assert hint_of(known, clock.now() + timedelta(days=3300)).endswith("regulars gateways rotate")
    assert "rotate" not in said(house, "list")


async def test_after_a_leak_every_gateway_is_to_be_enrolled_anew(house: House) -> None:
    await enrol(house, "door")
    said(house, "add", "shoes", "--store", "harbour")
    assert "1 certificates ended" in said(house, "rotate", "--leaked")
    (line,) = said(house, "list").splitlines()
    assert line.startswith("revoked")


async def test_the_list_says_how_each_gateway_fares_and_names_those_with_a_key(
    house: House, caller_of: CallerOf
) -> None:
    await enrol(house, "door")
    async with connected(caller_of("gateway"), name="door", store="harbour") as door:
        await door.send(presence.SessionRequest(health=presence.Health(degraded=True)))
        await door.report("ENTER", b"stranger", house.clock.now())
    async with connected(caller_of("gateway"), name="shoes", store="harbour"):
        pass
    lines = [line.split() for line in said(house, "list").splitlines()]
    assert [(line[0], line[-3], line[-1]) for line in lines] == [
        ("live", "degraded", "door"),
        ("by", "-", "shoes"),
    ]
