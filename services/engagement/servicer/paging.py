"""Page tokens of lists that are sorted by any field: the position of the last row, and which list it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.clock import EPOCH, MICROSECOND
from services.filtering.ordering import Sort
from services.filtering.tree import Kind, Value
from services.rpc.wire import BadPageTokenError, page_position, page_token

_SENT: Final[Mapping[Kind, type]] = {  # what a value travels as
    Kind.NUMBER: float,
    Kind.TEXT: str,
    Kind.ENUM: str,
    Kind.BOOL: int,
    Kind.MOMENT: int,  # microseconds since 1970
    Kind.AGE: int,
}
Position = tuple[Value | None, ...]


def question(*parts: str) -> str:
    """Names a list by what was asked for, so that a token of another one is refused."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()


def token_of(asked: str, sorts: Sequence[Sort], position: Position | None) -> str:
    """The token of the page after the row at a position; empty for None."""
    if position is None:
        return ""
    parts: list[Any] = [asked]
    for sort, value in zip(sorts, position, strict=True):
        kind = _SENT[sort.field.kind]
        parts += [int(value is not None), kind() if value is None else _sent(kind, value)]
    return page_token(parts)


def _sent(kind: type, value: Value) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else kind(value)


def position_of(token: str, asked: str, sorts: Sequence[Sort]) -> Position | None:
    """The position in a token of this very list; None without a token. Raises BadPageTokenError."""
    kinds = [str, *(kind for sort in sorts for kind in (int, _SENT[sort.field.kind]))]
    parts = page_position(token, kinds)
    if parts is None:
        return None
    if parts[0] != asked:
        raise BadPageTokenError(field="page_token")
    pairs = zip(sorts, parts[1::2], parts[2::2], strict=True)
    return tuple(_value(sort, part) if is_there else None for sort, is_there, part in pairs)


def _value(sort: Sort, part: Any) -> Value:
    if sort.field.kind not in {Kind.MOMENT, Kind.AGE}:
        value: Value = bool(part) if sort.field.kind is Kind.BOOL else part
        return value
    try:
        moment: datetime = EPOCH + part * MICROSECOND
    except OverflowError as error:
        raise BadPageTokenError(field="page_token") from error
    return moment
