"""Referrals: which order counts, when it pays, and why it never will."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programme.programme import Programme, Referring
from services.rewards.rules.referrals import (
    Acceptance,
    FriendOrder,
    Record,
    Referral,
    ReferralState,
    VoidReason,
    accepted,
    follow,
    settle,
    settle_all,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROGRAMME = Programme(referring=Referring(per_referrer_per_year_max=2))
WINDOW = PROGRAMME.return_window
REFERRAL = accepted(Acceptance("fred", "CODE", "r-1"), "anna", NOON, PROGRAMME)


def order(order_id: str, at: datetime, total: int = 1_000, refunded: int = 0) -> FriendOrder:
    return FriendOrder("default", order_id, at, total, refunded)


def record(*orders: FriendOrder, others: tuple[Referral, ...] = (), **changes: object) -> Record:
    found = Record([REFERRAL, *others], {"fred": orders}, {"anna"}, {})
    return replace(found, **changes)  # type: ignore[arg-type]


orders = st.lists(
    st.builds(
        order,
        st.text("abcdef", min_size=1, max_size=3),
        st.integers(min_value=-3, max_value=400).map(lambda day: NOON + day * DAY),
        st.integers(min_value=0, max_value=2),
        st.integers(min_value=0, max_value=2),
    ),
    max_size=6,
    unique_by=lambda one: one.order_id,
)


@given(found=orders, data=st.data())
def test_a_referral_waits_for_the_first_kept_order_in_whatever_order_they_arrive(
    found: list[FriendOrder], data: st.DataObject
) -> None:
    arrived = REFERRAL
    shuffled = data.draw(st.permutations(found))
    for count in range(len(shuffled) + 1):
        arrived = follow(arrived, shuffled[:count], PROGRAMME)
    assert arrived == follow(REFERRAL, found, PROGRAMME)
    kept = [one for one in found if one.is_kept and NOON <= one.placed_at < NOON + 365 * DAY]
    if not kept:
        assert (arrived.state, arrived.order_id) == (ReferralState.ACCEPTED, "")
    else:
        first = min(one.placed_at for one in kept)
        assert (arrived.state, arrived.due_at) == (ReferralState.QUALIFYING, first + WINDOW)


def test_an_order_that_is_kept_pays_when_its_return_window_is_over() -> None:
    placed = order("o-1", NOON + DAY)
    before = settle(REFERRAL, record(placed), NOON + DAY + WINDOW - timedelta(microseconds=1), PROGRAMME)
    after = settle(REFERRAL, record(placed), NOON + DAY + WINDOW, PROGRAMME)
    assert before.state is ReferralState.QUALIFYING
    assert (after.state, after.resolved_at) == (ReferralState.PAID, NOON + DAY + WINDOW)


def test_an_order_that_came_back_gives_way_to_the_next() -> None:
    back, kept = order("o-1", NOON + DAY, refunded=1_000), order("o-2", NOON + 3 * DAY, refunded=999)
    found = settle(REFERRAL, record(back, kept), NOON + DAY + WINDOW, PROGRAMME)
    assert (found.state, found.order_id) == (ReferralState.QUALIFYING, "o-2")


@pytest.mark.parametrize(
    ("referral", "known", "expected"),
    [
        (REFERRAL, record(), VoidReason.EXPIRED),
        (replace(REFERRAL, referrer_id="fred"), record(order("o", NOON)), VoidReason.SELF),
        (REFERRAL, record(order("o", NOON), order("old", NOON - DAY)), VoidReason.NOT_NEW),
        (
            REFERRAL,
            record(order("o", NOON), others=(replace(REFERRAL, referral_id="r-0", accepted_at=NOON - DAY),)),
            VoidReason.NOT_NEW,
        ),
        (REFERRAL, record(order("o", NOON), earners=()), VoidReason.REFERRER_STATE),
        (REFERRAL, record(order("o", NOON), paid={"anna": [NOON, NOON]}), VoidReason.LIMIT),
    ],
)
def test_a_referral_that_never_pays_says_why(referral: Referral, known: Record, expected: VoidReason) -> None:
    found = settle(referral, known, NOON + 366 * DAY, PROGRAMME)
    assert (found.state, found.reason) == (ReferralState.VOID, expected)


def test_the_limit_is_one_of_the_calendar_year_in_which_it_pays() -> None:
    known = record(order("o", NOON), paid={"anna": [NOON - 100 * DAY, NOON - 101 * DAY]})
    assert settle(REFERRAL, known, NOON + WINDOW, PROGRAMME).state is ReferralState.PAID


def test_of_many_that_are_due_together_the_first_are_paid_up_to_the_limit() -> None:
    names = ["d", "c", "b", "a"]
    due = [
        replace(REFERRAL, referral_id=name, friend_id=name, due_at=NOON + WINDOW + place * DAY)
        for place, name in enumerate(names)
    ]
    bought = {name: [order(name, NOON + place * DAY)] for place, name in enumerate(names)}
    settled = settle_all(due, Record(due, bought, {"anna"}, {}), NOON + 60 * DAY, PROGRAMME)
    assert [(one.friend_id, one.reason) for one in settled] == [
        ("d", VoidReason.NONE),
        ("c", VoidReason.NONE),
        ("b", VoidReason.LIMIT),
        ("a", VoidReason.LIMIT),
    ]


def test_an_accepted_referral_is_over_as_soon_as_its_time_is() -> None:
    assert REFERRAL.at(REFERRAL.due_at - timedelta(microseconds=1)) == REFERRAL
    assert REFERRAL.at(REFERRAL.due_at).reason is VoidReason.EXPIRED
