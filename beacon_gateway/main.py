"""Composition root and command line of the gateway: `regulars-gateway run`."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from beacon_gateway import ears as radios
from beacon_gateway import settings as configuration
from beacon_gateway import telemetry
from beacon_gateway.channel import Link
from beacon_gateway.feed import Feed
from beacon_gateway.gateway import Gateway
from beacon_gateway.radio import Radio, RadioLostError
from beacon_gateway.scene import SceneError
from beacon_gateway.session import Introduction
from beacon_gateway.settings import Settings, SettingsError
from beacon_gateway.spool import Spool, SpoolError
from beacon_gateway.tracker import Tracker
from beacon_gateway.uplink import Uplink

FLUSH_SECONDS_MAX: Final = 3.0  # on SIGTERM: what the server does not take by then waits in the spool

log = structlog.get_logger()
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Notices members in a store and reports them to the Regulars server."""


@app.command(name="run")
def run_command(  # noqa: PLR0913 - each is an option of the command line
    *,
    config: Annotated[Path | None, typer.Option(help="TOML file with settings", exists=True)] = None,
    radio: Annotated[str | None, typer.Option(help="bleak or simulated")] = None,
    scene: Annotated[Path | None, typer.Option(help="what the simulated radio plays")] = None,
    server: Annotated[str | None, typer.Option(help="HOST:PORT of the Regulars server")] = None,
    key: Annotated[str | None, typer.Option(help="API key; better in REGULARS_GATEWAY_KEY")] = None,
    spool: Annotated[Path | None, typer.Option(help="file of the durable queue")] = None,
    gateway: Annotated[str | None, typer.Option(help="this gateway's name")] = None,
    store: Annotated[str | None, typer.Option(help="the store's name")] = None,
    zone: Annotated[list[str] | None, typer.Option(help="zone; repeat it for a scene's zones")] = None,
    adapter: Annotated[str | None, typer.Option(help="Bluetooth adapter, as hci0")] = None,
    exit_at_end: Annotated[bool, typer.Option(help="end with the scene, all acknowledged")] = False,
) -> None:
    """Listens to the radio and reports who is in the store, until SIGTERM."""
    options = {
        "radio": radio,
        "scene": scene,
        "server": server,
        "key": key,
        "spool": spool,
        "gateway": gateway,
        "store": store,
        "zones": tuple(zone) if zone else None,
        "adapter": adapter,
    }
    try:
        settings = configuration.load(config, options)
        telemetry.configure_logs(settings.log_level)
        asyncio.run(_serve(settings, exit_at_end=exit_at_end))
    except (SettingsError, SceneError, SpoolError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except RadioLostError as error:
        log.error("gateway.radio_lost", reason=str(error))  # noqa: TRY400 - the reason says it all
        raise typer.Exit(1) from error


async def _serve(settings: Settings, *, exit_at_end: bool) -> None:
    """Builds everything, runs it until a signal or the scene's end, and stops it in order."""
    ears = radios.build(settings)
    started_at_seconds = ears.clock.started_at_seconds()
    with contextlib.closing(Spool(settings.spool, settings.spool_limits(), started_at_seconds)) as spool:
        feed = Feed(spool)
        tracker = Tracker(ears.receivers, ears.rules)
        gateway = Gateway(ears.radio, ears.queue, ears.clock, tracker, feed)
        uplink = Uplink(_link(settings), _introduction(settings), feed, gateway)
        meters = telemetry.meter_provider(settings.metrics)
        telemetry.observe(meters.get_meter("beacon_gateway"), gateway, ears.queue, feed)
        log.info("gateway.started", radio=settings.radio, store=settings.store, spooled=feed.waiting)
        with _stop_signals() as stop:
            await _run(ears.radio, gateway, uplink, feed, stop, exit_at_end=exit_at_end)
        meters.shutdown()
    log.info("gateway.stopped", adverts=gateway.counts.adverts, events=feed.appended)


async def _run(
    radio: Radio, gateway: Gateway, uplink: Uplink, feed: Feed, stop: asyncio.Event, *, exit_at_end: bool
) -> None:
    hearing = asyncio.create_task(_hear(radio, stop))
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(gateway.run())
        tasks.create_task(uplink.run())
        stopped = asyncio.create_task(stop.wait())
        finished = asyncio.create_task(_finished(hearing, gateway, feed)) if exit_at_end else stopped
        await asyncio.wait([stopped, finished], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        finished.cancel()
        hearing.cancel()
        following.cancel()
        await asyncio.wait([hearing, following])
        await _flush(gateway, feed)
        uplink.close()
    if not hearing.cancelled():
        hearing.result()


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
        await asyncio.wait_for(feed.emptied(), FLUSH_SECONDS_MAX)


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


def _link(settings: Settings) -> Link:
    key = settings.key.get_secret_value()
    return Link(settings.server, key, settings.is_plaintext(), settings.ca)


def _introduction(settings: Settings) -> Introduction:
    return Introduction(settings.gateway, settings.store, version("regulars"))


def run() -> None:
    """Entry point of the console script."""
    app()
