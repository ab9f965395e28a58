"""`regulars verify`, as an operator reads it: one line for each invariant."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import typer
from sqlalchemy import Connection

from services.clock import Clock
from services.earning.queries.versions import find_all_versions
from services.earning.rules.file_rules import synced
from services.programme.programme import Programme
from services.programme.reading import load_programme
from services.settings import Settings, SettingsError
from services.verification.checks import Scene
from services.verification.running import Finding, snapshot, verify


def run_in_terminal(settings: Settings, clock: Clock, *, as_json: bool) -> bool:
    """Check everything and say what was found; whether every invariant holds."""
    programme = load_programme(settings.programme_file)
    with snapshot(settings.url) as connection:
        findings = []
        known = programme if is_in_force(connection, programme, clock.now()) else None
        for finding in verify(Scene(connection, clock.now(), known)):
            findings.append(finding)
            if not as_json:
                typer.echo(line_of(finding))
    if as_json:
        typer.echo(json.dumps([value_of(finding) for finding in findings], indent=2))
    return all(finding.violation is None for finding in findings)


def is_in_force(connection: Connection, programme: Programme, now: datetime) -> bool:
    """Whether the database was served with this programme, as far as the rules that are kept tell."""
    kept = find_all_versions(connection)
    try:
        return not kept or not synced(programme.earning, kept, now)
    except SettingsError:
        return False


def line_of(finding: Finding) -> str:
    check = finding.check
    if finding.skipped:
        return f"skipped   {check.check_id:26}{check.sentence}; name the --programme that is served"
    if finding.violation is None:
        return f"ok        {check.check_id:26}{check.sentence}"
    return f"VIOLATED  {check.check_id:26}{check.sentence}; first: {finding.violation}"


def value_of(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.check.check_id,
        "invariant": finding.check.sentence,
        "ok": None if finding.skipped else finding.violation is None,
        "first_violation": finding.violation,
        "seconds": round(finding.seconds, 3),
    }
