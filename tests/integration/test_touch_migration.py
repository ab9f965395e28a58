"""What schema 0003 makes of sessions, carts and the journal of merges that it finds."""

from __future__ import annotations

import json

from alembic import command
from sqlalchemy import Engine, select, text

from services.activity.use_cases.carts import CART_IDLE_TOPIC
from services.storage import migrate
from services.storage.tables import carts, merge_rows, outbox, touches
from tests.integration.shop import NOON
from tests.ledger.test_migration import empty_database, on_both

__all__ = ["empty_database"]

AT = int(NOON.timestamp() * 1_000_000)
SESSION = f"""INSERT INTO sessions (session_id, customer_id, channel, started_at, pages)
VALUES ('s-1', 'anna', 'APP', {AT}, 7)"""
CART = f"""INSERT INTO carts (cart_id, customer_id, channel, currency, state, changed_at)
VALUES ('cart-1', 'anna', 'WEB', 'GBP', 'OPEN', {AT})"""
FORGOTTEN = f"""INSERT INTO carts (cart_id, customer_id, channel, currency, state, changed_at, abandoned_at)
VALUES ('cart-2', 'anna', 'WEB', 'GBP', 'ABANDONED', {AT}, {AT})"""
MOVED = "INSERT INTO merge_rows (merge_id, table_name, row_key) VALUES ('m-1', 'sessions', :row_key)"


@on_both
def test_a_session_becomes_a_touch_and_a_merge_can_still_hand_it_back(empty_database: Engine) -> None:
    command.upgrade(migrate.alembic_config(empty_database), "0002")
    with empty_database.begin() as connection:
        for statement in (SESSION, CART):
            connection.execute(text(statement))
        connection.execute(text(MOVED), {"row_key": json.dumps(["customer_id", "s-1"])})
    migrate.upgrade(empty_database)
    with empty_database.connect() as connection:
        touch = connection.execute(select(touches)).one()
        assert tuple(touch) == (
            *("s-1", "default", "anna", "SESSION", "APP", NOON),
            *("", "", "s-1", 7, False, False),
        )
        moved = connection.execute(select(merge_rows.c.table_name, merge_rows.c.row_key)).one()
        assert (moved[0], json.loads(moved[1])) == ("touches", ["customer_id", "s-1", "default"])
        cart = connection.execute(select(carts)).one()
        assert (cart.started_at, cart.started_channel, cart.order_id) == (NOON, "WEB", "")


@on_both
def test_a_cart_that_was_abandoned_gets_a_clock_that_makes_it_expire(empty_database: Engine) -> None:
    command.upgrade(migrate.alembic_config(empty_database), "0002")
    with empty_database.begin() as connection:
        for statement in (CART, FORGOTTEN):
            connection.execute(text(statement))
    migrate.upgrade(empty_database)
    with empty_database.connect() as connection:
        work = connection.execute(
            select(outbox.c.work_key, outbox.c.payload, outbox.c.due_at).where(
                outbox.c.topic == CART_IDLE_TOPIC
            )
        ).all()
        assert [tuple(one) for one in work] == [("cart-2", {}, NOON)]
