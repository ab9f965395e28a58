"""`regulars verify` finds what is wrong: on a lively database nothing, on one tampered with just that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from shutil import copy

import pytest
from alembic import command
from sqlalchemy import Connection, text

from services.earning.queries.versions import find_versions
from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme
from services.programme.reading import rule_text
from services.storage import migrate
from services.storage.database import make_engine
from services.verification.checks import Scene
from services.verification.running import CHECKS, OtherSchemaError, snapshot, verify
from services.verification.terminal import is_in_force
from tests.integration.servers import ON_POSTGRESQL
from tests.integration.shop import NOON, ManualClock
from tests.ledger.authors import Author
from tests.ledger.episodes import play
from tests.ledger.plants import ORDER_OF_KEY, PLANTS, Plant
from tests.ledger.product import Product, without_triggers
from tests.ledger.programmes import programme

EPISODE, STEPS = 3, 220  # one in which everything happens that the plants need


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A database in which much has happened."""
    file = tmp_path_factory.mktemp("verify") / "regulars.db"
    copy(sqlite_template, file)
    product = Product(make_engine(f"sqlite:///{file}"), ManualClock(), programme())
    play(product, Author(EPISODE).episode(STEPS))
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
        play(made, Author(EPISODE).episode(STEPS))
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


@ON_POSTGRESQL
def test_it_holds_up_nobody_who_edits_rules(database_url: str) -> None:
    engine = make_engine(database_url)
    with snapshot(database_url) as connection, engine.begin() as editor:
        assert is_in_force(connection, Programme(), NOON)
        editor.execute(text("SET LOCAL lock_timeout = '2s'"))
        find_versions(editor, ["base"], to_change=True)
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
