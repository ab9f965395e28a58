"""P12: what `regulars serve` takes of the machine's memory when nobody calls."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import grpc
from regulars.activity.v1 import activity_service_pb2_grpc as activity_grpc
from regulars.activity.v1.activity_service_pb2 import OrderRecord, RecordOrderRequest, RecordOrdersRequest
from regulars.engagement.v1 import engagement_service_pb2_grpc as engagement_grpc
from regulars.engagement.v1.engagement_service_pb2 import GetScoreRequest, ListScoresRequest

from tests.benchmarks import calls
from tests.benchmarks.processes import STOP_SECONDS_MAX
from tests.benchmarks.shops import copied
from tests.benchmarks.verdicts import Sizes, Verdict

REST_SECONDS: Final = 3.0  # by then what the first calls needed has been given back
CALL_SECONDS_MAX: Final = 30.0
KILOBYTES_PER_MEGABYTE: Final = 1024


def at_rest(sizes: Sizes) -> list[Verdict]:
    with copied(sizes, "p12") as folder, serving(folder) as (pid, said):
        call_each_kind(sizes, said)
        time.sleep(REST_SECONDS)
        rss = megabytes(Path(f"/proc/{pid}/status"), "VmRSS")
        pss = megabytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss")
    return [
        Verdict(
            "P12",
            "memory of `regulars serve` at rest, after one call of each kind",
            150,
            rss,
            at_least=False,
            sides={"resident": f"{rss:.0f} MB", "its share of what is shared": f"{pss:.0f} MB"},
            unit=" MB",
        )
    ]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The real command on free ports; yields its process id and the key, port and console link it says."""
    command = [sys.executable, "-m", "services.main", "serve", "--data-dir", str(folder)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--console-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = {"key": r"admin key (\S+)", "port": r"gRPC on \S+:(\d+)", "console": r"console: (\S+)"}
        yield process.pid, {name: heard(process.stdout.readline(), told) for name, told in said.items()}
    finally:
        process.terminate()
        process.wait(STOP_SECONDS_MAX)
        process.stdout.close()


def heard(line: str, pattern: str) -> str:
    found = re.search(pattern, line)
    assert found, f"expected {pattern!r}, heard {line!r}"
    return found[1]


def call_each_kind(sizes: Sizes, said: dict[str, str]) -> None:
    """A write, a point read, a list, a stream, and a page of the console."""
    one, other = calls.purchases(random.Random(12), sizes.customers, (), 2)
    key = (("authorization", f"Bearer {said['key']}"),)
    with grpc.insecure_channel(f"127.0.0.1:{said['port']}") as channel:
        activity, engagement = (
            activity_grpc.ActivityServiceStub(channel),
            engagement_grpc.EngagementServiceStub(channel),
        )
        order = RecordOrderRequest(request_id=one.order_id, order=calls.order_message(one))
        activity.RecordOrder(order, metadata=key, timeout=CALL_SECONDS_MAX)
        engagement.GetScore(GetScoreRequest(customer_id=one.customer_id), metadata=key)
        engagement.ListScores(ListScoresRequest(page_size=50), metadata=key)
        batch = RecordOrdersRequest(records=[OrderRecord(order=calls.order_message(other))])
        list(activity.RecordOrders(iter([batch]), metadata=key, timeout=CALL_SECONDS_MAX))
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())  # the link signs in by cookie
    with browser.open(said["console"], timeout=CALL_SECONDS_MAX) as page:
        assert page.status == 200


def megabytes(path: Path, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    assert found, f"{path} does not tell {name}"
    return int(found[1]) / KILOBYTES_PER_MEGABYTE
