"""Whether a member is reminded: every reason, once, and the caps as they roll."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programme.programme import Programme, Reminding
from services.reminders.rules import (
    AbandonedCart,
    CartItem,
    Case,
    Earlier,
    Reason,
    decide,
    quiet_reason,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PROGRAMME = Programme()
HOUR = timedelta(hours=1)
CART = AbandonedCart(
    "cart-1", NOON - HOUR, (CartItem("tea", "Tea", 300), CartItem("kettle", "Kettle", 4_000))
)
CASE = Case("ACTIVE", frozenset({"PRESENCE", "IN_APP"}), (CART,), ())


def reason(case: Case, now: datetime = NOON, programme: Programme = PROGRAMME) -> Reason | None:
    found = decide(case, "visit-1", now, programme)
    return None if found is None else found.reason


def earlier(hours_ago: float, cart_id: str = "other", visit_id: str = "earlier") -> Earlier:
    return Earlier(f"r-{hours_ago}", cart_id, visit_id, NOON - hours_ago * HOUR)


def programme_with(**reminding: object) -> Programme:
    return Programme(reminding=Reminding(**reminding))  # type: ignore[arg-type]


def test_a_member_with_a_ripe_cart_is_reminded_of_the_item_worth_most() -> None:
    found = decide(CASE, "visit-1", NOON, PROGRAMME)
    assert found is not None
    assert (found.remind, found.channel, found.cart.first_item.sku) == (True, "console", "kettle")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"member_state": "ERASED"}, Reason.ERASED),
        ({"member_state": "ERASED", "granted": frozenset()}, Reason.ERASED),
        ({"granted": frozenset({"IN_APP"})}, Reason.CONSENT),
        ({"granted": frozenset({"PRESENCE"})}, Reason.CONSENT),
        ({"granted": frozenset({"PRESENCE", "EMAIL"})}, Reason.CONSENT),
        ({"member_state": "SUSPENDED"}, Reason.SUSPENDED),
        ({"member_state": "CLOSED"}, Reason.SUSPENDED),
        ({"earlier": (earlier(200, visit_id="visit-1"),)}, Reason.DUPLICATE),
        ({"earlier": (earlier(1),)}, Reason.CAP),
    ],
)
def test_each_obstacle_has_its_reason(change: dict[str, object], expected: Reason) -> None:
    assert reason(replace(CASE, **change)) is expected  # type: ignore[arg-type]


def test_without_any_channel_the_reason_says_so() -> None:
    assert reason(CASE, programme=programme_with(channels=())) is Reason.NO_CHANNEL


def test_the_first_channel_that_the_member_agreed_to_is_taken() -> None:
    programme = programme_with(channels=("webhook", "console"))
    both = replace(CASE, granted=frozenset({"PRESENCE", "IN_APP", "PUSH"}))
    chosen = [decide(case, "v", NOON, programme) for case in (both, CASE)]
    assert [one.channel for one in chosen if one] == ["webhook", "console"]


def test_a_cart_that_is_not_ripe_is_not_spoken_of() -> None:
    young = replace(CART, abandoned_at=NOON - timedelta(minutes=29))
    assert reason(replace(CASE, carts=(young,))) is None
    assert reason(replace(CASE, carts=())) is None


def test_the_cart_abandoned_last_is_the_one() -> None:
    older = replace(CART, cart_id="cart-0", abandoned_at=NOON - 5 * HOUR)
    found = decide(replace(CASE, carts=(CART, older)), "visit-1", NOON, PROGRAMME)
    assert found is not None
    assert found.cart.cart_id == "cart-1"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ((), Reason.NONE),
        ((23.9,), Reason.CAP),  # one in 24 hours
        ((24.1,), Reason.NONE),
        ((25, 50, 75), Reason.CAP),  # three in seven days
        ((25, 50, 168.1), Reason.NONE),
    ],
)
def test_caps_roll(before: tuple[float, ...], expected: Reason) -> None:
    assert reason(replace(CASE, earlier=tuple(earlier(hours) for hours in before))) is expected


def test_a_cart_is_spoken_of_twice_at_most_however_long_ago() -> None:
    twice = (earlier(500, cart_id="cart-1"), earlier(900, cart_id="cart-1", visit_id="another"))
    assert reason(replace(CASE, earlier=twice)) is Reason.CAP


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2026-03-10T20:59:59", None),
        ("2026-03-10T21:00:00", Reason.QUIET_HOURS),
        ("2026-03-11T03:00:00", Reason.QUIET_HOURS),
        ("2026-03-11T07:59:59", Reason.QUIET_HOURS),
        ("2026-03-11T08:00:00", None),
        ("2026-07-10T20:00:00", Reason.QUIET_HOURS),  # 21:00 in London's summer
        ("2026-07-10T07:00:00", None),  # 08:00 in London's summer
    ],
)
def test_quiet_hours_reach_across_midnight_in_local_time(utc: str, expected: Reason | None) -> None:
    assert quiet_reason(datetime.fromisoformat(f"{utc}+00:00"), PROGRAMME) is expected


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 23))
def test_an_hour_is_quiet_when_walking_from_the_begin_meets_it_before_the_end(
    begin: int, end: int, hour: int
) -> None:
    programme = Programme(time_zone="UTC", reminding=Reminding(quiet_from_hour=begin, quiet_until_hour=end))
    quiet = {(begin + step) % 24 for step in range((end - begin) % 24)}
    found = quiet_reason(NOON.replace(hour=hour), programme)
    assert (found is Reason.QUIET_HOURS) == (hour in quiet)


EARLIER = st.lists(
    st.builds(
        earlier, st.floats(0, 400), st.sampled_from(["cart-1", "x"]), st.sampled_from(["visit-1", "y"])
    ),
    max_size=5,
)
CASES = st.builds(
    Case,
    st.sampled_from(["", "ACTIVE", "PENDING", "SUSPENDED", "CLOSED", "ERASED", "MERGED"]),
    st.frozensets(st.sampled_from(["PRESENCE", "IN_APP", "PUSH", "EMAIL"])),
    st.sampled_from([(), (CART,)]),
    EARLIER.map(tuple),
)


@given(CASES, st.integers(0, 200))
def test_every_case_with_a_ripe_cart_ends_in_one_decision(case: Case, hours: int) -> None:
    found = decide(case, "visit-1", NOON + hours * HOUR, PROGRAMME)
    assert (found is None) == (not case.carts)
    if found is not None and found.remind:
        assert case.member_state == "ACTIVE"
        assert {"PRESENCE", "IN_APP"} <= case.granted
        assert found.channel == "console"
    elif found is not None:
        assert found.channel == ""
