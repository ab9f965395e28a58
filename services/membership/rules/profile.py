"""What is known of a person. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from services.errors import InvalidError
from services.membership.rules.identifiers import normal_email, normal_phone

BORN_YEAR_MIN: Final = 1900  # nobody older is alive; an earlier year is a form's default


@dataclass(frozen=True, slots=True)
class Profile:
    """Each field is empty when it is not known."""

    name: str = ""
    email: str = ""
    phone: str = ""
    birthday: str = ""  # YYYY-MM-DD
    locale: str = ""
    time_zone: str = ""

    @property
    def known(self) -> dict[str, str]:
        """The fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}


NOTHING_KNOWN: Final = Profile()
PROFILE_FIELDS: Final = tuple(one.name for one in fields(Profile))


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """The fields to change, each with its value; an empty one is forgotten."""

    customer_id: str
    changes: tuple[tuple[str, str], ...]


def changes_of(profile: Profile, mask: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The fields that the mask names, or without one those that are not empty. Raises InvalidError."""
    unknown = [path for path in mask if path not in PROFILE_FIELDS]
    if unknown:
        raise InvalidError(f"update_mask: a profile has no field {unknown[0]!r}", field="update_mask")
    named = mask or list(profile.known)
    return tuple((name, getattr(profile, name)) for name in PROFILE_FIELDS if name in named)


def changed(profile: Profile, changes: Sequence[tuple[str, str]]) -> Profile:
    return replace(profile, **dict(changes))


def profile_of(known: Mapping[str, str]) -> Profile:
    """A profile from what was stored, perhaps by a version with other fields."""
    return Profile(**{name: known.get(name, "") for name in PROFILE_FIELDS})


def checked(profile: Profile, today: date, country: str) -> Profile:
    """The profile in its normal form. Raises InvalidError that names the field."""
    forms: dict[str, Callable[[str], str]] = {
        "name": lambda text: unicodedata.normalize("NFC", text).strip(),
        "email": _written_email,
        "phone": lambda text: normal_phone(text, country),
        "birthday": lambda text: _checked_birthday(text, today),
        "locale": lambda text: text,
        "time_zone": _checked_zone,
    }
    found = {}
    for name, value in profile.known.items():
        try:
            found[name] = forms[name](value)
        except InvalidError as error:
            raise InvalidError(f"profile.{name}: {error.message}", field=f"profile.{name}") from error
    return Profile(**found)


def _written_email(text: str) -> str:
    """As it was written: only the provider knows whether it tells upper from lower case."""
    normal_email(text)
    return unicodedata.normalize("NFC", text.strip())


def _checked_birthday(text: str, today: date) -> str:
    try:
        born = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError("there is no such day") from error
    if born > today or born.year < BORN_YEAR_MIN:
        raise InvalidError(f"a birthday lies between {BORN_YEAR_MIN} and today")
    return text


def _checked_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError) as error:  # KeyError: a zone that nobody knows
        raise InvalidError("this is no time zone; write one such as Europe/London") from error
    return text
