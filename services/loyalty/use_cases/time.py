"""What time alone does to accounts that nobody calls for: the sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.errors import RegularsError
from services.events import TierAtRisk
from services.loyalty.queries import time as queries
from services.points.book import Book, open_book
from services.points.lots import MAY_EARN
from services.points.tiers import Standing, warning_due
from services.storage import outbox
from services.storage.database import Database
from services.storage.sets import lock_known
from services.storage.sweeping import Swept, first_sweep, plan_next, swept
from services.storage.unit import UnitOfWork, use_case

SWEEP_TOPIC: Final = "points.sweep"
ACCOUNTS_MAX: Final = 200  # of one transaction: a caller waits some hundredths of a second behind it
FIRST_SWEEP: Final = first_sweep(SWEEP_TOPIC)


@dataclass(frozen=True, slots=True)
class Due:
    """An account that time has changed something about."""

    customer_id: str


async def sweep(database: Database, work: outbox.Claimed) -> None:
    """Bring what is due to the present, in a bounded batch, and plan the next sweep.

    An account that cannot be brought there spoils no other, and is tried again after a rest.
    """
    due = await database.fetch(queries.due_accounts, database.clock.now(), ACCOUNTS_MAX)
    answers = await database.write_all(sweep_accounts, [Due(customer_id) for customer_id in due])
    await database.write(plan_sweep, swept(work, answers))


@use_case(type(None))
def sweep_accounts(unit: UnitOfWork, due: Sequence[Due]) -> list[RegularsError | None]:
    """Do what time does, tell whose tier has fallen, and warn those whose tier may."""
    lock_known(unit, (one.customer_id for one in due))
    book = open_book(unit, (one.customer_id for one in due))
    for entry in book.entries.values():
        entry.is_swept = True
    _warn(unit, book)
    book.store()
    return [None] * len(due)


@use_case(type(None))
def plan_sweep(unit: UnitOfWork, over: Sequence[Swept]) -> list[RegularsError | None]:
    """The next sweep comes when an account is due, and after a rest at the latest."""
    plan_next(unit, over, (queries.next_due_at(unit.connection),))
    return [None] * len(over)


def _warn(unit: UnitOfWork, book: Book) -> None:
    """Warn members who will lose their tier, once for each number of days ahead."""
    risky: dict[queries.Warned, Standing] = {}
    for customer_id, entry in book.entries.items():
        found = entry.standing(unit.now, unit.programme)
        days = warning_due(found, unit.now, unit.programme.tiers)
        if days is not None and entry.account.state in MAY_EARN:
            risky[customer_id, found.evaluates_at, days] = found
    told = queries.find_warned(unit.connection, (key[0] for key in risky)) if risky else set()
    fresh = {key: found for key, found in risky.items() if key not in told}
    queries.store_warnings(unit.connection, [_warning_row(unit, *one) for one in fresh.items()])
    for (customer_id, evaluates_at, days), found in fresh.items():
        event = TierAtRisk(
            customer_id, found.tier, found.projected_tier, found.points_to_stay, evaluates_at, days
        )
        unit.emit(event)


def _warning_row(unit: UnitOfWork, key: queries.Warned, found: Standing) -> dict[str, Any]:
    customer_id, evaluates_at, days = key
    return {
        "customer_id": customer_id,
        "evaluates_at": evaluates_at,
        "days_ahead": days,
        "tier": found.tier,
        "projected_tier": found.projected_tier,
        "to_stay": found.points_to_stay,
        "raised_at": unit.now,
    }
