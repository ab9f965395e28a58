"""Clients of other languages against a real `regulars serve`: what the .proto files promise is enough."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.faults.server_process import PATIENCE_SECONDS, ServerProcess

ROOT = Path(__file__).parents[2]
NODE_CLIENT = Path(__file__).parent / "node_client"
INSTALL_SECONDS_MAX = 120.0  # a slow registry; a fast one takes two
NOT_FOUND = 5
FAILED_PRECONDITION = 9
UNAUTHENTICATED = 16


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    found = ServerProcess(tmp_path_factory.mktemp("served"))
    found.start()
    yield found
    assert found.stop() == 0, found.log()


@pytest.fixture(scope="module")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Node client with its packages, in a folder of its own."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node") / "client"
    shutil.copytree(NODE_CLIENT, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = [str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        missing("npm's registry does not answer")
    if done.returncode:
        missing(f"npm ci failed: {done.stderr[-500:]}")
    return folder


@pytest.fixture(scope="module")
def seen_by_node(server: ServerProcess, node_client: Path) -> dict[str, Any]:
    """What the Node client was answered."""
    arguments = [server.address, server.key, str(ROOT / "proto"), "nora"]
    done = subprocess.run(
        ["node", "client.js", *arguments],
        cwd=node_client,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_node_backend_records_an_order_and_reads_the_score(seen_by_node: dict[str, Any]) -> None:
    seen = seen_by_node
    assert seen["first"] == {"duplicate": False, "total": {"amountMinor": "2500", "currency": "GBP"}}
    assert seen["again"] == seen["first"]
    assert (seen["score"]["customerId"], seen["score"]["orders"]) == ("nora", 1)
    assert seen["score"]["score"] == pytest.approx(
        sum(part["contribution"] for part in seen["score"]["components"])
    )
    assert (seen["refused"], seen["stranger"]) == (NOT_FOUND, UNAUTHENTICATED)


def test_a_node_backend_reads_why_points_are_not_spent(seen_by_node: dict[str, Any]) -> None:
    assert seen_by_node["member"]["refused"] == {
        "code": FAILED_PRECONDITION,
        "reason": "INSUFFICIENT_POINTS",
        "metadata": {"field": "points", "asked_points": "120", "active_points": "100"},
    }


def test_a_node_backend_corrects_holds_and_captures_points(seen_by_node: dict[str, Any]) -> None:
    member = seen_by_node["member"]
    assert member["corrected"]["activePoints"] == "150"
    assert (member["held"]["points"], member["held"]["state"]) == ("120", "HOLD_STATE_HELD")
    assert (member["captured"]["capturedPoints"], member["captured"]["state"]) == (
        "80",
        "HOLD_STATE_CAPTURED",
    )
    left = {name: member["balance"][name] for name in ("activePoints", "blockedPoints", "debtPoints")}
    assert left == {"activePoints": "70", "blockedPoints": "0", "debtPoints": "0"}


def buf_curl(server: ServerProcess, method: str, request: dict[str, Any]) -> Any:
    """Call a method with nothing but the server's address: buf learns the messages by reflection."""
    buf = Path(sys.executable).parent / "buf"
    if not buf.exists():
        missing("buf is not installed")
    done = subprocess.run(
        [
            str(buf), "curl", "--http2-prior-knowledge", "--protocol", "grpc",
            "--reflect-protocol", "grpc-v1alpha", "--reflect-header", "*",
            "--header", f"authorization: Bearer {server.key}",
            "--data", json.dumps(request),
            f"http://{server.address}/regulars.{method}",
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )  # fmt: skip
    return json.loads(done.stdout or done.stderr)


def test_buf_curl_records_an_order_and_reads_the_score_by_reflection(server: ServerProcess) -> None:
    placed_at = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    order = {
        "orderId": "buf-1",
        "customerId": "berta",
        "placedAt": placed_at,
        "channel": "CHANNEL_STORE",
        "currency": "GBP",
        "lines": [{"sku": "tea", "quantity": 3, "unitPriceMinor": 500}],
    }
    request = {"requestId": "buf-request-1", "order": order}
    answer = buf_curl(server, "activity.v1.ActivityService/RecordOrder", request)
    assert answer == {"total": {"amountMinor": "1500", "currency": "GBP"}}
    found = buf_curl(server, "engagement.v1.EngagementService/GetScore", {"customerId": "berta"})
    assert (found["score"]["customerId"], found["score"]["orders"]) == ("berta", 1)


def test_buf_curl_reads_the_reason_of_a_refusal(server: ServerProcess) -> None:
    refused = buf_curl(server, "engagement.v1.EngagementService/GetScore", {"customerId": "nobody"})
    assert refused["code"] == "not_found"
    (detail,) = [one for one in refused["details"] if one["type"] == "google.rpc.ErrorInfo"]
    assert detail["value"]
