"""Sums over customers, made by the database: money exactly, products for the spread as floats."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Label, case, cast, func

from services.intervals import Moments

Amount = ColumnElement[int]


def moments_columns(name: str, y: Amount, x: Amount) -> tuple[Label[Any], ...]:
    """The columns that `moments_of` reads: over rows of one customer each."""
    return (
        func.sum(case((x > 0, 1), else_=0)).label(f"{name}_n"),
        func.sum(y).label(f"{name}_y"),
        func.sum(x).label(f"{name}_x"),
        product(y, y).label(f"{name}_yy"),
        product(x, y).label(f"{name}_xy"),
        product(x, x).label(f"{name}_xx"),
    )


def product(one: Amount, other: Amount) -> ColumnElement[Any]:
    """The sum of products, which no whole number of a database could hold."""
    return func.sum(cast(one, Float(53)) * other)


def moments_of(row: Any, name: str) -> Moments:
    """A row's moments; none of it when there were no customers."""
    found = [row._mapping[f"{name}_{part}"] or 0 for part in ("n", "y", "x", "yy", "xy", "xx")]  # noqa: SLF001  (SQLAlchemy's public name)
    return Moments(*map(int, found[:3]), *map(float, found[3:]))
