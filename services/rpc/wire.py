"""Between messages and values: times, enums, request keys, page tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.clock import EPOCH, MICROSECOND
from services.errors import InvalidError, MomentOutOfRangeError
from services.requests import RequestKey

PAGE_SIZE_DEFAULT: Final = 50
SOURCE_DEFAULT: Final = "default"  # a retailer with one shop need not name it


class BadPageTokenError(InvalidError):
    """page_token: not one that this method gave out; begin again without it."""

    reason = "PAGE_TOKEN_INVALID"


class EnumType(Protocol):
    """The part of a protobuf enum that names and numbers its values."""

    def Name(self, number: Any) -> str: ...  # noqa: N802  (protobuf's own name)

    def Value(self, name: str) -> Any: ...  # noqa: N802  (the same)


def moment(stamp: Timestamp) -> datetime:
    """Aware and in UTC; raises MomentOutOfRangeError outside the years 1 to 9999."""
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise MomentOutOfRangeError("lies outside the years 1 to 9999; send seconds since 1970") from error


def stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    seconds, microseconds = divmod((moment - EPOCH) // MICROSECOND, 1_000_000)
    return Timestamp(seconds=seconds, nanos=microseconds * 1000)


def request_key(request: Any) -> RequestKey:
    """Names a write by its request_id and by the digest of all that it asks for."""
    body: Message = request
    digest = hashlib.blake2b(body.DESCRIPTOR.full_name.encode(), digest_size=16)
    digest.update(body.SerializeToString(deterministic=True))
    return RequestKey(request.request_id, digest.digest())


def page_size(asked: int) -> int:
    return asked or PAGE_SIZE_DEFAULT


def page_token(position: Sequence[str | float] | None) -> str:
    """Where the next page begins: the sort key of this page's last row."""
    if position is None:
        return ""
    return base64.urlsafe_b64encode(json.dumps(list(position)).encode()).decode()


def page_position(token: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort key inside a token; raises BadPageTokenError."""
    if not token:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError as error:
        raise BadPageTokenError(field="page_token") from error
    if not isinstance(position, list) or [type(part) for part in position] != list(kinds):
        raise BadPageTokenError(field="page_token")
    if not all(map(_is_storable, position)):
        raise BadPageTokenError(field="page_token")
    return tuple(position)


def _is_storable(part: str | float) -> bool:
    """Whether a database can compare with it: no NUL, no lone surrogate, no number beyond its own."""
    if isinstance(part, str):
        return "\0" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)
    return math.isfinite(part) and -(2**63) <= part < 2**63


def short_name(enum: EnumType, number: int, prefix: str) -> str:
    """`CHANNEL_WEB` -> `WEB`."""
    return enum.Name(number).removeprefix(prefix)


def position_of(at: datetime, identifier: str) -> tuple[int, str]:
    """The sort key of a list that is ordered by time and id."""
    return (at - EPOCH) // MICROSECOND, identifier


def moment_position(token: str) -> tuple[datetime, str] | None:
    """The sort key inside the token of a list that is ordered by time and id."""
    position = page_position(token, (int, str))
    if position is None:
        return None
    try:
        return EPOCH + position[0] * MICROSECOND, position[1]
    except OverflowError as error:
        raise BadPageTokenError(field="page_token") from error
