from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.programme.earning_rule import BASE_RULE, EarningRule
from services.programme.lines import key_lines
from services.programme.phrases import OF_PATTERNS
from services.programme.programme import Programme
from services.programme.reading import RuleInvalidError, load_programme, read_rule, rule_text
from services.settings import SettingsError

PROGRAMME = """\
name = "The Tea House"  # a comment with a [bracket

[tiers]
levels = [
    {name = "LEAF", threshold = 0},
    {name = "TREE", threshold = 500},
]

[[earning]]
id = "base"
name = \"\"\"One point
for a pound\"\"\"
points_per_unit = 1

[[earning]]
id = "tea-days"
name = "Double points on tea"
percent = 200
categories = ["tea"]
"""

RULE = 'id = "tea"\nname = "Tea"\npoints = 5\n'


def refused(text: str, programme: Programme | None = None) -> RuleInvalidError:
    with pytest.raises(RuleInvalidError) as caught:
        read_rule(text, programme)
    return caught.value


def file_refused(folder: Path, text: str | bytes) -> str:
    file = folder / "program.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as caught:
        load_programme(file)
    return str(caught.value).replace(f"{file}", "program.toml")


def test_without_a_file_the_programme_is_the_default_one() -> None:
    assert load_programme(None) == Programme()


def test_a_file_is_read_with_its_rules(tmp_path: Path) -> None:
    file = tmp_path / "program.toml"
    file.write_text(PROGRAMME)
    programme = load_programme(file)
    assert [rule.id for rule in programme.earning] == ["base", "tea-days"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("percent", "percnt", "line 18: earning[1].percnt: unknown field; did you mean percent"),
        ("percent", "flavour", "line 18: earning[1].flavour: unknown field"),
        ('name = "Double', 'nme = "Double', "line 17: earning[1].nme: unknown field; did you mean name"),
        ('name = "Double', "#", "line 15: earning[1].name: is missing"),
        ("percent = 200", "percent = 90", "line 18: earning[1].percent: must be greater than 100"),
        ('["tea"]', '[""]', "line 19: earning[1].categories[0]: must have at least 1 character"),
        (
            "percent = 200",
            "percent = 200\npoints = 3",
            "line 15: earning[1]: a rule gives exactly one of points_per_unit, percent and points",
        ),
        ('"tea-days"', '"base"', "line 15: earning[1]: another rule has the id 'base' already"),
        ("points_per_unit", "points_per_unit 1 #", "line 13: Expected '=' after a key"),
        (
            "threshold = 500",
            "treshold = 500",
            "line 4: tiers.levels[1].treshold: unknown field; did you mean",
        ),
        ("threshold = 500", "threshold = 0", "line 3: tiers: the first level's threshold is 0"),
        ("[tiers]", "[tears]", "line 3: tears: unknown field; did you mean tiers"),
        ("# a comment", "\ntime_zone = 'Camden'\n#", "line 2: time_zone: 'Camden' is no time zone"),
        ('["tea"]', '["tea"]\ntiers = ["GOLD"]', "line 20: earning[1].tiers: no level is called 'GOLD'"),
        (
            '["tea"]',
            '["tea"]\npending_days = 360',
            "line 20: earning[1].pending_days: points would expire (12 months)",
        ),
        (
            '"LEAF"',
            '"leaf"',
            "line 4: tiers.levels[0].name: must be capital letters, digits and _, such as GOLD",
        ),
        (
            "# a comment",
            "\ncurrency = 'gbp'\n#",
            "line 2: currency: must be three capital letters, such as GBP",
        ),
        ('["tea"]', '"tea"', "line 19: earning[1].categories: must be a list, in [ ]"),
        ("percent = 200", "percent = 200.5", "line 18: earning[1].percent: must be a whole number"),
        ('["tea"]', '["tea"', "line 19: Unclosed array"),
        ("threshold = 500", "threshold = '500'", "line 4: tiers.levels[1].threshold: must be a whole number"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in PROGRAMME
    assert file_refused(tmp_path, PROGRAMME.replace(old, new, 1)).startswith(f"program.toml, {told}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: No such file"):
        load_programme(tmp_path / "nowhere.toml")


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    told = file_refused(tmp_path, "country = 'GB'\nname = 'Café'".encode("latin-1"))
    assert told == "program.toml, line 2: this is not UTF-8 text"


def test_a_rule_is_written_with_or_without_its_header() -> None:
    assert read_rule(RULE) == read_rule(f"[[earning]]\n{RULE}") == EarningRule(id="tea", name="Tea", points=5)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "id: is missing"),
        ("x", 1, "Expected '=' after a key"),
        (RULE + "\n\nskuz = []", 6, "skuz: unknown field; did you mean skus"),
        (RULE + "hour_from = 24", 4, "hour_from: must be less than or equal to 23"),
        (RULE + "hour_from = 12\nhour_until = 12", 1, "hour_until must lie after hour_from"),
        (
            RULE + "starts_at = 2026-05-01T00:00:00",
            4,
            "starts_at: must name its time zone, such as 2026-04-01T00:00:00+01:00",
        ),
        (RULE + "starts_at = 20260501", 4, "starts_at: must be a day and an hour without quotes"),
        (RULE + "ends_at = 2026-05-01", 4, "ends_at: must be a day and an hour without quotes"),
        (RULE.replace("5", "true"), 3, "points: must be a whole number"),
        (RULE.replace("5", "'5'"), 3, "points: must be a whole number"),
        (RULE + "exclusive = 'no'", 4, "exclusive: must be true or false"),
        (RULE + "group = 'g'\npercent = 200", 1, "a rule gives exactly one of"),
        (RULE + "trigger = 'SURVEY'\nskus = ['tea']", 1, "skus is asked of orders"),
        (RULE.replace("points", "points_per_unit") + "group = 'g'", 1, "a base rule always applies"),
        (
            RULE.replace("points", "percent").replace("5", "200") + "trigger='SURVEY'",
            1,
            "a rule that no order",
        ),
        (f"[[earning]]\n{RULE}[[earning]]\n{RULE}", 5, "earning: write one rule"),
        (f"name = 'x'\n[[earning]]\n{RULE}", 1, "name: stands outside of the rule"),
        ("\nearning = 3", 2, "earning: write one rule"),
        (f"[[earning]]\n{RULE}bonus = 3", 5, "bonus: unknown field"),
        (f"{RULE}priority = {'9' * 5000}", 4, "a number is too long"),
        (f"{RULE}skus = {'[' * 50_000}", 4, "a number is too long, or too much is nested"),
    ],
)
def test_what_is_wrong_in_a_rule_is_said_with_its_line(text: str, line: int, told: str) -> None:
    error = refused(text)
    assert (error.reason, error.field, error.facts["line"]) == ("RULE_INVALID", "definition", str(line))
    assert error.message.startswith(f"line {line}: {told}")


def test_a_rule_must_fit_the_programme_it_is_for() -> None:
    error = refused(f"[[earning]]\n{RULE}tiers = ['PLATINUM']", Programme())
    assert error.message.startswith("line 5: tiers: no level is called 'PLATINUM'; there are BRONZE")


def test_each_pattern_of_the_programme_has_its_words() -> None:
    schema = json.dumps(Programme.model_json_schema())
    assert {json.loads(f'"{one}"') for one in re.findall(r'"pattern": "([^"]*)"', schema)} == set(OF_PATTERNS)


words = st.lists(st.text(min_size=1, max_size=8), max_size=3)
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))]))
rules = st.builds(
    EarningRule,
    id=st.from_regex("[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True),
    version=st.integers(1, 9),
    name=st.text(min_size=1, max_size=30),
    points=st.integers(1, 10**9),
    categories=words.map(tuple),
    weekdays=st.lists(st.sampled_from(["MON", "SUN"])).map(tuple),
    first_purchase=st.booleans(),
    starts_at=st.none() | moments,
    priority=st.integers(-1000, 1000),
    budget_points=st.none() | st.integers(1, 10**12),
)


@given(rule=rules)
def test_the_text_of_a_rule_reads_as_the_same_rule(rule: EarningRule) -> None:
    assert read_rule(rule_text(rule)) == rule


def test_the_text_of_a_rule_says_nothing_that_goes_without_saying() -> None:
    assert rule_text(BASE_RULE) == (
        'id = "base"\nname = "One point for each unit spent"\npoints_per_unit = 1\n'
    )


@given(before=st.text(st.sampled_from(list("ab \"'[]{}#\n\\=")), max_size=40))
def test_lines_are_counted_right_whatever_a_text_holds(before: str) -> None:
    """Strings of four kinds may hold what looks like the end of a line, a header or a comment."""
    escaped = before.replace("\\", "\\\\").replace('"', '\\"')
    text = f'name = """x{escaped}"""\nid = "a"\npoints = 0\n'
    assert refused(text).facts["line"] == str(before.count("\n") + 3)


VALUES = [
    "1",
    '"x]"',
    "'#'",
    '""',
    "''",
    '"""\n["\n"""',
    "'''\n#\n''''",
    '""""q"""""',
    '"\\""',
    '"""\\"""\n"""',
]
VALUES += ["[1, # ]\n2]", "{a = 1, b.c = '}'}", "[{a = '['}, {b = 2}]", "1 # [", "[\n]", "[[1], ['\\']]"]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """TOML of few keys and tables, written in all the ways that there are."""
    parts = []
    for number in range(draw(st.integers(1, 8))):
        head = draw(st.sampled_from(["", "", "[[t]]\n", "[[t.in]]\n", f"[u{number}.v]\n", "# [ '\n", "\r\n"]))
        key = draw(st.sampled_from([f"k{number}", f'"k {number}"', f"d{number}.'e.f'"]))
        parts.append(f"{head}{key} = {draw(st.sampled_from(VALUES))}\n")
    return "".join(parts)


def paths(found: Any, around: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, value in inner:
        yield (*around, name)
        yield from paths(value, (*around, name))


@given(text=documents())
def test_whatever_can_be_read_has_its_line(text: str) -> None:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # [[t.in]] before [[t]]
        assume(False)
    lines = key_lines(text)
    assert set(paths(found)) <= set(lines)
    for path, line in lines.items():
        if isinstance(path[-1], str) and path[-1].startswith("k"):
            assert path[-1] in text.split("\n")[line - 1]
