"""Logs as JSON lines and counters for OpenTelemetry; neither ever carries an identifier or an address."""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Literal

import structlog
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

from beacon_gateway.feed import Feed
from beacon_gateway.gateway import Gateway
from beacon_gateway.radio import AdvertQueue

Exporter = Literal["none", "console"]


def configure_logs(level: str) -> None:
    """Sends structlog's events to stderr, one JSON object a line; libraries only speak up from WARNING on."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def meter_provider(exporter: Exporter) -> MeterProvider:
    """A provider that exports once a minute to stderr, or nowhere."""
    if exporter == "none":
        return MeterProvider()
    return MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter(out=sys.stderr))])


def observe(meter: Meter, gateway: Gateway, queue: AdvertQueue, feed: Feed) -> None:
    """Registers the gateway's counters; the hot path only adds to plain integers."""
    counts = gateway.counts
    _counter(meter, "gateway.adverts", "{advert}", lambda: counts.adverts)
    _counter(meter, "gateway.adverts.members", "{advert}", lambda: counts.members)
    _counter(meter, "gateway.adverts.dropped", "{advert}", lambda: queue.dropped)
    _counter(meter, "gateway.events.spooled", "{event}", lambda: feed.appended)
    _counter(meter, "gateway.events.dropped", "{event}", lambda: feed.dropped + counts.unwritten)
    _counter(meter, "gateway.events.acknowledged", "{event}", lambda: feed.acknowledged)


def _counter(meter: Meter, name: str, unit: str, read: Callable[[], int]) -> None:
    def observations(_options: CallbackOptions) -> Iterable[Observation]:
        yield Observation(read())

    meter.create_observable_counter(name, [observations], unit)
