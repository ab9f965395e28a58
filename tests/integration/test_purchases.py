"""Kept orders, as one selectable, against a count by hand: returns and exchanges by their own time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, select

from services.purchases import kept_orders
from services.storage.database import make_engine
from services.storage.tables import orders, return_lines
from tests.integration.shop import NOON

DAY = timedelta(days=1)
CUSTOMERS = ("anna", "ben")


@dataclass(frozen=True)
class Placed:
    """An order; `replaces` is the position of the order whose goods were exchanged for it."""

    customer_id: str
    source: str
    day: int
    total_minor: int
    replaces: int | None
    refunds: tuple[tuple[int, int], ...]  # (days after the order, minor units)


PLACED = st.builds(
    Placed,
    st.sampled_from(CUSTOMERS),
    st.sampled_from(["shop", "market"]),
    st.integers(0, 30),
    st.integers(0, 300),
    st.one_of(st.none(), st.none(), st.integers(0, 8)),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 150)), max_size=2).map(tuple),
)
SHOPS = st.lists(PLACED, max_size=9)


def original(shop: list[Placed], place: int) -> int | None:
    """The order whose goods this one was taken for: an earlier one of the same customer and shop."""
    one, to = shop[place], shop[place].replaces
    if to is None or to >= place:
        return None
    before = shop[to]
    fits = (before.customer_id, before.source) == (one.customer_id, one.source) and before.day <= one.day
    return to if fits else None


def refunds(one: Placed) -> list[tuple[int, int]]:
    """Never more than was paid."""
    left, found = one.total_minor, []
    for after, amount in one.refunds:
        taken = min(amount, left)
        left -= taken
        if taken:
            found.append((one.day + after, taken))
    return found


def counted(shop: list[Placed], until: int, since: int | None) -> set[tuple[str, str, str, datetime, int]]:
    """What the selectable must find, from the words of the domain."""
    worth: dict[int, int] = {}
    for place, one in enumerate(shop):
        if one.day > until:
            continue
        root = place
        while (back := original(shop, root)) is not None:
            root = back
        paid_back = sum(amount for day, amount in refunds(one) if day <= until)
        worth[root] = worth.get(root, 0) + one.total_minor - paid_back
    return {
        (shop[root].customer_id, shop[root].source, f"o{root}", NOON + shop[root].day * DAY, net)
        for root, net in worth.items()
        if net > 0 and (since is None or shop[root].day > since)
    }


def write(connection: Connection, shop: list[Placed]) -> None:
    for place, one in enumerate(shop):
        back = original(shop, place)
        connection.execute(insert(orders), order_row(one, place, "" if back is None else f"o{back}"))
        for number, (day, amount) in enumerate(refunds(one)):
            row = {
                "return_id": f"r{place}-{number}",
                "source": one.source,
                "line": 0,
                "order_id": f"o{place}",
            }
            rest = {"order_id": f"o{place}", "order_line": 0, "customer_id": one.customer_id, "sku": "tea"}
            when = {"quantity": 1, "amount_minor": amount, "returned_at": NOON + day * DAY}
            connection.execute(insert(return_lines), {**row, **rest, **when})


def order_row(one: Placed, place: int, replaces: str) -> dict[str, Any]:
    return {
        "order_id": f"o{place}",
        "source": one.source,
        "customer_id": one.customer_id,
        "channel": "WEB",
        "placed_at": NOON + one.day * DAY,
        "currency": "GBP",
        "total_minor": one.total_minor,
        "refunded_minor": sum(amount for _, amount in refunds(one)),
        "points_paid_minor": 0,
        "replaces": replaces,
    }


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@hypothesis_settings(max_examples=120)
@given(shop=SHOPS, until=st.integers(-1, 55), since=st.one_of(st.none(), st.integers(0, 25)))
def test_kept_orders_are_those_counted_by_hand_at_any_moment(
    engine: Engine, shop: list[Placed], until: int, since: int | None
) -> None:
    expected = counted(shop, until, since)
    moments: dict[str, Any] = {"until": NOON + until * DAY}
    if since is not None:
        moments["since"] = NOON + since * DAY
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, shop)
        everybodys = found(connection, moments, since=since is not None, ids=False)
        annas = found(connection, {**moments, "ids": ["anna"]}, since=since is not None, ids=True)
        transaction.rollback()
    assert everybodys == expected
    assert annas == {one for one in expected if one[0] == "anna"}


def found(connection: Connection, parameters: dict[str, Any], *, since: bool, ids: bool) -> set[Any]:
    kept = kept_orders(since=since, ids=ids)
    query = select(kept.c.customer_id, kept.c.source, kept.c.order_id, kept.c.placed_at, kept.c.net_minor)
    rows = [tuple(row) for row in connection.execute(query, parameters)]
    assert len(set(rows)) == len(rows)
    assert all(type(row[-1]) is int for row in rows)
    return set(rows)
