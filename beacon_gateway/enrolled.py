"""As whom this gateway speaks to its server: as it was enrolled, else as its settings say."""

from importlib.metadata import version
from pathlib import Path

from beacon_gateway.access import credentials
from beacon_gateway.access.channel import Link
from beacon_gateway.access.credentials import CredentialsError
from beacon_gateway.sending.session import Introduction
from beacon_gateway.settings import Settings, SettingsError


def link_of(settings: Settings) -> Link:
    """With the credentials of the enrolment, else with the key. Raises SettingsError without either."""
    key = settings.key.get_secret_value() if settings.key else ""
    found = enrolled_file(settings)
    if found is None and not key:
        raise SettingsError("this gateway is not enrolled: run regulars-gateway enrol, or set key")
    return Link(settings.server, "" if found else key, settings.is_plaintext(), settings.ca, found)


def introduction_of(settings: Settings) -> Introduction:
    """Who we are: as enrolled, else as the settings say. Raises SettingsError."""
    gateway, store = settings.gateway, settings.store
    if found := enrolled_file(settings):
        gateway, store = _enrolled_place(found, settings)
    if not (gateway and store):
        raise SettingsError("gateway and store: name them, or run regulars-gateway enrol")
    return Introduction(gateway, store, version("regulars"))


def enrolled_name(settings: Settings) -> str:
    """This gateway's name as far as it is known; empty before it was enrolled or set."""
    try:
        return introduction_of(settings).gateway
    except SettingsError:
        return settings.gateway


def _enrolled_place(file: Path, settings: Settings) -> tuple[str, str]:
    """Gateway and store, of which the settings say nothing else. Raises SettingsError."""
    try:
        mine = credentials.load(file)
    except CredentialsError as error:
        raise SettingsError(str(error)) from error
    said = (("gateway", settings.gateway, mine.gateway), ("store", settings.store, mine.store))
    for name, set_to, enrolled in said:
        if set_to not in ("", enrolled):
            raise SettingsError(f"{name}: enrolled as {enrolled}; remove the line, or enrol anew")
    return mine.gateway, mine.store


def enrolled_file(settings: Settings) -> Path | None:
    """The file with our credentials; None without one, or in plaintext, which knows no certificates."""
    file = settings.credentials_file
    return file if not settings.is_plaintext() and file.exists() else None
