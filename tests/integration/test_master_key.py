"""The master key: made at the first start, proven at every other."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from services.clock import Clock
from services.composition import open_database
from services.settings import Settings, SettingsError
from tests.integration.shop import ManualClock

OTHER_KEY = base64.b64encode(bytes(32)).decode()


def start(settings: Settings, clock: Clock, master_key: str = "") -> bytes:
    """The master key that a server of these settings uses."""
    database = open_database(settings.model_copy(update={"master_key": master_key}), clock)
    database.engine.dispose()
    return database.vault.master_key


def test_the_first_start_makes_a_key_that_only_its_owner_reads(
    settings: Settings, clock: ManualClock
) -> None:
    made = start(settings, clock)
    file = settings.data_dir / "master.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (base64.b64decode(file.read_text()), len(made)) == (made, 32)
    assert start(settings, clock) == made
    assert [one.name for one in settings.data_dir.glob("master.key*")] == ["master.key"]


def test_a_key_from_the_settings_needs_no_file(settings: Settings, clock: ManualClock) -> None:
    assert start(settings, clock, OTHER_KEY) == bytes(32)
    assert not (settings.data_dir / "master.key").exists()


def test_another_key_than_the_one_that_sealed_the_database_is_refused(
    settings: Settings, clock: ManualClock
) -> None:
    start(settings, clock)
    with pytest.raises(SettingsError, match="not the master key that sealed this database"):
        start(settings, clock, OTHER_KEY)


def test_a_lost_key_is_missed_and_not_replaced(settings: Settings, clock: ManualClock) -> None:
    start(settings, clock)
    (settings.data_dir / "master.key").unlink()
    with pytest.raises(SettingsError, match="put it back"):
        start(settings, clock)
    assert not (settings.data_dir / "master.key").exists()


@pytest.mark.parametrize("text", ["short", base64.b64encode(bytes(16)).decode(), "ä" * 44])
def test_a_malformed_key_is_refused_with_what_to_do(
    settings: Settings, clock: ManualClock, text: str
) -> None:
    with pytest.raises(SettingsError, match="openssl rand"):
        start(settings, clock, text)


def test_a_backup_on_another_machine_opens_with_the_same_key(
    settings: Settings, clock: ManualClock, tmp_path: Path
) -> None:
    made = start(settings, clock)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "master.key").write_text((settings.data_dir / "master.key").read_text())
    url = settings.url
    moved = settings.model_copy(update={"data_dir": elsewhere, "database_url": url})
    assert start(moved, clock) == made
