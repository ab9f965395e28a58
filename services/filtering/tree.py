"""What a filter says, as a typed tree.

A filter is read against typed fields, so a tree never compares a number with a word. Its meaning has two
values: a condition about something that a customer does not have does not hold, and NOT turns that around.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.errors import InvalidError

Value = float | str | bool | datetime  # an int is a float here


class FilterInvalidError(InvalidError):
    """The filter cannot be read; `position` says where, `expected` what should stand there."""

    reason = "FILTER_INVALID"


class OrderInvalidError(InvalidError):
    """The order cannot be read; `position` says where, `expected` what should stand there."""

    reason = "ORDER_BY_INVALID"


class Kind(StrEnum):
    NUMBER = "NUMBER"
    TEXT = "TEXT"
    ENUM = "ENUM"  # one of a few words
    BOOL = "BOOL"
    MOMENT = "MOMENT"
    AGE = "AGE"  # a moment, asked for in days from it to the time of the question


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    CONTAINS = ":"
    PRESENT = ":*"


_EQUALITY: Final = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.PRESENT)
_ORDER: Final = (Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL)
OPERATORS: Final = {
    Kind.NUMBER: (*_EQUALITY, *_ORDER),
    Kind.TEXT: (*_EQUALITY, Operator.CONTAINS),
    Kind.ENUM: _EQUALITY,
    Kind.BOOL: _EQUALITY,
    Kind.MOMENT: (*_EQUALITY, *_ORDER),
    Kind.AGE: (*_ORDER, Operator.PRESENT),  # nobody is exactly three days old
}


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is known of a customer: `title` in words, `unit` of a number, `values` of an ENUM."""

    name: str
    kind: Kind
    title: str
    unit: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. value: None for PRESENT; days for an AGE. text: as it was written."""

    field: Field
    operator: Operator
    value: Value | None
    text: str
    position: int  # of its first character, from 1


@dataclass(frozen=True, slots=True)
class Group:
    """All of the parts hold, or at least one does. All of no parts: everybody."""

    parts: tuple[Tree, ...]
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: Tree


Tree = Condition | Group | Negation

EVERYBODY: Final = Group(())


def fields_in(tree: Tree) -> frozenset[str]:
    """The names of the fields that a filter asks about."""
    match tree:
        case Condition():
            return frozenset({tree.field.name})
        case Negation(part):
            return fields_in(part)
        case Group(parts):
            return frozenset().union(*map(fields_in, parts))
