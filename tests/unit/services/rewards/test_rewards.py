"""Rewards: who may have one, and what issuing and resolving do to points and stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import RegularsError
from services.points.account import Account
from services.points.lots import Cause, Kind, Lot, LotState
from services.programme.programme import Programme
from services.rewards.rules.rewards import (
    MemberRewardState,
    Obstacle,
    Resolution,
    Reward,
    RewardState,
    RewardWanted,
    Shopper,
    check_reward,
    obstacle,
    offer,
)
from services.rewards.rules.shelf import Shelf

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
COFFEE = Reward("coffee", "Coffee", 100, 3, 0, 2, (), None, None, 30, RewardState.AVAILABLE, NOON)
ANNA = Shopper("ACTIVE", "SILVER", 100)


def account(points: int) -> Account:
    found = Account("anna", "ACTIVE")
    lot = Lot(
        "lot",
        "anna",
        Kind.EARN,
        points,
        points,
        0,
        LotState.ACTIVE,
        "",
        "",
        "",
        NOON,
        NOON,
        NOON + timedelta(days=365),
    )
    found.credit(lot, Cause(NOON, "test"))
    return found


def shelf(anna: Account, reward: Reward = COFFEE) -> Shelf:
    return Shelf(NOON, Programme(), {"anna": anna}, {"anna": "SILVER"}, {reward.reward_id: reward})


@pytest.mark.parametrize(
    ("reward", "shopper", "taken", "expected"),
    [
        (COFFEE, ANNA, 0, None),
        (replace(COFFEE, valid_from=NOON + timedelta(seconds=1)), ANNA, 0, Obstacle.NOT_YET),
        (replace(COFFEE, valid_until=NOON), ANNA, 0, Obstacle.OVER),
        (replace(COFFEE, tiers=("GOLD",)), ANNA, 0, Obstacle.TIER),
        (replace(COFFEE, issued=3), ANNA, 0, Obstacle.STOCK),
        (replace(COFFEE, stock=None, issued=3), ANNA, 0, None),
        (COFFEE, ANNA, 2, Obstacle.LIMIT),
        (COFFEE, replace(ANNA, state="SUSPENDED"), 0, Obstacle.MEMBER_STATE),
        (COFFEE, replace(ANNA, active_points=99), 0, Obstacle.POINTS_MISSING),
    ],
)
def test_the_first_obstacle_is_named(
    reward: Reward, shopper: Shopper, taken: int, expected: Obstacle | None
) -> None:
    assert obstacle(reward, shopper, taken, NOON) is expected


def test_an_offer_tells_how_many_points_are_missing() -> None:
    found = offer(COFFEE, replace(ANNA, active_points=40), 0, NOON)
    assert (found.available, found.obstacle, found.points_missing) == (False, Obstacle.POINTS_MISSING, 60)


def test_an_etag_names_the_content_and_not_the_pieces_that_are_out() -> None:
    assert COFFEE.etag == replace(COFFEE, issued=2, changed_at=NOON + timedelta(days=1)).etag
    assert COFFEE.etag != replace(COFFEE, points=101).etag
    assert COFFEE.etag != replace(COFFEE, state=RewardState.RETIRED).etag


def test_a_reward_names_tiers_of_the_programme_and_a_time_that_can_come() -> None:
    programme = Programme()
    assert check_reward(COFFEE, programme, NOON) is None
    unknown = check_reward(replace(COFFEE, tiers=("GOLD", "TIN")), programme, NOON)
    assert unknown is not None
    assert unknown.field == "reward.tiers"
    for begins, ends in ((NOON + DAY, NOON + DAY), (None, NOON)):
        never = check_reward(replace(COFFEE, valid_from=begins, valid_until=ends), programme, NOON)
        assert never is not None
        assert never.field == "reward.valid_until"


@given(
    points=st.integers(min_value=0, max_value=600),
    steps=st.lists(st.sampled_from(["issue", "redeem", "cancel", "take_back", "wait"]), max_size=30),
    picks=st.lists(st.integers(min_value=0, max_value=5), min_size=30, max_size=30),
)
def test_points_and_pieces_are_neither_made_nor_lost(points: int, steps: list[str], picks: list[int]) -> None:
    anna = account(points)
    of = shelf(anna)
    for number, step in enumerate(steps):
        try:
            if step == "issue":
                of.issue(RewardWanted("anna", "coffee", f"m-{number}"))
            elif step == "wait":
                of.now += timedelta(days=11)
                anna.bring_to(of.now)
            else:
                ids = [*of.held, "none"]
                getattr(of, step)(Resolution("anna", ids[picks[number] % len(ids)]))
        except RegularsError:
            pass
        states = [held.at(of.now).state for held in of.held.values()]
        issued, redeemed = (
            states.count(one) for one in (MemberRewardState.ISSUED, MemberRewardState.REDEEMED)
        )
        assert anna.blocked_points == 100 * issued
        assert anna.active_points == points - 100 * (issued + redeemed)
        overdue = states.count(MemberRewardState.EXPIRED)
        assert of.rewards["coffee"].issued == issued + redeemed + overdue <= 3


def test_a_reward_is_redeemed_until_before_it_expires() -> None:
    of = shelf(account(300))
    for name in ("a", "b"):
        of.issue(RewardWanted("anna", "coffee", name))
    of.now = NOON + timedelta(days=30) - timedelta(microseconds=1)
    assert of.redeem(Resolution("anna", "a")).state is MemberRewardState.REDEEMED
    of.now = NOON + timedelta(days=30)
    with pytest.raises(RegularsError) as caught:
        of.redeem(Resolution("anna", "b"))
    assert caught.value.reason == "REWARD_EXPIRED"


def test_what_was_issued_to_another_is_not_found() -> None:
    of = shelf(account(300))
    of.issue(RewardWanted("anna", "coffee", "a"))
    with pytest.raises(RegularsError) as caught:
        of.redeem(Resolution("ben", "a"))
    assert caught.value.reason == "MEMBER_REWARD_NOT_FOUND"
