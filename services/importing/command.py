"""`regulars import orders | balances FILE`: the command line. What is heavy is loaded when it runs."""

from pathlib import Path
from typing import Annotated, Final

import typer

from services.importing.mapping import CANONICAL, DEFAULT_CHANNEL, DEFAULT_TIME_ZONE, Wishes, parse_pairs

STATE_DIR: Final = Path(".regulars")

# The options that both commands have.
TimeZone = Annotated[str, typer.Option(help="Of times without an offset.")]
TimeFormat = Annotated[str | None, typer.Option(help="Of times that are not ISO 8601: '%d.%m.%Y %H:%M'.")]
Separator = Annotated[str, typer.Option(help="Between the cells of a CSV file.")]
Encoding = Annotated[str, typer.Option(help="Of a CSV file.")]
Address = Annotated[str, typer.Option(help="Address of the server.")]
Key = Annotated[str | None, typer.Option(envvar="REGULARS_KEY", help="API key with the scope `backend`.")]
Authority = Annotated[Path | None, typer.Option(help="PEM of a private authority.")]
Plaintext = Annotated[bool, typer.Option("--plaintext", help="No TLS, within a private network.")]
Patience = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for a server that is away.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and count only; needs no server.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]

app = typer.Typer(help="Bring history into Regulars.", no_args_is_help=True)


@app.callback()
def importing() -> None:
    """Bring history into Regulars."""


@app.command()
def orders(  # noqa: PLR0913 - each is an option of the command line
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, one row per order line.")],
    *,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="NAME=COLUMN", help=f"Column of the file for one of: {', '.join(CANONICAL)}."
        ),
    ] = None,
    channel: Annotated[
        str, typer.Option(help="Where orders were placed that name no channel.")
    ] = DEFAULT_CHANNEL,
    currency: Annotated[
        str | None, typer.Option(help="ISO 4217 code, for orders that name no currency.")
    ] = None,
    source: Annotated[str, typer.Option(help="The shop that the order ids belong to.")] = "",
    time_zone: TimeZone = DEFAULT_TIME_ZONE,
    time_format: TimeFormat = None,
    non_product: Annotated[
        list[str] | None,
        typer.Option(help="Stock codes (regular expression) that are no products. Repeatable."),
    ] = None,
    cancellation_prefix: Annotated[str | None, typer.Option(help="How ids of cancellations begin.")] = None,
    separator: Separator = ",",
    encoding: Encoding = "utf-8",
    server: Address = "127.0.0.1:50051",
    key: Key = None,
    ca_certificate: Authority = None,
    plaintext: Plaintext = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected lines go, if not to FILE.rejected.csv.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where the progress is kept, if not in .regulars.")
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Send all again; the server knows repeats.")
    ] = False,
    patience: Patience = 60.0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send the orders and returns in FILE to the server, as a shop's backend would.

    Run it again after an interruption: it goes on where it stopped, and nothing counts twice.
    """
    from services.importing.orders import ImportOptions
    from services.importing.sending import Server
    from services.importing.terminal import run_in_terminal

    def options() -> ImportOptions:
        return ImportOptions(
            file=file,
            server=Server(server, key, ca_certificate, plaintext),
            wishes=Wishes(
                columns=parse_pairs(mapped or []),
                channel=channel,
                currency=currency,
                source=source,
                time_zone=time_zone,
                time_format=time_format,
                non_product=None if non_product is None else tuple(non_product),
                cancellation_prefix=cancellation_prefix,
                separator=separator,
                encoding=encoding,
            ),
            rejects_file=rejects or Path(f"{file.name}.rejected.csv"),
            state_dir=STATE_DIR,
            state_file=state,
            from_start=from_start,
            dry_run=dry_run,
            patience_seconds=patience,
        )

    raise typer.Exit(run_in_terminal(options, as_json=as_json))


@app.command()
def balances(  # noqa: PLR0913 - each is an option of the command line
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, one row per member and expiry.")],
    *,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=COLUMN",
            help="Column of the file for one of: customer_id, points, earned_at, expires_at.",
        ),
    ] = None,
    enrol: Annotated[
        bool,
        typer.Option(
            "--enrol",
            help="Make members of customers who are none; enrolment rules give points besides.",
        ),
    ] = False,
    import_id: Annotated[
        str,
        typer.Option(help="Names the import; a row counts once in it, however often it is sent."),
    ] = "opening",
    actor: Annotated[str, typer.Option(help="Who brings the points, as the ledger will say.")] = "import",
    time_zone: TimeZone = DEFAULT_TIME_ZONE,
    time_format: TimeFormat = None,
    separator: Separator = ",",
    encoding: Encoding = "utf-8",
    server: Address = "127.0.0.1:50051",
    key: Key = None,
    ca_certificate: Authority = None,
    plaintext: Plaintext = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go, if not to FILE.rejected.csv.")
    ] = None,
    patience: Patience = 60.0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Credit the opening balances in FILE, and account for every point of it.

    `earned_at` (now when empty) and `expires_at` (as the programme counts) are optional; `expires_at` is the
    first moment at which the points are gone, a date alone its first moment. Run it again after an
    interruption or with a mended file: nothing counts twice. Ends with an error when a point is not
    accounted for.
    """
    from services.importing.balances.rows import COLUMNS, BalanceWishes
    from services.importing.balances.run import BalanceOptions
    from services.importing.balances.terminal import run_in_terminal
    from services.importing.sending import Server

    def options() -> BalanceOptions:
        return BalanceOptions(
            file=file,
            server=Server(server, key, ca_certificate, plaintext),
            actor=actor,
            import_id=import_id,
            wishes=BalanceWishes(
                columns=parse_pairs(mapped or [], COLUMNS),
                time_zone=time_zone,
                time_format=time_format,
                separator=separator,
                encoding=encoding,
            ),
            rejects_file=rejects or Path(f"{file.name}.rejected.csv"),
            enrol=enrol,
            dry_run=dry_run,
            patience_seconds=patience,
        )

    raise typer.Exit(run_in_terminal(options, as_json=as_json))
