"""Tokens, names and standing of gateways. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.errors import InvalidError, UnauthenticatedError, WrongStateError

TOKEN_PREFIX: Final = "rgt"  # noqa: S105  (marks a token, and is none)
TOKEN_LIFE: Final = timedelta(hours=24)  # long enough to carry a device to its store
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # what may stand in a URI as it is


TOKEN_REPEATS: Final = timedelta(hours=1)  # an answer that was lost on the way: an installer's lunch
STORE_LENGTH_MAX: Final = 64  # as in Hello, and as a certificate takes


class RotationUnderWayError(WrongStateError):
    """An authority is being handed over already; see: regulars gateways authority."""

    reason = "ROTATION_UNDER_WAY"


class TokenInvalidError(UnauthenticatedError):
    """This token is not known, or it was used, or it has expired; make a new one: regulars gateways add."""

    reason = "TOKEN_INVALID"


class CertificateRequestInvalidError(InvalidError):
    """certificate_request: must be a PKCS #10 request in PEM, signed with the P-256 key that it holds."""

    reason = "CERTIFICATE_REQUEST_INVALID"


class CertificateMissingError(WrongStateError):
    """Only a gateway that shows its certificate gets the next one; enrol it first."""

    reason = "CERTIFICATE_MISSING"


@dataclass(frozen=True, slots=True)
class Token:
    """A token's text, taken apart."""

    token_id: str
    secret: str


def token_text(token: Token) -> str:
    return f"{TOKEN_PREFIX}_{token.token_id}_{token.secret}"


def read_token(text: str) -> Token:
    """Raises TokenInvalidError."""
    prefix, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    if prefix != TOKEN_PREFIX or not token_id or not secret:
        raise TokenInvalidError(field="token")
    return Token(token_id, secret)


def check_name(name: str) -> None:
    """Raises InvalidError for a name that cannot be a part of a URI."""
    if not NAME.fullmatch(name):
        raise InvalidError(
            f"name: {name!r} must be up to 64 letters, digits, dots, dashes and underscores, not a dot first",
            field="name",
        )


def check_store(store: str) -> None:
    """Raises InvalidError for a store that no certificate can name."""
    if not (0 < len(store) <= STORE_LENGTH_MAX and store.isprintable() and store == store.strip()):
        raise InvalidError(
            f"store: {store!r} must be up to {STORE_LENGTH_MAX} letters, without spaces around them",
            field="store",
        )


def spiffe_uri(programme: str, gateway: str) -> str:
    """Names a gateway of a programme, whatever letters the programme's name has."""
    domain = re.sub(r"[^a-z0-9._-]+", "-", programme.lower()).strip("-.") or "regulars"
    return f"spiffe://{domain}/gateway/{gateway}"


def state_of(expires_at: datetime, revoked_at: datetime | None, now: datetime) -> str:
    """Where a certificate stands, in one word."""
    if revoked_at is not None:
        return "revoked"
    return "live" if now < expires_at else "expired"
