"""`regulars verify`, as an operator reads it: one line for each invariant."""

from __future__ import annotations

import json
from typing import Any

import typer

from services.clock import Clock
from services.programme.reading import load_programme
from services.settings import Settings
from services.verification.checks import Scene
from services.verification.running import Finding, snapshot, verify


def run_in_terminal(settings: Settings, clock: Clock, *, as_json: bool) -> bool:
    """Check everything and say what was found; whether every invariant holds."""
    programme = load_programme(settings.programme_file)
    with snapshot(settings.url) as connection:
        findings = []
        for finding in verify(Scene(connection, clock.now(), programme)):
            findings.append(finding)
            if not as_json:
                typer.echo(line_of(finding))
    if as_json:
        typer.echo(json.dumps([value_of(finding) for finding in findings], indent=2))
    return all(finding.violation is None for finding in findings)


def line_of(finding: Finding) -> str:
    check = finding.check
    if finding.violation is None:
        return f"ok        {check.check_id:26}{check.sentence}"
    return f"VIOLATED  {check.check_id:26}{check.sentence}; first: {finding.violation}"


def value_of(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.check.check_id,
        "invariant": finding.check.sentence,
        "ok": finding.violation is None,
        "first_violation": finding.violation,
        "seconds": round(finding.seconds, 3),
    }
