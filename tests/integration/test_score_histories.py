"""Whatever happens and in whatever order it is told: what is stored is what a count from scratch finds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from services.activity.rules.events import Touch
from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.activity.use_cases.events import record_events
from services.activity.use_cases.exchanges import record_exchanges
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.engagement.queries.computing import compute
from services.engagement.queries.versions import current_version
from services.engagement.reference import BUILTIN, FIXED_THRESHOLDS
from services.engagement.rules.scores import Score
from services.errors import RegularsError
from services.events import CustomerSeen
from services.feedback.rules.answers import Answer, Polarity, SurveyKind
from services.feedback.use_cases.answers import record_answers
from services.membership.rules.members import Enrolment
from services.membership.rules.merging import Merging
from services.membership.use_cases.members import enrol_members
from services.membership.use_cases.merging import merge_members
from services.programme.programme import Programme
from services.storage.database import make_engine
from services.storage.requests import Job
from services.storage.tables import scores, visits
from services.storage.unit import UnitOfWork, use_case
from tests.integration.histories import LIVES, PEOPLE, Contact, Life, Opinion, Purchase, figures
from tests.integration.shop import NOON, ManualClock
from tests.ledger.product import Product, answered

WEIGHTS = {
    "aov_minor": ("AVERAGE_ORDER_VALUE", 0.20),
    "repeat_rate": ("REPEAT_RATE", 0.20),
    "orders_per_year": ("PURCHASE_FREQUENCY", 0.15),
    "recency_days": ("RECENCY", 0.15),
    "channels": ("CHANNEL_COUNT", 0.15),
    "pages_per_session": ("PAGES_PER_SESSION", 0.025),
    "open_rate": ("OPEN_RATE", 0.025),
    "sentiment": ("SENTIMENT", 0.10),
}
SEGMENTS = {  # by R, then by FM = round((F + M) / 2), as the domain lists them
    5: {5: "CHAMPIONS", 4: "CHAMPIONS", 3: "ACTIVE", 2: "PROMISING", 1: "PROMISING"},
    4: {5: "LOYAL", 4: "LOYAL", 3: "ACTIVE", 2: "PROMISING", 1: "PROMISING"},
    3: {5: "LOYAL", 4: "LOYAL", 3: "NEEDS_ATTENTION", 2: "ALMOST_LOST", 1: "ALMOST_LOST"},
    2: {5: "PREVIOUSLY_LOYAL", 4: "AT_RISK", 3: "AT_RISK", 2: "ALMOST_LOST", 1: "ALMOST_LOST"},
    1: {5: "PREVIOUSLY_LOYAL", 4: "AT_RISK", 3: "AT_RISK", 2: "DORMANT", 1: "DORMANT"},
}

News = tuple[Any, Any]  # a use case, and what it is told
PASTS = st.lists(st.integers(0, 400 * 86_400), min_size=1, max_size=3)


@dataclass(frozen=True, slots=True)
class Entered:
    """A visit that began; the presence of members has tests of its own."""

    visit_id: str
    customer_id: str
    at: datetime


@use_case(type(None))
def enter(unit: UnitOfWork, entered: Sequence[Entered]) -> list[RegularsError | None]:
    for one in entered:
        row = {"visit_id": one.visit_id, "customer_id": one.customer_id, "store": "camden", "zone": ""}
        times = {"entered_at": one.at, "last_seen_at": one.at}
        unit.connection.execute(insert(visits), {**row, "state": "ENTERED", **times})
        unit.emit(CustomerSeen(one.customer_id))
    return [None] * len(entered)


def told(customer_id: str, life: Life) -> list[list[News]]:
    """A life as news; in each list what comes first must be told first."""
    named = iter(range(1_000))
    return [
        *(bought(customer_id, f"{customer_id}-o{place}", one) for place, one in enumerate(life.purchases)),
        *([touched(customer_id, f"{customer_id}-t{next(named)}", one)] for one in life.contacts),
        *([(enter, Entered(f"{customer_id}-v{next(named)}", customer_id, at))] for at in life.visits),
        *([asked(customer_id, f"{customer_id}-a{next(named)}", one)] for one in life.opinions),
    ]


def bought(customer_id: str, order_id: str, one: Purchase) -> list[News]:
    lines = (OrderLine("tea", one.units, one.price),)
    placed = Order("default", order_id, customer_id, one.at, one.channel, "GBP", lines)
    return [(record_orders, placed), *came_back(customer_id, order_id, one)]


def came_back(customer_id: str, order_id: str, one: Purchase) -> Iterator[News]:
    for place, back in enumerate(one.backs):
        name, units = f"{order_id}-{place}", (ReturnLine("tea", back.units),)
        taken = back.taken
        if taken is None:
            yield record_returns, Return("default", name, order_id, customer_id, back.at, units)
            continue
        goods = (OrderLine("tea", taken.units, taken.price),)
        names = ("default", name, customer_id, back.at, taken.channel, order_id)
        yield record_exchanges, Exchange(*names, units, f"{name}n", goods, "GBP")
        yield from came_back(customer_id, f"{name}n", taken)


def touched(customer_id: str, name: str, one: Contact) -> News:
    is_newsletter = one.kind.startswith("NEWSLETTER")
    has_session = one.kind in {"SESSION", "PAGE_VIEW"}
    return record_events, Touch(
        name,
        "default",
        customer_id,
        one.kind,
        one.channel,
        one.at,
        subject=one.name if is_newsletter else "",
        session_id=one.name if has_session else "",
        pages=one.pages,
        outbound=one.outbound,
        proxied=one.proxied,
    )


def asked(customer_id: str, name: str, one: Opinion) -> News:
    kind, polarity = SurveyKind(one.survey), Polarity(one.polarity)
    return record_answers, Answer(customer_id, kind, one.answer, one.at, polarity, answer_key=name)


def arrivals(threads: list[list[News]], draw: random.Random) -> Iterator[News]:
    """All news in a random order, a third of it twice."""
    again: list[News] = []
    waiting = [list(one) for one in threads]
    while waiting or again:
        if again and (not waiting or draw.random() < 0.3):
            yield again.pop(draw.randrange(len(again)))
            continue
        thread = draw.choice(waiting)
        news = thread.pop(0)
        waiting = [one for one in waiting if one]
        if news[0] is not enter and draw.random() < 0.33:
            again.append(news)
        yield news


@pytest.fixture
def product(database_url: str, clock: ManualClock) -> Iterator[Product]:
    made = Product(make_engine(database_url), clock, Programme())
    yield made
    made.close()


@hypothesis_settings(max_examples=40)
@given(
    lives=st.lists(LIVES, min_size=len(PEOPLE), max_size=len(PEOPLE)),
    is_merged=st.booleans(),
    pasts=PASTS,
    draw=st.randoms(use_true_random=False),
)
def test_stored_scores_are_those_counted_from_scratch_now_and_at_any_past_moment(
    product: Product, lives: list[Life], is_merged: bool, pasts: list[int], draw: random.Random
) -> None:
    merged = live(product, lives, draw, is_merged=is_merged)
    with product._connection.begin():
        rows = product._connection.execute(select(scores)).mappings().all()
    assert {row["customer_id"] for row in rows} >= merged.keys() - {
        one for one, life in merged.items() if life == EMPTY
    }
    for row in rows:
        check_row(dict(row), merged[row["customer_id"]])
    for ago in pasts:
        as_of = NOON - timedelta(seconds=ago)
        for found in computed(product, list(merged), as_of):
            check_score(found, merged[found.customer_id])


EMPTY = Life((), (), (), ())


def live(product: Product, lives: list[Life], draw: random.Random, *, is_merged: bool) -> dict[str, Life]:
    """Let everything be told; returns who there is in the end, and what each did."""
    product.clock.move_to(NOON)
    product.start_anew()
    for person in PEOPLE:
        ask(product, enrol_members, Enrolment(person, (), None))
    threads = [one for person, life in zip(PEOPLE, lives, strict=True) for one in told(person, life)]
    news = list(arrivals(threads, draw))
    if is_merged:
        merge = merge_members, Merging("m", "anna", "ben", "ines", "one person")
        news.insert(draw.randint(0, len(news)), merge)
    for use, item in news:
        product.clock.advance(seconds=20)
        ask(product, use, item)
    known = dict(zip(PEOPLE, lives, strict=True))
    return {"anna": known["anna"] + known["ben"], "cleo": known["cleo"]} if is_merged else known


def ask(product: Product, use: Any, item: Any) -> None:
    (answer,) = product._writer._commit(product._connection, [Job(use, item, None)])
    assert answered(answer) == "ok", (item, answer)


def computed(product: Product, ids: list[str], as_of: datetime) -> list[Score]:
    with product._connection.begin():
        version, _ = current_version(product._connection, product.programme.weights)
        return compute(product._connection, sorted(ids), version, as_of)


def check_row(row: dict[str, Any], life: Life) -> None:
    as_of = row["as_of"]
    expected = figures(life, as_of)
    assert {name: row[name] for name in expected.keys() & row.keys()} == {
        name: value for name, value in expected.items() if name in row
    }
    check_figures(expected, row["score"], row["coverage"])
    ranks = (row["recency"], row["frequency"], row["monetary"], row["segment"])
    assert ranks == rfm(expected)


def check_score(found: Score, life: Life) -> None:
    expected = figures(life, found.as_of)
    known = found.figures._asdict()
    assert {name: known[name] for name in expected.keys() & known.keys()} == {
        name: value for name, value in expected.items() if name in known
    }
    check_figures(expected, found.score, found.coverage)
    assert tuple(found.rfm) == rfm(expected)


def check_figures(expected: dict[str, Any], score: float, coverage: float) -> None:
    """The score of figures under the built-in reference, from the formula."""
    there = {name: weight for name, (_, weight) in WEIGHTS.items() if is_known(expected, name)}
    assert coverage == pytest.approx(sum(there.values()))
    points = 0.0
    for name, weight in there.items():
        sample = BUILTIN.points[WEIGHTS[name][0]]
        value = float(expected[name])
        rank = sum((one < value) + (one == value) / 2 for one in sample) / len(sample)
        points += 100 * weight / sum(there.values()) * (1 - rank if name == "recency_days" else rank)
    assert score == pytest.approx(points)


def is_known(expected: dict[str, Any], name: str) -> bool:
    if name == "channels":
        return bool(expected["contacts"])
    return bool(expected["orders"]) if name == "orders_per_year" else expected[name] is not None


def rfm(expected: dict[str, Any]) -> tuple[int, int, int, str]:
    if not expected["orders"]:
        return 0, 0, 0, "PROSPECT"
    known = FIXED_THRESHOLDS
    r = 1 + sum(expected["recency_days"] <= limit for limit in known.recency_days)
    f = 1 + sum(expected["orders"] >= limit for limit in known.orders)
    m = 1 + sum(expected["net_minor"] >= limit for limit in known.money_minor)
    name = SEGMENTS[r][int((f + m) / 2 + 0.5)]
    is_new = r == 5 and name == "PROMISING" and expected["orders"] == 1
    return r, f, m, "NEW" if is_new else name
