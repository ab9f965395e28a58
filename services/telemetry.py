"""Logs, metrics and traces. No personal data in any of them."""

from __future__ import annotations

import logging
import random
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

import structlog
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

ENDED_MAX: Final = 256  # calls held back: enough to be quick, seen soon on a busy server
SLOW_CALL_SECONDS: Final = 1.0  # five times what a loaded server needs for its largest page

log = structlog.get_logger()


class Telemetry:
    """Records calls by the RPC semantic conventions; an unsampled call makes no span."""

    def __init__(
        self,
        trace_ratio: float,
        readers: tuple[MetricReader, ...] = (),
        spans: tuple[SpanProcessor, ...] = (),
    ) -> None:
        resource = Resource.create({"service.name": "regulars"})
        # Exemplars point at spans, and most calls have none: they would double the cost of a record.
        self._meters = MeterProvider(
            metric_readers=readers, resource=resource, exemplar_filter=AlwaysOffExemplarFilter()
        )
        self._tracers = TracerProvider(resource=resource)
        for processor in spans:
            self._tracers.add_span_processor(processor)
        self._tracer: trace.Tracer = self._tracers.get_tracer("regulars")
        self._duration: metrics.Histogram = self._meters.get_meter("regulars").create_histogram(
            "rpc.server.call.duration", unit="s", description="Duration of calls, by method and status"
        )
        self._trace_ratio = trace_ratio if spans else 0.0
        self._ended: list[tuple[str, str, float]] = []
        self._attributes: dict[tuple[str, str], dict[str, str]] = {}

    def call_ended(self, method: str, code: str, started: float, *, streaming: bool = False) -> None:
        """Record one call that began at `started` (`time.perf_counter`)."""
        elapsed = time.perf_counter() - started
        self._ended.append((method, code, elapsed))
        if len(self._ended) >= ENDED_MAX:
            self.flush()
        if self._trace_ratio and random.random() < self._trace_ratio:  # noqa: S311  (sampling, not a secret)
            self._span(method, code, elapsed)
        if elapsed > SLOW_CALL_SECONDS and not streaming:
            log.warning("slow_call", method=method, code=code, seconds=round(elapsed, 3))

    def flush(self) -> None:
        """Hand the calls that ended to the metrics, many at a time: one by one costs four times as much."""
        ended, self._ended = self._ended, []
        for method, code, elapsed in ended:
            self._duration.record(elapsed, self._attributes_of(method, code))

    def _attributes_of(self, method: str, code: str) -> dict[str, str]:
        known = self._attributes.get((method, code))
        if known is None:
            known = {"rpc.system.name": "grpc", "rpc.method": method[1:], "rpc.response.status_code": code}
            self._attributes[method, code] = known
        return known

    def _span(self, method: str, code: str, elapsed: float) -> None:
        end = time.time_ns()
        span = self._tracer.start_span(
            method[1:], kind=trace.SpanKind.SERVER, start_time=end - int(elapsed * 1e9)
        )
        span.set_attributes(self._attributes_of(method, code))
        span.end(end)

    def shutdown(self) -> None:
        self.flush()
        self._meters.shutdown()
        self._tracers.shutdown()


def without_words(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell an exception by its types and places alone: its text may quote a person's data."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = "".join(_told(error))
    return event


def _told(error: BaseException) -> Iterator[str]:
    """The error and what led to it, the first cause first."""
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _told(cause)
    yield from traceback.format_list(traceback.extract_tb(error.__traceback__))
    code = getattr(error, "sqlstate", "") or getattr(error, "sqlite_errorname", "")
    yield f"{type(error).__module__}.{type(error).__qualname__} {code}".rstrip() + "\n"


def configure_logging(level: str) -> None:
    """One line of key=value on stderr per event, cheap below the level."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
