"""SQL of friction: which buyers of a window met what, which of them bought again, and how they answered."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
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

from services.journey.queries.records import COUNTED_VISIT, REMINDERS, SURVEYS_SENT, within
from services.journey.rules.friction import ABANDONED_CART, OFTEN, SIGNALS_MAX, Exposure, Tallies, Tally
from services.purchases import kept_orders
from services.storage.columns import Instant
from services.storage.tables import answers, carts
from services.touch_records import (
    CARTS,
    CASES,
    EXCHANGES,
    NONE,
    RETURNS,
    TOUCHES,
    VISITS,
    Column,
    Record,
    said,
)

CUTOFF: Final[Any] = bindparam("cutoff", type_=Instant())  # the end of the window; `until` is the horizon's
# All that can be met but orders, which everybody has, and answers, which tell of themselves.
MET: Final = (TOUCHES, VISITS, CARTS, RETURNS, EXCHANGES, CASES, REMINDERS, SURVEYS_SENT)
PROMOTER_MIN: Final = 9
DETRACTOR_MAX: Final = 6


def tally_signals(connection: Connection, exposure: Exposure) -> tuple[Tallies, dict[str, Tallies]]:
    """All buyers, and those who met each signal, by how often they ordered; the most frequent signals."""
    window = exposure.window
    names = {
        "since": window.begins_after,
        "cutoff": window.until,
        "until": exposure.horizon_end,
        "most": SIGNALS_MAX,
    }
    found: dict[str, dict[int, Tally]] = {"": {}}
    for name, often, *numbers in connection.execute(_TALLIES, names):
        found.setdefault(name, {})[often] = Tally(*map(int, numbers))
    return found.pop(""), dict(found)


def _buyers() -> CTE:
    """Who bought in the window: customer_id, how often, and whether nothing more within the horizon."""
    kept = kept_orders(since=True).c
    inside = func.sum(case((kept.placed_at <= CUTOFF, 1), else_=0))
    later = func.sum(case((kept.placed_at > CUTOFF, 1), else_=0))
    return (
        select(kept.customer_id, _about(inside).label("often"), case((later == 0, 1), else_=0).label("gone"))
        .group_by(kept.customer_id)
        .having(inside > 0)
        .cte("buyer")
    )


def _about(number: Column) -> Column:
    """The least number of those who ordered about as often."""
    return case(*((number >= least, literal_column(str(least), Integer())) for least in OFTEN))


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
            buyer.c.often,
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
    everybody = select(NONE.label("name"), person.c.often, *_sums(person)).group_by(person.c.often)
    each = (
        select(signal.c.name, person.c.often, *_sums(person))
        .join_from(signal, person, person.c.customer_id == signal.c.customer_id)
        .where(signal.c.name != NONE)
        .group_by(signal.c.name, person.c.often)
        .cte("each")
    )
    number = func.sum(each.c.buyers)
    frequent = select(each.c.name).group_by(each.c.name).order_by(number.desc(), each.c.name)
    chosen = frequent.limit(bindparam("most")).subquery("chosen")
    return union_all(everybody, select(*each.c).join_from(each, chosen, chosen.c.name == each.c.name))


def _sums(person: CTE) -> tuple[Column, ...]:
    flags = (person.c.gone, person.c.answered, person.c.promoter, person.c.detractor)
    sums = (func.coalesce(func.sum(flag), literal_column("0")).label(flag.name) for flag in flags)
    return (func.count().label("buyers"), *sums)


_TALLIES: Final = _tallies()
