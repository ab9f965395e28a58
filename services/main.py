"""The command line: `regulars serve | import | train | score | seed | demo | keys | migrate`."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from services.importing.command import app as importing

cli = typer.Typer(
    help="Regulars: loyalty and engagement that turn shoppers into regulars.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
keys_cli = typer.Typer(help="API keys of callers.", no_args_is_help=True)
cli.add_typer(importing, name="import")
cli.add_typer(keys_cli, name="keys")

DataDir = Annotated[
    Path, typer.Option(envvar="REGULARS_DATA_DIR", help="Where the database and the models are.")
]
DatabaseUrl = Annotated[
    str,
    typer.Option(
        envvar="REGULARS_DATABASE_URL", help="postgresql+psycopg://...; SQLite in the data dir if empty."
    ),
]


@cli.command()
def serve(
    *,
    data_dir: DataDir = Path("regulars-data"),
    database_url: DatabaseUrl = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the gRPC API.")] = 50051,
) -> None:
    """Serve the gRPC API and work through reminders and timers."""
    from services.settings import Settings

    settings = Settings(data_dir=data_dir, database_url=database_url, host=host, port=port)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from services.clock import SystemClock
    from services.composition import build, create_key, running, sole_owner
    from services.telemetry import Telemetry, configure_logging

    configure_logging(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with sole_owner(settings):
        house = build(settings, SystemClock(), Telemetry(settings.trace_ratio))
        new = create_key(house.database, "admin", ("admin",))
        from services.composition import live_keys

        house.keyring.replace(live_keys(house.database))
        typer.echo(f"key {new.text}")
        async with running(house):
            typer.echo(f"serving on {settings.host}:{house.rpc.port}")
            await stop.wait()


def run() -> None:
    """Entry point of the console script."""
    cli()


if __name__ == "__main__":
    run()
