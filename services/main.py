"""The command line: what an operator types. Each command builds what it needs and hands over."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.errors import RegularsError
from services.importing.command import app as import_commands

if TYPE_CHECKING:  # heavy: loaded by the commands that need it
    from services.settings import Settings

cli = typer.Typer(
    help="Regulars: loyalty and engagement that turn shoppers into regulars.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
key_commands = typer.Typer(help="API keys of callers.", no_args_is_help=True)
gateway_commands = typer.Typer(help="Gateways in the stores; a server may run.", no_args_is_help=True)
cli.add_typer(import_commands, name="import")
cli.add_typer(key_commands, name="keys")
cli.add_typer(gateway_commands, name="gateways")

DataDir = Annotated[
    Path, typer.Option(envvar="REGULARS_DATA_DIR", help="Folder of the database and the models.")
]
DatabaseUrl = Annotated[
    str,
    typer.Option(
        envvar="REGULARS_DATABASE_URL", help="postgresql+psycopg://...; empty: SQLite in the folder."
    ),
]
Threads = Annotated[int, typer.Option(min=1, help="Processor cores to use.")]
DATA_DIR = Path("regulars-data")
SWITCH_SECONDS = 0.0005  # the writer comes back from the disk and should not wait 5 ms for its turn
GC_THRESHOLD = 50_000  # objects between rounds; the default of 700 spends a tenth of a busy server on them


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say what is wrong in one line, and end with code 2: no stack trace for a mistake of the caller."""
    from pydantic import ValidationError
    from sqlalchemy.exc import ArgumentError, OperationalError

    from services.settings import SettingsError

    try:
        yield
    except (SettingsError, RegularsError, OSError, ArgumentError) as error:
        message = str(error)
    except ValidationError as error:
        message = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
    except OperationalError:
        message = "the database cannot be reached or opened; look at --database-url or --data-dir"
    else:
        return
    typer.echo(message, err=True)
    raise typer.Exit(2)


def settings_of(**given: Any) -> Settings:
    from services.settings import Settings

    return Settings(**{name: value for name, value in given.items() if value is not None})


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    if sys.platform == "win32":
        asyncio.run(main)
    else:
        import uvloop

        uvloop.run(main)


@cli.command()
def serve(
    *,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the gRPC API; 50051 by default.")] = None,
    console_port: Annotated[
        int | None, typer.Option(help="Port of the web console; 8080 by default.")
    ] = None,
    programme: Annotated[Path | None, typer.Option(help="program.toml with the rules.")] = None,
) -> None:
    """Serve the gRPC API and the console, and work through reminders and timers."""
    with plain_errors():
        settings = settings_of(
            data_dir=data_dir,
            database_url=database_url,
            host=host,
            port=port,
            console_port=console_port,
            programme_file=programme,
        )
        run_loop(_serve(settings))


async def _serve(settings: Settings) -> None:
    from services.clock import SystemClock
    from services.composition import build, first_key, running, sole_owner
    from services.console.access import Access
    from services.console.app import build_app
    from services.console.serving import serving
    from services.telemetry import Telemetry, configure_logging

    configure_logging(settings.log_level)
    with sole_owner(settings):
        house = build(settings, SystemClock(), Telemetry(settings.trace_ratio))
        new = first_key(house)
        if new is not None:
            typer.echo(f"first start: admin key {new.text} (shown once, keep it)")
        access = Access()
        console = build_app(house.database, access=access, hosts=(settings.host,))
        async with running(house), serving(console, settings.host, settings.console_port) as console_port:
            typer.echo(f"serving gRPC on {settings.host}:{house.rpc.port}")
            if not settings.is_plaintext:
                typer.echo(f"gateways with certificates: {settings.host}:{house.rpc.gateway_port}")
            settle_interpreter()
            host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104  (compared, not bound)
            typer.echo(f"console: {access.link(f'http://{host}:{console_port}')}")
            await stop_signal()


def settle_interpreter() -> None:
    """Keep what start built out of the collector's rounds, and let the threads take turns quickly."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    sys.setswitchinterval(SWITCH_SECONDS)


async def stop_signal() -> None:
    """Return on SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


@cli.command()
def migrate(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Bring the database to the newest schema (`serve` does it too)."""
    from services.clock import SystemClock
    from services.composition import open_database, sole_owner

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        with sole_owner(settings):
            open_database(settings, SystemClock()).engine.dispose()
        typer.echo("the schema is up to date")


@cli.command()
def verify(
    *,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
    programme: Annotated[Path | None, typer.Option(help="program.toml with the rules.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look up in the stored rows whether every promise of the ledger holds; a server may be running.

    Ends with code 1 when one does not.
    """
    from services.clock import SystemClock
    from services.verification.terminal import run_in_terminal

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url, programme_file=programme)
        holds = run_in_terminal(settings, SystemClock(), as_json=as_json)
    raise typer.Exit(0 if holds else 1)


@key_commands.command("create")
def create_key(
    *,
    name: Annotated[str, typer.Option(help="Whose key it is, such as web-shop.")],
    scope: Annotated[list[str], typer.Option(help="backend, gateway, team or admin. Repeatable.")],
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Make a key and show it, once."""
    from services.clock import SystemClock
    from services.composition import create_key as create
    from services.composition import open_database, sole_owner

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        with sole_owner(settings):
            database = open_database(settings, SystemClock())
            typer.echo(create(database, name, tuple(scope)).text)


@key_commands.command("list")
def list_keys(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Show the keys, without their secrets."""
    from services.composition import stored_keys

    with plain_errors():
        for key in stored_keys(settings_of(data_dir=data_dir, database_url=database_url)):
            state = "revoked" if key.revoked_at else "live"
            typer.echo(f"{key.key_id}  {state:8}{key.scopes:18}{key.created_at:%Y-%m-%d}  {key.name}")


@key_commands.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The 8 letters after rk_.")],
    *,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """End a key. On SQLite stop the server first."""
    from services.composition import revoke

    with plain_errors():
        revoke(settings_of(data_dir=data_dir, database_url=database_url), key_id)
        typer.echo(f"{key_id} is revoked")


@gateway_commands.command("add")
def add_gateway(
    name: Annotated[str, typer.Argument(help="Names the gateway; unique in the programme.")],
    *,
    store: Annotated[str, typer.Option(help="The store that it stands in.")],
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Make a token for a gateway and show it, once; `regulars-gateway enrol` takes it within 24 hours."""
    from services.gateway_commands import add

    with plain_errors():
        add(settings_of(data_dir=data_dir, database_url=database_url), name, store)


@gateway_commands.command("list")
def list_gateways(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Show each gateway with its certificate's end, and those that are awaited."""
    from services.gateway_commands import show

    with plain_errors():
        show(settings_of(data_dir=data_dir, database_url=database_url))


@gateway_commands.command("revoke")
def revoke_gateway(
    name: Annotated[str, typer.Argument(help="The gateway's name.")],
    *,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """End a gateway's certificates and tokens; a running server hangs up on it within seconds."""
    from services.gateway_commands import revoke

    with plain_errors():
        revoke(settings_of(data_dir=data_dir, database_url=database_url), name)


@gateway_commands.command("authority")
def gateway_authority(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Print our own authorities, for callers of a server with tls_names; two while one hands over."""
    from services.gateway_commands import show_authority

    with plain_errors():
        show_authority(settings_of(data_dir=data_dir, database_url=database_url))


@gateway_commands.command("rotate")
def rotate_authority(
    *,
    leaked: Annotated[
        bool, typer.Option("--leaked", help="The key has leaked: every certificate ends at once.")
    ] = False,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Hand over to a new authority, in 31 days, when every gateway has learned it by itself."""
    from services.gateway_commands import rotate

    with plain_errors():
        rotate(settings_of(data_dir=data_dir, database_url=database_url), leaked=leaked)


@cli.command()
def train(
    *,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
    threads: Threads = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Train the churn and repurchase models on the stored orders, beside their baselines."""
    from services.clock import SystemClock
    from services.modelling import print_report, train_models

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        report = train_models(settings, SystemClock(), threads)
        typer.echo(json.dumps(report, indent=2)) if as_json else print_report(report)


@cli.command()
def score(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "", threads: Threads = 2) -> None:
    """Rebuild the scores' reference, score everybody, and put the latest predictions in force."""
    from services.clock import SystemClock
    from services.modelling import score_everybody

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        run_loop(score_everybody(settings, SystemClock(), threads))


@cli.command()
def personas(*, data_dir: DataDir = DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Find the personas among the buyers now; a server does it every week by itself."""
    from services.clock import SystemClock
    from services.modelling import find_personas

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        run_loop(find_personas(settings, SystemClock()))


@cli.command()
def seed(
    *,
    customers: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many.")],
    seed_number: Annotated[int, typer.Option("--seed", help="The same number makes the same shop.")] = 1,
    data_dir: DataDir = DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Fill an empty database with a made-up shop, for benchmarks and screens."""
    from services.clock import SystemClock
    from services.composition import open_database, sole_owner
    from services.demo.seed_terminal import run_in_terminal

    with plain_errors():
        settings = settings_of(data_dir=data_dir, database_url=database_url)
        with sole_owner(settings):
            run_in_terminal(open_database(settings, SystemClock()), customers, seed_number)


@cli.command()
def demo(
    *,
    once: Annotated[bool, typer.Option(help="End by itself after the story.")] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="An empty folder; a temporary one by default.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write what happened as JSON.")] = None,
    orders: Annotated[Path | None, typer.Option(help="Another file of orders, in the same form.")] = None,
    port: Annotated[int, typer.Option(help="Port of the gRPC API; 0 takes a free one.")] = 50051,
    console_port: Annotated[int, typer.Option(help="Port of the web console; 0 takes a free one.")] = 8080,
) -> None:
    """Tell the whole story on real orders: import, score, train, a store with walking members, reminders."""
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # the demo starts processes, and never forks gRPC
    from services.demo.story import Telling, tell

    with plain_errors():
        telling = Telling(once, data_dir, report, orders, port, console_port)
        run_loop(tell(telling))


def run() -> None:
    """Entry point of the console script."""
    cli()


if __name__ == "__main__":
    run()
