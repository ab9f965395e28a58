"""Random lives of customers, and what the words of the domain make of them: no SQL, exact fractions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from hypothesis import strategies as st

from tests.integration.shop import NOON

DAY = timedelta(days=1)
PEOPLE = ("anna", "ben", "cleo")
CHANNELS = ("WEB", "APP", "STORE", "PHONE", "SOCIAL")
CAME = {"PAGE_VIEW", "SESSION", "APP_USE", "CHAT", "CALL", "SEARCH", "NEWSLETTER_CLICKED", "STORE_CONTACT"}


@dataclass(frozen=True)
class Back:
    """Units that came back to an order; `taken` is what was taken for them, and None was paid out."""

    at: datetime
    units: int
    taken: Purchase | None


@dataclass(frozen=True)
class Purchase:
    at: datetime
    channel: str
    units: int
    price: int
    backs: tuple[Back, ...]

    def worth(self, as_of: datetime) -> int:
        """What it came to by a moment, with all that was exchanged."""
        found = self.units * self.price
        for back in self.backs:
            if back.at <= as_of:
                found += (back.taken.worth(as_of) if back.taken else 0) - back.units * self.price
        return found

    def placed(self) -> Iterator[tuple[datetime, str]]:
        """Times and channels of the order and of those of its exchanges."""
        yield self.at, self.channel
        for back in self.backs:
            yield from back.taken.placed() if back.taken else ()


@dataclass(frozen=True)
class Contact:
    kind: str
    channel: str
    at: datetime
    name: str  # of the session or the newsletter
    pages: int
    outbound: bool
    proxied: bool


@dataclass(frozen=True)
class Opinion:
    survey: str
    polarity: str
    answer: int
    at: datetime


@dataclass(frozen=True)
class Life:
    """What one customer did."""

    purchases: tuple[Purchase, ...]
    contacts: tuple[Contact, ...]
    visits: tuple[datetime, ...]
    opinions: tuple[Opinion, ...]

    def __add__(self, other: Life) -> Life:
        return Life(
            self.purchases + other.purchases,
            self.contacts + other.contacts,
            self.visits + other.visits,
            self.opinions + other.opinions,
        )


def moments(days: int) -> st.SearchStrategy[datetime]:
    """Some lie on the very edges of the windows."""
    seconds = st.integers(0, days * 86_400)
    edges = st.sampled_from([0, 90 * 86_400, 365 * 86_400])
    return st.one_of(seconds, seconds, edges).map(lambda ago: NOON - timedelta(seconds=ago))


@st.composite
def purchases(draw: st.DrawFn, earliest: datetime | None = None, depth: int = 0) -> Purchase:
    at = draw(moments(500)) if earliest is None else earliest
    units, price = draw(st.integers(1, 4)), draw(st.integers(0, 9_000))
    left, backs = units, []
    while left and depth < 3 and draw(st.integers(0, 2)) == 0:
        back_at = min(at + draw(st.integers(0, 40)) * DAY, NOON)
        taken = draw(purchases(back_at, depth + 1)) if draw(st.booleans()) else None
        backs.append(Back(back_at, draw(st.integers(1, left)), taken))
        left -= backs[-1].units
    return Purchase(at, draw(st.sampled_from(CHANNELS)), units, price, tuple(backs))


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    kinds = ("NEWSLETTER_SENT", "NEWSLETTER_OPENED", "RECOMMENDATION_SHOWN", *sorted(CAME))
    kind = draw(st.sampled_from(kinds))
    is_session = kind == "SESSION"
    return Contact(
        kind,
        draw(st.sampled_from(CHANNELS)),
        draw(moments(120)),
        draw(st.sampled_from(["x", "y", "z"])),
        draw(st.integers(0, 9)) if is_session else 0,
        kind == "NEWSLETTER_SENT" or (kind in {"CHAT", "CALL"} and draw(st.booleans())),
        kind == "NEWSLETTER_OPENED" and draw(st.booleans()),
    )


OPINIONS = st.one_of(
    st.builds(Opinion, st.just("NPS"), st.just(""), st.integers(0, 10), moments(400)),
    st.builds(Opinion, st.just("CSAT"), st.just(""), st.integers(1, 5), moments(400)),
    st.builds(Opinion, st.just("CES"), st.sampled_from(["EASY", "EFFORT"]), st.integers(1, 7), moments(400)),
)
LIVES = st.builds(
    Life,
    st.lists(purchases(), max_size=4).map(tuple),
    st.lists(contacts(), max_size=8).map(tuple),
    st.lists(moments(120), max_size=2).map(tuple),
    st.lists(OPINIONS, max_size=3).map(tuple),
)


def figures(life: Life, as_of: datetime) -> dict[str, Any]:
    """Columns of `scores`, each from its definition."""
    return {**_bought(life, as_of), **_came(life, as_of), **_digital(life, as_of), **_said(life, as_of)}


def _bought(life: Life, as_of: datetime) -> dict[str, Any]:
    kept = sorted(
        (one.at, one.worth(as_of))
        for one in life.purchases
        if as_of - 365 * DAY < one.at <= as_of and one.worth(as_of) > 0
    )
    gaps = [_days(after[0] - before[0]) for before, after in pairwise(kept)]
    net = sum(worth for _, worth in kept)
    return {
        "orders": len(kept),
        "net_minor": net,
        "last_order_at": kept[-1][0] if kept else None,
        "gap_days_median": float(median(gaps)) if gaps else None,
        "aov_minor": float(Fraction(net, len(kept))) if kept else None,
        "repeat_rate": float(Fraction(len(kept) - 1, len(kept))) if kept else None,
        "orders_per_year": float(len(kept)),
        "recency_days": _days(as_of - kept[-1][0]) if kept else None,
    }


def _days(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 86_400_000_000)


def _lately(at: datetime, as_of: datetime) -> bool:
    return as_of - 90 * DAY < at <= as_of


def _came(life: Life, as_of: datetime) -> dict[str, Any]:
    found = [(at, channel) for one in life.purchases for at, channel in one.placed()]
    found += [
        (one.at, "EMAIL" if one.kind == "NEWSLETTER_CLICKED" else one.channel)
        for one in life.contacts
        if one.kind in CAME and not one.outbound
    ]
    found += [(at, "STORE") for at in life.visits]
    channels = [channel for at, channel in found if _lately(at, as_of)]
    return {"channels": len(set(channels)), "contacts": len(channels)}


def _digital(life: Life, as_of: datetime) -> dict[str, Any]:
    lately = [one for one in life.contacts if _lately(one.at, as_of)]
    pages: dict[str, int] = {}
    for name in {one.name for one in lately if one.kind in {"SESSION", "PAGE_VIEW"}}:
        told = max((one.pages for one in lately if one.kind == "SESSION" and one.name == name), default=0)
        seen = sum(one.kind == "PAGE_VIEW" and one.name == name for one in lately)
        pages[name] = max(told, seen)
    known = {name: count for name, count in pages.items() if count}
    sent = {one.name for one in lately if one.kind == "NEWSLETTER_SENT"}
    opened = sent & {one.name for one in lately if one.kind == "NEWSLETTER_OPENED" and not one.proxied}
    return {
        "sessions": len(known),
        "pages": sum(known.values()),
        "newsletters": len(sent),
        "opened": len(opened),
        "pages_per_session": float(Fraction(sum(known.values()), len(known))) if known else None,
        "open_rate": float(Fraction(len(opened), len(sent))) if sent else None,
    }


def _said(life: Life, as_of: datetime) -> dict[str, Any]:
    said = [one for one in life.opinions if as_of - 365 * DAY < one.at <= as_of]
    moods = [_mood(one) for one in said]
    nps = [(one.at, one.answer) for one in said if one.survey == "NPS"]
    return {
        "answers": len(said),
        "sentiment": float(sum(moods) / len(moods)) if moods else None,
        "nps": max(nps)[1] if nps else None,
    }


def _mood(one: Opinion) -> Fraction:
    low, high = {"NPS": (0, 10), "CSAT": (1, 5), "CES": (1, 7)}[one.survey]
    answer = low + high - one.answer if one.polarity == "EFFORT" else one.answer
    return Fraction(answer - low, high - low)
