"""Customers' journeys as rows: what one did, and how a database keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from services.programme.touchpoints import Stage, Touchpoint, registry
from services.storage import tables
from services.windows import Window
from tests.integration.shop import NOON

HOUR = timedelta(hours=1)
CUSTOMERS = ("anna", "ben")
CHANNELS = ("WEB", "APP", "STORE", "PHONE")
KINDS = ("SESSION", "PAGE_VIEW", "CALL", "HELP_VIEWED", "NEWSLETTER_CLICKED", "NEWSLETTER_SENT", "CHAT")
# Help is an offer before the sale here, but only on the web; elsewhere the registry does not know it.
KNOWN = registry(
    [
        Touchpoint(name="help_viewed", stage=Stage.BEFORE, channels=("WEB",), title="Guide read"),
        Touchpoint(name="store_visit", stage=Stage.BEFORE, title="Visit to a store"),
    ]
)


@dataclass(frozen=True)
class Deed:
    """One thing that a customer did or that was done, `hour` hours after noon."""

    customer: str
    what: str  # touch, order, return, cart, visit, answer, exchange, case
    hour: int
    channel: str
    kind: str = "CHAT"  # of a touch
    outbound: bool = False
    session: str = ""
    value: int = 100  # minor units of an order; of an answer 0 to 10 of it
    bought: str = ""  # the channel of the order that closed a cart
    abandoned: bool = False  # of a cart

    @property
    def at(self) -> datetime:
        return moment(self.hour)


def moment(hour: int) -> datetime:
    return NOON + hour * HOUR


DEEDS = st.builds(
    Deed,
    st.sampled_from(CUSTOMERS),
    st.sampled_from(
        ["touch", "touch", "touch", "order", "order", "return", "cart", "visit", "answer", "exchange"]
    ),
    st.integers(0, 6),  # few, so that much happens at one moment
    st.sampled_from(CHANNELS),
    st.sampled_from(KINDS),
    st.booleans(),
    st.sampled_from(["", "", "s-1", "s-2"]),
    st.sampled_from([0, 3, 7, 10, 10]),
    st.sampled_from(["", "", *CHANNELS]),
    st.booleans(),
)
LIVES = st.one_of(st.lists(DEEDS, max_size=6), st.lists(DEEDS, min_size=12, max_size=24))
WINDOWS = st.builds(
    lambda start, length: Window(moment(start), moment(start + length)),
    st.integers(-1, 3),
    st.integers(1, 8),
)


def write(connection: Connection, lives: list[Deed], agreeing: tuple[str, ...] = ()) -> None:
    """Store the deeds, numbered by their place; `agreeing` are the customers who agree to PRESENCE."""
    for number, customer in enumerate(CUSTOMERS):
        connection.execute(insert(tables.customers), {"customer_id": customer, "first_seen_at": NOON})
        connection.execute(insert(tables.consents), consent_row(number, customer, customer in agreeing))
    for place, deed in enumerate(lives):
        for table, row in rows_of(deed, place):
            connection.execute(insert(table), row)


def consent_row(number: int, customer: str, granted: bool, kind: str = "PRESENCE") -> dict[str, Any]:
    return {
        "consent_id": number + 1,
        "customer_id": customer,
        "kind": kind,
        "granted": granted,
        "source": "test",
        "text_version": "1",
        "recorded_at": NOON,
    }


def rows_of(deed: Deed, place: int) -> list[tuple[Any, dict[str, Any]]]:
    owner = {"customer_id": deed.customer}
    shop = {**owner, "source": "shop"}
    match deed.what:
        case "order":
            return [(tables.orders, order_row(deed, place))]
        case "return":
            numbers = {"refund_minor": 50, "unmatched_units": 0}
            return [(tables.returns, {**shop, "return_id": f"r{place}", "returned_at": deed.at, **numbers})]
        case "cart":
            return [(tables.carts, cart_row(deed, place))]
        case "visit":
            return [(tables.visits, visit_row(deed, place))]
        case "answer":
            return [(tables.answers, answer_row(deed, place))]
        case "exchange":
            return exchange_rows(deed, place)
        case _:
            return [(tables.touches, touch_row(deed, place))]


def touch_row(deed: Deed, place: int) -> dict[str, Any]:
    return {
        "event_id": f"t{place}",
        "source": "shop",
        "customer_id": deed.customer,
        "kind": deed.kind,
        "channel": deed.channel,
        "occurred_at": deed.at,
        "touchpoint": "",
        "subject": "",
        "session_id": deed.session,
        "pages": 0,
        "outbound": deed.outbound,
        "proxied": False,
    }


def order_row(deed: Deed, place: int, replaces: str = "") -> dict[str, Any]:
    return {
        "order_id": f"o{place}",
        "source": "shop",
        "customer_id": deed.customer,
        "channel": deed.channel,
        "placed_at": deed.at,
        "currency": "GBP",
        "total_minor": deed.value,
        "refunded_minor": 0,
        "points_paid_minor": 0,
        "replaces": replaces,
    }


def exchange_rows(deed: Deed, place: int) -> list[tuple[Any, dict[str, Any]]]:
    """An exchange is a return and an order beside itself; none of the two is a touch of its own."""
    row = {
        "exchange_id": f"x{place}",
        "source": "shop",
        "customer_id": deed.customer,
        "exchanged_at": deed.at,
        "original_id": f"before{place}",
        "return_id": f"r{place}",
        "order_id": f"o{place}",
        "kept_minor": 0,
    }
    back = {"return_id": f"r{place}", "source": "shop", "customer_id": deed.customer, "returned_at": deed.at}
    return [
        (tables.exchanges, row),
        (tables.returns, {**back, "refund_minor": 0, "unmatched_units": 0}),
        (tables.orders, order_row(deed, place, f"before{place}")),
    ]


def cart_row(deed: Deed, place: int) -> dict[str, Any]:
    return {
        "cart_id": f"c{place}",
        "customer_id": deed.customer,
        "channel": "WEB",
        "currency": "GBP",
        "state": "RECOVERED" if deed.bought else "ABANDONED" if deed.abandoned else "OPEN",
        "changed_at": deed.at,
        "abandoned_at": deed.at if deed.abandoned else None,
        "started_at": deed.at,
        "started_channel": deed.channel,
        "order_source": "shop" if deed.bought else "",
        "order_id": "any" if deed.bought else "",
        "order_channel": deed.bought,
    }


def visit_row(deed: Deed, place: int) -> dict[str, Any]:
    return {
        "visit_id": f"v{place}",
        "customer_id": deed.customer,
        "store": "camden",
        "zone": "",
        "state": "EXITED",
        "entered_at": deed.at,
        "last_seen_at": deed.at,
        "exited_at": deed.at,
    }


def answer_row(deed: Deed, place: int) -> dict[str, Any]:
    texts = ("polarity", "survey_id", "comment", "channel", "touchpoint", "source", "order_id")
    return {
        "answer_id": place + 1,
        "customer_id": deed.customer,
        "survey": "NPS",
        "answer": deed.value % 11,
        "answered_at": deed.at,
        **dict.fromkeys(texts, ""),
    }
