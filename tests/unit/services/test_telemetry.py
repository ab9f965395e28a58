"""Logs name what went wrong and where, and nobody's data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from services.telemetry import configure_logging

WHOSE = "anna@example.com"


class FailingRowError(Exception):
    sqlstate = "23514"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def refuse_row() -> None:
    raise FailingRowError(WHOSE)


def look_up() -> None:
    try:
        refuse_row()
    except FailingRowError as error:
        raise KeyError(WHOSE) from error


def test_an_exception_is_told_by_types_and_places_alone(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    try:
        look_up()
    except KeyError as error:
        structlog.get_logger().error("use_case_failed", use_case="spend", exc_info=error)
    written = capsys.readouterr().err
    assert WHOSE not in written
    assert "FailingRowError 23514" in written
    assert "builtins.KeyError" in written
    assert "test_telemetry.py" in written
