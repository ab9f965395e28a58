"""The guide to segments says nothing that the service would refuse, and refuses what it says is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from regulars.engagement.v1 import engagement_service_pb2 as engagement

from services.engagement.rules.experience import PROACTIVE_TOUCHPOINTS, Level
from services.engagement.rules.fields import FIELDS
from services.filtering.evaluating import Values, explain
from services.filtering.lexing import LENGTH_MAX
from services.filtering.parsing import CONDITIONS_MAX, DEPTH_MAX, parse
from services.filtering.tree import FilterInvalidError, fields_in
from tests.integration.shop import NOON, Caller, order

GUIDE = (Path(__file__).parents[2] / "docs" / "segments.md").read_text()
EXAMPLES = re.findall(r"```filter\n(.*?)\n```", GUIDE, re.DOTALL)
REFUSED = re.findall(r"```refused\n(.*?)\n(.*?)\n```", GUIDE, re.DOTALL)


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 12
    assert len(REFUSED) >= 3


async def test_every_example_is_answered_by_both_databases(backend: Caller) -> None:
    await backend.record_order(order())
    for example in EXAMPLES:
        request = engagement.ListScoresRequest(filter=example)
        answer = await backend.call(backend.engagement.ListScores, request)
        assert len(answer.scores) <= 1, example


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_every_refusal_is_answered_as_the_guide_says(text: str, message: str) -> None:
    with pytest.raises(FilterInvalidError) as caught:
        parse(text, FIELDS)
    assert caught.value.message.startswith(message)


def test_the_guide_names_every_field_and_every_word() -> None:
    words = {word for field in FIELDS.values() for word in field.values}
    missing = [name for name in FIELDS if f"`{name}`" not in GUIDE]
    missing += [word for word in words if word not in GUIDE]
    missing += [level.name for level in Level if level and f"{int(level)} {level.name}" not in GUIDE]
    missing += [name for name in PROACTIVE_TOUCHPOINTS if f"`{name}`" not in GUIDE]
    assert missing == []


def test_the_examples_use_the_fields_that_teams_ask_for() -> None:
    used = frozenset().union(*(fields_in(parse(example, FIELDS)) for example in EXAMPLES))
    assert len(used) >= 15


def test_the_guide_states_the_limits() -> None:
    assert f"{LENGTH_MAX} characters, {CONDITIONS_MAX} conditions and {DEPTH_MAX} levels" in GUIDE


def test_the_explanation_in_the_guide_is_a_real_one() -> None:
    (shown,) = re.findall(r"```text\n(.*?)\n```", GUIDE, re.DOTALL)
    values: Values = {"orders": 5, "recency_days": NOON - timedelta(days=12.3)}
    found = explain(parse(EXAMPLES[0], FIELDS), values, NOON)
    assert shown.splitlines() == [found.words, *(f"  {part.words}" for part in found.parts)]


def test_the_two_examples_of_an_absent_value_differ_as_told() -> None:
    least, most, none, answered = (parse(example, FIELDS) for example in EXAMPLES[3:7])
    for nps, expected in (
        (3, (True, True, False, True)),
        (9, (False,) * 4),
        (None, (False, True, True, False)),
    ):
        found = [explain(tree, {"nps": nps}, NOON).holds for tree in (least, most, none, answered)]
        assert tuple(found) == expected
