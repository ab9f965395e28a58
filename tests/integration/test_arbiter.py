"""Several gateways in one store: whatever the order in which they are heard, the visits are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from services.membership.rules.members import Enrolment
from services.membership.use_cases.members import enrol_members
from services.presence.rules.key_table import Device
from services.presence.rules.visits import GatewayBatch, Sighting
from services.presence.use_cases.keys import Pseudonyms, name_members
from services.presence.use_cases.reporting import Signal, SignalReport, report_presence, report_signals
from services.programme.programme import Programme
from services.reactions import react
from services.storage import tables
from services.storage.database import make_engine
from services.storage.unit import AnyUseCase, UnitOfWork
from services.storage.vault import Vault
from tests.integration.shop import NOON

EXAMPLES = 25
MEMBERS = 2 * EXAMPLES + 10
GATEWAYS = ("door", "shoes", "till")
FACTS = ("zone", "state", "entered_at", "last_seen_at", "exited_at")
Batches = list[GatewayBatch]


def at(seconds: float) -> Any:
    return NOON + timedelta(seconds=seconds)


class Store:
    """A database in which gateways report; `whose` is a member's number."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = NOON
        self.run(
            enrol_members, [Enrolment(f"c{one}", (), NOON - timedelta(days=1)) for one in range(MEMBERS)]
        )
        with engine.begin() as connection:
            keys = [
                {"customer_id": f"c{one}", "identity_key": bytes(16), "serial": one, "made_at": NOON}
                for one in range(MEMBERS)
            ]
            connection.execute(insert(tables.presence_keys), keys)
        named = tuple((f"{one:016x}", Device(one, f"c{one}", bytes(16))) for one in range(MEMBERS))
        self.run(name_members, [Pseudonyms(NOON.date(), named)])

    def run(self, of: AnyUseCase, items: Sequence[Any]) -> list[Any]:
        with self.engine.begin() as connection:
            unit = UnitOfWork(connection, self.now, Programme(), Vault(bytes(32)))
            answers = list(of.run(unit, items))
            react(unit)
        return answers

    def report(self, *batches: GatewayBatch) -> None:
        for batch in batches:
            self.run(report_presence, [batch])

    def visits(self, whose: int) -> list[tuple[Any, ...]]:
        """(zone, state, from, last seen, left) of the member's visits, oldest first."""
        columns = [
            tables.visits.c[name] for name in ("zone", "state", "entered_at", "last_seen_at", "exited_at")
        ]
        query = select(*columns).where(tables.visits.c.customer_id == f"c{whose}")
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(tables.visits.c.entered_at))]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    engine = make_engine(database_url)
    yield Store(engine)
    engine.dispose()


def told(seq: int, kind: str, seconds: float, whose: int, **more: Any) -> Sighting:
    facts: dict[str, Any] = {"zone": "door", "dwell": 0.0, "rssi": -60.0} | more
    moment, name = at(seconds), f"{whose:016x}"
    return Sighting(seq, kind, name, facts["zone"], moment, False, facts["dwell"], facts["rssi"])


def batch(gateway: str, whose: int, *sightings: Sighting) -> GatewayBatch:
    """Of a store and gateways of the member's own, so that no example disturbs another."""
    last = max(one.seq for one in sightings)
    return GatewayBatch(f"{gateway}-{whose}", f"store-{whose}", "epoch-1", "", sightings, last)


events = st.tuples(
    st.sampled_from(["ENTER", "MOVE", "DWELL", "EXIT"]),
    st.integers(0, 14),
    st.sampled_from([0, 20, 60, 300]),
    st.integers(-85, -50),
)
episodes = st.fixed_dictionaries({gateway: st.lists(events, max_size=4) for gateway in GATEWAYS})


def batches_of(episode: dict[str, list[tuple[str, int, int, int]]], whose: int) -> Iterator[Batches]:
    """Each gateway's events, one batch each, in the order in which it says them."""
    for gateway, said in episode.items():
        ordered = sorted(said, key=lambda event: event[1])
        yield [
            batch(gateway, whose, told(seq, kind, second, whose, zone=gateway, dwell=dwell, rssi=rssi))
            for seq, (kind, second, dwell, rssi) in enumerate(ordered, start=1)
        ]


def mixed(lines: Sequence[Batches], chance: Random) -> Iterator[GatewayBatch]:
    """The gateways' batches in any order that keeps each gateway's own, some of them sent again."""
    waiting = [list(line) for line in lines if line]
    while waiting:
        line = chance.choice(waiting)
        yield line[0]
        if chance.random() < 0.3:
            yield line[0]
        line.pop(0)
        waiting = [line for line in waiting if line]


def test_sightings_of_several_gateways_make_the_same_visits_in_any_order(store: Store) -> None:
    example = iter(range(EXAMPLES))

    @settings(max_examples=EXAMPLES)
    @given(episodes, st.integers())
    def in_any_order(episode: dict[str, list[tuple[str, int, int, int]]], seed: int) -> None:
        one, other = (number := next(example) * 2), number + 1
        store.report(*mixed(list(batches_of(episode, one)), Random(seed)))
        store.report(*mixed(list(batches_of(episode, other)), Random(seed + 1)))
        assert store.visits(one) == store.visits(other)

    in_any_order()


def test_a_member_leaves_the_store_when_the_last_gateway_says_so(store: Store) -> None:
    store.report(
        batch("door", 1, told(1, "ENTER", 0, 1)), batch("till", 1, told(1, "ENTER", 8, 1, zone="till"))
    )
    store.report(batch("door", 1, told(2, "EXIT", 20, 1, dwell=20)))
    assert [visit[1] for visit in store.visits(1)] == ["ENTERED"]
    store.report(batch("till", 1, told(2, "EXIT", 100, 1, zone="till", dwell=92)))
    assert [visit[1:] for visit in store.visits(1)] == [("EXITED", at(0), at(100), at(100))]


def test_a_gateway_that_comes_late_joins_what_the_others_took_for_two_visits(store: Store) -> None:
    store.report(batch("door", 2, told(1, "ENTER", -900, 2), told(2, "EXIT", -860, 2, dwell=40)))
    store.report(batch("door", 2, told(3, "ENTER", -300, 2), told(4, "DWELL", -240, 2, dwell=60)))
    assert len(store.visits(2)) == 2
    store.report(batch("till", 2, told(1, "DWELL", -280, 2, zone="till", dwell=600)))
    assert [visit[2:4] for visit in store.visits(2)] == [(at(-900), at(-240))]


def test_late_news_touch_no_other_visit(store: Store) -> None:
    store.report(batch("door", 3, told(1, "ENTER", -500, 3), told(2, "EXIT", -400, 3, dwell=100)))
    before = store.visits(3)
    store.report(batch("till", 3, told(1, "ENTER", -3600, 3), told(2, "EXIT", -3500, 3, dwell=100)))
    assert store.visits(3)[1:] == before
    assert len(store.visits(3)) == 2


def test_signals_move_a_member_and_open_no_visit(store: Store) -> None:
    def heard(whose: int, seconds: float, zone: str, rssi_dbm: float) -> None:
        signal = Signal(f"{whose:016x}", zone, at(seconds), rssi_dbm)
        store.run(report_signals, [SignalReport(f"{zone}-{whose}", f"store-{whose}", (signal,))])

    heard(4, 0, "door", -60)
    assert store.visits(4) == []
    store.report(batch("door", 4, told(1, "ENTER", 0, 4)))
    for second in range(2, 20):
        heard(4, second, "door", -75)
        heard(4, second, "shoes", -55)
    (visit,) = store.visits(4)
    assert visit[0] == "shoes"
    with store.engine.connect() as connection:
        kept = connection.execute(select(tables.presence_states.c.customer_id)).scalars().all()
    assert kept == ["c4"]
