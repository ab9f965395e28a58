"""SQL of friction: which buyers of a window met what, which of them bought again, and how they answered."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from services.journey.queries.records import (
    CARTS,
    CASES,
    COUNTED_VISIT,
    EXCHANGES,
    NONE,
    REMINDERS,
    RETURNS,
    SURVEYS_SENT,
    TOUCHES,
    VISITS,
    Column,
    Record,
    said,
    within,
)
from services.journey.rules.friction import ABANDONED_CART, SIGNALS_MAX, Exposure, Tally
from services.purchases import kept_orders
from services.storage.columns import Instant
from services.storage.tables import answers, carts

CUTOFF: Final[Any] = bindparam("cutoff", type_=Instant())  # the end of the window; `until` is the horizon's
# All that can be met but orders, which everybody has, and answers, which tell of themselves.
MET: Final = (TOUCHES, VISITS, CARTS, RETURNS, EXCHANGES, CASES, REMINDERS, SURVEYS_SENT)
PROMOTER_MIN: Final = 9
DETRACTOR_MAX: Final = 6


def tally_signals(connection: Connection, exposure: Exposure) -> tuple[Tally, dict[str, Tally]]:
    """All buyers, and those who met each signal; of the signals the most frequent."""
    window = exposure.window
    names = {
        "since": window.begins_after,
        "cutoff": window.until,
        "until": exposure.horizon_end,
        "most": SIGNALS_MAX,
    }
    rows = [(name, Tally(*map(int, numbers))) for name, *numbers in connection.execute(_TALLIES, names)]
    found = dict(rows)
    return found.pop(""), found


def _buyers() -> CTE:
    """Who bought in the window: customer_id, and whether nothing more within the horizon."""
    kept = kept_orders(since=True).c
    inside = func.sum(case((kept.placed_at <= CUTOFF, 1), else_=0))
    later = func.sum(case((kept.placed_at > CUTOFF, 1), else_=0))
    return (
        select(kept.customer_id, case((later == 0, 1), else_=0).label("gone"))
        .group_by(kept.customer_id)
        .having(inside > 0)
        .cte("buyer")
    )


def _persons() -> CTE:
    """The buyers with what their latest NPS answer until the horizon's end was."""
    buyer = _buyers()
    place = func.row_number().over(
        partition_by=answers.c.customer_id,
        order_by=(answers.c.answered_at.desc(), answers.c.answer.desc()),
    )
    told = (
        select(answers.c.customer_id, answers.c.answer, place.label("place"))
        .where(answers.c.survey == said("NPS"), within(answers.c.answered_at))
        .subquery("told")
    )
    on = and_(told.c.customer_id == buyer.c.customer_id, told.c.place == 1)
    answer = told.c.answer
    return (
        select(
            buyer.c.customer_id,
            buyer.c.gone,
            _flag(answer.is_not(None), "answered"),
            _flag(answer >= PROMOTER_MIN, "promoter"),
            _flag(answer <= DETRACTOR_MAX, "detractor"),
        )
        .outerjoin_from(buyer, told, on)
        .cte("person")
    )


def _flag(holds: ColumnElement[bool], name: str) -> Column:
    return case((holds, 1), else_=0).label(name)


def _signals() -> CTE:
    """Who met what in the window, once each: customer_id, name."""
    found = [_met(record) for record in MET]
    abandoned = select(carts.c.customer_id, said(ABANDONED_CART)).where(within(carts.c.abandoned_at, CUTOFF))
    return union(*found, abandoned).cte("signal")


def _met(record: Record) -> Select[Any]:
    columns = (record.customer.label("customer_id"), record.touchpoint.label("name"))
    found = record.select(*columns).where(within(record.at, CUTOFF))
    return found.where(COUNTED_VISIT) if record is VISITS else found


def _tallies() -> Any:
    """The sums of all buyers under the name '', and of those who met a signal under its name."""
    person, signal = _persons(), _signals()
    everybody = select(NONE.label("name"), *_sums(person))
    each = (
        select(signal.c.name, *_sums(person))
        .join_from(signal, person, person.c.customer_id == signal.c.customer_id)
        .where(signal.c.name != NONE)
        .group_by(signal.c.name)
        .order_by(func.count().desc(), signal.c.name)
        .limit(bindparam("most"))
        .subquery("each")
    )
    return union_all(everybody, select(*each.c))


def _sums(person: CTE) -> tuple[Column, ...]:
    flags = (person.c.gone, person.c.answered, person.c.promoter, person.c.detractor)
    sums = (func.coalesce(func.sum(flag), literal_column("0")).label(flag.name) for flag in flags)
    return (func.count().label("buyers"), *sums)


_TALLIES: Final = _tallies()
