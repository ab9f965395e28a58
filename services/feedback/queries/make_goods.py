"""SQL of make-goods and of the months that they are paid in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from services.feedback.queries.cases import LIST_MAX
from services.feedback.rules.make_goods import GiftKind, MakeGood, Month
from services.storage.sets import among, insert_new, insert_rows, upsert
from services.storage.tables import make_good_months, make_goods

_MONTH = select(make_good_months.c.month, make_good_months.c.spent_minor, make_good_months.c.gifts).where(
    make_good_months.c.month == bindparam("month")
)
_LOCKED = _MONTH.with_for_update()
_BY_CASE = (
    select(make_goods.c.case_id, func.sum(make_goods.c.cost_minor))
    .where(among(make_goods.c.case_id, "ids"))
    .group_by(make_goods.c.case_id)
)
_BY_CUSTOMER = (
    select(make_goods.c.customer_id, func.sum(make_goods.c.cost_minor))
    .where(among(make_goods.c.customer_id, "ids"), make_goods.c.given_at > bindparam("since"))
    .group_by(make_goods.c.customer_id)
)
_OF_CASE = (
    select(*(make_goods.c[name] for name in MakeGood.__dataclass_fields__))
    .where(make_goods.c.case_id == bindparam("case_id"))
    .order_by(make_goods.c.given_at.desc(), make_goods.c.make_good_id)
    .limit(LIST_MAX)
)


def lock_month(connection: Connection, month: str) -> Month:
    """What was given in the month; nobody else gives in it until the commit."""
    insert_new(connection, make_good_months, [asdict(Month(month))])
    return Month(*connection.execute(_LOCKED, {"month": month}).one())


def find_month(connection: Connection, month: str) -> Month:
    row = connection.execute(_MONTH, {"month": month}).one_or_none()
    return Month(month) if row is None else Month(*row)


def store_month(connection: Connection, month: Month) -> None:
    upsert(connection, make_good_months, [asdict(month)])


def sum_by_case(connection: Connection, case_ids: Iterable[str]) -> Counter[str]:
    """What was given for each of the cases, in minor units."""
    rows = connection.execute(_BY_CASE, {"ids": sorted(set(case_ids))})
    return Counter({case_id: int(cost) for case_id, cost in rows})


def sum_by_customer(connection: Connection, customer_ids: Iterable[str], since: datetime) -> Counter[str]:
    """What each of the customers got after `since`, in minor units."""
    rows = connection.execute(_BY_CUSTOMER, {"ids": sorted(set(customer_ids)), "since": since})
    return Counter({customer_id: int(cost) for customer_id, cost in rows})


def add_make_goods(connection: Connection, given: Sequence[MakeGood]) -> None:
    insert_rows(connection, make_goods, [asdict(one) for one in given])


def find_make_goods(connection: Connection, case_id: str) -> list[MakeGood]:
    """The latest that was given for a case, the oldest of it first."""
    rows = connection.execute(_OF_CASE, {"case_id": case_id}).mappings()
    return [MakeGood(**{**row, "kind": GiftKind(row["kind"])}) for row in rows][::-1]
