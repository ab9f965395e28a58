"""A filter means one thing, says where it is wrong, and never fails in any other way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filtering.evaluating import Values, evaluate, explain
from services.filtering.lexing import LENGTH_MAX
from services.filtering.ordering import parse_order
from services.filtering.parsing import CONDITIONS_MAX, DEPTH_MAX, parse
from services.filtering.tree import EVERYBODY, Condition, FilterInvalidError, OrderInvalidError, Value
from tests.integration.filters import FIELDS, FILTERS, NOW, ROWS

ANNA: Values = {
    "orders": 3,
    "rate": 0.5,
    "tier": "GOLD",
    "segment": "LOYAL",
    "member": True,
    "enrolled_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
    "recency_days": NOW - timedelta(days=10),
}


def holds(text: str, values: Values = ANNA) -> bool:
    return evaluate(parse(text, FIELDS), values, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "orders = 3",
        "orders=3.0",
        "orders != 2",
        "orders >= 3 AND orders <= 3",
        "orders > 2 AND orders < 4 AND rate = 0.5",
        "orders = 1 OR orders = 3",
        "NOT orders = 1",
        "-orders = 1",
        "NOT NOT orders = 3",
        "(orders = 1 OR orders = 3) AND tier = GOLD",
        'tier = "GOLD"',
        "tier = 'GOLD'",
        'tier : "OL"',
        "tier:*",
        "segment = LOYAL",
        'segment != "NEW"',
        "member = true",
        'enrolled_at >= "2026-01-01"',
        'enrolled_at = "2026-01-01T12:00:00Z"',
        'enrolled_at < "2026-01-01T13:30:00+01:00"',
        "recency_days <= 10",
        "recency_days >= 10",
        "recency_days < 10.5",
    ],
)
def test_a_filter_holds_where_it_should(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "orders = 2",
        "orders < 3",
        'tier = "gold"',
        'tier : "old"',
        'tier : "%"',
        "member = false",
        "NOT tier:*",
        "recency_days < 10",
        'enrolled_at < "2026-01-01T12:30:00+01:00"',
        "(orders = 3 OR orders = 1) AND tier = SILVER",
    ],
)
def test_a_filter_holds_nowhere_else(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize("name", FIELDS)
def test_a_condition_about_an_absent_value_does_not_hold_and_its_negation_does(name: str) -> None:
    conditions = {
        "orders": "orders != 1",
        "rate": "rate < 1",
        "tier": "tier != GOLD",
        "segment": "segment != NEW",
        "member": "member = false",
        "enrolled_at": 'enrolled_at > "1990-01-01"',
        "recency_days": "recency_days >= 0",
    }
    for text in (conditions[name], f"{name}:*"):
        assert not holds(text, {})
        assert holds(f"NOT {text}", {})


def test_a_day_begins_in_the_zone_of_the_programme() -> None:
    tree = parse('enrolled_at >= "2026-07-01"', FIELDS, ZoneInfo("Europe/London"))
    assert isinstance(tree, Condition)
    assert tree.value == datetime(2026, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("ordres = 3", 1, "one of orders, rate"),
        ("orders = 3 AND", 15, "a field"),
        ("orders = 3 and rate = 1", 12, "AND, OR or the end"),
        ("orders = 3 rate = 1", 12, "AND, OR or the end"),
        ("orders = 3 AND rate = 1 OR rate = 2", 25, "parentheses"),
        ("(orders = 3", 12, "AND, OR or a closing parenthesis"),
        ("orders = 3)", 11, "AND, OR or the end"),
        ("orders = three", 10, "a number"),
        ("orders = 3x", 10, "a number"),
        ("orders = 1.2.3", 10, "a number"),
        ("orders = 9007199254740992", 10, "a number between"),
        ("orders : 3", 8, "one of = !="),
        ("orders", 7, "one of = !="),
        ("orders =", 9, "a number"),
        ("tier < GOLD", 6, "one of = != :* :"),
        ("tier = 3", 8, "a text in quotes"),
        ("tier = AND", 8, "a text in quotes"),
        ("tier = NOT member = true", 8, "a text in quotes"),
        ('tier = "GOLD', 8, "a closing quote"),
        ('tier = "a\\n"', 10, '\\"'),
        ('tier = "a\x00b"', 8, "a text without control characters"),
        ('tier = "\ud800"', 8, "a text without control characters"),
        ("segment = loyal", 11, "one of NEW, LOYAL, DORMANT"),
        ("member = 1", 10, "true or false"),
        ("recency_days = 3", 14, "one of < <= > >="),
        ("recency_days < -1", 16, "days from 0"),
        ('enrolled_at > "2026-02-30"', 15, "a moment"),
        ('enrolled_at > "yesterday"', 15, "a moment"),
        ('enrolled_at > "0001-01-01T00:00:00+14:00"', 15, "a moment"),
        ("enrolled_at > 2026", 15, "a moment"),
        ("orders = 3 & rate = 1", 12, "a name, a number"),
        ("NOT", 4, "a field"),
        ("= 3", 1, "a field"),
        ("()", 2, "a field"),
    ],
)
def test_a_wrong_filter_is_refused_with_the_place_and_what_was_expected(
    text: str, position: int, expected: str
) -> None:
    with pytest.raises(FilterInvalidError) as caught:
        parse(text, FIELDS)
    error = caught.value
    assert (error.field, error.facts["position"]) == ("filter", str(position))
    assert error.facts["expected"].startswith(expected)
    assert f"at character {position}: " in error.message


def test_a_slip_of_the_pen_is_answered_with_the_nearest_field() -> None:
    with pytest.raises(FilterInvalidError, match="did you mean orders"):
        parse("ordres = 3", FIELDS)
    with pytest.raises(FilterInvalidError, match="write OR in capital letters"):
        parse("orders = 3 or rate = 1", FIELDS)


@pytest.mark.parametrize(
    "text",
    [
        "orders = 1 OR " * (LENGTH_MAX // 10) + "orders = 1",
        "(" * (DEPTH_MAX + 2) + "orders = 1" + ")" * (DEPTH_MAX + 2),
        "NOT " * (DEPTH_MAX + 2) + "orders = 1",
        "-" * (DEPTH_MAX + 2) + "orders = 1",
        " OR ".join(["orders = 1"] * (CONDITIONS_MAX + 1)),
        "(" * 1_900,
        "orders = " + "9" * 1_900,
    ],
)
def test_nobody_writes_a_filter_without_end(text: str) -> None:
    with pytest.raises(FilterInvalidError):
        parse(text, FIELDS)


def test_what_is_allowed_at_most_is_allowed() -> None:
    assert holds("(" * DEPTH_MAX + "orders = 3" + ")" * DEPTH_MAX)
    assert holds(" OR ".join(["orders = 3"] * CONDITIONS_MAX))


WORDS = st.sampled_from([*FIELDS, "AND", "OR", "NOT", "(", ")", "=", ":", "*", "-", "<", '"', "'", "\\", "3"])
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(WORDS, max_size=12).map(" ".join),
    st.lists(st.one_of(WORDS, st.characters()), max_size=20).map("".join),
    st.builds(lambda good, place, bad: good[:place] + bad + good[place:], FILTERS, st.integers(0, 40), WORDS),
)


def outcome(read: Callable[[str, Any], Any], text: str) -> Any:
    """What was read, or the typed refusal; any other exception fails the test."""
    try:
        return read(text, FIELDS)
    except (FilterInvalidError, OrderInvalidError) as error:
        return error


@given(text=HOSTILE)
def test_a_hostile_filter_is_read_or_refused_and_nothing_else(text: str) -> None:
    found = outcome(parse, text)
    if not isinstance(found, FilterInvalidError):
        assert evaluate(found, ANNA, NOW) in {True, False}
        return
    assert found.field == "filter"
    assert 1 <= int(found.facts["position"]) <= len(text) + 1
    assert found.facts["expected"]
    assert len(found.message) < 500


@given(text=HOSTILE)
def test_a_hostile_order_is_read_or_refused_and_nothing_else(text: str) -> None:
    found = outcome(parse_order, text)
    if isinstance(found, OrderInvalidError):
        assert found.field == "order_by"
        assert 1 <= int(found.facts["position"]) <= len(text) + 1


@given(text=FILTERS, row=ROWS)
def test_an_explanation_says_what_the_filter_says(text: str, row: dict[str, Value | None]) -> None:
    tree = parse(text, FIELDS)
    assert explain(tree, row, NOW).holds == evaluate(tree, row, NOW)


@given(text=FILTERS, row=ROWS)
def test_a_negation_turns_every_filter_around(text: str, row: dict[str, Value | None]) -> None:
    assert holds(f"NOT ({text})", row) != holds(text, row)


def test_an_explanation_shows_each_condition_with_the_customers_own_value() -> None:
    tree = parse("(orders >= 4 OR rate < 1) AND NOT tier = SILVER AND recency_days < 30", FIELDS)
    found = explain(tree, {**ANNA, "tier": None}, NOW)
    either, negated, recent = found.parts
    assert found.words == "all must hold: 3 of 3 do"
    assert [part.words for part in either.parts] == [
        "orders: 3; asked for at least 4: does not hold",
        "rate: 0.5 per year; asked for less than 1 per year: holds",
    ]
    assert (negated.holds, negated.parts[0].words) == (
        True,
        'tier: none; asked for exactly "SILVER": does not hold',
    )
    assert recent.words == "days since the last order: 10 days; asked for less than 30 days: holds"
    assert recent.condition is not None
    assert (recent.condition.text, recent.condition.position) == ("recency_days < 30", 53)


def test_an_explanation_of_everybody_says_so() -> None:
    assert explain(EVERYBODY, {}, NOW).words == "no condition: everybody"


def test_an_order_names_fields_and_directions() -> None:
    found = parse_order(" rate desc,orders , tier asc", FIELDS)
    assert [(sort.field.name, sort.descending) for sort in found] == [
        ("rate", True),
        ("orders", False),
        ("tier", False),
    ]
    assert parse_order("  ", FIELDS) == ()


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("rates", 1),
        ("rate desc, age", 12),
        ("rate down", 1),
        ("rate,,orders", 6),
        ("rate, rate desc", 6),
        ("rate,", 6),
        ("orders, rate, tier, segment, member", 1),
        ("r" * 301, 301),
    ],
)
def test_a_wrong_order_is_refused_with_the_place(text: str, position: int) -> None:
    with pytest.raises(OrderInvalidError) as caught:
        parse_order(text, FIELDS)
    assert (caught.value.field, caught.value.facts["position"]) == ("order_by", str(position))
