"""The whole content of a database in a form that does not depend on the order in which it arrived.

What is left out, and why. Everything else is compared, column by column:

- WORK: `requests`, `outbox`, `api_keys`, `master_keys` say who called and what is still to be done.
- JOURNALS: `movements` and `tier_changes` are append-only and tell what was booked in which order; the
  balances, lots and awards that they led to are compared.
- ARRIVAL: columns with the moment at which the server learned or computed something.
- NUMBERS: rows that the server counts: the row numbers themselves, and the place of a line within a return.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import Column, Engine, select

from services.storage.columns import RowNumber
from services.storage.tables import metadata

WORK = {"requests", "outbox", "api_keys", "master_keys"}
JOURNALS = {"movements", "tier_changes"}
ARRIVAL = {
    "customers": {"first_seen_at"},
    "members": {"changed_at"},
    "member_changes": {"changed_at"},
    "consents": {"recorded_at"},
    "identifiers": {"recorded_at"},
    "profiles": {"changed_at"},
    "earning_rules": {"created_at", "changed_at"},
    "score_versions": {"since"},
    "score_references": {"built_at"},
    "scores": {"as_of"},
    "cases": {"opened_at", "due_at", "respond_by"},
    "case_changes": {"changed_at"},
}
NUMBERS = {"return_lines": {"line"}}

Dump = dict[str, list[str]]


def canonical(engine: Engine) -> Dump:
    """Every compared row of every compared table, as sorted JSON texts."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                json.dumps(dict(row._mapping), default=str, sort_keys=True)
                for row in connection.execute(select(*compared(table.name)))
            )
            for table in metadata.sorted_tables
            if table.name not in WORK | JOURNALS
        }


def compared(table: str) -> list[Column[Any]]:
    left_out = ARRIVAL.get(table, set()) | NUMBERS.get(table, set())
    columns = metadata.tables[table].columns
    return [one for one in columns if one.name not in left_out and one.type is not RowNumber]


def difference(found: Dump, expected: Dump) -> dict[str, list[str]]:
    """The rows in which two dumps differ, by table: `-` is missing, `+` is too many."""
    changes: dict[str, list[str]] = {}
    for table, rows in expected.items():
        missing, more = Counter(rows) - Counter(found[table]), Counter(found[table]) - Counter(rows)
        told = [f"- {row}" for row in missing.elements()] + [f"+ {row}" for row in more.elements()]
        if told:
            changes[table] = told
    return changes
