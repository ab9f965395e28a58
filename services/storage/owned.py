"""The rows of a person in any table, as the registry of personal data says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select, tuple_

from services.storage.personal import HOLDINGS, Owner
from services.storage.sets import among
from services.storage.tables import metadata

IDS = "ids"  # the parameter with the customer ids of the person


def owned(name: str) -> ColumnElement[bool]:
    """Whether a row of the table belongs to the customers in the parameter `ids`."""
    table = metadata.tables[name]
    return or_(*(owned_through(table, owner) for owner in HOLDINGS[name].owners))


def owned_through(table: Table, owner: Owner) -> ColumnElement[bool]:
    """Whether a row belongs to them in this one way."""
    if owner.parent:
        return _has_parent(table, owner)
    column: ColumnElement[Any] = table.c[owner.columns[0]]
    return among(column[owner.inside].as_string() if owner.inside else column, IDS)


def _has_parent(table: Table, owner: Owner) -> ColumnElement[bool]:
    parent = metadata.tables[owner.parent]
    keys = select(*(parent.c[name] for name in owner.columns)).where(owned(owner.parent))
    columns = [table.c[name] for name in owner.columns]
    return (tuple_(*columns) if len(columns) > 1 else columns[0]).in_(keys)
