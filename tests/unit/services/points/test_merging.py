"""Two accounts become one and two again, whatever they have been through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import RegularsError
from services.points.account import Account
from services.points.holds import HeldLot, Hold, HoldState, Wanted
from services.points.lots import Cause, Kind, Lot, LotState, Side
from services.points.merging import (
    PointsHeldError,
    check_holds,
    merge_accounts,
    split_hold,
    unmerge_accounts,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MERGE = Cause(NOON, "merge m", "ines", "one person")

Step = Callable[[Account, str], None]


def lot(lot_id: str, customer_id: str, points: int, state: LotState, days: int) -> Lot:
    """A lot that expires in so many days; a pending one is active ten days before."""
    expires_at = NOON + days * DAY
    begins_at = NOON - DAY if state is LotState.ACTIVE else expires_at - 10 * DAY
    return Lot(
        lot_id, customer_id, Kind.EARN, points, points, 0, state, "", "", "", NOON, begins_at, expires_at
    )


def credit(points: int, state: LotState, days: int) -> Step:
    def step(account: Account, name: str) -> None:
        made = lot(name, account.customer_id, points, state, days)
        account.credit(made, Cause(NOON, name))

    return step


def spend(points: int) -> Step:
    return lambda account, name: void(account.spend(Wanted(name, points), Cause(NOON, name)))


def hold(points: int) -> Step:
    lapses_at = NOON + DAY
    return lambda account, name: void(account.hold(Wanted(name, points), lapses_at, Cause(NOON, name)))


def owe(points: int) -> Step:
    return lambda account, name: account.take_back({"": points}, Cause(NOON, name))


def void(_value: object) -> None: ...


POINTS = st.integers(1, 60)
STATES = st.sampled_from((LotState.PENDING, LotState.ACTIVE))
STEPS = st.lists(
    st.one_of(
        st.builds(credit, POINTS, STATES, st.integers(11, 40)),
        st.builds(spend, POINTS),
        st.builds(hold, POINTS),
        st.builds(owe, POINTS),
    ),
    max_size=8,
)


def lived(customer_id: str, steps: Iterable[Step]) -> Account:
    account = Account(customer_id, "ACTIVE")
    live(account, customer_id, steps)
    return account


def live(account: Account, prefix: str, steps: Iterable[Step]) -> None:
    """Do what the account allows."""
    for number, step in enumerate(steps):
        try:
            step(account, f"{prefix}-{number}")
        except RegularsError:
            continue


def contents(account: Account) -> tuple[object, ...]:
    open_lots = {name: lot for name, lot in account.lots.items() if lot.is_open}
    return account.balance(NOON), open_lots, {one.hold_id: one for one in account.live_holds()}


def flows(*accounts: Account) -> Counter[tuple[str, Side]]:
    """What the movements of all accounts left on each side, by customer."""
    found: Counter[tuple[str, Side]] = Counter()
    for account in accounts:
        for one in account.movements:
            found[account.customer_id, one.debit] -= one.points
            found[account.customer_id, one.credit] += one.points
    return found


def check(account: Account) -> None:
    """L1 and L2 of one account, and that all in it is its own."""
    balance = account.balance(NOON)
    lots = account.lots.values()
    assert balance.pending_points == sum(one.remaining_points for one in lots if one.side is Side.PENDING)
    assert balance.active_points == sum(one.remaining_points for one in lots if one.side is Side.ACTIVE)
    assert balance.blocked_points == sum(one.blocked_points for one in lots)
    assert balance.blocked_points == sum(one.points for one in account.live_holds())
    assert min(balance.pending_points, balance.active_points, balance.blocked_points) >= 0
    assert balance.debt_points >= 0
    assert not (balance.active_points and balance.debt_points)
    assert all(0 <= one.remaining_points + one.blocked_points <= one.points for one in lots)
    owners = {one.customer_id for one in lots} | {one.customer_id for one in account.holds.values()}
    assert owners <= {account.customer_id}
    moved = flows(account)
    assert moved[account.customer_id, Side.PENDING] == balance.pending_points
    assert moved[account.customer_id, Side.ACTIVE] == balance.active_points
    assert moved[account.customer_id, Side.BLOCKED] == balance.blocked_points
    assert moved[account.customer_id, Side.DEBT] == -balance.debt_points


@given(STEPS, STEPS)
def test_a_merge_makes_one_account_of_two(ours: list[Step], theirs: list[Step]) -> None:
    survivor, merged = lived("anna", ours), lived("ben", theirs)
    worth = sum(one.balance(NOON).pending_points + one.active_points for one in (survivor, merged))
    debts = survivor.debt_points + merged.debt_points
    merge_accounts(survivor, merged, MERGE)
    check(survivor)
    check(merged)
    assert contents(merged) == (Account("ben", "ACTIVE").balance(NOON), {}, {})
    left = survivor.pending_points + survivor.active_points - survivor.debt_points
    assert left == worth - debts


@given(STEPS, STEPS)
def test_a_merge_undone_at_once_leaves_no_trace(ours: list[Step], theirs: list[Step]) -> None:
    survivor, merged = lived("anna", ours), lived("ben", theirs)
    before = deepcopy(contents(survivor)), deepcopy(contents(merged))
    moved = flows(survivor, merged)
    lot_ids = set(merged.lots)
    brought = merge_accounts(survivor, merged, MERGE)
    unmerge_accounts(survivor, merged, lot_ids, brought, MERGE)
    assert (contents(survivor), contents(merged)) == before
    now = flows(survivor, merged)
    assert all(now[key] == moved[key] for key in now if key[1] is not Side.PROGRAMME)


@given(STEPS, STEPS, STEPS, st.integers(0, 30))
def test_whatever_was_done_between_both_accounts_hold_true(
    ours: list[Step], theirs: list[Step], between: list[Step], days: int
) -> None:
    survivor, merged = lived("anna", ours), lived("ben", theirs)
    lot_ids, hold_ids = set(merged.lots), set(merged.holds)
    brought = merge_accounts(survivor, merged, MERGE)
    later = Cause(NOON + days * DAY, "unmerge m")
    live(survivor, "both", between)
    survivor.bring_to(later.at)
    check(survivor)
    try:
        check_holds(survivor.live_holds(), lot_ids, hold_ids)
    except PointsHeldError:
        return
    for one in [one for one in survivor.holds.values() if one.hold_id not in hold_ids]:
        del survivor.holds[one.hold_id]
        for part in split_hold(one, lot_ids, "ben", f"part-{one.hold_id}"):
            (merged if part.customer_id == "ben" else survivor).put_hold(part)
    unmerge_accounts(survivor, merged, lot_ids, brought, later)
    for account in (survivor, merged):
        check(account)
        for one in account.holds.values():
            if one.hold_id not in hold_ids:
                assert {part.lot_id in lot_ids for part in one.lots} == {account is merged}


def test_what_was_spent_of_the_merged_lots_stays_spent() -> None:
    survivor, merged = lived("anna", []), lived("ben", [credit(100, LotState.ACTIVE, 20)])
    brought = merge_accounts(survivor, merged, MERGE)
    survivor.spend(Wanted("tea", 30), MERGE)
    unmerge_accounts(survivor, merged, {"ben-0"}, brought, MERGE)
    assert (survivor.active_points, merged.active_points) == (0, 70)


def test_debt_that_one_paid_for_the_other_is_owed_again() -> None:
    survivor, merged = lived("anna", [credit(100, LotState.ACTIVE, 20)]), lived("ben", [owe(30)])
    brought = merge_accounts(survivor, merged, MERGE)
    assert (survivor.active_points, survivor.debt_points) == (70, 0)
    unmerge_accounts(survivor, merged, set(), brought, MERGE)
    assert (survivor.active_points, survivor.debt_points, merged.debt_points) == (100, 0, 30)


def test_debt_that_was_earned_off_meanwhile_stays_paid() -> None:
    survivor, merged = lived("anna", []), lived("ben", [owe(30)])
    brought = merge_accounts(survivor, merged, MERGE)
    live(survivor, "both", [credit(20, LotState.ACTIVE, 20)])
    unmerge_accounts(survivor, merged, set(), brought, MERGE)
    assert (survivor.active_points, survivor.debt_points, merged.debt_points) == (0, 0, 10)


def test_a_hold_on_the_points_of_both_stands_in_the_way() -> None:
    survivor, merged = lived("anna", []), lived("ben", [credit(100, LotState.ACTIVE, 20)])
    merge_accounts(survivor, merged, MERGE)
    live(survivor, "both", [hold(10)])
    with pytest.raises(PointsHeldError) as refused:
        check_holds(survivor.live_holds(), {"ben-0"}, ())
    assert refused.value.facts == {"hold_id": "both-0"}


def test_a_spend_from_the_lots_of_both_is_cut_in_two() -> None:
    parts = (HeldLot("ours", 20, 20), HeldLot("theirs", 30, 30, 10))
    whole = Hold("h", "anna", 50, HoldState.CAPTURED, "", "o-1", "", NOON, None, NOON, parts)
    kept, given = split_hold(whole, {"theirs"}, "ben", "part")
    assert (kept.hold_id, kept.customer_id, kept.points, kept.lots) == ("h", "anna", 20, parts[:1])
    assert (given.hold_id, given.customer_id, given.points, given.lots) == ("part", "ben", 30, parts[1:])
