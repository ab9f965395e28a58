"""Logs without addresses, and counters on their way to a collector."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)

from beacon_gateway.operation.logs import ADDRESS
from beacon_gateway.operation.telemetry import meter_provider

SAYING = """
import logging, structlog
from beacon_gateway.operation.logs import configure_logs
configure_logs("INFO")
structlog.get_logger().warning("radio.failed", reason="device AA:BB:CC:DD:EE:0F is gone")
logging.getLogger("bleak").error("%s is gone", "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_0F")
"""


def said(**environment: str) -> list[str]:
    """What a process writes to its log, line by line."""
    answer = subprocess.run(
        [sys.executable, "-c", SAYING],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return answer.stderr.splitlines()


def test_no_address_reaches_the_log_from_us_or_from_libraries() -> None:
    ours, theirs = said()
    assert json.loads(ours)["reason"] == "device <address> is gone"
    assert theirs == "ERROR:bleak:/org/bluez/hci0/dev_<address> is gone"
    assert not any(ADDRESS.search(line) for line in (ours, theirs))


def test_journald_is_told_the_priority() -> None:
    ours, _ = said(JOURNAL_STREAM="8:1")
    assert ours.startswith("<4>{")
    assert json.loads(ours[3:])["level"] == "warning"


class Collector(MetricsServiceServicer):
    """A collector of ours."""

    def __init__(self) -> None:
        self.got: list[ExportMetricsServiceRequest] = []

    def Export(self, request: ExportMetricsServiceRequest, context: Any) -> ExportMetricsServiceResponse:  # noqa: N802, ARG002
        self.got.append(request)
        return ExportMetricsServiceResponse()


def test_counters_reach_a_collector_over_otlp() -> None:
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(1))
    add: Any = add_MetricsServiceServicer_to_server  # generated without types
    add(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    meters = meter_provider("otlp", f"http://127.0.0.1:{port}", "harbour-door")
    meters.get_meter("beacon_gateway").create_counter("gateway.adverts").add(7)
    meters.shutdown()
    server.stop(None)
    (resource,) = collector.got[0].resource_metrics
    names = {one.key: one.value.string_value for one in resource.resource.attributes}
    (metric,) = resource.scope_metrics[0].metrics
    assert names == {"service.name": "regulars-gateway", "service.instance.id": "harbour-door"}
    assert (metric.name, metric.sum.data_points[0].as_int) == ("gateway.adverts", 7)
