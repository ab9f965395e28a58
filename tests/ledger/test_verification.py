"""`regulars verify` finds what is wrong: on a lively database nothing, on one tampered with just that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest
from alembic import command
from sqlalchemy import Connection, text

from services.programme.earning_rule import EarningRule
from services.programme.reading import rule_text
from services.storage import migrate
from services.storage.database import make_engine
from services.verification.checks import Scene
from services.verification.running import CHECKS, OtherSchemaError, snapshot, verify
from tests.integration.shop import ManualClock
from tests.ledger.authors import Author
from tests.ledger.episodes import play
from tests.ledger.product import Product, without_triggers
from tests.ledger.programmes import programme

EPISODE, STEPS = 21, 220  # one in which everything happens that the plants need


@dataclass(frozen=True)
class Plant:
    """What somebody could do to the rows. `key` finds the row that the check has to name."""

    check_id: str
    key: str
    change: str
    postgresql: str = ""  # where that database needs another statement


ORDER_OF_KEY = "source || ', ' || order_id"
LIVING = "customer_id IN (SELECT customer_id FROM members WHERE state IN ('PENDING', 'ACTIVE', 'SUSPENDED'))"

PLANTS = (
    Plant(
        "L1-not-negative",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET pending_points = -1 WHERE customer_id = :key",
    ),
    Plant(
        "L1-no-debt-beside-points",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET active_points = 5, debt_points = 7 WHERE customer_id = :key",
    ),
    Plant(
        "L1-lots-within-bounds",
        "SELECT min(lot_id) FROM lots",
        "UPDATE lots SET remaining_points = points + 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-balances",
        "SELECT min(customer_id) FROM movements",
        "UPDATE accounts SET active_points = active_points + 1 WHERE customer_id = :key",
    ),
    Plant(
        "L2-lots",
        "SELECT lot_id FROM movements WHERE kind = 'EARN' ORDER BY movement_id LIMIT 1",
        "UPDATE movements SET points = points + 1 WHERE kind = 'EARN' AND lot_id = :key",
    ),
    Plant(
        "L2-lots-of-the-account",
        "SELECT customer_id FROM lots WHERE state = 'ACTIVE' ORDER BY lot_id LIMIT 1",
        "UPDATE lots SET remaining_points = remaining_points + 1 WHERE lot_id ="
        " (SELECT min(lot_id) FROM lots WHERE state = 'ACTIVE' AND customer_id = :key)",
    ),
    Plant(
        "L2-closed-lots",
        "SELECT min(lot_id) FROM lots WHERE state = 'SPENT'",
        "UPDATE lots SET blocked_points = 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-hold-parts",
        "SELECT min(hold_id) FROM holds",
        "UPDATE holds SET points = points + 1 WHERE hold_id = :key",
    ),
    Plant(
        "L2-hold-bounds",
        "SELECT min(hold_id) FROM hold_lots WHERE captured_points > 0",
        "UPDATE hold_lots SET restored_points = points + 1 WHERE hold_id = :key",
    ),
    Plant(
        "L2-blocked",
        "SELECT min(lot_id) FROM hold_lots WHERE hold_id ="
        " (SELECT min(hold_id) FROM holds WHERE state = 'CAPTURED')",
        "UPDATE lots SET blocked_points = blocked_points + 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-spent",
        "SELECT min(lot_id) FROM hold_lots WHERE captured_points > 0",
        "UPDATE hold_lots SET captured_points = captured_points - 1 WHERE lot_id = :key AND hold_id ="
        " (SELECT min(hold_id) FROM hold_lots WHERE lot_id = :key AND captured_points > 0)",
    ),
    Plant(
        "L2-one-owner",
        "SELECT min(hold_id) FROM hold_lots",
        "UPDATE holds SET customer_id = 'thief' WHERE hold_id = :key",
    ),
    Plant(
        "L3-credited-once",
        "SELECT min(lot_id) FROM lots",
        "INSERT INTO movements (customer_id, kind, points, debit, credit, lot_id, reference, actor, reason,"
        " effective_at, recorded_at) SELECT customer_id, kind, points, debit, credit, lot_id, reference,"
        " actor, reason, effective_at, recorded_at FROM movements WHERE lot_id = :key"
        " AND debit = 'PROGRAMME' AND kind = (SELECT origin FROM lots WHERE lot_id = :key)",
    ),
    Plant(
        "L3-resolved-once",
        "SELECT min(hold_id) FROM holds WHERE state = 'CAPTURED'",
        "UPDATE holds SET state = 'HELD' WHERE hold_id = :key",
    ),
    Plant(
        "L4-append-only",
        "SELECT 'movements_stay'",
        "DROP TRIGGER IF EXISTS movements_stay",
        "ALTER TABLE movements DISABLE TRIGGER movements_stay",
    ),
    Plant(
        "L4-double-entry",
        "SELECT min(movement_id) FROM movements",
        "UPDATE movements SET debit = credit WHERE movement_id = CAST(:key AS INTEGER)",
    ),
    Plant(
        "O1-earned-once",
        f"SELECT min({ORDER_OF_KEY}) FROM lots WHERE order_id <> ''",
        "INSERT INTO lots SELECT * FROM lots WHERE 1 = 0",  # replaced below: it copies a lot
    ),
    Plant(
        "O1-orders-of-lots",
        f"SELECT min(lot_id) FROM lots WHERE order_id <> '' AND {LIVING}",
        "UPDATE lots SET order_id = 'never placed' WHERE lot_id = :key",
    ),
    Plant(
        "O1-awards",
        "SELECT min(lot_id) FROM lots WHERE order_id <> '' AND origin = 'EARN'",
        "DELETE FROM awards WHERE lot_id = :key",
    ),
    Plant(
        "O1-exchanged",
        "SELECT min(lot_id) FROM awards",
        "UPDATE awards SET points = points + 1000000 WHERE lot_id = :key",
    ),
    Plant(
        "O1-award-bounds",
        f"SELECT min({ORDER_OF_KEY}) FROM awards",
        f"UPDATE awards SET gone_points = points + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O1-returned-whole",
        f"SELECT min({ORDER_OF_KEY}) FROM awards WHERE points > gone_points"
        " AND order_id IN (SELECT order_id FROM orders)",
        f"UPDATE order_lines SET returned_quantity = quantity WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O2-refunds",
        f"SELECT min({ORDER_OF_KEY}) FROM orders",
        f"UPDATE orders SET refunded_minor = refunded_minor + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O2-returned-units",
        f"SELECT min({ORDER_OF_KEY}) FROM return_lines",
        f"UPDATE return_lines SET quantity = quantity + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "tier-periods",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        """UPDATE accounts SET qualifying = '{"2020-01-01": 3}' WHERE customer_id = :key""",
    ),
    Plant(
        "tier",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET tier = 'DIAMOND', due_at = 9000000000000000 WHERE customer_id = :key",
    ),
    Plant(
        "rewards-stock",
        "SELECT min(reward_id) FROM rewards",
        "UPDATE rewards SET issued = issued + 1 WHERE reward_id = :key",
    ),
    Plant(
        "rewards-points",
        f"SELECT min(member_reward_id) FROM member_rewards WHERE {LIVING}",
        "UPDATE holds SET hold_id = 'lost' WHERE hold_id = 'reward/' || CAST(:key AS VARCHAR)",
    ),
    Plant(
        "coupons-uses",
        "SELECT min(code) FROM coupons",
        "UPDATE coupons SET uses = uses + 1 WHERE code = :key",
    ),
    Plant(
        "coupons-limits",
        "SELECT min(code) FROM coupons",
        "UPDATE coupons SET uses_max = 0, uses = 1 WHERE code = :key",
    ),
    Plant(
        "coupons-points",
        f"SELECT min(use_id) FROM coupon_uses WHERE state = 'REDEEMED' AND points > 0 AND {LIVING}",
        "UPDATE coupon_uses SET points = points + 1 WHERE use_id = :key",
    ),
    Plant(
        "merge-standing",
        f"SELECT min(customer_id) FROM members WHERE {LIVING}",
        "UPDATE members SET state = 'MERGED' WHERE customer_id = :key",
    ),
    Plant(
        "merge-state",
        "SELECT 'm1'",
        "INSERT INTO merges (merge_id, survivor_id, merged_id, actor, reason, merged_at, undone_by,"
        " undo_reason, snapshot) SELECT 'm1', 'anna', min(customer_id), 'tess', 'twins', 0, '', '', '{}'"
        f" FROM members WHERE {LIVING}",
    ),
    Plant(
        "merge-redirects",
        "SELECT (SELECT COUNT(*) + 1 FROM redirects WHERE survivor_id IS NOT NULL) || ', ' ||"
        " (SELECT COUNT(*) FROM merges WHERE undone_at IS NULL)",
        "INSERT INTO redirects (customer_digest, survivor_id, since) VALUES ('new', 'anna', 0)",
    ),
    Plant(
        "merge-points",
        f"SELECT min(customer_id) FROM accounts WHERE active_points + pending_points > 0 AND {LIVING}",
        "UPDATE members SET state = 'MERGED' WHERE customer_id = :key",
    ),
    Plant(
        "erased-rows",
        f"SELECT min(customer_id) FROM orders WHERE {LIVING}",
        "UPDATE members SET state = 'ERASED' WHERE customer_id = :key",
    ),
    Plant(
        "erased-references",
        f"SELECT min(movement_id) FROM movements WHERE {LIVING}",
        "UPDATE members SET state = 'ERASED' WHERE customer_id ="
        " (SELECT customer_id FROM movements WHERE movement_id = CAST(:key AS INTEGER))",
    ),
)


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A database in which much has happened."""
    file = tmp_path_factory.mktemp("verify") / "regulars.db"
    copy(sqlite_template, file)
    product = Product(make_engine(f"sqlite:///{file}"), ManualClock(), programme())
    assert play(product, Author(EPISODE).episode(STEPS)) is None
    product.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def product(request: pytest.FixtureRequest, lively: Path, tmp_path: Path) -> Iterator[Product]:
    clock = ManualClock()
    if request.param == "sqlite":
        copy(lively, tmp_path / "regulars.db")
        made = Product(make_engine(f"sqlite:///{tmp_path / 'regulars.db'}"), clock, programme())
    else:
        url = request.getfixturevalue("postgres").url.render_as_string(hide_password=False)
        made = Product(make_engine(url), clock, programme())
        assert play(made, Author(EPISODE).episode(STEPS)) is None
    yield made
    made.close()


def test_a_lively_database_keeps_every_promise(product: Product) -> None:
    assert product.violations() == []


def test_every_check_can_fail(product: Product) -> None:
    assert {plant.check_id for plant in PLANTS} == {check.check_id for check in CHECKS}
    missed = [plant.check_id for plant in PLANTS if not is_named(product, plant)]
    assert not missed, missed


def is_named(product: Product, plant: Plant) -> bool:
    """Whether the check names the row that was tampered with. Nothing of it stays."""
    check = next(one for one in CHECKS if one.check_id == plant.check_id)
    with product.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT 1" if is_postgresql(connection) else "PRAGMA ignore_check_constraints = ON"
        )
        scene = Scene(connection, product.clock.now(), product.programme)
        assert check.find(scene) is None
        key = str(connection.execute(text(plant.key)).scalar_one())
        with nullcontext() if plant.check_id == "L4-append-only" else without_triggers(connection):
            tamper(connection, plant, key)
        found = check.find(scene)
        connection.rollback()
    return found is not None and key in found


def tamper(connection: Connection, plant: Plant, key: str) -> None:
    if is_postgresql(connection):
        for table, constraint in CONSTRAINTS:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))
    if plant.check_id == "O1-earned-once":
        copy_lot(connection, key)
        return
    statement = plant.postgresql if plant.postgresql and is_postgresql(connection) else plant.change
    connection.execute(text(statement), {"key": key} if ":key" in statement else {})


CONSTRAINTS = (
    ("accounts", "ck_accounts_never_negative"),
    ("accounts", "ck_accounts_no_debt_beside_points"),
    ("lots", "ck_lots_never_negative"),
)


def copy_lot(connection: Connection, key: str) -> None:
    """The order earns once more, under another lot id."""
    row = (
        connection.execute(
            text(f"SELECT * FROM lots WHERE {ORDER_OF_KEY} = :key ORDER BY lot_id LIMIT 1"), {"key": key}
        )
        .mappings()
        .one()
    )
    again = {**row, "lot_id": f"{row['lot_id']}/again"}
    names = ", ".join(again)
    marks = ", ".join(f":{name}" for name in again)
    connection.execute(text(f"INSERT INTO lots ({names}) VALUES ({marks})"), again)


def is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


# --- the command ---


def test_a_running_server_does_not_keep_it_from_reading(lively: Path) -> None:
    engine = make_engine(f"sqlite:///{lively}")
    with engine.connect() as writer:
        writer.execute(text("UPDATE accounts SET active_points = active_points + 1"))
        with snapshot(f"sqlite:///{lively}") as connection:
            scene = Scene(connection, ManualClock().now(), programme())
            assert all(finding.violation is None for finding in verify(scene))
        writer.rollback()
    engine.dispose()


def test_it_can_write_nothing(lively: Path) -> None:
    with (
        snapshot(f"sqlite:///{lively}") as connection,
        pytest.raises(Exception, match="readonly"),
    ):
        connection.execute(text("UPDATE accounts SET tier = ''"))


def test_an_older_schema_is_told(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(migrate.alembic_config(engine), "0001")
    engine.dispose()
    with pytest.raises(OtherSchemaError), snapshot(f"sqlite:///{tmp_path / 'old.db'}"):
        pass


def regulars(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("regulars")),
        "verify",
        "--data-dir",
        str(folder),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def rule_table(rule: EarningRule) -> str:
    return f"[[earning]]\n{rule_text(rule)}"


def test_the_command_says_what_holds_and_what_does_not(lively: Path, tmp_path: Path) -> None:
    copy(lively, tmp_path / "regulars.db")
    (tmp_path / "program.toml").write_text("\n".join(map(rule_table, programme().earning)))
    clean = regulars(tmp_path, "--programme", str(tmp_path / "program.toml"))
    assert clean.returncode == 0
    assert [line.split()[0] for line in clean.stdout.splitlines()] == ["ok"] * len(CHECKS)
    engine = make_engine(f"sqlite:///{tmp_path / 'regulars.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE coupons SET uses = uses + 1 WHERE code = 'OFTEN'"))
    engine.dispose()
    told = regulars(tmp_path, "--json")
    assert told.returncode == 1
    broken = [one for one in json.loads(told.stdout) if one["ok"] is False]
    assert [(one["id"], one["first_violation"]) for one in broken] == [("coupons-uses", "OFTEN")]


def test_what_needs_another_programme_is_skipped(lively: Path, tmp_path: Path) -> None:
    """The lively database was served with rules of its own, which a bare `regulars verify` does not know."""
    copy(lively, tmp_path / "regulars.db")
    skipped = [one["id"] for one in json.loads(regulars(tmp_path, "--json").stdout) if one["ok"] is None]
    assert skipped == ["tier-periods", "tier"]


def test_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    done = regulars(tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
