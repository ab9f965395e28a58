"""Reads a filter: the part of AIP-160 that docs/segments.md describes.

    filter    = [ either ]
    either    = term { "AND" term } | term { "OR" term }
    term      = [ "NOT" | "-" ] ( "(" either ")" | condition )
    condition = field operator value

AIP-160 lets OR bind closer than AND, which nobody expects; here the two do not mix without parentheses, so
that a filter means the same to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from difflib import get_close_matches
from typing import Final

from services.filtering.lexing import JOINERS, KEYWORDS, Token, TokenKind, invalid, shown, tokens
from services.filtering.tree import EVERYBODY, OPERATORS, Condition, Field, Group, Negation, Operator, Tree
from services.filtering.values import value_of

DEPTH_MAX: Final = 16  # parentheses and NOTs inside each other; nobody reads deeper ones
CONDITIONS_MAX: Final = 64  # each is a comparison per customer
_NEXT: Final = "AND, OR or the end"


def parse(text: str, fields: Mapping[str, Field], zone: tzinfo = UTC) -> Tree:
    """The tree of a filter over `fields`, by name; an empty filter is EVERYBODY. Raises FilterInvalidError.

    zone: where a day that is written without a time begins.
    """
    return _Parser(text, fields, zone).filter()


class _Parser:
    def __init__(self, text: str, fields: Mapping[str, Field], zone: tzinfo) -> None:
        self._text = text
        self._fields = fields
        self._zone = zone
        self._tokens = list(tokens(text))
        self._place = 0
        self._conditions = 0

    def filter(self) -> Tree:
        if self._is(TokenKind.END, ""):
            return EVERYBODY
        tree = self._either(0)
        if not self._is(TokenKind.END, ""):
            raise self._unexpected(_NEXT)
        return tree

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _is(self, kind: TokenKind, *values: str) -> bool:
        return self._now.kind is kind and self._now.value in values

    def _unexpected(self, expected: str) -> Exception:
        token = self._now
        if token.kind is TokenKind.END:
            return invalid(token.start, expected, "the filter ends")
        meant = token.value.upper()
        is_slip = token.kind is TokenKind.NAME and meant in KEYWORDS and token.value != meant
        hint = f" (write {meant} in capital letters)" if is_slip else ""
        return invalid(token.start, expected, f"{shown(token.value)} cannot stand here{hint}")

    def _either(self, depth: int) -> Tree:
        parts = [self._term(depth)]
        joiner = ""
        while self._is(TokenKind.NAME, *JOINERS):
            if joiner and self._now.value != joiner:
                raise invalid(
                    self._now.start, "parentheses that say what belongs together", "AND and OR are mixed"
                )
            joiner = self._take().value
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Group(tuple(parts), any_of=joiner == "OR")

    def _term(self, depth: int) -> Tree:
        if depth > DEPTH_MAX:
            raise invalid(self._now.start, f"at most {DEPTH_MAX} levels", "the filter is nested too deeply")
        if self._is(TokenKind.NAME, "NOT") or self._is(TokenKind.SYMBOL, "-"):
            self._take()
            return Negation(self._term(depth + 1))
        if not self._is(TokenKind.SYMBOL, "("):
            return self._condition()
        self._take()
        tree = self._either(depth + 1)
        if not self._is(TokenKind.SYMBOL, ")"):
            raise self._unexpected("AND, OR or a closing parenthesis")
        self._take()
        return tree

    def _condition(self) -> Condition:
        start = self._now.start
        self._conditions += 1
        if self._conditions > CONDITIONS_MAX:
            raise invalid(start, f"at most {CONDITIONS_MAX} conditions", "the filter has more")
        field = self._field()
        operator = self._operator(field)
        value = None
        if operator is not Operator.PRESENT:
            value = value_of(field, self._now, self._zone)
            self._take()
        end = self._tokens[self._place - 1].end
        return Condition(field, operator, value, self._text[start:end], start + 1)

    def _field(self) -> Field:
        token = self._now
        if token.kind is not TokenKind.NAME or token.value in KEYWORDS:
            raise self._unexpected("a field, NOT or an opening parenthesis")
        if token.value not in self._fields:
            raise unknown_field(token, self._fields)
        self._take()
        return self._fields[token.value]

    def _operator(self, field: Field) -> Operator:
        allowed = OPERATORS[field.kind]
        place = self._now.start
        if self._now.kind is not TokenKind.SYMBOL or self._now.value in {"(", ")", "*", "-"}:
            raise self._unexpected(f"one of {' '.join(allowed)}")
        operator = Operator(self._take().value)
        if operator is Operator.CONTAINS and self._is(TokenKind.SYMBOL, "*"):
            self._take()
            operator = Operator.PRESENT
        if operator not in allowed:
            found = f"{field.name} cannot be compared by {operator}"
            raise invalid(place, f"one of {' '.join(allowed)}", found)
        return operator


def unknown_field(token: Token, fields: Mapping[str, Field]) -> Exception:
    close = get_close_matches(token.value[:100], fields, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return invalid(token.start, f"one of {', '.join(fields)}", f"{shown(token.value)} is no field{hint}")
