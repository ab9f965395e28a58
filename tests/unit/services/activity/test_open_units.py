"""Units that came back without an order find their places, the same whatever came first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.activity.rules.open_units import Held, Move, OpenUnits, open_pool, waiting_returns
from services.activity.rules.returns import Purchase, ReturnLine
from services.events import OrderedLine, OrderPlaced

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWNER = ("default", "anna")


def placed(order_id: str = "o-1", customer_id: str = "anna", source: str = "default") -> OrderPlaced:
    lines = (OrderedLine(0, "tea", "", 100), OrderedLine(1, "cup", "", 100))
    return OrderPlaced(source, order_id, customer_id, NOON, "WEB", 200, "GBP", lines)


def units(
    sku: str = "tea", order_id: str = "", hours: int = 1, name: str = "b-1", count: int = 2
) -> OpenUnits:
    return OpenUnits(name, "default", sku, "anna", order_id, count, NOON + hours * HOUR)


def test_what_waits_for_an_order_is_one_return_again() -> None:
    (found,) = waiting_returns([units("cup", "o-1"), units("tea", "o-1"), units("pot")])
    assert found.lines == (ReturnLine("cup", 2), ReturnLine("tea", 2))


def test_an_order_explains_nothing_of_another_customer_shop_order_or_earlier_time() -> None:
    assert units().explained_by(placed())
    assert not units().explained_by(placed(customer_id="ben"))
    assert not units().explained_by(placed(source="till"))
    assert not units(order_id="o-2").explained_by(placed())
    assert not units(hours=-1).explained_by(placed())
    assert not units("pot").explained_by(placed())


def bought(number: int, hour: int, quantity: int, returned: int = 0) -> Purchase:
    at = NOON + hour * HOUR
    left = quantity - returned
    return Purchase(f"o-{number}", 0, at, "tea", quantity, returned, 100, gift_card=False, left=left)


def claim(number: int, hour: int, count: int) -> OpenUnits:
    return units(name=f"b-{number}", hours=hour, count=count)


HOURS = st.integers(0, 9)
ORDERS = st.lists(st.tuples(HOURS, st.integers(1, 4)), max_size=5)
CLAIMS = st.lists(st.tuples(HOURS, st.integers(1, 4)), max_size=5)


def settle(orders: list[tuple[int, int]], claims: list[OpenUnits], held: Held) -> list[Move]:
    """What moves in a pool over what is stored; `held` then says where all units are."""
    back: Counter[str] = Counter()
    for places in held.values():
        for (order_id, _), count in places.items():
            back[order_id] += count
    purchases = {
        OWNER: [bought(number, *order, returned=back[f"o-{number}"]) for number, order in enumerate(orders)]
    }
    moves = open_pool(purchases, claims, held).settle()
    for move in moves:
        line = (move.match.purchase.order_id, move.match.purchase.line)
        held.setdefault(move.units.part, {})[line] = move.rest
    return moves


@given(ORDERS, CLAIMS, st.randoms(use_true_random=False))
def test_the_order_in_which_returns_become_known_does_not_matter(
    orders: list[tuple[int, int]], claims: list[tuple[int, int]], dice: Random
) -> None:
    known = [claim(number, *one) for number, one in enumerate(claims)]
    at_once: Held = {}
    settle(orders, known, at_once)
    one_by_one: Held = {}
    dice.shuffle(known)
    for place in range(len(known)):
        settle(orders, known[: place + 1], one_by_one)
    assert standing(one_by_one) == standing(at_once)


@given(ORDERS, CLAIMS)
def test_no_order_takes_back_more_than_was_bought_nor_what_came_back_before_it(
    orders: list[tuple[int, int]], claims: list[tuple[int, int]]
) -> None:
    held: Held = {}
    settle(orders, [claim(number, *one) for number, one in enumerate(claims)], held)
    back: Counter[str] = Counter()
    for (_, name, _), order_id, count in standing(held):
        back[order_id] += count
        assert orders[int(order_id[2:])][0] <= claims[int(name[2:])][0]
    assert all(back[f"o-{number}"] <= quantity for number, (_, quantity) in enumerate(orders))


def standing(held: Held) -> set[tuple[tuple[str, str, str], str, int]]:
    return {
        (name, order_id, count)
        for name, places in held.items()
        for (order_id, _), count in places.items()
        if count
    }


@given(ORDERS, CLAIMS)
def test_what_has_its_place_stays(orders: list[tuple[int, int]], claims: list[tuple[int, int]]) -> None:
    held: Held = {}
    known = [claim(number, *one) for number, one in enumerate(claims)]
    settle(orders, known, held)
    assert settle(orders, known, held) == []
