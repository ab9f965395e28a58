"""Whatever two customers have done: merged and told apart again at once, every row is as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.activity.rules.carts import Cart, CartLine
from services.activity.rules.events import Touch
from services.activity.rules.orders import Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.activity.use_cases.carts import update_carts
from services.activity.use_cases.events import record_events
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.feedback.rules.answers import Answer, SurveyKind
from services.feedback.use_cases.answers import record_answers
from services.loyalty.rules.spending import SetAside, Spend
from services.loyalty.use_cases.spending import hold_points, spend_points
from services.loyalty.use_cases.time import Due, sweep_accounts
from services.membership.rules.members import Consent, ConsentChange, ConsentKind, Enrolment
from services.membership.rules.merging import Merging, Unmerging
from services.membership.use_cases.consents import set_consents
from services.membership.use_cases.members import enrol_members
from services.membership.use_cases.merging import merge_members, unmerge_members
from services.points.holds import Wanted
from services.storage.database import make_engine
from services.storage.requests import Job
from services.storage.tables import metadata
from tests.integration.shop import NOON, ManualClock
from tests.ledger.product import Product, answered
from tests.ledger.programmes import programme

PAIR = ("anna", "ben")
JOURNALS = {"merges", "merge_rows", "member_changes", "tier_changes"}  # they tell what was done
RESTAMPED = {  # when a row was last touched is no part of what it says
    "members": {"changed_at"},
    "accounts": {"due_at"},
}

Rows = Counter[tuple[Any, ...]]
Step = tuple[Callable[[str, str, int], tuple[Any, Any]], int]


def order(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    lines = (OrderLine("tea", 1 + size % 3, 1_000 + size), OrderLine("toy", 1, 10 * size))
    return record_orders, Order("default", name, customer_id, NOON, "WEB", "GBP", lines)


def goods_back(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    back = Return("default", name, "", customer_id, NOON, (ReturnLine("tea", 1 + size % 2),))
    return record_returns, back


def spend(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    return spend_points, Spend(customer_id, Wanted(name, 1 + size % 20, "default", ""))


def hold(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    return hold_points, SetAside(customer_id, Wanted(name, 1 + size % 20, "default", ""), timedelta(days=1))


def consent(customer_id: str, _name: str, size: int) -> tuple[Any, Any]:
    kind = list(ConsentKind)[size % len(ConsentKind)]
    return set_consents, ConsentChange(customer_id, (Consent(kind, size % 3 > 0, "store-form", "1"),))


def cart(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    lines = tuple(CartLine("cup", 1, 100, "Cup") for _ in range(size % 3))
    return update_carts, Cart(name, customer_id, "WEB", "GBP", lines, NOON)


def touch(customer_id: str, name: str, size: int) -> tuple[Any, Any]:
    return record_events, Touch(name, "default", customer_id, "SESSION", "APP", NOON, pages=1 + size % 9)


def opinion(customer_id: str, _name: str, size: int) -> tuple[Any, Any]:
    return record_answers, Answer(customer_id, SurveyKind.NPS, size % 11, NOON)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([order, goods_back, spend, hold, consent, cart, touch, opinion]),
        st.integers(0, 5_000),
    ),
    max_size=12,
)


@pytest.fixture
def product(database_url: str, clock: ManualClock) -> Iterator[Product]:
    made = Product(make_engine(database_url), clock, programme())
    yield made
    made.close()


@settings(max_examples=25)
@given(ours=STEPS, theirs=STEPS, days=st.sampled_from([0, 14, 30]), is_member=st.booleans())
def test_a_merge_undone_at_once_leaves_every_row_as_it_was(
    product: Product, ours: list[Step], theirs: list[Step], days: int, is_member: bool
) -> None:
    live(product, ours, theirs, days, is_member=is_member)
    before = dump(product)
    for use_case, item in (
        (merge_members, Merging("m", *PAIR, "ines", "one person")),
        (unmerge_members, Unmerging("m", *PAIR, "ines", "two people")),
    ):
        assert ask(product, use_case, item) == "ok"
        assert product.violations() == []
    compare(before, dump(product))


def live(
    product: Product, ours: Sequence[Step], theirs: Sequence[Step], days: int, *, is_member: bool
) -> None:
    """Two customers and what they do, whatever of it is refused; then time passes, and nothing is due."""
    product.clock.move_to(NOON)
    product.start_anew()
    names = count()
    members = PAIR if is_member else PAIR[:1]
    for customer_id in members:
        ask(product, enrol_members, Enrolment(customer_id, (), None))
    for customer_id, steps in zip(PAIR, (ours, theirs), strict=True):
        ask(product, *order(customer_id, f"n{next(names)}", 2_000))
        for step, size in steps:
            ask(product, *step(customer_id, f"n{next(names)}", size))
    product.clock.advance(days=days)
    for customer_id in members:
        ask(product, sweep_accounts, Due(customer_id))


def ask(product: Product, use_case: Any, item: Any) -> str:
    (answer,) = product._writer._commit(product._connection, [Job(use_case, item, None)])
    return answered(answer)


def dump(product: Product) -> dict[str, Rows]:
    """Every row of every table, but for what the tables above are let off."""
    found: dict[str, Rows] = {}
    with product._connection.begin():
        for name, table in metadata.tables.items():
            columns = [column for column in table.c if column.name not in RESTAMPED.get(name, set())]
            rows = product._connection.execute(select(*columns))
            found[name] = Counter(tuple(map(repr, row)) for row in rows)
    return found


def compare(before: dict[str, Rows], after: dict[str, Rows]) -> None:
    for name, rows in before.items():
        gone, added = rows - after[name], after[name] - rows
        if name in {"scores", *JOURNALS}:
            assert name == "scores" or not gone, name  # a score may have become one without evidence
        elif name == "movements":
            assert not gone
            assert all("'MERGE'" in row or "'REVERSE_EARN'" in row for row in added)
        else:
            assert (gone, added) == (Counter(), Counter()), name
