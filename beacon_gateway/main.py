"""Command line of the gateway: `enrol | run | status | doctor`, and `record | calibrate | replay`."""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import structlog
import typer

from beacon_gateway import settings as configuration
from beacon_gateway.settings import Settings, SettingsError

CONFIG: Final = Path("/etc/regulars/gateway.toml")
WRONG: Final = 2  # what was asked cannot be done as it was asked
TEAM_KEY: Final = "REGULARS_TEAM_KEY"
NOT_RUNNING: Final = 3  # as systemctl answers

log = structlog.get_logger()
app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, rich_markup_mode=None
)

Config = Annotated[
    Path | None, typer.Option(help=f"TOML file with settings; {CONFIG} when it is there", exists=True)
]

Tags = Annotated[list[str], typer.Option(help="fixed identifier of a tag of yours, in hexadecimal")]
Keys = Annotated[list[str], typer.Option(help="identity key of a tag of yours, 32 digits")]


@app.callback()
def _root() -> None:
    """Notices members in a store and reports them to the Regulars server."""


@app.command(name="run")
def run_command(  # noqa: PLR0913 - each is an option of the command line
    *,
    config: Config = None,
    radio: Annotated[str | None, typer.Option(help="bleak or simulated")] = None,
    scene: Annotated[Path | None, typer.Option(help="what the simulated radio plays")] = None,
    server: Annotated[str | None, typer.Option(help="HOST:PORT of the Regulars server")] = None,
    key: Annotated[str | None, typer.Option(help="API key; better in REGULARS_GATEWAY_KEY")] = None,
    spool: Annotated[Path | None, typer.Option(help="file of the durable queue")] = None,
    gateway: Annotated[str | None, typer.Option(help="this gateway's name; enrolled ones know it")] = None,
    store: Annotated[str | None, typer.Option(help="the store's name; enrolled ones know it")] = None,
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
    from beacon_gateway.hearing.radio import RadioLostError
    from beacon_gateway.operation.logs import configure_logs
    from beacon_gateway.operation.memory import give_back_large_blocks
    from beacon_gateway.running import serve

    with plain_errors():
        give_back_large_blocks()
        settings = load(config, options)
        configure_logs(settings.log_level)
        try:
            asyncio.run(serve(settings, exit_at_end=exit_at_end))
        except RadioLostError as error:
            log.error("gateway.radio_lost", reason=str(error))  # noqa: TRY400 - the reason says it all
            raise typer.Exit(1) from error


@app.command(name="enrol")
def enrol_command(
    token: Annotated[str, typer.Argument(help="what `regulars gateways add` has shown; asked for else")] = "",
    *,
    config: Config = None,
) -> None:
    """Turns a one-time token into this gateway's certificate."""
    from beacon_gateway.access import credentials
    from beacon_gateway.access.enrolment import enrol, read_token

    with plain_errors():
        settings = load(config, {})
        taken = read_token(token or typer.prompt("Token", hide_input=True), settings.ca)
        key = credentials.asking_key(settings.credentials_file, taken.text)
        made = asyncio.run(enrol(settings.server, taken, key))
        credentials.save(settings.credentials_file, made)
        credentials.forget_asking(settings.credentials_file)
    until = datetime.fromtimestamp(made.ends_at_seconds, UTC)
    typer.echo(
        f"enrolled as {made.gateway} in store {made.store}, until {until:%Y-%m-%d}; it renews itself from"
        f" {datetime.fromtimestamp(made.renews_at_seconds, UTC):%Y-%m-%d} on"
    )


@app.command(name="status")
def status_command(*, config: Config = None) -> None:
    """Says how the running gateway fares; ends with 3 when none runs."""
    from beacon_gateway.operation import status

    with plain_errors():
        settings = load(config, {})
    now_seconds = time.time()
    try:
        for line in status.lines(status.read(settings.status_file, now_seconds), now_seconds):
            typer.echo(line)
    except status.StatusError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_RUNNING) from error


@app.command(name="doctor")
def doctor_command(*, config: Config = None) -> None:
    """Looks at everything the gateway needs, and says what to do; ends with 1 when something is wrong."""
    from beacon_gateway.operation import doctor
    from beacon_gateway.operation.finding import FAULT, Finding

    try:
        settings = load(config, {})
    except SettingsError as error:
        findings = [Finding("settings", FAULT, one) for one in str(error).splitlines()]
    else:
        findings = asyncio.run(doctor.examine(settings))
    for finding in findings:
        typer.echo(finding.line())
    raise typer.Exit(1 if any(finding.verdict == FAULT for finding in findings) else 0)


@app.command(name="record")
def record_command(
    file: Annotated[Path, typer.Argument(help="the recording; a file that is there is left alone")],
    *,
    tag: Tags = [],  # noqa: B006
    key: Keys = [],  # noqa: B006
    seconds: Annotated[float, typer.Option(min=1, help="how long, when nobody is led")] = 300.0,
    stops: Annotated[
        Path | None, typer.Option(help="lead me through a calibration walk, and note my stops in this file")
    ] = None,
    config: Config = None,
) -> None:
    """Records how the radio hears your own tags, for calibration; of all others nothing is kept."""
    from beacon_gateway import ears
    from beacon_gateway.enrolled import enrolled_name
    from beacon_gateway.identity.adverts import formats_of
    from beacon_gateway.operation.guide import led
    from beacon_gateway.operation.recordings import Recorder, own_tags

    with plain_errors():
        settings, tags = load(config, {}), own_tags(tag, key)
        built = ears.build(settings)
        refuse_to_replace(file, stops)
        with file.open("x", encoding="utf-8") as out, noting(stops) as notes:
            recorder = Recorder(built, tags, formats_of(settings.tags), out, enrolled_name(settings))
            walk = led(recorder, built.receivers, typer.echo) if stops else asyncio.sleep(seconds, "")
            typer.echo("recording: the stopwatch starts now", err=True)
            notes.write(asyncio.run(recorder.run(walk)) or "")
    typer.echo(f"{recorder.samples} adverts of {len(tags.fixed) + len(tags.keys)} tags")


def refuse_to_replace(*files: Path | None) -> None:
    """Raises RecordingError: a walk is not made twice because its first recording was lost."""
    from beacon_gateway.operation.recordings import RecordingError

    for file in files:
        if file is not None and file.exists():
            raise RecordingError(f"{file} is there already: name another file, or remove it")


def noting(stops: Path | None) -> TextIO:
    """Where stops are noted, when somebody is led."""
    return stops.open("x", encoding="utf-8") if stops else io.StringIO()


@app.command(name="calibrate")
def calibrate_command(
    recording: Annotated[
        list[Path],
        typer.Argument(help="what `record` has written, on each gateway of the store", exists=True),
    ],
    *,
    stops: Annotated[Path, typer.Option(help="when and where you stood", exists=True)],
    send: Annotated[bool, typer.Option("--send", help="have the server tell the gateways")] = False,
    config: Config = None,
) -> None:
    """Prints the offsets and thresholds that a walk teaches, as settings; --send has the server keep them."""
    from beacon_gateway.operation import recordings
    from beacon_gateway.operation.calibrating import calibrate, report_of
    from beacon_gateway.operation.configuring import tell
    from beacon_gateway.operation.mapping import StoreMap, mapped, said_of
    from beacon_gateway.operation.stops import beside, read_stops

    with plain_errors():
        settings, walk = load(config, {}), read_stops(stops)
        heard = [recordings.read(file) for file in recording]
        found = [calibrate(one, beside(one, walk), settings) for one in heard]
        store = mapped(heard, walk, [one.offsets for one in found])
        for line in (*(line for one in found for line in report_of(one, settings)), *said_of(store)):
            typer.echo(line)
        if send:
            asyncio.run(tell(settings, team_key(), found, store if isinstance(store, StoreMap) else None))
            typer.echo("the server tells them so from now on; it wins over the settings", err=True)


def team_key() -> str:
    """Of somebody who may configure gateways; it is used once, and kept nowhere."""
    return os.environ.get(TEAM_KEY) or str(typer.prompt("API key with the scope team", hide_input=True))


@app.command(name="replay")
def replay_command(
    file: Annotated[Path, typer.Argument(help="what `record` has written", exists=True)],
    *,
    send: Annotated[
        bool, typer.Option("--send", help="report it to the server as if it were heard now; name the tags")
    ] = False,
    tag: Tags = [],  # noqa: B006
    key: Keys = [],  # noqa: B006
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="times its own pace; the server takes nothing 5 min ahead")
    ] = 1.0,
    config: Config = None,
) -> None:
    """Plays a recording through the whole gateway, and prints what would be reported, or reports it."""
    from beacon_gateway.operation import recordings
    from beacon_gateway.operation.logs import configure_logs
    from beacon_gateway.operation.replaying import apart, ears_of, line_of, replay
    from beacon_gateway.running import serve

    with plain_errors():
        settings, recording = load(config, {}), recordings.read(file)
        if send:
            configure_logs(settings.log_level)
            ears = ears_of(recording, recordings.own_tags(tag, key), settings, speed)
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(serve(apart(settings, Path(folder)), exit_at_end=True, ears=ears))
            return
        for event in asyncio.run(replay(recording, settings)):
            typer.echo(line_of(event))


def load(config: Path | None, options: dict[str, Any]) -> Settings:
    """Raises SettingsError."""
    return configuration.load(config or (CONFIG if CONFIG.exists() else None), options)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Says in one line what is wrong with what was asked, without a stack trace."""
    from beacon_gateway.access.credentials import CredentialsError
    from beacon_gateway.access.enrolment import EnrolmentError
    from beacon_gateway.operation.calibrating import CalibrationError
    from beacon_gateway.operation.recordings import RecordingError
    from beacon_gateway.operation.stops import StopsError
    from beacon_gateway.scenes.scene import SceneError
    from beacon_gateway.spooling.spool import SpoolError

    of_settings = (SettingsError, SceneError, SpoolError, EnrolmentError, CredentialsError)
    of_walks = (RecordingError, StopsError, CalibrationError)
    try:
        yield
    except (*of_settings, *of_walks, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from error


def run() -> None:
    """Entry point of the console script."""
    app()
