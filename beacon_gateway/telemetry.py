"""Logs as JSON lines and counters for OpenTelemetry; neither ever carries an identifier or an address."""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Final, Literal

import structlog
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExporter,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource

from beacon_gateway.feed import Feed
from beacon_gateway.gateway import Gateway
from beacon_gateway.radio import AdvertQueue, RadioReport

Exporter = Literal["none", "console", "otlp"]

ADDRESS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}")  # as BlueZ and its paths spell it
MASKED: Final = "<address>"
PRIORITIES: Final = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}  # of syslog
REPAIRS: Final = ("scan_restarts", "power_cycles", "bluetooth_restarts", "usb_resets")

Fields = MutableMapping[str, Any]


def configure_logs(level: str) -> None:
    """Sends structlog's events to stderr, one JSON object a line; libraries only speak up from WARNING on.

    Under systemd each line begins with its priority, which journald takes off.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_mask_record)
    to_journal = "JOURNAL_STREAM" in os.environ
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_fields,
            *((_with_priority,) if to_journal else (structlog.processors.JSONRenderer(),)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _mask_record(record: logging.LogRecord) -> bool:
    """What libraries say may hold an address that was heard."""
    record.msg, record.args = ADDRESS.sub(MASKED, record.getMessage()), None
    return True


def _mask_fields(_logger: Any, _method: str, fields: Fields) -> Fields:
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = ADDRESS.sub(MASKED, value)
    return fields


def _with_priority(logger: Any, method: str, fields: Fields) -> str:
    priority = PRIORITIES.get(str(fields["level"]), 6)
    return f"<{priority}>{structlog.processors.JSONRenderer()(logger, method, fields)!s}"


def meter_provider(exporter: Exporter, endpoint: str, gateway: str) -> MeterProvider:
    """A provider that exports once a minute to a collector or to stderr, or nowhere.

    endpoint: of the collector's OTLP receiver over gRPC. gateway: names the source of the metrics.
    """
    if exporter == "none":
        return MeterProvider()
    resource = Resource({"service.name": "regulars-gateway", "service.instance.id": gateway})
    return MeterProvider([PeriodicExportingMetricReader(_exporter(exporter, endpoint))], resource=resource)


def _exporter(exporter: Exporter, endpoint: str) -> MetricExporter:
    if exporter == "console":
        return ConsoleMetricExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))


def observe(meter: Meter, gateway: Gateway, queue: AdvertQueue, feed: Feed) -> None:
    """Registers the gateway's counters; the hot path only adds to plain integers."""
    counts = gateway.counts
    _counter(meter, "gateway.adverts", "{advert}", lambda: counts.adverts)
    _counter(meter, "gateway.adverts.members", "{advert}", lambda: counts.members)
    _counter(meter, "gateway.adverts.dropped", "{advert}", lambda: queue.dropped)
    _counter(meter, "gateway.events.spooled", "{event}", lambda: feed.appended)
    _counter(meter, "gateway.events.dropped", "{event}", lambda: feed.dropped)
    _counter(meter, "gateway.events.acknowledged", "{event}", lambda: feed.acknowledged)
    _gauge(meter, "gateway.events.waiting", "{event}", lambda: feed.waiting)
    _gauge(meter, "gateway.members.present", "{member}", lambda: gateway.health().members_present)
    _gauge(meter, "gateway.clock.offset", "s", lambda: gateway.health().clock_offset_seconds)
    _observe_radios(meter, lambda: gateway.health().radios)


def _observe_radios(meter: Meter, reports: Callable[[], Iterable[RadioReport]]) -> None:
    def deaf(_options: CallbackOptions) -> Iterable[Observation]:
        for radio in reports():
            yield Observation(int(radio.deaf), {"receiver": radio.receiver})

    def repairs(_options: CallbackOptions) -> Iterable[Observation]:
        for radio in reports():
            for remedy in REPAIRS:
                yield Observation(getattr(radio, remedy), {"receiver": radio.receiver, "remedy": remedy})

    meter.create_observable_gauge("gateway.radio.deaf", [deaf], "1")
    meter.create_observable_counter("gateway.radio.repairs", [repairs], "{repair}")


def _counter(meter: Meter, name: str, unit: str, read: Callable[[], int]) -> None:
    meter.create_observable_counter(name, [_reading(read)], unit)


def _gauge(meter: Meter, name: str, unit: str, read: Callable[[], float]) -> None:
    meter.create_observable_gauge(name, [_reading(read)], unit)


def _reading(read: Callable[[], float]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def observations(_options: CallbackOptions) -> Iterable[Observation]:
        yield Observation(read())

    return observations
