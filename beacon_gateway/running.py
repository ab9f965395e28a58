"""The running gateway: builds everything from the settings, and starts and stops it in order."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import structlog

from beacon_gateway import ears as radios
from beacon_gateway.access import credentials
from beacon_gateway.access.channel import Link
from beacon_gateway.access.credentials import CredentialsError
from beacon_gateway.access.enrolment import Renewal
from beacon_gateway.ears import Ears
from beacon_gateway.enrolled import introduction_of, link_of
from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import Radio
from beacon_gateway.identity.adverts import formats_of
from beacon_gateway.identity.kept_table import KeptTable
from beacon_gateway.operation.notify import Notifier
from beacon_gateway.operation.status import Facts, StatusFile
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import Uplink
from beacon_gateway.settings import Settings
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.tracker import Tracker

TELL_SECONDS: Final = 10.0  # between two words to systemd
FLUSH_SECONDS_MAX: Final = 3.0  # on SIGTERM: what the server does not take by then waits in the spool

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Device:
    """The parts of one gateway, which work at the same time."""

    link: Link
    introduction: Introduction
    radio: Radio
    gateway: Gateway
    uplink: Uplink
    feed: Feed

    def facts(self) -> Facts:
        """What `status` shows; counts, and nobody's identifier."""
        return {
            "gateway": self.introduction.gateway,
            "store": self.introduction.store,
            "version": self.introduction.version,
            "server": self.link.address,
            "connected": self.uplink.connected,
            "reason": self.uplink.reason,
            "spooled": self.feed.waiting,
            "dropped": self.feed.dropped,
            "spool_error": self.feed.report().error,
            "certificate_ends_at_seconds": _certificate_ends_at_seconds(self.link),
            **asdict(self.gateway.health()),
        }


async def serve(settings: Settings, *, exit_at_end: bool, ears: Ears | None = None) -> None:
    """Builds everything, runs it until a signal or the radio's end, and stops it in order.

    ears: what it hears with; else what the settings say.
    Raises SettingsError, SceneError, SpoolError before it starts, RadioLostError when it gives up.
    """
    ears = ears or radios.build(settings)
    link, introduction = link_of(settings), introduction_of(settings)
    kept = KeptTable(settings.table_file, is_wanted=settings.keep_table)
    spool = Spool(settings.spool, settings.spool_limits(), ears.clock.started_at_seconds())
    with contextlib.closing(spool), contextlib.closing(kept):
        feed = Feed(spool)
        gateway = _gateway(settings, ears, feed, kept)
        uplink = Uplink(link, introduction, feed, gateway)
        device = _Device(link, introduction, ears.radio, gateway, uplink, feed)
        log.info("gateway.started", radio=settings.radio, spooled=device.feed.waiting)
        with _metered(settings, ears, device), _stop_signals() as stop:
            chores = [kept.run(), *_chores(settings, device)]
            await _run(device, chores, stop, exit_at_end=exit_at_end)
    log.info("gateway.stopped", adverts=device.gateway.counts.adverts, events=device.feed.appended)


def _gateway(settings: Settings, ears: Ears, feed: Feed, kept: KeptTable) -> Gateway:
    """With the members that it knew when it ended."""
    tracker, formats = Tracker(ears.receivers, ears.rules), formats_of(settings.tags)
    gateway = Gateway(ears.radio, ears.queue, ears.clock, tracker, feed, formats)
    if (update := kept.load()) is not None:
        gateway.take_keys(update)
    gateway.keep_keys(kept.add)
    return gateway


def _chores(settings: Settings, device: _Device) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the real work."""
    notifier = Notifier()
    chores = [
        _tell(notifier, device.facts),
        notifier.beat(lambda: device.gateway.looks),
        StatusFile(settings.status_file, device.facts).run(),
    ]
    if device.link.credentials is not None:
        chores.append(Renewal(device.link, device.link.credentials).run())
    return chores


async def _run(
    device: _Device, chores: list[Coroutine[Any, Any, None]], stop: asyncio.Event, *, exit_at_end: bool
) -> None:
    hearing = asyncio.create_task(_hear(device.radio, stop))
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(device.gateway.run())
        tasks.create_task(device.uplink.run())
        beside = [tasks.create_task(chore) for chore in chores]
        await _until_over(device, hearing, stop, exit_at_end=exit_at_end)
        for task in (hearing, following, *beside):
            task.cancel()
        await asyncio.wait([hearing, following])
        await _flush(device.gateway, device.feed)
        device.uplink.close()
    if not hearing.cancelled():
        hearing.result()


async def _until_over(
    device: _Device, hearing: asyncio.Task[None], stop: asyncio.Event, *, exit_at_end: bool
) -> None:
    ends: list[asyncio.Task[Any]] = [asyncio.create_task(stop.wait())]
    if exit_at_end:
        ends.append(asyncio.create_task(_finished(hearing, device.gateway, device.feed)))
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()


async def _hear(radio: Radio, stop: asyncio.Event) -> None:
    """Stops the gateway in good order when the radio fails for good."""
    try:
        await radio.run()
    except Exception:
        stop.set()
        raise


async def _finished(hearing: asyncio.Task[None], gateway: Gateway, feed: Feed) -> None:
    """Returns when there is nothing more to hear and the server has it all."""
    await asyncio.wait([hearing])
    await gateway.catch_up()
    await feed.emptied()


async def _flush(gateway: Gateway, feed: Feed) -> None:
    await gateway.catch_up()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_SECONDS_MAX):
            await feed.emptied()


async def _tell(notifier: Notifier, describe: Callable[[], Facts]) -> None:
    """Lets `systemctl status` show in one line how it goes."""
    notifier.tell(READY=1)
    try:
        while True:
            now = describe()
            state = "connected" if now["connected"] else "server away"
            notifier.tell(STATUS=f"{state}, {now['members_present']} present, {now['spooled']} events wait")
            await asyncio.sleep(TELL_SECONDS)
    finally:
        notifier.tell(STOPPING=1)


@contextlib.contextmanager
def _metered(settings: Settings, ears: Ears, device: _Device) -> Iterator[None]:
    """Within it the gateway's counters are exported, when they are wanted."""
    if settings.metrics == "none":
        yield
        return
    from beacon_gateway.operation import telemetry

    meters = telemetry.meter_provider(settings.metrics, settings.otlp_endpoint, device.introduction.gateway)
    telemetry.observe(meters.get_meter("beacon_gateway"), device.gateway, ears.queue, device.feed)
    yield
    meters.shutdown()


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    yield stop
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)


def _certificate_ends_at_seconds(link: Link) -> float | None:
    """None without a certificate, and while its file cannot be read, which `Renewal` logs."""
    if link.credentials is None:
        return None
    with contextlib.suppress(CredentialsError):
        return credentials.load(link.credentials).ends_at_seconds
    return None
