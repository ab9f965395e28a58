"""What a filter says of one customer, and why."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.filtering.tree import Condition, Field, Group, Kind, Negation, Operator, Tree, Value

DAY: Final = timedelta(days=1)
Values = Mapping[str, Value | None]  # by field name; absent or None: the customer has none

COMPARISONS: Final[Mapping[Operator, Callable[[Any, Any], Any]]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_OLDER_IS_EARLIER: Final = {
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
}
_NUMBER_WORDS: Final = {
    Operator.EQUAL: "exactly",
    Operator.NOT_EQUAL: "other than",
    Operator.LESS: "less than",
    Operator.LESS_OR_EQUAL: "at most",
    Operator.GREATER: "more than",
    Operator.GREATER_OR_EQUAL: "at least",
    Operator.CONTAINS: "containing",
}
_MOMENT_WORDS: Final = {
    **_NUMBER_WORDS,
    Operator.LESS: "before",
    Operator.LESS_OR_EQUAL: "not after",
    Operator.GREATER: "after",
    Operator.GREATER_OR_EQUAL: "not before",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a part of a filter holds for a customer, in words. Of a condition: the customer's own value."""

    holds: bool
    words: str
    condition: Condition | None = None
    own: str = ""  # in words
    parts: tuple[Explanation, ...] = ()


def evaluate(tree: Tree, values: Values, now: datetime) -> bool:
    """Whether the filter holds for a customer with these values, asked at `now`."""
    match tree:
        case Condition():
            return condition_holds(tree, values.get(tree.field.name), now)
        case Negation(part):
            return not evaluate(part, values, now)
        case Group(parts, any_of):
            return (any if any_of else all)(evaluate(part, values, now) for part in parts)


def condition_holds(one: Condition, own: Value | None, now: datetime) -> bool:
    if own is None:
        return False
    if one.operator is Operator.PRESENT:
        return True
    if one.operator is Operator.CONTAINS:
        return str(one.value) in str(own)
    comparison, value = compared(one, now)
    return bool(COMPARISONS[comparison](own, value))


def compared(one: Condition, now: datetime) -> tuple[Operator, Value]:
    """How the customer's value is compared, and with what: an age is compared as the moment it began."""
    assert one.value is not None
    if one.field.kind is not Kind.AGE:
        return one.operator, one.value
    assert isinstance(one.value, int | float)
    return _OLDER_IS_EARLIER[one.operator], now - one.value * DAY


def explain(tree: Tree, values: Values, now: datetime) -> Explanation:
    """As `evaluate`, with every condition, the customer's own value and whether it holds."""
    match tree:
        case Condition():
            return _explained(tree, values.get(tree.field.name), now)
        case Negation(part):
            inner = explain(part, values, now)
            return Explanation(not inner.holds, "this must not hold", parts=(inner,))
        case Group(parts, any_of):
            found = tuple(explain(part, values, now) for part in parts)
            return _of_group(found, any_of=any_of)


def _of_group(parts: tuple[Explanation, ...], *, any_of: bool) -> Explanation:
    held = sum(part.holds for part in parts)
    if not parts:
        return Explanation(holds=True, words="no condition: everybody")
    asked = "at least one" if any_of else "all"
    holds = held > 0 if any_of else held == len(parts)
    return Explanation(holds, f"{asked} must hold: {held} of {len(parts)} do", parts=parts)


def _explained(one: Condition, own: Value | None, now: datetime) -> Explanation:
    holds = condition_holds(one, own, now)
    shown = "none" if own is None else value_words(one.field, own, now)
    verdict = "holds" if holds else "does not hold"
    return Explanation(
        holds, f"{one.field.title}: {shown}; asked for {asked_words(one)}: {verdict}", one, shown
    )


def asked_words(one: Condition) -> str:
    """What a condition asks for, such as `at least 3 days`."""
    if one.operator is Operator.PRESENT:
        return "any"
    assert one.value is not None
    words = (_MOMENT_WORDS if one.field.kind is Kind.MOMENT else _NUMBER_WORDS)[one.operator]
    return f"{words} {_words(one.field, one.value)}"


def value_words(field: Field, own: Value, now: datetime) -> str:
    """A customer's own value; of an AGE the days until `now`."""
    if field.kind is Kind.AGE and isinstance(own, datetime):
        return _words(field, round((now - own) / DAY, 1))
    return _words(field, own)


def _words(field: Field, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, str):
        return value if field.kind is Kind.ENUM else f'"{value}"'
    number = f"{value:.0f}" if value == round(value) else f"{value:.10g}"
    return f"{number} {field.unit}".strip()
