"""What an occasion earns: exact, never negative, floored once, and the same in whatever order rules come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.points.conditions import Why
from services.points.earning import Outcome, award, lots_of, weigh
from services.points.lots import LotState
from services.points.occasions import BasketLine, Occasion, allotted, counted_lines
from services.points.usage import Usage
from services.programme.earning_rule import BASE_RULE, EarningRule
from services.programme.programme import Programme

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
PROGRAMME = Programme()
ZONE = PROGRAMME.zone


def rule(rule_id: str = "extra", **fields: Any) -> EarningRule:
    return EarningRule(id=rule_id, name=rule_id, **fields)


def order(*amounts: int, **fields: Any) -> Occasion:
    """An order with a line of each amount; the first is tea, the second a kettle, the others cups."""
    kinds = [("tea", "drinks"), ("kettle", "kitchen"), *[("cup", "kitchen")] * len(amounts)]
    lines = tuple(
        BasketLine(place, sku, category, amount)
        for place, (amount, (sku, category)) in enumerate(zip(amounts, kinds, strict=False))
    )
    return Occasion(
        **{
            "customer_id": "anna",
            "key": "default/o-1",
            "trigger": "ORDER",
            "at": NOON,
            "channel": "WEB",
            "lines": lines,
            "tier": "BRONZE",
            **fields,
        }
    )


def outcomes(occasion: Occasion, *rules: EarningRule, usage: Usage | None = None) -> dict[str, Outcome]:
    return {one.rule.id: one for one in weigh(occasion, rules, usage or Usage(), PROGRAMME)}


def points(occasion: Occasion, *rules: EarningRule, usage: Usage | None = None) -> dict[str, int]:
    found = award(occasion, rules, usage or Usage(), PROGRAMME)
    return {one.rule.id: one.points for one in found}


def why(occasion: Occasion, one: EarningRule, usage: Usage | None = None) -> Why | None:
    return outcomes(occasion, one, usage=usage)[one.id].why


# --- what a rule gives ---


def test_the_base_rule_is_floored_once_per_order_and_not_per_line() -> None:
    assert points(order(199, 199, 199), BASE_RULE) == {"base": 5}


def test_a_multiplier_comes_on_top_of_the_base_and_is_floored_once() -> None:
    assert points(order(150, 150), BASE_RULE, rule(percent=150)) == {"base": 3, "extra": 1}


def test_a_multiplier_multiplies_the_base_rules_of_the_lines_that_count() -> None:
    kitchen = rule("kitchen", points_per_unit=3, categories=["kitchen"])
    doubled = rule("double", percent=200, skus=["kettle"])
    assert points(order(1_000, 500), BASE_RULE, kitchen, doubled) == {"base": 15, "kitchen": 15, "double": 20}


def test_a_multiplier_without_a_base_gives_nothing() -> None:
    assert why(order(1_000), rule(percent=300)) is Why.TOO_LITTLE


def test_a_bonus_is_shared_out_over_the_lines_that_count() -> None:
    one = outcomes(order(5_000, 300, 100), rule(points=10, categories=["kitchen"]))["extra"]
    assert one.allotments == ((1, 8), (2, 2))


def test_the_part_paid_with_points_earns_nothing() -> None:
    assert points(order(1_000, 1_000, points_paid_minor=500), BASE_RULE) == {"base": 15}
    assert [line.basis_minor for line in counted_lines(order(100, 200, points_paid_minor=1))] == [100, 199]


def test_an_order_paid_with_points_alone_gets_no_bonus_either() -> None:
    assert why(order(1_000, points_paid_minor=1_000), rule(points=50)) is Why.LINES


def test_a_gift_card_earns_nothing_and_yet_bears_its_part_of_the_points_paid() -> None:
    lines = (BasketLine(0, "tea", "", 1_000), BasketLine(1, "card", "", 1_000, earns=False))
    assert points(order(lines=lines, points_paid_minor=1_000), BASE_RULE) == {"base": 5}


def test_a_currency_without_minor_units_earns_per_unit() -> None:
    yen = Programme(currency="JPY", currency_digits=0)
    (found,) = award(order(700), [BASE_RULE], Usage(), yen)
    assert found.points == 700


# --- when it holds ---


@pytest.mark.parametrize(
    ("condition", "changes", "reason"),
    [
        ({"channels": ["STORE"]}, {"channel": "STORE"}, Why.CHANNEL),
        ({"tiers": ["GOLD"]}, {"tier": "GOLD"}, Why.TIER),
        ({"first_purchase": True}, {"is_first_purchase": True}, Why.FIRST_PURCHASE),
        ({"birthday": "DAY"}, {"birthday": (3, 10)}, Why.BIRTHDAY),
        ({"birthday": "MONTH"}, {"birthday": (3, 31)}, Why.BIRTHDAY),
        ({"weekdays": ["SUN"]}, {"at": NOON.replace(day=8)}, Why.WEEKDAY),
        ({"hour_from": 13}, {"at": NOON.replace(hour=13)}, Why.HOUR),
        ({"hour_until": 12}, {"at": NOON.replace(hour=11)}, Why.HOUR),
        ({"starts_at": NOON.replace(hour=13)}, {"at": NOON.replace(hour=13)}, Why.WINDOW),
        ({"ends_at": NOON}, {"at": NOON.replace(hour=11)}, Why.WINDOW),
        ({"skus": ["cosy"]}, {"lines": (BasketLine(0, "cosy", "", 100),)}, Why.LINES),
        ({"categories": ["toys"]}, {"lines": (BasketLine(0, "x", "toys", 100),)}, Why.LINES),
        ({"spend_minor_min": 1_001}, {"lines": (BasketLine(0, "x", "", 1_001),)}, Why.SPEND),
    ],
)
def test_a_condition_that_fails_is_named_and_one_that_holds_lets_the_rule_apply(
    condition: dict[str, Any], changes: dict[str, Any], reason: Why
) -> None:
    conditional = rule(points=5, **condition)
    assert why(order(1_000), conditional) is reason
    assert why(order(1_000, **changes), conditional) is None


def test_a_leap_day_is_kept_on_the_28th_in_common_years() -> None:
    birthday = rule(points=5, birthday="DAY")
    days = [
        moment.strftime("%Y-%m-%d")
        for moment in (
            datetime(year, month, day, 12, tzinfo=UTC)
            for year in (2027, 2028)
            for month, day in ((2, 27), (2, 28), (3, 1))
        )
        if why(order(100, at=moment, birthday=(2, 29)), birthday) is None
    ]
    assert days == ["2027-02-28"]
    assert why(order(100, at=datetime(2028, 2, 29, tzinfo=UTC), birthday=(2, 29)), birthday) is None


def test_hours_and_days_are_those_of_the_programmes_time_zone() -> None:
    late = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)  # Monday half past midnight in London's summer
    assert why(order(100, at=late), rule(points=5, weekdays=["MON"], hour_until=1)) is None


def test_spending_is_measured_on_the_lines_that_count_and_in_money() -> None:
    kitchen = rule(points=5, categories=["kitchen"], spend_minor_min=1_000)
    assert why(order(5_000, 999), kitchen) is Why.SPEND
    assert why(order(0, 1_000), kitchen) is None
    assert why(order(0, 1_000, points_paid_minor=1), kitchen) is Why.SPEND


def test_a_rule_answers_its_own_kind_of_occasion_only() -> None:
    survey = rule("survey", points=7, trigger="SURVEY")
    answered = Occasion("anna", "survey/1", "SURVEY", NOON)
    assert points(answered, BASE_RULE, survey) == {"survey": 7}
    assert points(order(1_000), BASE_RULE, survey) == {"base": 10}


def test_a_referral_pays_each_side_by_its_own_rules() -> None:
    rules = [
        rule(side.lower(), points=9, trigger="REFERRAL", recipient=side) for side in ("REFERRER", "FRIEND")
    ]
    friend = Occasion("ben", "referral/1", "REFERRAL", NOON, recipient="FRIEND")
    assert points(friend, *rules) == {"friend": 9}


# --- how rules combine ---


def test_of_a_group_only_the_rule_that_gives_most_applies() -> None:
    few, many = rule("few", points=5, group="g", priority=9), rule("many", points=6, group="g")
    found = outcomes(order(1_000), few, many)
    assert (found["few"].why, found["few"].by, found["many"].points) == (Why.GROUP, "many@1", 6)


def test_of_equal_rules_of_a_group_the_one_of_higher_priority_applies_then_the_first_by_id() -> None:
    a, b, c = (rule(name, points=5, group="g", priority=p) for name, p in (("a", 0), ("b", 1), ("c", 1)))
    assert points(order(1_000), a, b, c) == {"b": 5}


def test_an_exclusive_rule_lets_none_of_lower_priority_apply_but_the_base() -> None:
    rules = [
        rule("above", points=1, priority=2),
        rule("sole", points=2, priority=1, exclusive=True),
        rule("beside", points=3, priority=1),
        rule("below", points=4),
    ]
    assert points(order(1_000), BASE_RULE, *rules) == {"above": 1, "sole": 2, "beside": 3, "base": 10}
    assert outcomes(order(1_000), *rules)["below"].by == "sole@1"


def test_an_exclusive_rule_that_does_not_apply_excludes_nothing() -> None:
    sole = rule("sole", points=2, priority=1, exclusive=True, channels=["STORE"])
    assert points(order(1_000), sole, rule("below", points=4)) == {"below": 4}


def test_an_exclusive_rule_that_is_outdone_in_its_group_excludes_nothing() -> None:
    sole = rule("sole", points=2, priority=1, exclusive=True, group="g")
    assert points(order(1_000), sole, rule("more", points=3, group="g")) == {"more": 3}


# --- how much there is of it ---


def spent(one: EarningRule, *amounts: int, at: datetime = NOON, customer_id: str = "anna") -> Usage:
    """What is used of a rule after awards of these points."""
    usage = Usage()
    for amount in amounts:
        usage.count(one, order(100, at=at, customer_id=customer_id), amount, ZONE)
    return usage


def test_a_limit_cuts_the_award_to_what_is_left() -> None:
    limits: list[dict[str, Any]] = [{"member_points_max": 30}, {"budget_points": 30}]
    for limit in limits:
        limited = rule(points=20, **limit)
        assert points(order(100), limited, usage=spent(limited, 20)) == {"extra": 10}


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"member_points_max": 20}, Why.MEMBER_LIMIT),
        ({"member_times_max": 1}, Why.MEMBER_LIMIT),
        ({"budget_points": 20}, Why.BUDGET),
    ],
)
def test_where_nothing_is_left_the_rule_does_not_apply(limit: dict[str, Any], reason: Why) -> None:
    limited = rule(points=20, **limit)
    assert why(order(100), limited, usage=spent(limited, 20)) is reason


def test_a_members_limit_is_one_members_and_a_budget_is_everybodys() -> None:
    own, shared = rule("own", points=20, member_times_max=1), rule("shared", points=20, budget_points=20)
    assert points(order(100), own, usage=spent(own, 20, customer_id="ben")) == {"own": 20}
    assert points(order(100), shared, usage=spent(shared, 20, customer_id="ben")) == {}


@pytest.mark.parametrize(
    ("period", "next_at"),
    [
        ("DAY", datetime(2026, 3, 11, 0, 0, tzinfo=UTC)),
        ("MONTH", datetime(2026, 3, 31, 23, 0, tzinfo=UTC)),  # midnight in London's summer time
        ("YEAR", datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_members_limit_begins_anew_with_the_period(period: Any, next_at: datetime) -> None:
    limited = rule(points=20, member_times_max=1, member_period=period)
    usage = spent(limited, 20)
    assert why(order(100, at=next_at.replace(second=0)), limited, usage) is None
    assert (
        why(order(100, at=datetime.fromtimestamp(next_at.timestamp() - 1, UTC)), limited, usage) is not None
    )


def test_a_base_rule_at_its_limit_gives_a_multiplier_nothing_to_multiply() -> None:
    base = rule("base", points_per_unit=1, member_points_max=10)
    usage = spent(base, 10)
    assert points(order(1_000), base, rule("double", percent=200), usage=usage) == {}


# --- lots ---


def test_points_of_an_order_wait_for_the_return_window_and_others_do_not() -> None:
    bonus, thanks = rule(points=5, expiry_months=1), rule("thanks", points=7, trigger="SURVEY")
    ((lot, shares),) = lots_of(order(100), award(order(100), [bonus], Usage(), PROGRAMME), PROGRAMME, NOON)
    assert (lot.lot_id, lot.rule, lot.state, shares) == (
        "default/o-1/extra",
        "extra@1",
        LotState.PENDING,
        ((0, 5),),
    )
    assert (lot.source, lot.order_id, lot.activates_at) == ("default", "o-1", NOON.replace(day=24))
    assert lot.expires_at == datetime(2026, 4, 30, 23, tzinfo=UTC)
    answered = Occasion("anna", "survey/1", "SURVEY", NOON)
    ((lot, shares),) = lots_of(answered, award(answered, [thanks], Usage(), PROGRAMME), PROGRAMME, NOON)
    assert (lot.state, lot.activates_at, lot.order_id, shares) == (LotState.ACTIVE, NOON, "", ())


# --- properties ---

optional = st.none() | st.integers(1, 60)
conditions = {
    "categories": st.lists(st.sampled_from(["drinks", "kitchen"]), max_size=1).map(tuple),
    "skus": st.lists(st.sampled_from(["tea", "kettle"]), max_size=1).map(tuple),
    "channels": st.lists(st.sampled_from(["WEB", "STORE"]), max_size=1).map(tuple),
    "spend_minor_min": st.sampled_from([0, 0, 500]),
    "priority": st.integers(-1, 1),
    "exclusive": st.booleans(),
    "member_points_max": optional,
    "member_times_max": st.none() | st.integers(1, 3),
    "budget_points": optional,
}
gifts = st.one_of(
    st.fixed_dictionaries({"points_per_unit": st.integers(1, 5)}),
    st.fixed_dictionaries({"percent": st.integers(101, 500), "group": st.sampled_from(["", "g"])}),
    st.fixed_dictionaries({"points": st.integers(1, 50), "group": st.sampled_from(["", "g"])}),
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[EarningRule]:
    number = draw(st.integers(0, 5))
    fields = st.fixed_dictionaries(conditions)
    return [rule(f"r{place}", **draw(gifts), **draw(fields)) for place in range(number)]


@st.composite
def baskets(draw: st.DrawFn, number: int = 0) -> Occasion:
    amounts = draw(st.lists(st.integers(0, 3_000), min_size=1, max_size=5))
    paid = draw(st.integers(0, sum(amounts) + 5))
    customer_id = draw(st.sampled_from(["anna", "ben"]))
    return order(*amounts, points_paid_minor=paid, key=f"default/o-{number}", customer_id=customer_id)


batches = st.integers(1, 6).flatmap(lambda size: st.tuples(*(baskets(number) for number in range(size))))


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1).filter(sum))
def test_shares_sum_to_the_whole_and_are_fair_to_less_than_one(amount: int, weights: list[int]) -> None:
    shares = allotted(amount, weights)
    assert sum(shares) == amount
    whole = sum(weights)
    assert all(
        abs(share * whole - amount * weight) < whole for share, weight in zip(shares, weights, strict=True)
    )


@given(basket=baskets(), rules=rule_sets())
def test_every_award_is_positive_and_its_shares_sum_to_it(basket: Occasion, rules: list[EarningRule]) -> None:
    counted = {line.line for line in counted_lines(basket)}
    for one in award(basket, rules, Usage(), PROGRAMME):
        assert one.points >= 1
        assert sum(share for _, share in one.allotments) == one.points
        assert all(share >= 1 and line in counted for line, share in one.allotments)


@given(basket=baskets(), rates=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_each_rule_is_floored_once(basket: Occasion, rates: list[int]) -> None:
    rules = [rule(f"r{place}", points_per_unit=rate) for place, rate in enumerate(rates)]
    doubled = rule("double", percent=250)
    basis = sum(line.basis_minor for line in counted_lines(basket))
    exact = {one.id: basis * (one.points_per_unit or 0) // 100 for one in rules}
    exact["double"] = basis * sum(rates) * 150 // 10_000
    assert points(basket, *rules, doubled) == {name: given for name, given in exact.items() if given}


@given(basket=baskets(), rules=rule_sets(), seed=st.randoms(use_true_random=False))
def test_the_order_in_which_rules_come_changes_nothing(
    basket: Occasion, rules: list[EarningRule], seed: Any
) -> None:
    shuffled = rules.copy()
    seed.shuffle(shuffled)
    assert weigh(basket, rules, Usage(), PROGRAMME) == weigh(basket, shuffled, Usage(), PROGRAMME)


def earned(batch: tuple[Occasion, ...], rules: list[EarningRule]) -> list[dict[str, int]]:
    """What each occasion gets, with the limits carried from one to the next."""
    usage, found = Usage(), []
    for one in batch:
        given = award(one, rules, usage, PROGRAMME)
        for part in given:
            usage.count(part.rule, one, part.points, ZONE)
        found.append({part.rule.id: part.points for part in given})
    return found


@given(batch=batches, rules=rule_sets())
def test_limits_hold_from_one_occasion_to_the_next(
    batch: tuple[Occasion, ...], rules: list[EarningRule]
) -> None:
    found = earned(batch, rules)
    for one in rules:
        given = [
            (basket.customer_id, got[one.id])
            for basket, got in zip(batch, found, strict=True)
            if one.id in got
        ]
        assert sum(amount for _, amount in given) <= (one.budget_points or 10**9)
        for customer_id in ("anna", "ben"):
            own = [amount for whose, amount in given if whose == customer_id]
            assert sum(own) <= (one.member_points_max or 10**9)
            assert len(own) <= (one.member_times_max or 10**9)


@given(batch=batches, rules=rule_sets(), extra=st.integers(1, 50))
def test_a_rule_outside_of_groups_that_excludes_none_changes_no_other(
    batch: tuple[Occasion, ...], rules: list[EarningRule], extra: int
) -> None:
    draft = rule("draft", points=extra, budget_points=60)
    others = [
        {name: given for name, given in one.items() if name != "draft"}
        for one in earned(batch, [*rules, draft])
    ]
    assert others == earned(batch, rules)


@given(
    amounts=st.lists(st.integers(0, 5_000), min_size=1, max_size=4),
    more=st.integers(1, 5_000),
    rules=rule_sets(),
)
def test_spending_more_never_earns_less_from_rules_that_do_not_compete(
    amounts: list[int], more: int, rules: list[EarningRule]
) -> None:
    alone = [one.model_copy(update={"group": "", "exclusive": False}) for one in rules]
    less, richer = points(order(*amounts), *alone), points(order(amounts[0] + more, *amounts[1:]), *alone)
    assert all(richer.get(name, 0) >= given for name, given in less.items())
