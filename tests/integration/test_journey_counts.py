"""Reports of journeys are what one counts by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from services.intervals import Figure, Moments, clustered_share
from services.journey.queries.friction import tally_signals
from services.journey.queries.stages import count_steps
from services.journey.queries.transitions import find_carts, find_transitions
from services.journey.rules.friction import Exposure, Tally
from services.journey.rules.stages import PATHS, Step
from services.journey.rules.transitions import Share
from services.programme.touchpoints import Stage, initiated_channel, stage_of
from services.storage.database import make_engine
from services.windows import Window
from tests.integration.journeys import CHANNELS, CUSTOMERS, HOUR, KNOWN, LIVES, WINDOWS, Deed, moment, write

Lives = list[Deed]
AGREEING = st.sets(st.sampled_from(CUSTOMERS)).map(lambda who: tuple(sorted(who)))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def inside(deed: Deed, window: Window) -> bool:
    return (window.since is None or window.since < deed.at) and deed.at <= window.until


def channel_of(deed: Deed, agreeing: tuple[str, ...]) -> str | None:
    """The channel in which the customer came by a deed; None when the customer did not."""
    match deed.what:
        case "touch":
            return initiated_channel(deed.kind, deed.channel, outbound=deed.outbound)
        case "visit":
            return "STORE" if deed.customer in agreeing else None
        case "order" | "cart" | "exchange":
            return deed.channel
        case _:
            return None


def lies(deed: Deed, stage: Stage, agreeing: tuple[str, ...]) -> bool:
    """Whether the customer began it at a touchpoint of the stage."""
    if deed.what == "touch":
        begun = initiated_channel(deed.kind, deed.channel, outbound=deed.outbound) is not None
        return begun and stage_of(KNOWN, deed.kind.lower(), deed.channel) is stage
    if deed.what == "visit":
        return stage is Stage.BEFORE and deed.customer in agreeing
    return deed.what in {"return", "exchange", "answer"} and stage is Stage.AFTER


AT_ONCE = [Deed("anna", what, 3, "WEB", "SESSION") for what in ("touch", "cart", "order", "return")]


def steps_of(lives: Lives, agreeing: tuple[str, ...]) -> tuple[set[Step], set[tuple[Step, Step]]]:
    """What one customer reached, and the paths on which the customer went on."""
    before = sorted(one.at for one in lives if lies(one, Stage.BEFORE, agreeing))
    carts = sorted(one.at for one in lives if one.what == "cart")
    orders = sorted(one.at for one in lives if one.what == "order" and one.value)
    after = [one.at for one in lives if lies(one, Stage.AFTER, agreeing) and orders and one.at >= orders[0]]
    moments = {
        Step.BEFORE: before,
        Step.CART: carts,
        Step.ORDER: orders,
        Step.AFTER: sorted(after),
        Step.REPEAT: orders[1:],
    }
    reached = {step for step, found in moments.items() if found}
    went_on = {
        (start, end)
        for start, end in PATHS
        if any(there <= then for there in moments[start][:1] for then in moments[end])
    }
    return reached, went_on


@hypothesis_settings(max_examples=100)
@given(lives=LIVES, window=WINDOWS, agreeing=AGREEING, channel=st.sampled_from(["", *CHANNELS, "EMAIL"]))
@example(lives=AT_ONCE, window=Window(None, moment(5)), agreeing=(), channel="")
def test_steps_are_those_counted_by_hand(
    engine: Engine, lives: Lives, window: Window, agreeing: tuple[str, ...], channel: str
) -> None:
    reached: Counter[Step] = Counter()
    went_on: Counter[tuple[Step, Step]] = Counter()
    for customer in CUSTOMERS:
        own = [one for one in lives if one.customer == customer and inside(one, window)]
        if channel and channel not in {channel_of(one, agreeing) for one in own}:
            continue
        steps, paths = steps_of(own, agreeing)
        reached.update(steps)
        went_on.update(paths)
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, lives, agreeing)
        found = count_steps(connection, window, KNOWN, channel, "")
        transaction.rollback()
    assert found.reached == {step: reached[step] for step in Step}
    assert found.went_on == {path: went_on[path] for path in PATHS}


def contacts_of(lives: Lives, agreeing: tuple[str, ...]) -> list[tuple[Any, str]]:
    """When and where one customer came, in order; a session once in each channel."""
    first: dict[Any, tuple[Any, str]] = {}
    for place, one in enumerate(lives):
        channel = channel_of(one, agreeing)
        if channel is None:
            continue
        name: Any = (one.session, channel) if one.what == "touch" and one.session else place
        first[name] = min(first.get(name, (one.at, channel)), (one.at, channel))
    return sorted(first.values())


def counted(pairs: dict[str, Counter[tuple[str, str]]]) -> list[Share]:
    """Of each pair of channels how often, by how many, and the share of all from its start."""
    all_pairs = sum(pairs.values(), Counter())
    return [
        Share(*pair, number, sum(pair in own for own in pairs.values()), share_of(pair, pairs))
        for pair, number in all_pairs.items()
    ]


def share_of(pair: tuple[str, str], pairs: dict[str, Counter[tuple[str, str]]]) -> Figure:
    """The share among all that began where the pair does; each customer is one draw."""
    each = [
        (own[pair], sum(number for (start, _), number in own.items() if start == pair[0]))
        for own in pairs.values()
    ]
    drawn = [(y, x) for y, x in each if x]
    sums = (sum(one) for one in zip(*((y, x, y * y, x * y, x * x) for y, x in drawn), strict=True))
    return clustered_share(Moments(len(drawn), *sums))


def same(one: Iterable[Share], other: Iterable[Share]) -> bool:
    return sorted(one, key=pair_of) == sorted(other, key=pair_of)


def pair_of(share: Share) -> tuple[str, str]:
    return share.start, share.end


@hypothesis_settings(max_examples=100)
@given(lives=LIVES, window=WINDOWS, agreeing=AGREEING, gap=st.integers(0, 30))
def test_transitions_are_those_counted_by_hand(
    engine: Engine, lives: Lives, window: Window, agreeing: tuple[str, ...], gap: int
) -> None:
    steps: dict[str, Counter[tuple[str, str]]] = {}
    carts: dict[str, Counter[tuple[str, str]]] = {}
    for customer in CUSTOMERS:
        own = [one for one in lives if one.customer == customer and inside(one, window)]
        came = contacts_of(own, agreeing)
        steps[customer] = Counter(
            (start, end) for (then, start), (now, end) in pairwise(came) if now - then <= gap * HOUR
        )
        carts[customer] = Counter((one.channel, one.bought) for one in own if one.what == "cart")
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, lives, agreeing)
        transitions = find_transitions(connection, window, gap * HOUR)
        bought = find_carts(connection, window)
        transaction.rollback()
    assert same(transitions, counted(steps))
    assert same(bought, counted(carts))


def signals_of(lives: Lives, agreeing: tuple[str, ...]) -> set[str]:
    """What one customer met."""
    names = {"visit": "store_visit"}
    found = {
        one.kind.lower() if one.what == "touch" else names.get(one.what, one.what)
        for one in lives
        if one.what not in {"order", "answer"} and (one.what != "visit" or one.customer in agreeing)
    }
    return found | {"abandoned_cart" for one in lives if one.what == "cart" and one.abandoned}


def tally_of(later: Lives, told: Lives) -> Tally:
    """One buyer's: what was bought afterwards, and all that was answered."""
    answers = sorted((one.at, one.value % 11) for one in told if one.what == "answer")
    last = answers[-1][1] if answers else None
    gone = not any(one.what == "order" and one.value for one in later)
    return Tally(1, gone, last is not None, last is not None and last >= 9, last is not None and last <= 6)


@hypothesis_settings(max_examples=100)
@given(lives=LIVES, window=WINDOWS, agreeing=AGREEING, horizon=st.integers(1, 20))
def test_signals_are_tallied_as_by_hand(
    engine: Engine, lives: Lives, window: Window, agreeing: tuple[str, ...], horizon: int
) -> None:
    exposure = Exposure(window, horizon * HOUR, cut=False)
    expected: dict[str, Counter[tuple[int, Tally]]] = {"": Counter()}
    for customer in CUSTOMERS:
        own = [one for one in lives if one.customer == customer]
        now = [one for one in own if inside(one, window)]
        later = [one for one in own if inside(one, Window(window.until, exposure.horizon_end))]
        orders = sum(one.what == "order" and bool(one.value) for one in now)
        if not orders:
            continue
        often = max(least for least in (1, 2, 3, 5) if least <= orders)
        for signal in ("", *signals_of(now, agreeing)):
            expected.setdefault(signal, Counter())[often, tally_of(later, now + later)] += 1
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, lives, agreeing)
        everybody, signals = tally_signals(connection, exposure)
        transaction.rollback()
    assert {"": everybody, **signals} == {signal: summed(own) for signal, own in expected.items()}


def summed(own: Counter[tuple[int, Tally]]) -> dict[int, Tally]:
    found: dict[int, list[int]] = {}
    for (often, one), number in own.items():
        parts = (one.buyers, one.gone, one.answered, one.promoters, one.detractors)
        total = found.setdefault(often, [0] * 5)
        found[often] = [so_far + part * number for so_far, part in zip(total, parts, strict=True)]
    return {often: Tally(*total) for often, total in found.items()}


def test_only_the_most_frequent_signals_are_tallied(engine: Engine) -> None:
    from services.journey.queries import friction

    lives = [Deed(who, "order", 0, "WEB") for who in CUSTOMERS]
    lives += [Deed(who, "touch", 0, "WEB", "CALL") for who in CUSTOMERS]
    lives += [Deed("anna", "touch", 0, "WEB", "CHAT")]
    exposure = Exposure(Window(None, lives[0].at), timedelta(hours=1), cut=False)
    with engine.connect() as connection, connection.begin() as transaction:
        write(connection, lives)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(friction, "SIGNALS_MAX", 1)
            _, signals = tally_signals(connection, exposure)
        transaction.rollback()
    assert signals == {"call": {1: Tally(2, 2, 0, 0, 0)}}
