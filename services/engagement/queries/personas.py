"""SQL of personas: the buyers they are made of, the report, and each customer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from services.engagement.rules.personas import Buyer, PersonaReport
from services.storage.sets import Row, among, upsert
from services.storage.tables import customer_personas, persona_reports, scores

_BUYERS: Final = (
    select(*(scores.c[name] for name in Buyer._fields))
    .where(scores.c.orders > 0)
    .order_by(scores.c.customer_id)
)
_LATEST: Final = (
    select(persona_reports.c.report)
    .order_by(persona_reports.c.built_at.desc(), persona_reports.c.version)
    .limit(1)
)
_KEPT: Final = select(customer_personas.c.customer_id, customer_personas.c.persona)
_SCORED: Final = select(scores.c.customer_id).where(among(scores.c.customer_id, "ids"))
_DROP: Final = delete(customer_personas).where(among(customer_personas.c.customer_id, "ids"))
_REPORT: Final = TypeAdapter(PersonaReport)


def read_buyers(connection: Connection) -> list[Buyer]:
    """The customers with orders in 365 days, by id."""
    return [Buyer(*row) for row in connection.execute(_BUYERS)]


def read_personas(connection: Connection) -> dict[str, str]:
    """The persona of each customer who has one."""
    return {row[0]: row[1] for row in connection.execute(_KEPT)}


def scored_customers(connection: Connection, customer_ids: Sequence[str]) -> set[str]:
    """Those of the customers who have a score."""
    return set(connection.execute(_SCORED, {"ids": list(customer_ids)}).scalars())


def latest_report(connection: Connection) -> PersonaReport | None:
    body = connection.execute(_LATEST).scalar()
    return None if body is None else _REPORT.validate_json(body)


def store_report(connection: Connection, report: PersonaReport) -> None:
    row = {
        "version": report.version,
        "built_at": report.built_at,
        "customers": report.customers,
        "report": _REPORT.dump_json(report).decode(),
    }
    upsert(connection, persona_reports, [row])


def store_personas(connection: Connection, kept: Sequence[Row], gone: Sequence[str]) -> None:
    """Keep the rows (customer_id, persona, version), and take the personas of others away."""
    upsert(connection, customer_personas, kept)
    connection.execute(_DROP, {"ids": list(gone)})
