"""What schema 0004 makes of the presence keys that it finds."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, select, text

from services.presence.queries.keys import devices_since, keys_state
from services.storage import migrate
from services.storage.tables import presence_keys, visits
from tests.integration.shop import NOON
from tests.ledger.test_migration import empty_database, on_both

__all__ = ["empty_database"]

AT = int(NOON.timestamp() * 1_000_000)
KEY = "INSERT INTO presence_keys (customer_id, identity_key, made_at) VALUES (:customer_id, :key, :made_at)"
VISIT = f"""INSERT INTO visits (visit_id, customer_id, store, zone, state, entered_at, last_seen_at)
VALUES ('v-1', 'anna', 'camden', 'door', 'ENTERED', {AT}, {AT})"""


@on_both
def test_keys_go_on_to_rotate_and_get_numbers_of_their_own(empty_database: Engine) -> None:
    command.upgrade(migrate.alembic_config(empty_database), "0003")
    with empty_database.begin() as connection:
        for number, customer_id in enumerate(("anna", "ben", "clara")):
            row = {"customer_id": customer_id, "key": bytes([number]) * 16, "made_at": AT}
            connection.execute(text(KEY), row)
        connection.execute(text(VISIT))
    migrate.upgrade(empty_database)
    with empty_database.connect() as connection:
        rows = connection.execute(select(presence_keys.c.serial, presence_keys.c.tag)).all()
        assert len({row.serial for row in rows}) == 3
        assert {row.tag for row in rows} == {None}
        come, gone = devices_since(connection, {})
        assert {(one.customer_id, one.identity_key) for one in come} >= {("anna", bytes(16))}
        assert (gone, keys_state(connection).count) == (set(), 3)
        visit = connection.execute(select(visits.c.spoofable, visits.c.doubtful)).one()
        assert tuple(visit) == (False, False)
