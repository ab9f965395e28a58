"""Timelines: everything once, in true order, page by page in both directions, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, insert

from services.journey.queries.records import ALL
from services.journey.queries.timeline import Page, find_timeline, page_query
from services.journey.rules.touches import Wanted
from services.programme.touchpoints import INITIATED_KINDS, Stage, stage_of
from services.storage import tables
from services.storage.database import make_engine
from tests.integration.journeys import (
    CHANNELS,
    HOUR,
    KINDS,
    KNOWN,
    LIVES,
    WINDOWS,
    Deed,
    moment,
    touch_row,
    write,
)
from tests.integration.shop import NOON

RANKS = {"touch": 0, "visit": 1, "cart": 2, "order": 3, "return": 4, "exchange": 5, "answer": 7}
NAMES = {"visit": "store_visit", "answer": "survey"}
IDS = {"touch": "t", "visit": "v", "cart": "c", "order": "o", "return": "r", "exchange": "x", "answer": ""}
CHANNELLESS = {"return", "answer"}
PAGES_MAX = 30  # no life in LIVES is longer than 24 deeds


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def any_of(values: Sequence[Any], most: int) -> st.SearchStrategy[frozenset[Any]]:
    """Mostly all: three filters at once leave little."""
    some = st.sets(st.sampled_from(values), max_size=most).map(frozenset)
    return st.one_of(st.just(frozenset()), st.just(frozenset()), some)


WANTED = st.builds(
    Wanted,
    WINDOWS,
    any_of([*KINDS, "ORDER", "CART", "VISIT", "RETURN"], 4),
    any_of(CHANNELS, 2),
    any_of(list(Stage), 2),
)


def fits(deed: Deed, wanted: Wanted, *, agrees: bool) -> bool:
    """Whether Anna's timeline shows the deed, by the words of the contract."""
    kind = deed.kind if deed.what == "touch" else deed.what.upper()
    name = deed.kind.lower() if deed.what == "touch" else NAMES.get(deed.what, deed.what)
    channel = "STORE" if deed.what == "visit" else "" if deed.what in CHANNELLESS else deed.channel
    window = wanted.window
    return (
        deed.customer == "anna"
        and (agrees or deed.what != "visit")
        and (window.since is None or window.since < deed.at)
        and deed.at <= window.until
        and (not wanted.kinds or kind in wanted.kinds)
        and (not wanted.channels or channel in wanted.channels)
        and (not wanted.stages or stage_of(KNOWN, name, channel) in wanted.stages)
    )


def shown(lives: list[Deed], wanted: Wanted, *, agrees: bool) -> list[str]:
    """The ids of Anna's timeline, the latest first."""
    found = [
        (deed.at, RANKS[deed.what], place + 1 if deed.what == "answer" else f"{IDS[deed.what]}{place}")
        for place, deed in enumerate(lives)
        if fits(deed, wanted, agrees=agrees)
    ]
    return [str(identifier) for _, _, identifier in sorted(found, reverse=True)]


@hypothesis_settings(max_examples=100)
@given(lives=LIVES, wanted=WANTED, agrees=st.booleans(), size=st.integers(1, 5))
def test_the_pages_of_a_timeline_hold_everything_once_in_true_order_both_ways(
    engine: Engine, lives: list[Deed], wanted: Wanted, agrees: bool, size: int
) -> None:
    expected = shown(lives, wanted, agrees=agrees)
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, lives, ("anna",) if agrees else ())
        page = Page("anna", wanted, size)
        back, forth = walked(connection, page), walked(connection, replace(page, newer=True))
        transaction.rollback()
    assert back == expected
    assert forth == expected[::-1]


def walked(connection: Connection, page: Page) -> list[str]:
    """The ids of all pages from one end of the window to the other, in the order of reading."""
    ids: list[str] = []
    for _ in range(PAGES_MAX):
        found = find_timeline(connection, page, KNOWN)
        assert found is not None
        assert len(found.touches) <= page.size
        ids += [touch.id for touch in (reversed(found.touches) if page.newer else found.touches)]
        further = found.newer if page.newer else found.older
        if further is None:
            return ids
        page = replace(page, position=further)
    pytest.fail(f"after {PAGES_MAX} pages the timeline goes on behind {page.position}")


def test_a_touch_is_begun_by_the_customer_exactly_when_its_kind_and_direction_say_so(engine: Engine) -> None:
    deeds = [Deed("anna", "touch", 0, "WEB", kind, outbound) for kind in KINDS for outbound in (False, True)]
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, deeds)
        found = find_timeline(connection, Page("anna", Wanted.up_to(moment(1)), 100), KNOWN)
        transaction.rollback()
    assert found is not None
    for touch in found.touches:
        assert (touch.begun_by == "CUSTOMER") == (touch.kind in INITIATED_KINDS and not touch.outbound)


MANY = 10_000


@pytest.fixture
def crowded(engine: Engine) -> Iterator[Connection]:
    """Anna has 10,000 touches, and Ben, who is quiet, two of long ago."""
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, [])
        rows = [touch_row(Deed("anna", "touch", 10 + number, "WEB"), number) for number in range(MANY)]
        rows += [touch_row(Deed("ben", "touch", number, "WEB"), MANY + number) for number in range(2)]
        connection.execute(insert(tables.touches), rows)
        connection.exec_driver_sql("ANALYZE")
        yield connection
        transaction.rollback()


def test_a_page_takes_a_fixed_number_of_statements_and_reads_no_more_than_itself(crowded: Connection) -> None:
    statements: list[str] = []
    event.listen(crowded, "before_cursor_execute", lambda *args: statements.append(args[2]))
    page = Page("anna", Wanted.up_to(moment(MANY + 100)), 50)
    for _ in range(3):
        found = find_timeline(crowded, page, KNOWN)
        assert found is not None
        assert (len(found.touches), found.older is None) == (50, False)
        page = Page("anna", page.wanted, 50, found.older)
    assert len(statements) == 3 * len(ALL)  # the consents, and one for each record but visits


@pytest.mark.parametrize("customer", ["anna", "ben"])
@pytest.mark.parametrize("newer", [False, True])
def test_every_statement_of_a_page_goes_by_the_customer(
    crowded: Connection, customer: str, newer: bool
) -> None:
    wanted = Wanted.up_to(moment(MANY + 100))
    for record in ALL:
        plan = plan_of(crowded, page_query(record, Page(customer, wanted, 50, newer=newer), dialect(crowded)))
        assert "customer_id" in plan, (record.name, plan)
        by_index = re.sub("INDEX (ONLY )?SCAN|BITMAP HEAP SCAN", "", plan.upper())
        assert "SCAN" not in by_index, plan
    (touches,) = (record for record in ALL if record.name == "touches")
    plan = plan_of(crowded, page_query(touches, Page(customer, wanted, 50, newer=newer), dialect(crowded)))
    assert "ix_touches_customer_id_occurred_at" in plan


def dialect(connection: Connection) -> str:
    return connection.dialect.name


def plan_of(connection: Connection, query: Any) -> str:
    """How the database would answer, with the values in the text."""
    names = {"customer": "anna", "since": NOON - HOUR, "until": moment(MANY + 100), "at": moment(50)}
    if dialect(connection) == "postgresql":  # a table of nobody's rows would be read whole
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    asked: list[tuple[str, Any]] = []
    event.listen(
        connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])), once=True
    )
    connection.execute(query.limit(51), names).all()
    ((statement, values),) = asked
    explain = "EXPLAIN QUERY PLAN" if dialect(connection) == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
