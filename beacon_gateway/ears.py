"""What the gateway hears with: real adapters or a scene, built from the settings."""

from dataclasses import dataclass
from functools import partial

from beacon_gateway.clock import Clock, SceneClock, SystemClock
from beacon_gateway.hearing.radio import AdvertQueue, Radio, Radios
from beacon_gateway.scenes.scene import Scene
from beacon_gateway.scenes.scene import load as load_scene
from beacon_gateway.settings import DEFAULT_ZONE, Settings
from beacon_gateway.tracking.room import Receiver, ZoneRule


@dataclass(frozen=True, slots=True)
class Ears:
    """A radio with its clock and queue, and where it hears."""

    radio: Radio
    clock: Clock
    queue: AdvertQueue
    receivers: tuple[Receiver, ...]
    rules: dict[str, ZoneRule]


def build(settings: Settings) -> Ears:
    """Raises SceneError."""
    queue = AdvertQueue(settings.queue_length_max)
    if settings.scene is not None and settings.radio == "simulated":
        return _virtual(load_scene(settings.scene), settings, queue)
    return _real(settings, queue)


def _real(settings: Settings, queue: AdvertQueue) -> Ears:
    """One radio for each adapter, each a receiver of its own."""
    from beacon_gateway.hearing.adapter import AdapterRadio, Host

    clock = SystemClock()
    host = Host(clock, queue, settings.patience)
    receivers = _receivers(settings)
    radios = Radios([AdapterRadio(receiver.name, receiver.name, host) for receiver in receivers])
    return Ears(radios, clock, queue, receivers, _rules(settings))


def _receivers(settings: Settings) -> tuple[Receiver, ...]:
    if settings.receivers:
        return tuple(Receiver(r.adapter, r.zone, r.rssi_offset_db) for r in settings.receivers)
    zone = settings.zones[0] if settings.zones else DEFAULT_ZONE
    return (Receiver(settings.adapter, zone, settings.rssi_offset_db),)


def _virtual(scene: Scene, settings: Settings, queue: AdvertQueue) -> Ears:
    """A scene's receivers, or only those of the zones that were asked for."""
    from beacon_gateway.scenes.simulator import VirtualRadio, airwaves, ends_seconds

    if settings.zones:
        scene = scene.restricted_to(settings.zones)
    clock = SceneClock(scene.starts_at_seconds(), scene.speed)
    receivers = tuple(
        Receiver(r.name, r.zone, r.offset_db + settings.rssi_offset_db) for r in scene.receivers
    )
    rules = {name: zone.rule() for name, zone in scene.zones.items()} | _rules(settings)
    radio = VirtualRadio(partial(airwaves, scene), ends_seconds(scene), clock, queue)
    return Ears(radio, clock, queue, receivers, rules)


def _rules(settings: Settings) -> dict[str, ZoneRule]:
    return {name: zone.rule() for name, zone in settings.zone_rules.items()}
