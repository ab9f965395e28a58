"""The whole story as a newcomer starts it: the installed command, real orders, a store, a console."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.demo.cast import CASTING, Role
from tests.e2e.sample import Counts, count, take_sample
from tests.faults.server_process import environment, free_port

DEMO = (str(Path(sys.executable).with_name("regulars")), "demo")
FULL_ONE_IN = 5  # some 880 customers: the models need 500, and the story is told in a minute
SMALL_ONE_IN = 70  # some 60 customers: too few for any model
PATIENCE_SECONDS = 240.0  # of a test for the whole story, on the busiest of machines
STOP_SECONDS_MAX = 10.0
LATENCY_MS_MAX = 5_000.0  # from the stay in the store to the word: above it the moment is gone
MARK = "STARTED_BY_TEST"  # in the environment of the demo and all that it starts

pytestmark = pytest.mark.slow


@dataclass
class Demo:
    """A running demo: what it prints goes to a file, so that it sees no terminal."""

    process: subprocess.Popen[bytes]
    output: Path
    mark: str

    @classmethod
    def started(cls, folder: Path, *options: str) -> Demo:
        mark, output = uuid.uuid4().hex, folder / "output.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [*DEMO, "--data-dir", str(folder / "data"), "--console-port", "0", *options],
                cwd=folder,
                env={**environment(), MARK: mark, "COLUMNS": "80"},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, output, mark)

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_for(self, pattern: str) -> str:
        """The first match in what it prints, once it is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := re.search(pattern, self.text)):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.text}"
            assert time.monotonic() < deadline, f"{pattern!r} is not in:\n{self.text}"
            time.sleep(0.1)
        return found[0]

    def stop(self, number: signal.Signals) -> tuple[int, float]:
        """Its exit code, and how many seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS), time.monotonic() - began

    def left_processes(self) -> list[str]:
        """The command lines of what it started and did not end."""
        found = []
        for one in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended meanwhile, or belongs to another user
                if f"{MARK}={self.mark}".encode() in (one / "environ").read_bytes():
                    found.append((one / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Told:
    """What came of one telling that was stopped after its end."""

    report: dict[str, Any]
    expected: Counts
    text: str
    players: dict[str, Role]
    console_status: int
    console_page: str
    health: int
    exit_code: int
    stop_seconds: float
    left: list[str]

    def of(self, *roles: Role) -> set[str]:
        return {customer for customer, role in self.players.items() if role in roles}

    def reminded(self, *states: str) -> list[str]:
        return [one["customer_id"] for one in self.report["reminders"] if one["state"] in states]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("demo")
    orders, port = take_sample(folder / "orders.parquet", FULL_ONE_IN), free_port()
    report = folder / "report.json"
    demo = Demo.started(folder, "--orders", str(orders), "--report", str(report), "--port", str(port))
    try:
        demo.wait_for("Ctrl-C ends the demo")
        page = look_at_console(demo.wait_for(r"http://\S+token=\S+"))
        health = ask_health(port)
        exit_code, stop_seconds = demo.stop(signal.SIGINT)
        yield Told(
            report=json.loads(report.read_text()),
            expected=count(orders),
            text=demo.text,
            players=dict(zip(customers_with_carts(folder / "data"), CASTING, strict=True)),
            console_status=page.status_code,
            console_page=page.text,
            health=health,
            exit_code=exit_code,
            stop_seconds=stop_seconds,
            left=demo.left_processes(),
        )
    finally:
        demo.end()


def look_at_console(link: str) -> httpx.Response:
    with httpx.Client(follow_redirects=True) as browser:
        browser.get(link)
        return browser.get(httpx.URL(link).join("/"))


def ask_health(port: int) -> int:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its stubs know only the asynchronous calls
        return int(stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status)


def customers_with_carts(data_dir: Path) -> list[str]:
    """The cast in its order: one after the other left a cart."""
    with closing(sqlite3.connect(f"file:{data_dir / 'regulars.db'}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute("SELECT customer_id FROM carts ORDER BY rowid")]


def test_the_report_has_the_promised_shape(told: Told) -> None:
    report = told.report
    assert report.keys() == {
        *("orders", "customers", "scored", "churn", "repurchase"),
        *("reminders", "visits", "simulated", "seconds"),
    }
    assert report["orders"].keys() >= {"imported", "returns", "rejected", "seconds"}
    for one in report["reminders"]:
        assert one.keys() == {"customer_id", "sku", "state", "reason", "latency_ms"}
    assert all(isinstance(one, str) for one in report["simulated"])
    assert report["simulated"]


@pytest.mark.parametrize("subject", ["churn", "repurchase"])
def test_each_model_stands_beside_its_baselines(told: Told, subject: str) -> None:
    found = told.report[subject]
    assert found.keys() >= {"horizon_days", "customers", "model", "baselines"}
    assert found["horizon_days"] > 0
    assert 0 < found["customers"] <= told.expected.customers * 3  # tested in up to three windows
    assert found["baselines"].keys() >= {"recency", "rfm_logistic"}
    for figures in (found["model"], *found["baselines"].values()):
        assert 0.5 < figures["roc_auc"] < 1
        assert all(0 < figures[name] < 1 for name in ("pr_auc", "log_loss", "brier"))
        assert 0 <= figures["ece"] < 0.2
    assert found["model"]["roc_auc"] > found["baselines"]["recency"]["roc_auc"]


def test_every_line_of_the_file_is_accounted_for(told: Told) -> None:
    orders, expected = told.report["orders"], told.expected
    assert (orders["imported"], orders["returns"]) == (expected.orders, expected.returns)
    assert (orders["rejected"], orders["lines"]) == (expected.rejected_lines, expected.lines)
    assert 0 < orders["seconds"] < told.report["seconds"]


def test_every_customer_has_a_score(told: Told) -> None:
    assert told.report["customers"] == told.report["scored"] == told.expected.customers


def test_a_word_reaches_only_members_who_stayed_and_agreed_to_it(told: Told) -> None:
    reminded = told.reminded("SENT", "CONVERTED")
    assert told.reminded("SENT")
    assert set(reminded) <= told.of(Role.PHONE, Role.COUNTER)
    assert len(set(reminded)) == len(reminded)


def test_whoever_agreed_to_no_message_gets_none(told: Told) -> None:
    silent = [one for one in told.report["reminders"] if one["state"] == "SUPPRESSED"]
    assert {one["customer_id"] for one in silent} == told.of(Role.SILENT)
    assert all((one["reason"], one["latency_ms"]) == ("CONSENT", None) for one in silent)


def test_one_buys_at_the_counter_and_the_reminder_says_so(told: Told) -> None:
    assert len(told.reminded("CONVERTED")) == 1


def test_passers_by_and_who_bought_already_are_left_in_peace(told: Told) -> None:
    spoken_of = {one["customer_id"] for one in told.report["reminders"]}
    assert len(told.of(Role.PASSER_BY, Role.BOUGHT)) == 3
    assert spoken_of.isdisjoint(told.of(Role.PASSER_BY, Role.BOUGHT))


def test_the_word_comes_while_the_member_is_still_there(told: Told) -> None:
    spoken = [one for one in told.report["reminders"] if one["state"] in {"SENT", "CONVERTED"}]
    assert all(0 < one["latency_ms"] < LATENCY_MS_MAX for one in spoken)


def test_each_phone_rings_once_for_what_lies_in_the_cart(told: Told) -> None:
    rang = re.findall(r"phone of (\S+):", told.text)
    assert sorted(rang) == sorted(set(told.reminded("SENT", "CONVERTED")) & told.of(Role.PHONE))


def test_everybody_of_the_cast_visits_the_store_at_most_once(told: Told) -> None:
    assert len(told.report["reminders"]) <= told.report["visits"] <= len(CASTING)


def test_nothing_that_it_says_is_wider_than_the_terminal(told: Told) -> None:
    wide = [line for line in told.text.splitlines() if len(line) > 80 and "token=" not in line]
    assert wide == []


def test_it_stays_up_with_console_and_api(told: Told) -> None:
    assert told.console_status == 200
    assert "Online Retail" in told.console_page
    assert told.health == health_pb2.HealthCheckResponse.SERVING


def test_ctrl_c_ends_it_and_all_that_it_started(told: Told) -> None:
    assert told.exit_code == 0
    assert told.stop_seconds < STOP_SECONDS_MAX
    assert "Traceback" not in told.text
    assert told.left == []


@pytest.fixture
def demo_of(tmp_path: Path) -> Iterator[Any]:
    """Starts demos in a folder of their own, and lets none survive."""
    started: list[Demo] = []

    def start(*options: str) -> Demo:
        orders = take_sample(tmp_path / "orders.parquet", SMALL_ONE_IN)
        started.append(Demo.started(tmp_path, "--orders", str(orders), "--port", "0", *options))
        return started[-1]

    yield start
    for demo in started:
        demo.end()


def test_too_few_customers_for_a_model_are_told_so_and_the_story_goes_on(
    demo_of: Any, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    demo = demo_of("--once", "--report", str(report))
    assert demo.process.wait(PATIENCE_SECONDS) == 0, demo.text
    found, expected = json.loads(report.read_text()), count(tmp_path / "orders.parquet")
    assert found["churn"]["model"] is None
    assert found["scored"] == expected.customers
    assert found["orders"]["imported"] == expected.orders
    assert found["reminders"] == []
    assert f"{expected.customers} customers with a kept order, 500 needed" in demo.text


def test_a_supervisor_can_break_it_off_at_any_time(demo_of: Any) -> None:
    demo = demo_of()
    demo.wait_for("Members join the programme")
    exit_code, seconds = demo.stop(signal.SIGTERM)
    assert exit_code == 130
    assert seconds < STOP_SECONDS_MAX
    assert "Traceback" not in demo.text
    assert demo.left_processes() == []


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--orders", "nowhere.parquet", "not a Parquet file that can be read"),
        ("--report", "nowhere/report.json", "not a file in a folder that exists"),
        ("--data-dir", ".", "there is a database in it already; give an empty folder"),
    ],
)
def test_a_mistake_is_told_at_once_in_one_line(
    demo_of: Any, tmp_path: Path, option: str, value: str, message: str
) -> None:
    (tmp_path / "regulars.db").touch()
    demo = demo_of("--once", option, value)
    assert demo.process.wait(PATIENCE_SECONDS) == 2
    assert demo.text == f"{option} {value}: {message}\n"


def test_a_port_that_is_taken_is_told_at_once_in_one_line(demo_of: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = demo_of("--console-port", str(port))
        assert demo.process.wait(PATIENCE_SECONDS) == 2
    said = f"--console-port {port}: taken or not allowed; --console-port 0 takes a free one\n"
    assert demo.text == said
