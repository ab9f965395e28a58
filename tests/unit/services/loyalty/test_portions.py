"""Portions of order lines: what leaves with goods that come back, and what goes on with exchanged ones."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.events import OrderedLine, OrderExchanged, OrderPlaced, OrderReturned, ReturnedLine
from services.loyalty.rules.exchanges import swap_of
from services.loyalty.rules.families import Child, Family, Kin
from services.loyalty.rules.portions import Portion, by_subject, losses, moved, split

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
POINTS = st.integers(0, 10**6)
AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


def portion(line: int = 0, points: int = 100, of: str = "lot", gone: int = 0) -> Portion:
    return Portion("o-1", "default", line, of, points, gone)


def placed(*amounts: int, gift_cards: int = 0) -> OrderPlaced:
    """An order of lines with these amounts, the last of which are gift cards."""
    lines = tuple(
        OrderedLine(number, f"sku-{number}", "", amount, number >= len(amounts) - gift_cards)
        for number, amount in enumerate(amounts)
    )
    return OrderPlaced("default", "o-2", "anna", NOON, "STORE", sum(amounts), "GBP", lines)


def exchange(returned_minor: int, *amounts: int, gift_cards: int = 0) -> OrderExchanged:
    back = OrderReturned("default", "o-1", "anna", NOON, "exchange/x", returned_minor, returned_minor, ())
    return OrderExchanged(back, placed(*amounts, gift_cards=gift_cards), returned_minor)


@given(POINTS, st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_any_sequence_of_partial_returns_ends_at_exactly_the_portion(points: int, parts: list[int]) -> None:
    one, returned, taken = portion(points=points), 0, 0
    for part in parts:
        returned += part
        for loss in losses([one], [ReturnedLine(0, sum(parts), returned)]):
            one, taken = loss.portion, taken + loss.amount
    assert (taken, one.gone) == (points, points)


@given(POINTS, st.integers(1, 20), st.data())
def test_a_line_never_keeps_more_than_its_units_earned(
    points: int, quantity: int, data: st.DataObject
) -> None:
    returned = data.draw(st.integers(0, quantity))
    left = points - sum(
        one.amount for one in losses([portion(points=points)], [ReturnedLine(0, quantity, returned)])
    )
    assert points * (quantity - returned) <= left * quantity < points * (quantity - returned) + quantity


def test_the_same_return_told_twice_takes_once() -> None:
    (first,) = losses([portion()], [ReturnedLine(0, 2, 1)])
    assert losses([first.portion], [ReturnedLine(0, 2, 1)]) == []


def test_other_lines_keep_their_points() -> None:
    assert losses([portion(line=1)], [ReturnedLine(0, 1, 1)]) == []


@given(AMOUNTS, AMOUNTS, POINTS)
def test_an_exchange_parts_points_without_making_or_losing_any(
    returned: list[int], taken: list[int], points: int
) -> None:
    swap = swap_of(exchange(sum(returned), *taken))
    lost = losses([portion(points=points)], [ReturnedLine(0, 1, 1)])
    parted = split(lost, swap.kept_minor, sum(returned))
    went_on = by_subject((one, one.amount) for one in moved(parted.kept, placed(*taken), swap.weights))
    assert went_on.get("lot", 0) + parted.taken.get("lot", 0) == points


@given(AMOUNTS, AMOUNTS)
def test_an_exchange_earns_on_the_difference_alone(returned: list[int], taken: list[int]) -> None:
    swap = swap_of(exchange(sum(returned), *taken))
    surplus = max(sum(taken) - sum(returned), 0)
    assert sum(line.amount_minor for line in swap.surplus.lines) == swap.surplus.total_minor == surplus
    assert all(line.amount_minor >= 0 for line in swap.surplus.lines)
    assert swap.has_surplus == (surplus > 0)


def test_goods_of_the_same_worth_keep_all_points() -> None:
    parted = split(losses([portion(points=33)], [ReturnedLine(0, 3, 1)]), 500, 500)
    assert (parted.kept, parted.taken) == ({"lot": 11}, {"lot": 0})


def test_goods_of_half_the_worth_keep_half_the_points_rounded_up() -> None:
    parted = split(losses([portion(points=33)], [ReturnedLine(0, 1, 1)]), 500, 1_000)
    assert (parted.kept, parted.taken) == ({"lot": 17}, {"lot": 16})


def test_a_gift_card_keeps_no_points_of_the_goods_it_is_taken_for() -> None:
    swap = swap_of(exchange(1_000, 1_000, gift_cards=1))
    assert (swap.kept_minor, swap.has_surplus) == (0, False)
    parted = split(losses([portion(points=10)], [ReturnedLine(0, 1, 1)]), swap.kept_minor, 1_000)
    assert (parted.kept, parted.taken) == ({"lot": 0}, {"lot": 10})


def family(*children: tuple[str, str, int], **orders: tuple[int, int]) -> Family:
    """Orders as name=(total, refunded); children as (name, of, kept)."""
    parents = {name: of for name, of, _ in children}
    kin = {("default", name): Kin(*sums, parents.get(name, "")) for name, sums in orders.items()}
    found: dict[tuple[str, str], list[Child]] = {}
    for name, of, kept in children:
        found.setdefault(("default", of), []).append(Child(name, kept))
    return Family(kin, found)


def test_without_exchanges_what_is_refunded_is_repaid() -> None:
    assert family(first=(1_000, 300)).repaid_minor(("default", "first")) == 300


def test_exchanged_goods_are_not_repaid_before_the_new_ones_come_back() -> None:
    swapped = family(("second", "first", 1_000), first=(1_000, 1_000), second=(1_500, 0))
    assert swapped.repaid_minor(("default", "first")) == 0
    returned = family(("second", "first", 1_000), first=(1_000, 1_000), second=(1_500, 1_500))
    assert returned.repaid_minor(("default", "first")) == 1_000


def test_goods_may_be_exchanged_again_and_again() -> None:
    chain = [("second", "first", 1_000), ("third", "second", 600)]
    found = family(*chain, first=(1_000, 1_000), second=(1_000, 1_000), third=(600, 300))
    assert found.repaid_minor(("default", "second")) == 1_000 - 600 + 300
    assert found.repaid_minor(("default", "first")) == 700
    assert found.spent_on(("default", "third")) == [
        ("default", name) for name in ("third", "second", "first")
    ]
