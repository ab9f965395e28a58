from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.clock import SceneClock
from services.demo.seed import NotEmptyError, SeedReport, seed
from services.engagement.queries import find_scores
from services.engagement.use_cases import refresh_scores
from services.loyalty.queries.orders import find_lots
from services.loyalty.rules import award_points
from services.reactions import react
from services.programme.programme import Programme
from services.storage import migrate
from services.storage.database import Database
from services.storage.tables import metadata, movements, orders
from services.storage.unit import UnitOfWork

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMERS = 600


def seeded(folder: Path, number: int) -> tuple[Database, SeedReport]:
    database = Database(f"sqlite:///{folder / 'shop.db'}", SceneClock(NOW, speed=0.0), Programme(), react)
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
    assert report.rows == stored
    database.engine.dispose()


def test_stored_scores_are_those_that_the_service_computes(shop: Database) -> None:
    sample = [f"c{number:07d}" for number in range(0, CUSTOMERS, 7)]
    with shop.engine.connect() as connection, connection.begin() as transaction:
        stored = find_scores(connection, sample)
        refresh_scores(UnitOfWork(connection, NOW, shop.programme), sample)
        computed = find_scores(connection, sample)
        transaction.rollback()
    assert stored == computed


def test_all_customers_are_scored_against_the_shop_itself(shop: Database) -> None:
    with shop.engine.connect() as connection:
        found = find_scores(connection, [f"c{number:07d}" for number in range(CUSTOMERS)])
    assert len(found) == CUSTOMERS
    assert not any("builtin" in one.version for one in found.values())


def test_lots_hold_what_their_movements_add_up_to(shop: Database) -> None:
    sums = select(movements.c.lot_id, func.sum(movements.c.points)).group_by(movements.c.lot_id)
    with shop.engine.connect() as connection:
        remaining = {row[0]: row[1] for row in connection.execute(sums)}
        customer_ids = [row[0] for row in connection.execute(select(orders.c.customer_id).distinct())]
        lots = [lot for of in find_lots(connection, customer_ids).values() for lot in of]
    assert {lot.lot_id: lot.remaining_points for lot in lots} == remaining


def test_lots_award_what_the_programme_gives_for_their_orders(shop: Database) -> None:
    with shop.engine.connect() as connection:
        rows = connection.execute(select(orders.c.order_id, orders.c.customer_id, orders.c.total_minor)).all()
        lots = find_lots(connection, {row[1] for row in rows})
    totals = {row[0]: row[2] for row in rows}
    found = [lot for of in lots.values() for lot in of]
    assert found
    assert all(lot.points == award_points(totals[lot.order_id], shop.programme) for lot in found)


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
