"""Counters for OpenTelemetry; none ever carries an identifier or an address.

Loaded only where metrics are wanted: the library takes a tenth of a small device's share of memory.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExporter,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource

from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue, RadioReport
from beacon_gateway.settings import Exporter
from beacon_gateway.spooling.feed import Feed

REPAIRS: Final = ("scan_restarts", "power_cycles", "bluetooth_restarts", "usb_resets")


def meter_provider(exporter: Exporter, endpoint: str, gateway: str) -> MeterProvider:
    """A provider that exports once a minute to a collector or to stderr.

    endpoint: of the collector's OTLP receiver over gRPC. gateway: names the source of the metrics.
    """
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

    def monitors_lost(_options: CallbackOptions) -> Iterable[Observation]:
        for radio in reports():
            yield Observation(radio.monitors_lost, {"receiver": radio.receiver})

    meter.create_observable_counter("gateway.radio.repairs", [repairs], "{repair}")
    meter.create_observable_counter("gateway.radio.monitors_lost", [monitors_lost], "{monitor}")


def _counter(meter: Meter, name: str, unit: str, read: Callable[[], int]) -> None:
    meter.create_observable_counter(name, [_reading(read)], unit)


def _gauge(meter: Meter, name: str, unit: str, read: Callable[[], float]) -> None:
    meter.create_observable_gauge(name, [_reading(read)], unit)


def _reading(read: Callable[[], float]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def observations(_options: CallbackOptions) -> Iterable[Observation]:
        yield Observation(read())

    return observations
