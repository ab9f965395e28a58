"""The gateway's command line explains itself, on a device that draws nothing in colours."""

from __future__ import annotations

import subprocess
import sys

import pytest

COMMANDS = ("run", "enrol", "status", "doctor", "record", "replay")


def gateway(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "beacon_gateway", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_help_names_every_command() -> None:
    found = gateway("--help")
    assert (found.returncode, found.stderr) == (0, "")
    assert all(f"  {command} " in found.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    found = gateway(command, "--help")
    assert (found.returncode, found.stderr) == (0, "")
    assert f"regulars-gateway {command}" in found.stdout or f"beacon_gateway {command}" in found.stdout


def test_an_unknown_command_is_said_in_words() -> None:
    found = gateway("runn")
    assert found.returncode == 2
    assert "No such command 'runn'" in found.stderr
    assert "Traceback" not in found.stderr
