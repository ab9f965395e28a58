"""`regulars gateways ...`: lets devices in and out. A server may be running meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

import typer
from sqlalchemy import Connection

from services.clock import SystemClock
from services.composition import open_database, sole_owner
from services.gateways import queries
from services.gateways.certificates import Authorities, pem_of
from services.gateways.rules import state_of
from services.gateways.use_cases import authorities, devices
from services.presence.queries.gateways import list_gateways
from services.presence.rules.gateways import Gateway, troubles
from services.settings import Settings
from services.storage import migrate
from services.storage.database import Database, make_engine

PAGE_MAX: Final = 1_000
ENDS_SOON: Final = timedelta(days=365)  # a year to come by in an operator's calendar


class Named(Protocol):
    """Which gateway, and where it stands."""

    @property
    def gateway(self) -> str: ...

    @property
    def store(self) -> str: ...


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
        token = devices.add_gateway(database, gateway, store)
        known = authorities.open_authorities(database) if settings.tls_certificate is None else None
        presented = known.presented(database.clock.now()) if known else ()
    typer.echo(".".join([token, *(base64.urlsafe_b64encode(one.der).decode() for one in presented)]))
    typer.echo("shown once, good once and for 24 hours; on the gateway: regulars-gateway enrol", err=True)


def revoke(settings: Settings, gateway: str) -> None:
    with opened(settings) as database:
        devices.revoke_gateway(database, gateway)
    typer.echo(f"{gateway} is revoked; a running server lets it go within seconds")


def show(settings: Settings) -> None:
    """One line for each gateway, and one for each that is awaited."""
    with opened(settings) as database, database.engine.connect() as connection:
        now = database.clock.now()
        met = {one.gateway: one for one in all_gateways(connection)}
        for found in queries.newest_certificates(connection):
            standing = state_of(found.expires_at, found.revoked_at, now)
            typer.echo(line_of(standing, found.expires_at, found, met.pop(found.gateway, None), now))
        for other in met.values():
            typer.echo(line_of("by key", None, other, other, now))
        for place, expires_at in queries.list_tokens(connection, now):
            typer.echo(f"awaited  until {expires_at:%Y-%m-%d %H:%M}Z  {place.store}  {place.gateway}")
        if hint := hint_of(authorities.known_authorities(connection, database.vault), now):
            typer.echo(hint, err=True)


def hint_of(known: Authorities | None, now: datetime) -> str:
    """What is to be done about an authority that ends; empty while there is nothing."""
    if known is None:
        return ""
    ends_at = known.presented(now)[-1].certificate.not_valid_after_utc
    ends_soon = ends_at - now < ENDS_SOON
    return f"the authority ends on {ends_at:%Y-%m-%d}: regulars gateways rotate" if ends_soon else ""


def all_gateways(connection: Connection) -> list[Gateway]:
    """Whoever ever said Hello, with a certificate or a key."""
    found: list[Gateway] = []
    while page := list_gateways(connection, "", found[-1].gateway if found else "", PAGE_MAX):
        found += page
    return found


def line_of(
    standing: str, expires_at: datetime | None, named: Named, met: Gateway | None, now: datetime
) -> str:
    """Standing, end, when it was heard, what is wrong with it, store and name."""
    until = f"until {expires_at:%Y-%m-%d}" if expires_at else ""
    seen = f"{met.last_contact_at:%Y-%m-%d %H:%M}Z" if met else "never"
    wrong = ",".join(troubles(met, now)).lower() if met else ""
    return f"{standing:9}{until:16}  seen {seen:17}  {wrong or '-'}  {named.store}  {named.gateway}"


def show_authority(settings: Settings) -> None:
    """What callers are to trust; beside it, for whoever looks, from when to when each counts."""
    with opened(settings) as database:
        presented = authorities.open_authorities(database).presented(database.clock.now())
    for one in presented:
        until = f"until {one.certificate.not_valid_after_utc:%Y-%m-%d}"
        typer.echo(f"{until}; certifies from {one.takes_over_at:%Y-%m-%d %H:%M}Z on", err=True)
    typer.echo(pem_of(presented).decode(), nl=False)


def rotate(settings: Settings, *, leaked: bool) -> None:
    """Hand over to a new authority, slowly; or at once, when the key of the one that is has leaked."""
    with opened(settings) as database:
        if leaked:
            ended = authorities.replace_authority(database)
            typer.echo(f"a new authority certifies from now on; {ended} certificates ended: enrol each anew")
            return
        takes_over_at = authorities.rotate_authority(database)
    typer.echo(
        f"a new authority takes over at {takes_over_at:%Y-%m-%d %H:%M}Z; gateways learn it with their next"
        " certificate, and what the old one has certified stays valid. Give other callers what"
        " `regulars gateways authority` prints now"
    )
