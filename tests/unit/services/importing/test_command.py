import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.importing.command import app

LINES = ("c1,o1,2024-01-01,s1,1,1,a", "c1,C1,2024-01-02,s1,-1,1,a", ",o2,2024-01-02,s1,1,1,-a")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `orders` in an empty folder of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(app, ["orders", *map(str, arguments)])


def test_a_dry_run_shows_what_would_be_sent(run: Callable[..., Result], csv_of: Callable[..., Path]) -> None:
    shown = run(csv_of(*LINES), "--currency", "GBP", "--cancellation-prefix", "C", "--dry-run")
    assert shown.exit_code == 0
    assert "nothing was sent" in shown.stdout
    assert "lines rejected: no_customer" in shown.stdout
    assert "customer_id from customer_id" in shown.stdout


def test_rejected_lines_go_into_the_current_folder(
    run: Callable[..., Result], csv_of: Callable[..., Path]
) -> None:
    run(csv_of(*LINES), "--currency", "GBP", "--cancellation-prefix", "C", "--dry-run")
    rejects = Path("orders.csv.rejected.csv").read_text().splitlines()
    assert rejects[1] == "4,no_customer,customer_id,nobody knows who bought it,o2,,2024-01-02,s1,1,1,'-a"


def test_the_report_can_be_json(run: Callable[..., Result], csv_of: Callable[..., Path]) -> None:
    shown = run(csv_of(*LINES), "--currency", "GBP", "--cancellation-prefix", "C", "--dry-run", "--json")
    report = json.loads(shown.stdout)
    assert (report["lines_read"], report["orders_imported"], report["returns_imported"]) == (3, 1, 1)


def test_columns_are_mapped_by_name(run: Callable[..., Result], csv_of: Callable[..., Path]) -> None:
    file = csv_of(*LINES, header="Buyer,Order,When,Article,Count,Price,Name")
    pairs = ["customer_id=Buyer", "order_id=Order", "ordered_at=When", "sku=Article", "quantity=Count"]
    maps = [part for pair in [*pairs, "unit_price=Price"] for part in ("--map", pair)]
    assert run(file, *maps, "--currency", "GBP", "--dry-run").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--map", "sku=Artikel", "--currency", "GBP"], "--map sku=COLUMN"),
        (["--map", "sku"], "NAME=COLUMN"),
        ([], "--currency"),
    ],
)
def test_bad_input_ends_with_code_2_and_words(
    run: Callable[..., Result], csv_of: Callable[..., Path], arguments: list[str], words: str
) -> None:
    shown = run(csv_of(*LINES), "--dry-run", *arguments)
    assert shown.exit_code == 2
    assert words in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_missing_file_ends_with_code_2(run: Callable[..., Result]) -> None:
    assert run("nothing.csv", "--dry-run").exit_code == 2


def test_an_absent_server_ends_with_code_1_and_words(
    run: Callable[..., Result], csv_of: Callable[..., Path]
) -> None:
    shown = run(csv_of(*LINES), "--currency", "GBP", "--server", "127.0.0.1:1", "--patience", "0.3")
    assert shown.exit_code == 1
    assert "has acknowledged nothing" in shown.stderr
