"""The rules of program.toml become the ones that are kept, at each start, and nothing else changes them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.composition import House, build
from services.earning.use_cases.syncing import sync_file_rules
from services.programme.earning_rule import BASE_RULE, EarningRule
from services.programme.programme import Programme
from services.settings import Settings, SettingsError
from services.storage.database import make_engine
from services.storage.tables import earning_rules
from services.telemetry import Telemetry
from tests.integration.rules import draft, in_force
from tests.integration.shop import NOON, Caller, ManualClock, order

LATER = NOON + timedelta(days=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = make_engine(database_url)
    yield found
    found.dispose()


def tea(version: int = 1, points: int = 5) -> EarningRule:
    return EarningRule(id="tea", version=version, name="Tea", points=points)


def sync(engine: Engine, *rules: EarningRule, at: datetime = NOON) -> None:
    with engine.begin() as connection:
        sync_file_rules(connection, Programme(earning=rules), at)


def kept(engine: Engine) -> dict[str, tuple[Any, ...]]:
    """State, beginning and end of each version."""
    columns = earning_rules.c
    found = select(
        columns.rule_id, columns.version, columns.state, columns.effective_from, columns.effective_until
    )
    with engine.connect() as connection:
        return {f"{row[0]}@{row[1]}": tuple(row[2:]) for row in connection.execute(found)}


def test_the_first_version_is_in_force_from_the_beginning_of_time(engine: Engine) -> None:
    sync(engine, BASE_RULE, tea())
    assert kept(engine) == {"base@1": ("PUBLISHED", None, None), "tea@1": ("PUBLISHED", None, None)}


def test_starting_again_changes_nothing(engine: Engine) -> None:
    sync(engine, BASE_RULE, tea())
    before = kept(engine)
    sync(engine, BASE_RULE, tea(), at=LATER)
    assert kept(engine) == before


def test_a_higher_version_takes_over_now(engine: Engine) -> None:
    sync(engine, tea())
    sync(engine, tea(version=3, points=6), at=LATER)
    assert kept(engine) == {"tea@1": ("RETIRED", None, LATER), "tea@3": ("PUBLISHED", LATER, None)}


@pytest.mark.parametrize("changed", [tea(version=2, points=7), tea(version=1)], ids=["content", "lower"])
def test_a_version_that_was_in_force_never_changes(engine: Engine, changed: EarningRule) -> None:
    sync(engine, tea(version=2))
    with pytest.raises(SettingsError, match=r"'tea'.*write version = 3"):
        sync(engine, changed, at=LATER)
    assert kept(engine) == {"tea@2": ("PUBLISHED", None, None)}


def test_a_rule_that_is_gone_ends_and_goes_on_when_it_comes_back_as_it_was(engine: Engine) -> None:
    sync(engine, BASE_RULE, tea())
    sync(engine, BASE_RULE, at=LATER)
    assert kept(engine)["tea@1"] == ("RETIRED", None, LATER)
    sync(engine, BASE_RULE, at=LATER + timedelta(days=1))
    assert kept(engine)["tea@1"] == ("RETIRED", None, LATER)
    sync(engine, BASE_RULE, tea(), at=LATER)
    assert kept(engine)["tea@1"] == ("PUBLISHED", None, None)


def test_two_processes_that_start_at_once_take_in_the_rules_once(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sync(engine, BASE_RULE, tea()), range(8)))
    assert set(kept(engine)) == {"base@1", "tea@1"}


async def test_a_rule_of_the_file_may_not_take_the_id_of_a_campaign(house: House, team: Caller) -> None:
    await draft(team, 'id = "tea"\nname = "T"\npoints = 1')
    with pytest.raises(SettingsError, match="'tea': a rule of this id was made through the API"):
        sync(house.database.engine, BASE_RULE, tea())


async def test_a_restart_with_another_file_leaves_campaigns_alone(
    house: House, settings: Settings, clock: ManualClock, backend: Caller, team: Caller
) -> None:
    await in_force(team, 'id = "tea"\nname = "T"\npoints = 5')
    file = settings.data_dir / "program.toml"
    file.write_text('[[earning]]\nid = "base"\nname = "Two"\nversion = 2\npoints_per_unit = 2\n')
    at = clock.advance(hours=1)
    again = build(settings.model_copy(update={"programme_file": file}), clock, Telemetry(0.0))
    again.telemetry.shutdown()
    again.database.engine.dispose()
    await backend.enrol("anna")
    await backend.record_order(order(at=at))
    assert (await backend.balance("anna")).pending_points == 50 + 5


def test_a_file_with_a_wrong_rule_keeps_the_server_from_starting(
    settings: Settings, clock: ManualClock
) -> None:
    file = settings.data_dir / "program.toml"
    file.write_text('[[earning]]\nid = "base"\nname = "One"\npoints_per_unt = 1\n')
    with pytest.raises(SettingsError, match=r"line 4: earning\[0\]\.points_per_unt: unknown field"):
        build(settings.model_copy(update={"programme_file": file}), clock, Telemetry(0.0))


async def test_another_currency_than_that_of_the_orders_keeps_the_server_from_starting(
    house: House, backend: Caller, settings: Settings, clock: ManualClock
) -> None:
    await backend.record_order(order())
    file = settings.data_dir / "program.toml"
    file.write_text('currency = "EUR"\n')
    with pytest.raises(SettingsError, match=r'currency is EUR.*are in GBP.*write currency = "GBP"'):
        build(settings.model_copy(update={"programme_file": file}), clock, Telemetry(0.0))
