"""The guides say what to do about every refusal."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import RegularsError

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "loyalty.md").read_text()
ROOMS = ("membership", "loyalty", "points", "programme", "earning", "rewards")
OF_ANY_RECORD = ("MOMENT_OUT_OF_RANGE", "CURRENCY_DIFFERS", "VALUE_UNKNOWN", "CUSTOMER_ERASED")
PLAIN = {"INVALID"}  # explained where the statuses are, in first-steps.md


def import_rooms() -> None:
    """Load every module whose errors the guide tells, so that they are known."""
    for room in (*ROOMS, "activity"):
        package = importlib.import_module(f"services.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"services.{room}."):
            importlib.import_module(module.name)


def subclasses(kind: type[RegularsError]) -> Iterator[type[RegularsError]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def reasons(names: tuple[str, ...] = ROOMS) -> list[str]:
    """The reasons that the rooms' own errors have."""
    import_rooms()
    rooms = tuple(f"services.{room}." for room in names)
    return sorted(
        {one.reason for one in subclasses(RegularsError) if one.__module__.startswith(rooms)} - PLAIN
    )


def test_the_programme_has_reasons() -> None:
    assert "INSUFFICIENT_POINTS" in reasons()


@pytest.mark.parametrize("reason", reasons())
def test_the_guide_says_what_to_do_about_a_reason(reason: str) -> None:
    assert f"`{reason}`" in GUIDE


@pytest.mark.parametrize("reason", [*reasons(("activity",)), *OF_ANY_RECORD])
def test_the_guide_to_activity_says_what_a_record_is_refused_with(reason: str) -> None:
    assert f"`{reason}`" in (DOCS / "activity.md").read_text()


def test_the_guide_explains_no_reason_that_is_gone() -> None:
    table = GUIDE.partition("## When something is refused")[2].partition("\n## ")[0]
    told = {
        word.strip("`, ")
        for line in table.splitlines()
        if line.startswith("| `")
        for word in line.split("|")[1].split(",")
    }
    every = {one.reason for one in subclasses(RegularsError)}
    assert told <= every
