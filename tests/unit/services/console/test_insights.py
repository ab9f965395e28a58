"""The page Insights without a browser: who may see it, what it says, and its CSV."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from services.console.insights import sentences as say
from services.console.insights.serving import TABS
from services.console.insights.sheets import SHEETS
from services.insights.rules.actions import Metric
from services.insights.rules.caveats import FALLBACKS
from services.insights.rules.comparisons import Group, Measure
from services.intervals import Figure, nothing
from services.programme.programme import Programme
from services.storage.database import Database
from tests.integration.shop import ManualClock
from tests.unit.services.console import scene
from tests.unit.services.console.test_parts import words_of

PATHS = (
    "/insights",
    *(f"/insights/{name}" for name in TABS),
    *(f"/insights/{name}.csv" for name in (*TABS, *SHEETS)),
)
GBP = Programme()


def pounds(value: float, low: float | None, high: float | None, n: int = 100) -> Figure:
    return Figure(value, low, high, n, "GBP minor units")


@pytest.mark.parametrize("path", PATHS)
async def test_no_report_is_shown_without_a_session(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 401


async def test_a_finding_is_told_with_its_uncertainty(reader: httpx.AsyncClient, database: Database) -> None:
    for number in range(40):
        await scene.order(database, f"once{number}", 1_000 + number, order_id=f"a{number}")
        await scene.order(database, f"often{number}", 2_000 + number, order_id=f"b{number}")
        await scene.order(database, f"often{number}", 2_000 - number, order_id=f"c{number}")
    read = await words_of(reader, "/insights/repeat")
    assert "Customers who bought at least twice spent £40.00, those who bought once £10.20." in read
    assert "That is £29.80 more, and hardly chance" in read
    assert "buys twice has had two chances to spend" in read
    assert "Repeat buyers" in read


async def test_a_report_can_be_taken_away_as_csv(reader: httpx.AsyncClient, database: Database) -> None:
    await scene.order(database, "ann", 2_000)
    answer = await reader.get("/insights/members.csv?choice=90")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="regulars-members.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["subject"], row["value"], row["orders"]) for row in rows] == [
        ("MEMBERS", "", "0"),
        ("NON_MEMBERS", "2000.0", "1"),
        ("DIFFERENCE", "", ""),
    ]
    assert {row["fallback"] for row in rows} == {"ONE_SIDE_EMPTY"}


async def read_csv(reader: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    answer = await reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("name", SHEETS)
async def test_every_sheet_is_offered_and_says_what_it_does_not_say(
    reader: httpx.AsyncClient, database: Database, name: str
) -> None:
    await scene.order(database, "ann", 2_000)
    page = (await reader.get("/insights/more")).text
    for choice in SHEETS[name].choices:
        path = f"/insights/{name}.csv?choice={choice}"
        assert f'href="{path}"' in page
        rows = await read_csv(reader, path)
        assert rows
        assert all(row["caveat"] for row in rows)


async def test_a_sheet_says_why_it_is_empty(reader: httpx.AsyncClient) -> None:
    (row,) = await read_csv(reader, "/insights/friction.csv")
    assert (row["subject"], row["value"], row["fallback"]) == ("", "", "NO_ORDERS")


async def test_cases_are_counted_by_what_they_are_about(
    reader: httpx.AsyncClient, database: Database
) -> None:
    await scene.complain(database, "ann", theme="=leaks")
    await scene.complain(database, "bob")
    rows = await read_csv(reader, "/insights/cases.csv?choice=THEME")
    opened = {row["subject"]: row["value"] for row in rows if row["measure"] == "OPENED"}
    assert (opened["ALL"], opened["'=leaks"], opened["NOT_TOLD"]) == ("2", "1", "1")


async def test_a_report_that_does_not_exist_is_missing(reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/insights/secrets")).status_code == 404
    assert (await reader.get("/insights/secrets.csv")).status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("day=2026-02-30", "Choose the day on which the action began"),
        ("day=2099-01-01", "has not come yet"),
        ("day=2026-02-01&filter=score+%3E", "filter"),
        ("day=2026-02-01&segment=saved:gone", "No saved segment has this id"),
        ("day=2026-02-01&filter=%3Cscript%3Ealert(1)%3C/script%3E", "filter"),
    ],
)
async def test_a_wrong_question_is_answered_with_a_sentence(
    reader: httpx.AsyncClient, query: str, sentence: str
) -> None:
    answer = await reader.get(f"/insights/action?{query}")
    assert (answer.status_code, "<script>alert" in answer.text) == (200, False)
    assert sentence in await words_of(reader, f"/insights/action?{query}")
    assert (await reader.get(f"/insights/action.csv?{query}")).status_code == 400


async def test_unknown_choices_fall_back_to_the_first(reader: httpx.AsyncClient, database: Database) -> None:
    await scene.order(database, "ann", 2_000)
    weeks = (await reader.get("/insights/weeks?choice=9999999")).text
    assert '<a href="/insights/weeks?choice=26" aria-current="true">' in weeks
    asked = await words_of(reader, "/insights/action?day=2026-01-01&days=x&metric=x&segment=")
    assert "2 December 2025 to 30 January 2026" in asked


async def test_a_saved_segment_is_offered_and_can_be_the_group(
    reader: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    for customer_id, minor in (("ann", 2_000), ("bob", 900)):
        await scene.order(database, customer_id, minor, order_id=customer_id)
    await scene.save_segment(database, "s1", "Spenders <b>", "net_minor > 1000")
    clock.advance(hours=1)
    page = (await reader.get("/insights/action")).text
    assert '<option value="saved:s1">Spenders &lt;b&gt;</option>' in page
    answer = await reader.get("/insights/action.csv?day=2026-03-01&segment=saved:s1")
    rows = {
        row["measure"]: row for row in csv.DictReader(io.StringIO(answer.text)) if row["subject"] == "GROUP"
    }
    assert rows["ORDER_VALUE_AFTER"]["value"] == "2000.0"


async def test_hostile_texts_in_the_address_are_never_markup(reader: httpx.AsyncClient) -> None:
    page = await reader.get('/insights/members?choice="><script>alert(1)</script>')
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (
            pounds(120, 100, 140),
            "That is £1.20 more, and hardly chance: it lies between £1.00 more and £1.40 more",
        ),
        (pounds(-120, -140, -100), "That is £1.20 less, and hardly chance"),
        (pounds(20, -100, 140), "may be chance: it lies between £1.00 less and £1.40 more"),
        (pounds(20, None, None, 1), "nothing can be said"),
        (pounds(120, 100, 140, 12), "One side is small"),
    ],
)
def test_a_difference_is_told_by_its_interval(difference: Figure, sentence: str) -> None:
    assert sentence in say.verdict(difference, GBP)


def test_no_difference_is_told_where_there_is_none() -> None:
    assert say.verdict(nothing("share"), GBP) == ""
    assert say.shown(nothing("share"), GBP) == say.spread(nothing("share"), GBP) == "not known"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (123_456.7, "GBP minor units", "£1,234.57"),
        (-5.0, "GBP minor units", "-£0.05"),
        (-0.1, "GBP minor units", "£0.00"),
        (0.1234, "share", "12.3\u00a0%"),
        (-12.4, "NPS points", "-12"),
        (0.456, "orders per customer", "0.46"),
        (1_234.0, "orders", "1,234"),
    ],
)
def test_values_are_written_as_people_read_them(value: float, unit: str, text: str) -> None:
    assert say.amount(value, unit, GBP) == text


def test_there_are_words_for_each_group_measure_metric_and_fallback() -> None:
    assert set(say.GROUP_WORDS) == set(Group)
    assert set(say.MEASURE_WORDS) == set(Measure)
    assert set(say.METRIC_WORDS) == set(Metric)
    assert set(say.EMPTY_WORDS) == set(FALLBACKS)
