"""The value that a condition compares with: a word of the filter, read as its field's kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from services.filtering.lexing import KEYWORDS, Token, TokenKind, invalid, shown
from services.filtering.tree import Field, Kind, Value

NUMBER_MAX: Final = 2**53 - 1  # up to here whole numbers are exact wherever they are compared
AGE_DAYS_MAX: Final = 36_500  # a hundred years
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2}))?", re.ASCII
)
_MOMENT_WORDS: Final = 'a moment in quotes such as "2026-03-31" or "2026-03-31T18:00:00Z"'
_TRUTH: Final = {"true": True, "TRUE": True, "false": False, "FALSE": False}


def value_of(field: Field, token: Token, zone: tzinfo) -> Value:
    """The token as a value of the field; a day without a time begins in `zone`. Raises FilterInvalidError."""
    return _READ[field.kind](field, token, zone)


def _number(field: Field, token: Token, _zone: tzinfo) -> Value:
    if token.kind is not TokenKind.NUMBER:
        raise _wrong(field, token, "a number such as 3 or 0.5")
    number = float(token.value)
    if abs(number) > NUMBER_MAX:
        raise _wrong(field, token, f"a number between -{NUMBER_MAX} and {NUMBER_MAX}")
    return number


def _age(field: Field, token: Token, zone: tzinfo) -> Value:
    days = _number(field, token, zone)
    assert isinstance(days, float)
    if not 0 <= days <= AGE_DAYS_MAX:
        raise _wrong(field, token, f"days from 0 to {AGE_DAYS_MAX}")
    return days


def _text(field: Field, token: Token, _zone: tzinfo) -> Value:
    is_word = token.kind is TokenKind.NAME and token.value not in KEYWORDS
    if token.kind is not TokenKind.TEXT and not is_word:
        raise _wrong(field, token, "a text in quotes")
    return token.value


def _enum(field: Field, token: Token, _zone: tzinfo) -> Value:
    if token.value not in field.values:
        raise _wrong(field, token, f"one of {', '.join(field.values)}")
    return token.value


def _truth(field: Field, token: Token, _zone: tzinfo) -> Value:
    if token.kind is not TokenKind.NAME or token.value not in _TRUTH:
        raise _wrong(field, token, "true or false")
    return _TRUTH[token.value]


def _moment(field: Field, token: Token, zone: tzinfo) -> Value:
    if token.kind is not TokenKind.TEXT or not _MOMENT.fullmatch(token.value):
        raise _wrong(field, token, _MOMENT_WORDS)
    try:
        moment = datetime.fromisoformat(token.value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the 31st of April, or beyond the years 1 to 9999
        raise _wrong(field, token, _MOMENT_WORDS) from error


def _wrong(field: Field, token: Token, expected: str) -> Exception:
    found = shown(token.value) if token.kind is not TokenKind.END else "nothing"
    return invalid(token.start, expected, f"{field.name} cannot be compared with {found}")


_READ: Final[dict[Kind, Callable[[Field, Token, tzinfo], Value]]] = {
    Kind.NUMBER: _number,
    Kind.AGE: _age,
    Kind.TEXT: _text,
    Kind.ENUM: _enum,
    Kind.BOOL: _truth,
    Kind.MOMENT: _moment,
}
