"""What the programme owes: months in its own time zone, value, breakage."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.rules.liability import (
    Flow,
    Liability,
    Outstanding,
    add_movements,
    expiry_month,
    flow_starts,
    month_of,
    new_flows,
    value_minor,
)
from services.points.lots import Kind, Movement, Side

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def movement(kind: Kind, points: int, debit: Side, credit: Side, at: datetime = NOON) -> Movement:
    return Movement("anna", kind, points, debit, credit, "lot", "test", "", "", at)


def test_points_expire_with_the_month_before_the_moment_at_which_they_are_gone() -> None:
    assert expiry_month(datetime(2027, 3, 31, 23, 0, tzinfo=UTC), LONDON) == "2027-03"
    assert month_of(datetime(2027, 3, 31, 23, 0, tzinfo=UTC), LONDON) == "2027-04"


def test_flows_are_told_of_twelve_months_that_begin_at_local_midnight() -> None:
    starts = flow_starts(NOON, LONDON)
    assert [month_of(start, LONDON) for start in (starts[0], starts[-1])] == ["2025-04", "2026-03"]
    assert len(starts) == 12
    assert starts[0].astimezone(UTC) == datetime(2025, 3, 31, 23, 0, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  (bounds are naive)
def test_the_present_month_is_the_last_one_told(now: datetime) -> None:
    starts = flow_starts(now, LONDON)
    assert starts[-1] <= now
    assert month_of(starts[-1], LONDON) == month_of(now, LONDON)


@given(st.integers(0, 10**12), st.integers(0, 10**6))
def test_the_value_is_rounded_up_to_a_minor_unit(points: int, rate: int) -> None:
    assert points * rate <= value_minor(points, rate) * 100 < points * rate + 100


def liability(*moved: Movement) -> Liability:
    flows = new_flows(flow_starts(NOON, LONDON), LONDON)
    add_movements(flows, moved, LONDON)
    return Liability(NOON, Outstanding(), tuple(flows.values()))


def test_breakage_is_the_share_of_ended_points_that_nobody_used() -> None:
    found = liability(
        movement(Kind.SPEND, 80, Side.ACTIVE, Side.PROGRAMME),
        movement(Kind.RESTORE_SPEND, 20, Side.PROGRAMME, Side.ACTIVE),
        movement(Kind.EXPIRE, 30, Side.ACTIVE, Side.PROGRAMME),
        movement(Kind.FORFEIT, 10, Side.ACTIVE, Side.PROGRAMME),
        movement(Kind.REVERSE_EARN, 500, Side.ACTIVE, Side.PROGRAMME),
    )
    assert (found.ended_points, found.breakage_rate) == (100, 0.4)


def test_there_is_no_breakage_rate_while_no_points_ended() -> None:
    assert liability().breakage_rate is None


def test_what_moves_within_a_member_is_no_flow() -> None:
    found = liability(
        movement(Kind.HOLD, 80, Side.ACTIVE, Side.BLOCKED),
        movement(Kind.REVERSE_EARN, 20, Side.ACTIVE, Side.DEBT),
    )
    assert all(not points for flow in found.flows for points in flow.by_kind.values())


def test_an_expiry_at_midnight_belongs_to_the_month_that_ended() -> None:
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    found = liability(movement(Kind.EXPIRE, 5, Side.ACTIVE, Side.PROGRAMME, midnight))
    assert {flow.month: flow.lost(Kind.EXPIRE) for flow in found.flows if flow.lost(Kind.EXPIRE)} == {
        "2026-02": 5
    }


def test_a_month_that_is_not_told_of_counts_nothing() -> None:
    found = liability(movement(Kind.EARN, 5, Side.PROGRAMME, Side.ACTIVE, datetime(2025, 3, 1, tzinfo=UTC)))
    assert found.flows == liability().flows


def test_a_flow_tells_gains_and_losses_apart() -> None:
    flow = Flow("2026-03")
    flow.add(Kind.ADJUST, 10)
    flow.add(Kind.ADJUST, -4)
    assert (flow.gained(Kind.ADJUST), flow.lost(Kind.ADJUST), flow.gained(Kind.EARN)) == (6, -6, 0)
