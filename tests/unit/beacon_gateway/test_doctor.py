"""What the doctor finds, and what it says to do."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beacon_gateway.access.credentials import Credentials, save
from beacon_gateway.operation.doctor import (
    examine_certificate,
    examine_clock,
    examine_credentials,
    examine_spool,
)
from beacon_gateway.operation.finding import FAULT, HINT, OK, Finding
from beacon_gateway.settings import Settings, load
from beacon_gateway.spooling.spool import Spool

DAY_SECONDS = 86_400
NOW = datetime(2026, 5, 4, tzinfo=UTC).timestamp()
MINE = Credentials("door", "harbour", 50052, "", "k", "c", NOW, NOW + 30 * DAY_SECONDS)


def settings(tmp_path: Path, **more: object) -> Settings:
    return load(None, {"server": "shop.example:50051", "spool": tmp_path / "spool.db", **more})


def spool_findings(path: Path) -> dict[str, Finding]:
    return {one.what: one for one in examine_spool(path, bytes_max=1_000_000)}


def test_a_clock_in_1970_is_a_fault_with_a_remedy() -> None:
    found = examine_clock(90.0)
    assert (found.verdict, "1970-01-01" in found.text, "timedatectl" in found.fix) == (FAULT, True, True)
    assert examine_clock(NOW).verdict == OK


@pytest.mark.parametrize(
    ("days", "verdict", "word"),
    [
        (-1, FAULT, "not valid yet"),
        (1, OK, "29.0 days left"),
        (27, HINT, "should have been renewed"),
        (31, FAULT, "expired 1.0 days ago"),
    ],
)
def test_a_certificate_is_judged_by_its_days(days: int, verdict: str, word: str) -> None:
    found = examine_certificate(MINE, NOW + days * DAY_SECONDS)
    assert (found.verdict, word in found.line()) == (verdict, True)


def test_credentials_that_others_may_read_are_a_fault(tmp_path: Path) -> None:
    save(tmp_path / "credentials.json", MINE)
    assert [one.verdict for one in examine_credentials(settings(tmp_path), NOW)] == [OK]
    (tmp_path / "credentials.json").chmod(0o644)
    first, *_ = examine_credentials(settings(tmp_path), NOW)
    assert (first.verdict, first.fix) == (FAULT, f"chmod 600 {tmp_path}/credentials.json")


def test_credentials_of_another_gateway_than_the_settings_name_are_a_fault(tmp_path: Path) -> None:
    save(tmp_path / "credentials.json", replace(MINE, gateway="camden"))
    (found,) = examine_credentials(settings(tmp_path, gateway="door"), NOW)
    assert (found.verdict, "enrolled as camden" in found.text) == (FAULT, True)


def test_without_certificate_and_key_it_says_how_to_enrol(tmp_path: Path) -> None:
    (found,) = examine_credentials(settings(tmp_path), NOW)
    assert (found.verdict, found.fix) == (FAULT, "run regulars-gateway enrol")
    (found,) = examine_credentials(settings(tmp_path, key="rk"), NOW)
    assert found.verdict == OK


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    found = spool_findings(tmp_path / "gone/spool.db")["spool"]
    assert (found.verdict, found.fix) == (FAULT, f"make it: install -d {tmp_path}/gone")


def test_a_disk_that_only_reads_is_a_fault() -> None:
    found = spool_findings(Path("/proc/spool.db"))["spool"]
    assert (found.verdict, "read-only" in found.fix) == (FAULT, True)


def test_a_spool_says_how_much_waits_while_a_gateway_runs_on_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    found = spool_findings(tmp_path / "spool.db")["spool"]
    spool.close()
    assert (found.verdict, found.text) == (OK, "0 events wait for the server")


def test_a_damaged_spool_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_bytes(b"no database" * 1_000)
    assert spool_findings(tmp_path / "spool.db")["spool"].verdict == FAULT


def test_a_spool_larger_than_the_disk_is_a_hint(tmp_path: Path) -> None:
    (found,) = examine_spool(tmp_path / "spool.db", bytes_max=1 << 60)
    assert (found.what, found.verdict) == ("disk", HINT)


def test_looking_makes_no_file(tmp_path: Path) -> None:
    spool_findings(tmp_path / "spool.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(f"file:{tmp_path}/spool.db?mode=ro", uri=True).execute("SELECT 1")
