from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import case, func, select

from services.activity.use_cases.carts import CART_IDLE_TOPIC
from services.clock import SceneClock
from services.demo.seed import NotEmptyError, SeedReport, seed
from services.engagement.queries.scores import find_scores
from services.engagement.queries.versions import Shelf
from services.engagement.use_cases.scores import refresh_scores
from services.programme.programme import Programme
from services.reactions import react
from services.storage import migrate
from services.storage.database import Database, make_engine
from services.storage.tables import accounts, awards, carts, lots, metadata, movements, orders, outbox
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMERS = 600


def seeded(folder: Path, number: int) -> tuple[Database, SeedReport]:
    engine = make_engine(f"sqlite:///{folder / 'shop.db'}")
    database = Database(engine, SceneClock(NOW, speed=0.0), Programme(), Vault(bytes(32)), react)
    migrate.upgrade(database.engine)
    return database, seed(database, CUSTOMERS, number, lambda _what, _share: None)


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
        }


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database, _ = seeded(tmp_path_factory.mktemp("shop"), 1)
    yield database
    database.engine.dispose()


def test_the_same_seed_makes_the_same_content(shop: Database, tmp_path: Path) -> None:
    again, _ = seeded(tmp_path, 1)
    assert content(again) == content(shop)
    again.engine.dispose()


def test_another_seed_makes_another_content(shop: Database, tmp_path: Path) -> None:
    other, _ = seeded(tmp_path, 2)
    assert content(other)["orders"] != content(shop)["orders"]
    other.engine.dispose()


def test_the_report_counts_what_is_stored(tmp_path: Path) -> None:
    database, report = seeded(tmp_path, 1)
    stored = {name: len(rows) for name, rows in content(database).items() if rows}
    stored.pop("score_references")
    stored.pop("score_versions")
    assert report.rows == stored
    database.engine.dispose()


def test_stored_scores_are_those_that_the_service_computes(shop: Database) -> None:
    sample = [f"c{number:07d}" for number in range(0, CUSTOMERS, 7)]
    with shop.engine.connect() as connection, connection.begin() as transaction:
        stored = find_scores(connection, sample, Shelf())
        refresh_scores(UnitOfWork(connection, NOW, shop.programme, shop.vault), sample)
        computed = find_scores(connection, sample, Shelf())
        transaction.rollback()
    assert stored == computed


def test_every_cart_has_a_clock_that_rings_when_it_grows_older(shop: Database) -> None:
    query = select(carts.c.state, carts.c.changed_at, outbox.c.due_at).outerjoin(
        outbox, (outbox.c.topic == CART_IDLE_TOPIC) & (outbox.c.work_key == carts.c.cart_id)
    )
    with shop.engine.connect() as connection:
        found = {(state, due_at - changed_at) for state, changed_at, due_at in connection.execute(query)}
    assert found == {("OPEN", timedelta(hours=1)), ("ABANDONED", timedelta(days=30))}


def test_all_customers_are_scored_against_the_shop_itself(shop: Database) -> None:
    with shop.engine.connect() as connection:
        found = find_scores(connection, [f"c{number:07d}" for number in range(CUSTOMERS)], Shelf())
    assert len(found) == CUSTOMERS
    assert not any("builtin" in one.version for one in found.values())


def test_lots_hold_what_their_movements_add_up_to(shop: Database) -> None:
    coming = func.sum(case((movements.c.debit == "PROGRAMME", movements.c.points), else_=0))
    going = func.sum(case((movements.c.credit == "PROGRAMME", movements.c.points), else_=0))
    sums = select(movements.c.lot_id, coming - going).group_by(movements.c.lot_id)
    with shop.engine.connect() as connection:
        moved = {row[0]: row[1] for row in connection.execute(sums)}
        stored = {
            row[0]: row[1] for row in connection.execute(select(lots.c.lot_id, lots.c.remaining_points))
        }
    assert stored == moved


def test_accounts_hold_what_their_open_lots_hold(shop: Database) -> None:
    sums = select(lots.c.customer_id, lots.c.state, func.sum(lots.c.remaining_points))
    with shop.engine.connect() as connection:
        held = {
            (row[0], row[1]): row[2]
            for row in connection.execute(sums.group_by(lots.c.customer_id, lots.c.state))
        }
        rows = connection.execute(select(accounts)).all()
    assert rows
    for row in rows:
        expected = (held.get((row.customer_id, "PENDING"), 0), held.get((row.customer_id, "ACTIVE"), 0))
        assert (row.pending_points, row.active_points) == expected


def test_awards_are_what_the_programme_gives_for_their_orders(shop: Database) -> None:
    sums = select(awards.c.order_id, func.sum(awards.c.points)).group_by(awards.c.order_id)
    with shop.engine.connect() as connection:
        found = connection.execute(select(orders.c.order_id, orders.c.total_minor))
        totals = {row[0]: row[1] for row in found}
        given = {row[0]: row[1] for row in connection.execute(sums)}
    assert given
    assert all(points == totals[order_id] // 100 for order_id, points in given.items())


def test_order_totals_are_the_sums_of_their_lines(shop: Database) -> None:
    lines = metadata.tables["order_lines"]
    amount, returned = (
        lines.c.unit_price_minor * lines.c.quantity,
        lines.c.unit_price_minor * lines.c.returned_quantity,
    )
    sums = select(lines.c.order_id, func.sum(amount), func.sum(returned)).group_by(lines.c.order_id)
    with shop.engine.connect() as connection:
        from_lines = {tuple(row) for row in connection.execute(sums)}
        stored = connection.execute(select(orders.c.order_id, orders.c.total_minor, orders.c.refunded_minor))
        assert {tuple(row) for row in stored} == from_lines


def test_everything_lies_within_the_history(shop: Database) -> None:
    with shop.engine.connect() as connection:
        first, last = connection.execute(
            select(func.min(orders.c.placed_at), func.max(orders.c.placed_at))
        ).one()
    assert NOW - timedelta(days=541) < first < last <= NOW


def test_a_database_with_customers_is_left_alone(shop: Database) -> None:
    before = content(shop)
    with pytest.raises(NotEmptyError):
        seed(shop, 10, 1, lambda _what, _share: None)
    assert content(shop) == before
