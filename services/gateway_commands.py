"""`regulars gateways ...`: lets devices in and out. A server may be running meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from services.clock import SystemClock
from services.composition import open_database, sole_owner
from services.gateways import queries, use_cases
from services.gateways.certificates import pem_of
from services.gateways.queries import Listed
from services.gateways.rules import state_of
from services.settings import Settings
from services.storage import migrate
from services.storage.database import Database, make_engine


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database for a short look or write beside a server; only a new schema needs it to be stopped."""
    if not is_up_to_date(settings):
        with sole_owner(settings):
            open_database(settings, SystemClock()).engine.dispose()
    database = open_database(settings, SystemClock())
    try:
        yield database
    finally:
        database.engine.dispose()


def is_up_to_date(settings: Settings) -> bool:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.url)
    try:
        with engine.connect() as connection:
            return migrate.is_current(connection)
    finally:
        engine.dispose()


def add(settings: Settings, gateway: str, store: str) -> None:
    """Print a token, and with it our authority where the gateway must trust it."""
    with opened(settings) as database:
        token = use_cases.add_gateway(database, gateway, store)
        known = use_cases.open_authorities(database) if settings.tls_certificate is None else None
        presented = known.presented(database.clock.now()) if known else ()
    typer.echo(".".join([token, *(base64.urlsafe_b64encode(one.der).decode() for one in presented)]))
    typer.echo("shown once, good once and for 24 hours; on the gateway: regulars-gateway enrol", err=True)


def revoke(settings: Settings, gateway: str) -> None:
    with opened(settings) as database:
        use_cases.revoke_gateway(database, gateway)
    typer.echo(f"{gateway} is revoked; a running server lets it go within seconds")


def show(settings: Settings) -> None:
    """One line for each gateway, and one for each that is awaited."""
    with opened(settings) as database, database.engine.connect() as connection:
        now = database.clock.now()
        for one in queries.list_gateways(connection):
            standing = state_of(one.certificate.expires_at, one.certificate.revoked_at, now)
            typer.echo(line_of(one, standing))
        for place, expires_at in queries.list_tokens(connection, now):
            typer.echo(f"awaited  until {expires_at:%Y-%m-%d %H:%M}Z  {place.store}  {place.gateway}")


def line_of(one: Listed, standing: str) -> str:
    seen = f"{one.last_contact_at:%Y-%m-%d %H:%M}Z" if one.last_contact_at else "never"
    found = one.certificate
    return f"{standing:9}until {found.expires_at:%Y-%m-%d}  seen {seen}  {found.store}  {found.gateway}"


def show_authority(settings: Settings) -> None:
    """What callers are to trust; beside it, for whoever looks, from when to when each counts."""
    with opened(settings) as database:
        presented = use_cases.open_authorities(database).presented(database.clock.now())
    for one in presented:
        until = f"until {one.certificate.not_valid_after_utc:%Y-%m-%d}"
        typer.echo(f"{until}; certifies from {one.takes_over_at:%Y-%m-%d %H:%M}Z on", err=True)
    typer.echo(pem_of(presented).decode(), nl=False)


def rotate(settings: Settings, *, leaked: bool) -> None:
    """Hand over to a new authority, slowly; or at once, when the key of the one that is has leaked."""
    with opened(settings) as database:
        if leaked:
            ended = use_cases.replace_authority(database)
            typer.echo(f"a new authority certifies from now on; {ended} certificates ended: enrol each anew")
            return
        takes_over_at = use_cases.rotate_authority(database)
    typer.echo(
        f"a new authority takes over at {takes_over_at:%Y-%m-%d %H:%M}Z; gateways learn it with their next"
        " certificate, and what the old one has certified stays valid. Give other callers what"
        " `regulars gateways authority` prints now"
    )
