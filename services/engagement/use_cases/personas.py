"""Builds the personas: a report over all buyers, and each buyer's own persona for filters."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.clock import EPOCH
from services.engagement.queries import personas as queries
from services.engagement.rules.personas import FEATURES, Buyer, Contrast, Gap, PersonaReport, named
from services.errors import RegularsError
from services.storage import outbox
from services.storage.database import Database
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case

if TYPE_CHECKING:
    from models.personas import Grouping

TOPIC: Final = "engagement.personas"
SEED: Final = 1  # the same buyers give the same personas
ASSIGNED_AT_ONCE: Final = 1_000  # customers per commit: callers wait behind it for some milliseconds
WEEK: Final = timedelta(days=7)  # a team gets used to its personas; behaviour changes slowly
DAY: Final = timedelta(days=1)  # until there are personas at all
ATTEMPT: Final = timedelta(hours=1)  # when a build that broke off is tried again


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to put in force."""

    report: PersonaReport
    customer_id: str = ""  # it concerns nobody in particular


@dataclass(frozen=True, slots=True)
class Assigned:
    """A customer's persona; empty: none any more."""

    customer_id: str
    persona: str
    version: str


@dataclass(frozen=True, slots=True)
class NextBuild:
    """When the personas are to be built again."""

    due_at: datetime
    customer_id: str = ""


def first_build(now: datetime) -> outbox.Work:
    """The first build comes a day after the first start: by then the night has scored everybody."""
    return outbox.Work(TOPIC, "all", {"recurs": True}, now + DAY)


async def build_on_time(database: Database) -> None:
    """Build the personas, and plan the next build: in a week, or in a day while there are none."""
    await database.write(plan_build, NextBuild(database.clock.now() + ATTEMPT))
    report = await build_personas(database)
    pause = DAY if report.gap else WEEK
    await database.write(plan_build, NextBuild(database.clock.now() + pause))


async def build_personas(database: Database) -> PersonaReport:
    """Build and store the report, and keep each buyer's persona."""
    buyers = await database.fetch(queries.read_buyers)
    report, personas = await asyncio.to_thread(grouped, buyers, database.clock.now())
    await database.write(store_reports, NewReport(report))
    before = await database.fetch(queries.read_personas)
    changed = [
        Assigned(one, personas.get(one, ""), report.version)
        for one in sorted(before.keys() | personas.keys())
        if before.get(one, "") != personas.get(one, "")
    ]
    for start in range(0, len(changed), ASSIGNED_AT_ONCE):
        await database.write_all(assign_personas, changed[start : start + ASSIGNED_AT_ONCE])
    return report


def grouped(buyers: Sequence[Buyer], now: datetime) -> tuple[PersonaReport, dict[str, str]]:
    """The report, and the persona of each buyer."""
    from models.personas import CUSTOMERS_MIN, group

    empty = PersonaReport(version_of(buyers, now), now, len(buyers))
    if len(buyers) < CUSTOMERS_MIN:
        return replace(empty, gap=Gap.TOO_FEW_CUSTOMERS), {}
    found = group(feature_columns(buyers, now), SEED)
    if not found.groups:
        return replace(empty, gap=Gap.NO_DIFFERENCES), {}
    report = reported(empty, found)
    labels = found.labels.tolist()
    return report, {
        row.customer_id: report.personas[label].persona for row, label in zip(buyers, labels, strict=True)
    }


def version_of(buyers: Sequence[Buyer], now: datetime) -> str:
    """Names the report after its day and its buyers' figures."""
    digest = hashlib.sha256()
    for row in buyers:
        digest.update(repr(row).encode())
    return f"{now:%Y%m%dT%H%M%S}-{digest.hexdigest()[:12]}"


def feature_columns(buyers: Sequence[Buyer], now: datetime) -> Mapping[str, Sequence[float | None]]:
    """The features of the buyers, a column each."""
    columns = {name: [getattr(row, name) for row in buyers] for name in FEATURES if name != "recency_days"}
    return {**columns, "recency_days": [(now - row.last_order_at) / DAY for row in buyers]}


def reported(empty: PersonaReport, found: Grouping) -> PersonaReport:
    groups = (
        (one.customers, [Contrast(part.feature, part.n, part.total, part.squares) for part in one.contrasts])
        for one in found.groups
    )
    return replace(
        empty,
        personas=named(groups),
        silhouettes=tuple(sorted(found.silhouettes.items())),
        agreements=found.agreements,
        unstable=not found.is_stable,
        few_customers=found.has_few,
    )


@use_case(type(None))
def store_reports(unit: UnitOfWork, asked: Sequence[NewReport]) -> list[RegularsError | None]:
    for one in asked:
        queries.store_report(unit.connection, one.report)
    return [None] * len(asked)


@use_case(type(None))
def assign_personas(unit: UnitOfWork, asked: Sequence[Assigned]) -> list[RegularsError | None]:
    """Keep personas of customers who still have a score: whoever was erased meanwhile gets none."""
    lock_known(unit, (one.customer_id for one in asked))
    scored = queries.scored_customers(unit.connection, [one.customer_id for one in asked])
    kept = [asdict(one) for one in asked if one.persona and one.customer_id in scored]
    queries.store_personas(unit.connection, kept, [one.customer_id for one in asked if not one.persona])
    return [None] * len(asked)


@use_case(type(None))
def plan_build(unit: UnitOfWork, asked: Sequence[NextBuild]) -> list[RegularsError | None]:
    outbox.enqueue(unit, [replace(first_build(EPOCH), due_at=one.due_at) for one in asked])
    return [None] * len(asked)
