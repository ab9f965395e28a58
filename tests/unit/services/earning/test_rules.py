"""Replays and reasons, apart from any database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from regulars.earning.v1 import earning_service_pb2 as pb

from services.earning.rules.reasons import reason_text
from services.earning.rules.trials import MemberReplay, Replay
from services.earning.rules.versions import Origin, RuleState
from services.points.conditions import Why
from services.points.earning import Outcome
from services.programme.earning_rule import EarningRule, Period
from services.programme.programme import Points, Programme

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def member(customer_id: str, present: int, tried: int) -> MemberReplay:
    return MemberReplay(customer_id, 1, present, tried)


def test_the_largest_differences_are_shown_whatever_their_sign_and_whenever_they_came() -> None:
    found = Replay(NOON, shown_max=3)
    found.add([member("a", 10, 15), member("b", 10, 10), member("c", 10, 1)])
    found.add([member("e", 10, 15), member("d", 0, 20)])
    assert [one.customer_id for one in found.shown] == ["d", "c", "a"]
    assert (found.members, found.members_changed, found.orders) == (5, 4, 5)


@pytest.mark.parametrize(("tried", "worth"), [(109, 4), (91, -4), (100, 0)])
def test_the_cost_is_rounded_towards_zero(tried: int, worth: int) -> None:
    found = Replay(NOON, shown_max=1)
    found.add([member("a", 100, tried)])
    assert found.cost_minor(Programme(points=Points(hundred_points_minor=55))) == worth


def test_every_reason_is_told_in_words_and_in_a_code() -> None:
    rule = EarningRule(id="tea", name="Tea", points=5)
    texts = {reason_text(Outcome(rule, why=why, by="sole@1")) for why in Why}
    assert len(texts - {""}) == len(Why)
    assert {f"RULE_REASON_{why}" for why in Why} | {"RULE_REASON_UNSPECIFIED"} == set(pb.RuleReason.keys())


@pytest.mark.parametrize(
    ("period", "told"),
    [("MONTH", "all that one may have of it in a month"), ("EVER", "all that one may have of it ever")],
)
def test_a_members_limit_is_told_with_its_period(period: Period, told: str) -> None:
    rule = EarningRule(id="tea", name="Tea", points=5, member_period=period)
    assert reason_text(Outcome(rule, why=Why.MEMBER_LIMIT)).endswith(told)


def test_a_window_is_told_with_the_ends_that_it_has() -> None:
    rule = EarningRule(id="tea", name="Tea", points=5, ends_at=NOON)
    both = rule.model_copy(update={"starts_at": NOON - timedelta(days=1)})
    assert reason_text(Outcome(rule, why=Why.WINDOW)) == "it ends 2026-03-10 12:00+00:00"
    assert reason_text(Outcome(both, why=Why.WINDOW)) == (
        "it begins 2026-03-09 12:00+00:00 and ends 2026-03-10 12:00+00:00"
    )


def test_a_rule_that_applies_needs_no_reason() -> None:
    assert reason_text(Outcome(EarningRule(id="tea", name="Tea", points=5), 5)) == ""


def test_every_state_and_origin_has_a_code() -> None:
    assert {f"RULE_STATE_{one}" for one in RuleState} < set(pb.RuleState.keys())
    assert {f"RULE_ORIGIN_{one}" for one in Origin} < set(pb.RuleOrigin.keys())
