"""A filter as words: names, texts, numbers and symbols, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.filtering.tree import FilterInvalidError

LENGTH_MAX: Final = 2_000  # what a person still reads; a hundred conditions would not fit the console
JOINERS: Final = ("AND", "OR")
KEYWORDS: Final = (*JOINERS, "NOT")
SHOWN_MAX: Final = 40  # characters of the caller's own text that an error repeats


class TokenKind(StrEnum):
    NAME = "NAME"
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    SYMBOL = "SYMBOL"
    END = "END"


@dataclass(frozen=True, slots=True)
class Token:
    """kind, what it means (of a text without its quotes), and where it stands, from 0."""

    kind: TokenKind
    value: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<NAME>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<NUMBER>-?[0-9]+(?:\.[0-9]+)?)(?![A-Za-z0-9_.])
      | (?P<SYMBOL><=|>=|!=|[=<>:()*-])
      | (?P<TEXT>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    )""",
    re.VERBOSE | re.DOTALL,
)
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = frozenset("\"'\\")


def tokens(text: str) -> Iterator[Token]:
    """The words of a filter, and at last its END. Raises FilterInvalidError."""
    if len(text) > LENGTH_MAX:
        raise invalid(LENGTH_MAX, f"a filter of at most {LENGTH_MAX} characters", "it is longer")
    place = 0
    while found := _TOKEN.match(text, place):
        kind = TokenKind(found.lastgroup or "")
        start, place = found.span(kind)
        value = found.group(kind)
        yield Token(kind, _text_of(value, start) if kind is TokenKind.TEXT else value, start, place)
    end = _BLANK.match(text, place)
    place = end.end() if end else place
    if place < len(text):
        raise _unreadable(text, place)
    yield Token(TokenKind.END, "", place, place)


def _unreadable(text: str, place: int) -> FilterInvalidError:
    if text[place] in "\"'":
        return invalid(place, "a closing quote", "this text has no end")
    if text[place].isascii() and (text[place].isdigit() or text[place] == "-"):
        return invalid(place, "a number such as 3 or 0.5", "this is none")
    return invalid(place, "a name, a number, a text in quotes or a symbol", f"{shown(text[place])} is none")


def _text_of(quoted: str, start: int) -> str:
    """What a text in quotes means: after a backslash, a quote or a backslash stands for itself."""
    for found in _ESCAPE.finditer(quoted, 1, len(quoted) - 1):
        if found.group(1) not in _ESCAPED:
            place = start + found.start()
            raise invalid(place, "\\\" or \\' or \\\\", "no other character follows a backslash")
    text = _ESCAPE.sub(r"\1", quoted[1:-1])
    if any(not _is_storable(letter) for letter in text):
        raise invalid(start, "a text without control characters", "this one has some")
    return text


def _is_storable(letter: str) -> bool:
    """No control character, which no field holds and PostgreSQL refuses; no half of a character."""
    return letter >= " " and letter != "\x7f" and not "\ud800" <= letter <= "\udfff"


def invalid(place: int, expected: str, found: str) -> FilterInvalidError:
    """The error at a place, counted from 0."""
    message = f"filter: at character {place + 1}: {found}; expected {expected}"
    return FilterInvalidError(message, field="filter", position=place + 1, expected=expected)


def shown(text: str) -> str:
    """The caller's text as an error repeats it: short, and with nothing invisible."""
    return repr(text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}...")
