"""Every command of the ledger on one account: what it does, and that what it refuses changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

import pytest

from services.errors import RegularsError
from services.points.account import Account
from services.points.holds import (
    CaptureExceedsHoldError,
    HoldResolvedError,
    HoldState,
    InsufficientPointsError,
    MayNotSpendError,
    seen_at,
)
from services.points.lots import Kind, LotState
from tests.unit.services.points.accounts import (
    DAY,
    MINUTE,
    NOON,
    account,
    cause,
    check_promises,
    left,
    lot,
    wanted,
)

GRACE = timedelta(days=30)


def test_a_spend_takes_from_the_lot_that_expires_first() -> None:
    anna = account(lot("late", 50), lot("soon", 30, expires_at=NOON + DAY))
    hold = anna.spend(wanted(40), cause())
    assert left(anna) == {"late": 40}
    assert [(part.lot_id, part.points) for part in hold.lots] == [("soon", 30), ("late", 10)]
    assert anna.lots["soon"].state is LotState.SPENT


def test_a_spend_of_everything_leaves_nothing() -> None:
    anna = account(lot("a", 50))
    anna.spend(wanted(50), cause())
    assert (anna.active_points, left(anna)) == (0, {})


def test_pending_points_cannot_be_spent() -> None:
    anna = account(lot("a", 50, activates_at=NOON + DAY))
    with pytest.raises(InsufficientPointsError) as refused:
        anna.spend(wanted(1), cause())
    assert refused.value.facts == {"active_points": "0", "asked_points": "1"}


@pytest.mark.parametrize("state", ["PENDING", "SUSPENDED", "CLOSED"])
def test_only_an_active_member_spends(state: str) -> None:
    anna = account(lot("a", 50), state=state)
    with pytest.raises(MayNotSpendError):
        anna.spend(wanted(1), cause())
    with pytest.raises(MayNotSpendError):
        anna.hold(wanted(1), None, cause())


def test_a_refused_command_changes_nothing() -> None:
    anna = account(lot("a", 50))
    held = anna.hold(wanted(20, "held"), NOON + MINUTE, cause())
    gone = anna.release(anna.hold(wanted(5, "gone"), None, cause()), cause())
    before = deepcopy(anna)
    refusals: list[Callable[[], object]] = [
        lambda: anna.spend(wanted(31, "x"), cause()),
        lambda: anna.hold(wanted(31, "x"), None, cause()),
        lambda: anna.remove(31, Kind.ADJUST, cause()),
        lambda: anna.capture(held, 21, cause()),
        lambda: anna.capture(gone, 1, cause()),
        lambda: anna.release(gone, cause()),
    ]
    for refused in refusals:
        with pytest.raises(RegularsError):
            refused()
        assert anna == before


def test_held_points_cannot_be_spent() -> None:
    anna = account(lot("a", 50))
    anna.hold(wanted(30), NOON + 30 * MINUTE, cause())
    assert (anna.active_points, anna.blocked_points) == (20, 30)
    with pytest.raises(InsufficientPointsError):
        anna.spend(wanted(21, "x"), cause())


def test_a_capture_in_part_releases_the_rest_to_the_lots_that_expire_last() -> None:
    anna = account(lot("late", 50), lot("soon", 30, expires_at=NOON + DAY))
    hold = anna.hold(wanted(60), NOON + 30 * MINUTE, cause())
    captured = anna.capture(hold, 35, cause())
    assert left(anna) == {"late": 45}
    assert (captured.state, captured.captured_points, captured.points) == (HoldState.CAPTURED, 35, 60)
    check_promises(anna)


def test_a_hold_resolves_once() -> None:
    anna = account(lot("a", 50))
    captured = anna.capture(anna.hold(wanted(30), None, cause()), 30, cause())
    with pytest.raises(HoldResolvedError) as refused:
        anna.capture(captured, 30, cause())
    assert refused.value.facts["state"] == "CAPTURED"
    with pytest.raises(HoldResolvedError):
        anna.release(captured, cause())


def test_a_capture_never_exceeds_its_hold() -> None:
    anna = account(lot("a", 50))
    hold = anna.hold(wanted(30), None, cause())
    with pytest.raises(CaptureExceedsHoldError):
        anna.capture(hold, 31, cause())


def test_a_hold_lapses_by_itself() -> None:
    anna = account(lot("a", 50))
    hold = anna.hold(wanted(30), NOON + 30 * MINUTE, cause())
    anna.bring_to(NOON + 30 * MINUTE - timedelta(microseconds=1))
    assert anna.blocked_points == 30
    anna.bring_to(NOON + 3 * DAY)
    assert anna.holds[hold.hold_id].state is HoldState.LAPSED
    assert anna.holds[hold.hold_id].resolved_at == NOON + 30 * MINUTE
    assert anna.movements[-1].effective_at == NOON + 30 * MINUTE
    assert anna.active_points == 50


def test_a_hold_read_alone_tells_that_it_lapsed() -> None:
    hold = account(lot("a", 50)).hold(wanted(30), NOON + MINUTE, cause())
    assert seen_at(hold, NOON).state is HoldState.HELD
    assert seen_at(hold, NOON + MINUTE).state is HoldState.LAPSED


def test_a_hold_protects_points_that_expire_meanwhile() -> None:
    anna = account(lot("a", 50, expires_at=NOON + MINUTE))
    hold = anna.hold(wanted(30), NOON + 30 * MINUTE, cause())
    anna.bring_to(NOON + 5 * MINUTE)
    anna.capture(hold, 30, cause(NOON + 5 * MINUTE))
    spent = sum(moved.points for moved in anna.movements if moved.kind is Kind.SPEND)
    expired = sum(moved.points for moved in anna.movements if moved.kind is Kind.EXPIRE)
    assert (spent, expired) == (30, 20)
    check_promises(anna)


@pytest.mark.parametrize("way", ["release", "capture", "lapse"])
def test_points_that_come_free_after_their_expiry_are_gone_at_once(way: str) -> None:
    anna = account(lot("a", 50, expires_at=NOON + MINUTE))
    hold = anna.hold(wanted(50), NOON + 30 * MINUTE, cause())
    later = NOON + 5 * MINUTE
    anna.bring_to(later)
    if way == "release":
        anna.release(hold, cause(later))
    elif way == "capture":
        anna.capture(hold, 10, cause(later))
    else:
        later = NOON + 30 * MINUTE
        anna.bring_to(NOON + DAY)
    assert (anna.active_points, anna.blocked_points) == (0, 0)
    assert (anna.movements[-1].kind, anna.movements[-1].effective_at) == (Kind.EXPIRE, later)
    check_promises(anna)


def test_an_expired_point_is_never_spendable_however_late_it_is_noticed() -> None:
    anna = account(lot("a", 50, expires_at=NOON + DAY), lot("b", 5))
    anna.bring_to(NOON + DAY)
    assert left(anna) == {"b": 5}
    assert anna.movements[-1].effective_at == NOON + DAY


def test_pending_points_become_spendable_and_may_expire_in_one_go() -> None:
    anna = account(lot("a", 50, activates_at=NOON + DAY, expires_at=NOON + 2 * DAY))
    anna.bring_to(NOON + 9 * DAY)
    assert [moved.kind for moved in anna.movements] == [Kind.EARN, Kind.ACTIVATE, Kind.EXPIRE]
    check_promises(anna)


def test_next_due_is_the_soonest_thing_that_time_does() -> None:
    anna = account(lot("p", 1, activates_at=NOON + 5 * DAY), lot("a", 9, expires_at=NOON + 4 * DAY))
    assert anna.next_due() == NOON + 4 * DAY
    anna.hold(wanted(1), NOON + 3 * DAY, cause())
    assert anna.next_due() == NOON + 3 * DAY
    anna.forfeits_at = NOON + 2 * DAY
    assert anna.next_due() == NOON + 2 * DAY
    assert Account("nobody", "ACTIVE").next_due() is None


def test_next_expiry_counts_all_free_points_of_that_moment() -> None:
    soon = NOON + 2 * DAY
    anna = account(
        lot("a", 9, expires_at=soon), lot("p", 3, activates_at=NOON + DAY, expires_at=soon), lot("b", 5)
    )
    anna.hold(wanted(4), None, cause())
    assert anna.next_expiry() == (soon, 8)
    assert Account("nobody", "ACTIVE").next_expiry() is None


def test_what_cannot_be_taken_back_is_debt_and_the_next_credit_pays_it_first() -> None:
    anna = account(lot("a", 50))
    anna.spend(wanted(50), cause())
    anna.take_back({"a": 30}, cause())
    assert anna.debt_points == 30
    anna.credit(lot("b", 20), cause())
    assert (anna.debt_points, anna.active_points) == (10, 0)
    anna.credit(lot("c", 25), cause())
    assert (anna.debt_points, anna.active_points, left(anna)) == (0, 15, {"c": 15})
    check_promises(anna)


def test_points_that_come_free_pay_debt_first() -> None:
    anna = account(lot("a", 50))
    hold = anna.hold(wanted(50), None, cause())
    anna.take_back({"a": 20}, cause())
    assert anna.debt_points == 20
    anna.release(hold, cause())
    assert (anna.debt_points, anna.active_points) == (0, 30)
    check_promises(anna)


def test_points_are_taken_back_from_their_own_lot_then_others_then_as_debt() -> None:
    anna = account(lot("own", 10), lot("soon", 10, expires_at=NOON + DAY), lot("late", 10))
    anna.take_back({"own": 25}, cause())
    assert (left(anna), anna.debt_points) == ({"late": 5}, 0)
    anna.take_back({"own": 10}, cause())
    assert (left(anna), anna.debt_points) == ({}, 5)


def test_restored_points_come_back_to_the_lots_that_paid() -> None:
    anna = account(lot("late", 50), lot("soon", 30, expires_at=NOON + DAY))
    hold = anna.spend(wanted(40), cause())
    hold = anna.restore(hold, 15, GRACE, cause())
    assert left(anna) == {"late": 50, "soon": 5}
    anna.restore(hold, 25, GRACE, cause())
    assert left(anna) == {"late": 50, "soon": 30}
    assert anna.lots["soon"].state is LotState.ACTIVE
    check_promises(anna)


def test_restored_points_that_lapsed_meanwhile_live_for_the_grace() -> None:
    anna = account(lot("a", 50, expires_at=NOON + DAY))
    hold = anna.spend(wanted(40), cause())
    later = NOON + 5 * DAY
    anna.bring_to(later)
    anna.restore(hold, 40, GRACE, cause(later))
    assert (left(anna), anna.lots["a"].expires_at) == ({"a": 40}, later + GRACE)


def test_without_grace_restored_points_that_lapsed_stay_lapsed() -> None:
    anna = account(lot("a", 50, expires_at=NOON + DAY))
    hold = anna.spend(wanted(40), cause())
    anna.bring_to(NOON + 5 * DAY)
    anna.restore(hold, 40, timedelta(0), cause(NOON + 5 * DAY))
    assert left(anna) == {}
    check_promises(anna)


def test_points_that_come_free_after_a_membership_ended_are_forfeited() -> None:
    anna = account(lot("a", 50))
    hold = anna.hold(wanted(30), NOON + 60 * DAY, cause())
    anna.forfeits_at = NOON + 30 * DAY
    anna.bring_to(NOON + 31 * DAY)
    assert (anna.active_points, anna.blocked_points) == (0, 30)
    anna.bring_to(NOON + 61 * DAY)
    assert (anna.active_points, anna.blocked_points) == (0, 0)
    assert anna.holds[hold.hold_id].state is HoldState.LAPSED
    assert anna.movements[-1].kind is Kind.FORFEIT
    assert anna.next_due() is None


def test_a_correction_downwards_takes_in_spend_order() -> None:
    anna = account(lot("late", 50), lot("soon", 30, expires_at=NOON + DAY))
    parts = anna.remove(40, Kind.ADJUST, cause())
    assert [(one.lot_id, points) for one, points in parts] == [("soon", 30), ("late", 10)]
    assert anna.lots["soon"].state is LotState.REVERSED
