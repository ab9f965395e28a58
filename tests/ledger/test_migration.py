"""The points of schema 0001 come over whole, and the database guards what they become."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Connection, Engine, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from services.points.book import Entry, add_lots_and_holds, find_entries, open_book
from services.programme.programme import Programme
from services.storage import migrate
from services.storage.database import make_engine
from services.storage.tables import accounts, awards, lots, members, metadata, movements, orders, requests
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault
from services.verification.checks import Scene
from services.verification.running import snapshot, verify
from tests.ledger.shop_0001 import OldShop

CUSTOMERS = [f"c{number}" for number in range(12)]


def old_shop() -> OldShop:
    shop = OldShop(Random(7))
    shop.play(len(CUSTOMERS), 900)
    assert any(shop.debts.values())  # else the test says nothing of debts, paid or not
    assert any(row["cause"] == "debt paid" for row in shop.movements)
    return shop


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables: `request.param` says of which kind."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
        yield engine
        engine.dispose()
        return
    server: Engine = request.getfixturevalue("postgres")
    admin = server.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE old_shop"))
    engine = make_engine(server.url.set(database="old_shop").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE old_shop"))


@pytest.fixture
def upgraded(empty_database: Engine) -> tuple[Engine, OldShop]:
    """A database that was filled at 0001 and brought to the newest schema."""
    shop = old_shop()
    command.upgrade(migrate.alembic_config(empty_database), "0001")
    with empty_database.begin() as connection:
        shop.store(connection)
    migrate.upgrade(empty_database)
    return empty_database, shop


on_both = pytest.mark.parametrize("empty_database", ["sqlite", "postgresql"], indirect=True)


def entries_of(connection: Connection) -> dict[str, Entry]:
    entries = find_entries(connection, CUSTOMERS)
    add_lots_and_holds(connection, entries)
    return entries


@on_both
def test_every_balance_is_what_the_first_schema_reckoned(upgraded: tuple[Engine, OldShop]) -> None:
    engine, shop = upgraded
    for days in (0, 10, 40, 400):
        now = shop.now + timedelta(days=days)
        with engine.connect() as connection:
            entries = entries_of(connection)
        for customer_id in CUSTOMERS:
            account = entries[customer_id].account
            account.bring_to(now)
            found = account.balance(now)
            assert (found.pending_points, found.active_points, found.debt_points) == shop.balance(
                customer_id, now
            )


@on_both
def test_a_replay_of_the_movements_gives_the_balances(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    credited = select(func.sum(movements.c.points)).where(movements.c.customer_id == accounts.c.customer_id)
    sides = {"PENDING": accounts.c.pending_points, "DEBT": -accounts.c.debt_points}
    with engine.connect() as connection:
        for side, stored in sides.items():
            replayed = func.coalesce(
                credited.where(movements.c.credit == side).scalar_subquery(), 0
            ) - func.coalesce(credited.where(movements.c.debit == side).scalar_subquery(), 0)
            for customer_id, points, kept in connection.execute(
                select(accounts.c.customer_id, replayed, stored)
            ):
                assert (customer_id, points) == (customer_id, kept)


@on_both
def test_awards_say_which_line_earned_what_and_what_has_gone(upgraded: tuple[Engine, OldShop]) -> None:
    engine, shop = upgraded
    sums = select(awards.c.lot_id, func.sum(awards.c.points), func.sum(awards.c.gone_points))
    with engine.connect() as connection:
        found = {row[0]: (row[1], row[2]) for row in connection.execute(sums.group_by(awards.c.lot_id))}
        strays = connection.execute(
            select(awards.c.lot_id).where(
                (awards.c.gone_points < 0) | (awards.c.gone_points > awards.c.points)
            )
        ).all()
    expected = {
        f"{lot.lot_id}/base": (lot.points, lot.reversed_points) for lot in shop.lots.values() if lot.points
    }
    assert found == expected
    assert not strays


@on_both
def test_what_was_earned_in_a_year_counts_for_the_tier(upgraded: tuple[Engine, OldShop]) -> None:
    engine, shop = upgraded
    expected: dict[str, dict[str, int]] = {}
    for lot in shop.lots.values():
        if lot.points:
            years, year = expected.setdefault(lot.customer_id, {}), f"{lot.earned_at.year}-01-01"
            years[year] = years.get(year, 0) + lot.points - lot.reversed_points
    with engine.connect() as connection:
        found = {one: entry.qualifying for one, entry in find_entries(connection, CUSTOMERS).items()}
    assert found == expected


@on_both
def test_new_columns_say_what_nobody_could_say_before(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    with engine.connect() as connection:
        assert (
            connection.execute(
                select(func.count()).where(members.c.changed_at != members.c.enrolled_at)
            ).scalar_one()
            == 0
        )
        assert set(connection.execute(select(orders.c.points_paid_minor)).scalars()) == {0}
        assert connection.execute(select(func.count()).select_from(requests)).scalar_one() == 0
        quiet = select(accounts.c.due_at, accounts.c.tier).where(accounts.c.customer_id == "quiet")
        assert connection.execute(quiet).one().tier == ""


@on_both
def test_the_upgraded_schema_is_the_one_that_the_code_speaks_of(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    migrate.check(engine)
    assert checks_of(engine) == {
        str(one.name)
        for table in metadata.tables.values()
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }
    defaults = [
        (name, column["name"])
        for name in metadata.tables
        for column in inspect(engine).get_columns(name)
        if column["default"] is not None and "nextval" not in str(column["default"])
    ]
    assert defaults == []


def checks_of(engine: Engine) -> set[str]:
    found = inspect(engine)
    return {str(one["name"]) for name in found.get_table_names() for one in found.get_check_constraints(name)}


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_tables_keep_their_rows_in_the_order_of_their_key(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    with engine.connect() as connection:
        made: dict[str, str] = dict(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        )
    clustered = {
        name for name, table in metadata.tables.items() if not table.dialect_options["sqlite"]["with_rowid"]
    }
    assert {name for name, sql in made.items() if "WITHOUT ROWID" in sql} == clustered


@on_both
def test_the_sweep_brings_the_upgraded_accounts_to_the_present(upgraded: tuple[Engine, OldShop]) -> None:
    engine, shop = upgraded
    assert violations(engine, shop.now) == []
    now = shop.now + timedelta(days=30)
    with engine.begin() as connection:
        unit = UnitOfWork(connection, now, Programme(), Vault(bytes(32)))
        open_book(unit, CUSTOMERS).store()
        tiers = select(accounts.c.tier).where(accounts.c.customer_id != "quiet")
        assert set(connection.execute(tiers).scalars()) <= {"BRONZE", "SILVER", "GOLD"}
    assert violations(engine, now) == []


def violations(engine: Engine, now: datetime) -> list[str]:
    with snapshot(engine.url.render_as_string(hide_password=False)) as connection:
        scene = Scene(connection, now, Programme())
        return [f"{one.check.check_id}: {one.violation}" for one in verify(scene) if one.violation]


# --- L4: what moved stays as it moved ---


@on_both
@pytest.mark.parametrize("column", ["points", "kind", "debit", "credit", "effective_at", "recorded_at"])
def test_no_movement_can_be_changed(upgraded: tuple[Engine, OldShop], column: str) -> None:
    engine, _ = upgraded
    value = "CASE WHEN 1 = 1 THEN 'X' END" if column in {"kind", "debit", "credit"} else "12345"
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(f"UPDATE movements SET {column} = {value} WHERE movement_id = 1"))


@on_both
def test_no_movement_can_be_deleted(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("DELETE FROM movements WHERE movement_id = 1"))


@on_both
def test_erasing_a_person_may_blank_whose_movement_it_was(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    names = {"customer_id": "gone", "lot_id": "gone", "reference": "", "actor": "", "reason": ""}
    with engine.connect() as connection:
        changed = connection.execute(update(movements).where(movements.c.movement_id == 1).values(names))
        assert changed.rowcount == 1


@on_both
def test_lots_without_points_are_closed(upgraded: tuple[Engine, OldShop]) -> None:
    engine, _ = upgraded
    with engine.connect() as connection:
        found = connection.execute(select(lots.c.state, lots.c.remaining_points > 0).distinct())
        states = {(state, has_points) for state, has_points in found}
    assert states == {("PENDING", True), ("REVERSED", False)}
