"""Looks at everything a gateway needs, without changing anything, and says what to do."""

import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from beacon_gateway.access import credentials as files
from beacon_gateway.access.credentials import Credentials, CredentialsError
from beacon_gateway.enrolled import enrolled_file, introduction_of, link_of
from beacon_gateway.identity.kept_table import read_table
from beacon_gateway.identity.key_table import Coverage, KeyTable, TableError
from beacon_gateway.operation.doctor_radio import examine_radio
from beacon_gateway.operation.doctor_server import examine_server
from beacon_gateway.operation.finding import FAULT, HINT, OK, Finding
from beacon_gateway.scenes.scene import SceneError
from beacon_gateway.scenes.scene import load as load_scene
from beacon_gateway.settings import Settings, SettingsError

EARLIEST_SECONDS: Final = datetime(2026, 1, 1, tzinfo=UTC).timestamp()  # nothing of this is older
FREE_BYTES_MIN: Final = 50 << 20  # beside a full spool the system needs room of its own
DAY_SECONDS: Final = 86_400
DAYS_LEFT_MIN: Final = 5  # a healthy gateway renews when ten are left


async def examine(settings: Settings) -> list[Finding]:
    """Looks at everything; never raises."""
    findings = [Finding("settings", OK, "fit together"), examine_clock(time.time())]
    findings.extend(examine_spool(settings.spool, settings.spool_bytes_max))
    findings.extend(examine_table(settings.table_file, time.time()))
    findings.extend(examine_credentials(settings, time.time()))
    if settings.radio == "bleak":
        findings.extend(await examine_radio(settings))
    else:
        findings.append(examine_scene(settings))
    try:
        link = link_of(settings)
    except SettingsError:
        return findings  # said above: without key and certificate there is nothing to try
    return [*findings, await examine_server(link)]


def examine_clock(now_seconds: float) -> Finding:
    at = f"{datetime.fromtimestamp(now_seconds, UTC):%Y-%m-%d %H:%M}Z"
    if now_seconds < EARLIEST_SECONDS:
        fix = "set the time: timedatectl set-ntp true (a Raspberry Pi has no clock that runs without power)"
        return Finding("clock", FAULT, f"says {at}: no certificate is valid then", fix)
    return Finding("clock", OK, at)


def examine_spool(path: Path, bytes_max: int) -> Iterator[Finding]:
    """Whether events can be put on disk, how many wait, and whether the file is whole."""
    folder = path.parent
    if not folder.is_dir():
        yield Finding("spool", FAULT, f"there is no folder {folder}", f"make it: install -d {folder}")
        return
    if not is_writable(folder):
        fix = f"is the disk mounted read-only (mount), or does {folder} belong to somebody else (ls -ld)?"
        yield Finding("spool", FAULT, f"{folder} cannot be written", fix)
        return
    free = shutil.disk_usage(folder).free
    size = path.stat().st_size if path.exists() else 0
    if free < max(0, bytes_max - size) + FREE_BYTES_MIN:
        fix = "make room, or set a smaller spool_bytes_max"
        yield Finding("disk", HINT, f"{free >> 20} MB free: less than a full spool may need", fix)
    else:
        yield Finding("disk", OK, f"{free >> 20} MB free")
    if path.exists():
        yield examine_file(path)


def is_writable(folder: Path) -> bool:
    """Tries it, with a file that is gone at once."""
    try:
        with tempfile.TemporaryFile(dir=folder) as tried:
            tried.write(b"regulars")
    except OSError:
        return False
    return True


def examine_file(path: Path) -> Finding:
    """Opens the spool to read only: a gateway may be running on it."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
        try:
            (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (waiting,) = connection.execute("SELECT count(*) FROM events").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return Finding("spool", FAULT, f"{path} cannot be read: {error}", "the next start sets it aside")
    if health != "ok":
        return Finding("spool", FAULT, f"{path} is damaged: {health}", "the next start sets it aside")
    return Finding("spool", OK, f"{waiting} events wait for the server")


def examine_table(path: Path, now_seconds: float) -> Iterator[Finding]:
    """Whom the gateway would know now if it started without its server; no table is no fault."""
    if not path.exists():
        return
    table = KeyTable()
    try:
        if (update := read_table(path)) is not None:
            table.apply(update)
    except (sqlite3.Error, TableError) as error:
        yield Finding("table", HINT, f"{path} cannot be read: {error}", "the server sends it again")
        return
    coverage = table.coverage(now_seconds)
    match coverage:
        case Coverage.CURRENT:
            left = f"{table.seconds_left(now_seconds) / 3600:.0f} h" if table.windows else "ever: it has none"
            yield Finding("table", OK, f"knows its members for {left}")
        case Coverage.AHEAD:
            yield Finding("table", FAULT, coverage.value, "set the time: timedatectl set-ntp true")
        case _:
            yield Finding("table", HINT, coverage.value, "it comes with the next contact to the server")


def examine_credentials(settings: Settings, now_seconds: float) -> Iterator[Finding]:
    file = enrolled_file(settings)
    if file is None:
        if settings.key:
            yield Finding("certificate", OK, "none: this gateway uses an API key")
        else:
            yield Finding("certificate", FAULT, "not enrolled", "run regulars-gateway enrol")
        return
    try:
        mine = files.load(file)
        introduction_of(settings)
    except (CredentialsError, SettingsError) as error:
        yield Finding("certificate", FAULT, str(error))
        return
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("certificate", FAULT, f"others may read {file}", f"chmod 600 {file}")
    yield examine_certificate(mine, now_seconds)


def examine_certificate(mine: Credentials, now_seconds: float) -> Finding:
    anew = "make a token on the server (regulars gateways add), then run regulars-gateway enrol"
    if now_seconds < mine.starts_at_seconds:
        return Finding("certificate", FAULT, "is not valid yet by this clock", "set the time")
    days_left = (mine.ends_at_seconds - now_seconds) / DAY_SECONDS
    if days_left <= 0:
        return Finding("certificate", FAULT, f"expired {-days_left:.1f} days ago", anew)
    text = f"{mine.gateway} in {mine.store}, {days_left:.1f} days left"
    if days_left < DAYS_LEFT_MIN:
        fix = "it should have been renewed: look for certificate.not_renewed in the log, or enrol anew"
        return Finding("certificate", HINT, text, fix)
    return Finding("certificate", OK, text)


def examine_scene(settings: Settings) -> Finding:
    assert settings.scene is not None
    try:
        scene = load_scene(settings.scene)
        if settings.zones:
            scene = scene.restricted_to(settings.zones)
    except SceneError as error:
        return Finding("scene", FAULT, str(error), "docs/gateway.md explains every field")
    return Finding("scene", OK, f"{len(scene.receivers)} receivers, {len(scene.walkers)} walkers")
