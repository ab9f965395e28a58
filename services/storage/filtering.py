"""Filters and orders as SQL, alike on SQLite and PostgreSQL, with the meaning of `filtering.evaluating`.

Every value is a bound parameter. A condition asks first whether there is a value at all, so that its answer
is true or false and never unknown, and NOT turns it around.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Float, String, and_, false, literal, not_, or_, true, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer, TypeEngine

from services.filtering.evaluating import COMPARISONS, compared
from services.filtering.tree import Condition, Group, Kind, Negation, Operator, Tree
from services.storage.columns import Instant

Columns = Mapping[str, ColumnElement[Any]]  # by field name; of an AGE the moment when it began

TYPES: Final[Mapping[Kind, TypeEngine[Any]]] = {
    Kind.NUMBER: Float(53),  # whole numbers up to 2^53 are exact in it, and no filter names a larger one
    Kind.TEXT: String(),
    Kind.ENUM: String(),
    Kind.BOOL: Boolean(),
    Kind.MOMENT: Instant(),
    Kind.AGE: Instant(),
}


class _Place(FunctionElement[int]):
    """Where a text stands inside another, from 1; 0 when nowhere. Capital letters matter."""

    inherit_cache = True
    type = Integer()


@compiles(_Place, "sqlite")
def _place_sqlite(element: _Place, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Place, "postgresql")
def _place_postgresql(element: _Place, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


def where(tree: Tree, columns: Columns, now: datetime) -> ColumnElement[bool]:
    """The filter over these columns, asked at `now`: true exactly where `evaluate` is."""
    match tree:
        case Condition():
            return _condition(tree, columns[tree.field.name], now)
        case Negation(part):
            return not_(where(part, columns, now))
        case Group(parts, any_of):
            found = [where(part, columns, now) for part in parts]
            return or_(false(), *found) if any_of else and_(true(), *found)


def _condition(one: Condition, column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    known = column.is_not(None)
    if one.operator is Operator.PRESENT:
        return known
    if one.operator is Operator.CONTAINS:
        return and_(known, _Place(column, literal(one.value, String())) > 0)
    comparison, value = compared(one, now)
    found: ColumnElement[bool] = COMPARISONS[comparison](column, literal(value, TYPES[one.field.kind]))
    return and_(known, found)


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by; where a nullable one holds nothing, the row comes last."""

    column: ColumnElement[Any]
    kind: Kind
    descending: bool
    nullable: bool

    @property
    def is_falling(self) -> bool:
        """Whether the stored value falls: the youngest age is the latest moment."""
        return self.descending != (self.kind is Kind.AGE)

    @property
    def clauses(self) -> tuple[ColumnElement[Any], ...]:
        """What an ORDER BY says for it."""
        value = self.column.desc() if self.is_falling else self.column.asc()
        return (self.column.is_(None), value) if self.nullable else (value,)

    def is_at(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == self.bound(value)

    def is_beyond(self, value: Any) -> ColumnElement[bool]:
        """Whether a row comes after those with this value."""
        if value is None:
            return false()
        bound = self.bound(value)
        further = self.column < bound if self.is_falling else self.column > bound
        return or_(further, self.column.is_(None)) if self.nullable else further

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, TYPES[self.kind])


def rows_after(keys: Sequence[SortKey], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows that come after the one with these values of the keys, whose last key tells all rows apart."""
    first, pairs = keys[0], list(zip(keys, values, strict=True))
    if not any(key.nullable or key.is_falling != first.is_falling for key in keys):
        row = tuple_(*(key.column for key in keys))
        bound = tuple_(*(key.bound(value) for key, value in pairs))
        return row < bound if first.is_falling else row > bound  # one range of an index
    found: ColumnElement[bool] = false()
    for key, value in reversed(pairs):
        found = or_(key.is_beyond(value), and_(key.is_at(value), found))
    return found
