"""E-mail addresses, phone numbers and card numbers, each in its one normal form. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.errors import InvalidError, NotFoundError, WrongStateError

IDENTIFIERS_MAX: Final = 20  # of one member: a person has a few, a mistake has thousands
EMAIL: Final = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f.]+(\.[^\s@\x00-\x1f\x7f.]+)*")
CARD: Final = re.compile(r"[A-Z0-9]{4,40}")
CARD_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015]")


class IdentifierTakenError(WrongStateError):
    """This identifier belongs to another customer; merge the two, or remove it there first."""

    reason = "IDENTIFIER_TAKEN"


class IdentifiersFullError(WrongStateError):
    """The member has as many identifiers as are kept; remove one first."""

    reason = "IDENTIFIERS_FULL"


class IdentifierNotFoundError(NotFoundError):
    """Nobody has this identifier, or not the member who was named."""

    reason = "IDENTIFIER_NOT_FOUND"


class IdentifierKind(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    CARD = "CARD"


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """An identifier in its normal form."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class IdentifierChange:
    """An identifier to add or to remove."""

    customer_id: str
    identifier: Identifier


def normalised(kind: IdentifierKind, text: str, country: str, field: str = "identifier.value") -> Identifier:
    """The identifier in its normal form. country: of phone numbers without a country code.

    Raises InvalidError, which names `field`, for a text that is no such identifier.
    """
    try:
        return Identifier(kind, NORMAL_FORMS[kind](text, country))
    except InvalidError as error:
        raise InvalidError(f"{field}: {error.message}", field=field) from error


def taken_by_another(
    one: Identifier, customer_id: str, owners: Mapping[Identifier, str], field: str = "identifier"
) -> IdentifierTakenError | None:
    """The refusal when somebody else has the identifier: a match is never a merge by itself."""
    owner = owners.get(one, customer_id)
    if owner == customer_id:
        return None
    return IdentifierTakenError(field=field, customer_id=customer_id, other_customer_id=owner)


def normal_email(text: str, _country: str = "") -> str:
    """In composed Unicode and lower case: no provider tells addresses apart by case."""
    found = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
    if not EMAIL.fullmatch(found):
        raise InvalidError("this is no e-mail address")
    return found


def normal_phone(text: str, country: str) -> str:
    """In E.164, such as +442079460958. An extension does not count."""
    import phonenumbers  # 5 MB that only phone numbers need

    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidError("this is no phone number") from error
    if not phonenumbers.is_possible_number(parsed):  # "valid" would refuse ranges newer than the library
        raise InvalidError("no phone number of its country has this length")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def normal_card(text: str, _country: str = "") -> str:
    """Without spaces and hyphens, in upper case."""
    found = CARD_SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not CARD.fullmatch(found):
        raise InvalidError("a card number has 4 to 40 letters and digits")
    return found


NORMAL_FORMS: Final[dict[IdentifierKind, Callable[[str, str], str]]] = {
    IdentifierKind.EMAIL: normal_email,
    IdentifierKind.PHONE: normal_phone,
    IdentifierKind.CARD: normal_card,
}
