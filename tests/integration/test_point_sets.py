"""Every command on points is a set command: its statements do not grow with the batch, its order is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine

from services.errors import RegularsError
from services.loyalty.rules.adjusting import Adjustment, OpeningBalance, Transfer
from services.loyalty.rules.spending import Capture, Release, SetAside, Spend
from services.loyalty.use_cases.adjusting import adjust_points, transfer_points
from services.loyalty.use_cases.importing import import_balances
from services.loyalty.use_cases.spending import capture_holds, hold_points, release_holds, spend_points
from services.membership.use_cases.members import enrol_members
from services.points.holds import Wanted
from services.storage.database import make_engine
from services.storage.unit import AnyUseCase
from tests.integration.test_storage import enrolments_of, run
from tests.integration.watching import statements

SIZE = 60
STATEMENTS_MAX = {"sqlite": 9, "postgresql": 5}  # one stores what changed in all tables on PostgreSQL
Items = Callable[[int], Sequence[Any]]


def member(number: int) -> str:
    return f"new-{number}"  # as they are enrolled below


def spends(size: int) -> list[Spend]:
    return [Spend(member(one), Wanted(f"s-{one}", 5)) for one in range(size)]


def asides(size: int) -> list[SetAside]:
    return [SetAside(member(one), Wanted(f"h-{one}", 5), None) for one in range(size)]


def captures(size: int) -> list[Capture]:
    return [Capture(member(one), f"h-{one}", 3) for one in range(size)]


def releases(size: int) -> list[Release]:
    return [Release(member(one), f"h-{one}") for one in range(size)]


def adjustments(size: int) -> list[Adjustment]:
    return [Adjustment(member(one), f"a-{one}", 100, "mia", "gift", None) for one in range(size)]


def transfers(size: int) -> list[Transfer]:
    return [
        Transfer(member(one), member((one + 1) % SIZE), f"t-{one}", 5, "mia", "gift") for one in range(size)
    ]


def openings(size: int) -> list[OpeningBalance]:
    return [OpeningBalance(member(one), "old", f"{one}", 5, "mia", None, None) for one in range(size)]


COMMANDS: dict[str, tuple[AnyUseCase, Items]] = {
    "spend": (spend_points, spends),
    "hold": (hold_points, asides),
    "capture": (capture_holds, captures),
    "release": (release_holds, releases),
    "adjust": (adjust_points, adjustments),
    "transfer": (transfer_points, transfers),
    "import": (import_balances, openings),
}


def prepare(engine: Engine, name: str) -> None:
    """Members with a hundred points each, and holds for those who ask about one."""
    run(engine, enrol_members, enrolments_of(SIZE))
    if name not in {"adjust", "import"}:
        run(engine, adjust_points, adjustments(SIZE))
    if name in {"capture", "release"}:
        run(engine, hold_points, asides(SIZE))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_larger_batch_needs_no_more_statements(database_url: str, name: str) -> None:
    engine = make_engine(database_url)
    command, items_of = COMMANDS[name]
    prepare(engine, name)
    with statements(engine) as few:
        answers = run(engine, command, items_of(4))
    with statements(engine) as many:
        answers += run(engine, command, items_of(SIZE)[4:])
    engine.dispose()
    assert not [answer for answer in answers if isinstance(answer, RegularsError)]
    assert len(many) <= len(few) <= STATEMENTS_MAX[engine.dialect.name], many


def test_a_batch_that_names_one_member_often_is_taken_in_order(database_url: str) -> None:
    engine = make_engine(database_url)
    prepare(engine, "spend")
    asked = [Spend(member(0), Wanted(f"s-{number}", points)) for number, points in enumerate((60, 50, 40))]
    answers = run(engine, spend_points, asked)
    engine.dispose()
    told = [getattr(one, "reason", "") or one.balance.active_points for one in answers]
    assert told == [40, "INSUFFICIENT_POINTS", 0]


def test_a_hold_that_ended_is_told_even_when_its_member_has_no_live_one(database_url: str) -> None:
    engine = make_engine(database_url)
    prepare(engine, "release")
    run(engine, release_holds, releases(SIZE))
    with statements(engine) as sent:
        answers = run(engine, capture_holds, captures(SIZE))
    engine.dispose()
    assert {one.reason for one in answers} == {"HOLD_RESOLVED"}
    assert len(sent) <= 4


def test_a_refused_command_writes_nothing_at_all(database_url: str) -> None:
    engine = make_engine(database_url)
    prepare(engine, "spend")
    with statements(engine) as sent:
        answers = run(engine, spend_points, [Spend(member(0), Wanted("s", 101)), Spend("x", Wanted("t", 1))])
    engine.dispose()
    assert [one.reason for one in answers] == ["INSUFFICIENT_POINTS", "MEMBER_NOT_FOUND"]
    assert not [one for one in sent if one.startswith(("WITH", "INSERT", "UPDATE", "DELETE"))]


def test_what_a_lock_waits_for_is_taken_in_one_order(database_url: str) -> None:
    """Givers and getters are locked together, in the order of their keys: servers never wait in a ring."""
    engine = make_engine(database_url)
    prepare(engine, "transfer")
    with statements(engine) as sent:
        run(engine, transfer_points, transfers(SIZE))
    locks = [one for one in sent if "FOR UPDATE" in one]
    expected = 1 if engine.dialect.name == "postgresql" else 0
    engine.dispose()
    assert len(locks) == expected
    assert all("ORDER BY customers.customer_id" in one for one in locks)
