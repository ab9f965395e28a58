"""What `engagement` does: keep each customer's score true to what the customer did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.engagement.queries import scores as queries
from services.engagement.reference import Reference, build_reference
from services.engagement.rules.scores import ComponentKind, kept_orders, measures, score
from services.errors import RegularsError
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case

READ_CHUNK = 2_000  # customers read at once while a reference is built: a few megabytes of orders


@dataclass(frozen=True, slots=True)
class Rescore:
    """Asks to compute a customer's score anew."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class NewReference:
    """A reference to put in force."""

    reference: Reference
    customer_id: str = ""  # it concerns nobody in particular


def refresh_scores(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """Compute and store the scores of these customers from all that they did."""
    reference = queries.current_reference(unit.connection)
    weights = unit.programme.weights
    facts = queries.find_facts(unit.connection, customer_ids, unit.now)
    queries.store_scores(
        unit.connection, [score(one, found, reference, weights, unit.now) for one, found in facts.items()]
    )


@use_case(type(None))
def rescore(unit: UnitOfWork, asked: Sequence[Rescore]) -> list[RegularsError | None]:
    ids = {one.customer_id for one in asked}
    lock_customers(unit, ids)
    refresh_scores(unit, ids)
    return [None] * len(asked)


@use_case(type(None))
def install_reference(unit: UnitOfWork, asked: Sequence[NewReference]) -> list[RegularsError | None]:
    for one in asked:
        queries.store_reference(unit.connection, one.reference, unit.now)
    return [None] * len(asked)


def reference_from(connection: Connection, as_of: datetime) -> Reference:
    """A reference from all customers as they are at `as_of`."""
    samples: dict[str, list[float]] = {kind: [] for kind in ComponentKind}
    buyers: list[tuple[float, int, int]] = []
    ids = queries.all_customer_ids(connection)
    for start in range(0, len(ids), READ_CHUNK):
        for facts in queries.find_facts(connection, ids[start : start + READ_CHUNK], as_of).values():
            found = {measure.kind: measure.value for measure in measures(facts, as_of)}
            for kind, value in found.items():
                samples[kind].append(value)
            if orders := kept_orders(facts):
                spent = sum(net for _, net in orders)
                buyers.append((found[ComponentKind.RECENCY], len(orders), spent))
    return build_reference(samples, buyers, as_of)
