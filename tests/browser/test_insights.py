"""The page Insights in a real browser: on a desk and on a phone, by keyboard, with nothing from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from services.console.insights.catalogue import INSIGHTS
from services.storage.database import Database
from tests.browser.conftest import ON_ONE_LOOP
from tests.browser.test_console import AA_TEXT, DESKTOP, PHONE, POOR_CONTRAST, Visit, open_console
from tests.integration.shop import ManualClock
from tests.unit.services.console import scene

pytestmark = ON_ONE_LOOP

ACTION = "action?day=2026-01-20&days=30&metric=ORDER_VALUE"


async def fill(database: Database, clock: ManualClock) -> None:
    """Members and others, who come back and do not, over half a year."""
    now = clock.now()
    for number in range(40):
        customer_id = f"c{number}"
        clock.move_to(now - timedelta(days=150 - number))
        if number % 3 == 0:
            await scene.enrol(database, customer_id)
        for again in range(1 + number % 4):
            clock.move_to(now - timedelta(days=150 - number - 30 * again))
            await scene.order(
                database, customer_id, 1_500 + 97 * number + 400 * again, order_id=f"o{number}-{again}"
            )
    clock.move_to(now)


async def open_insight(
    browser: Browser,
    link: str,
    name: str,
    width: int = DESKTOP,
    colours: Literal["light", "dark"] = "light",
) -> Visit:
    visit = await open_console(browser, link, width, colours)
    visit.complaints.clear()
    await visit.page.goto(f"{visit.origin}/insights/{name}")
    return visit


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_every_report_is_drawn_without_a_complaint_and_fits(
    browser: Browser, database: Database, clock: ManualClock, link: str, width: int
) -> None:
    await fill(database, clock)
    visit = await open_insight(browser, link, "members", width)
    for name in [*INSIGHTS, ACTION]:
        await visit.page.goto(f"{visit.origin}/insights/{name}")
        figures = await visit.page.locator(".chart").count()
        assert figures > 0
        await expect(visit.page.locator(".canvas svg")).to_have_count(figures)
        assert await visit.page.evaluate("document.documentElement.scrollWidth") == width
    assert (visit.complaints, visit.strays) == ([], [])


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", ["repeat", "weeks", ACTION])
async def test_every_text_has_enough_contrast(
    browser: Browser,
    database: Database,
    clock: ManualClock,
    link: str,
    name: str,
    colours: Literal["light", "dark"],
) -> None:
    await fill(database, clock)
    visit = await open_insight(browser, link, name, DESKTOP, colours)
    await visit.page.get_by_text("All figures").click()
    assert await visit.page.evaluate(POOR_CONTRAST, AA_TEXT) == []


async def test_a_reader_gets_from_today_to_a_report_and_its_table_by_keyboard(
    browser: Browser, database: Database, clock: ManualClock, link: str
) -> None:
    await fill(database, clock)
    visit = await open_console(browser, link)
    await visit.page.get_by_role("link", name="Insights").focus()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Insights")
    await visit.page.keyboard.press("Tab")
    await expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await visit.page.get_by_text("All figures").focus()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("columnheader", name="95 % interval")).to_be_visible()


async def test_an_action_is_asked_about_with_the_form(
    browser: Browser, database: Database, clock: ManualClock, link: str
) -> None:
    await fill(database, clock)
    visit = await open_insight(browser, link, "action")
    await expect(visit.page.get_by_text("Choose the day")).to_be_visible()
    await visit.page.get_by_label("The day it began").fill("2026-01-20")
    await visit.page.get_by_label("Or whoever a filter finds").fill("orders >= 3")
    await visit.page.get_by_role("button", name="Compare").click()
    await expect(visit.page.get_by_text("The rest:")).to_be_visible()
    assert visit.complaints == []


async def test_the_figures_can_be_taken_away_as_csv(
    browser: Browser, database: Database, clock: ManualClock, link: str
) -> None:
    await fill(database, clock)
    visit = await open_insight(browser, link, "repeat?choice=90")
    async with visit.page.expect_download() as started:
        await visit.page.get_by_role("link", name="Download as CSV").click()
    download = await started.value
    assert download.suggested_filename == "regulars-repeat.csv"
    lines = (await download.path()).read_text().splitlines()
    assert lines[0].startswith("subject,measure,from_moment")
    assert lines[1].startswith("REPEAT_BUYERS,SPEND,2025-12-10")


@pytest.mark.parametrize("name", [*INSIGHTS, ACTION])
async def test_an_empty_shop_is_told_calmly_what_would_fill_the_page(
    browser: Browser, link: str, name: str
) -> None:
    visit = await open_insight(browser, link, name, PHONE)
    await expect(visit.page.locator(".empty h3")).to_have_text("No orders in this time")
    await expect(visit.page.get_by_text("What this does not say")).to_be_visible()
    assert visit.complaints == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_what_has_no_page_of_its_own_can_be_taken_away_as_csv(
    browser: Browser, database: Database, clock: ManualClock, link: str, width: int
) -> None:
    await fill(database, clock)
    visit = await open_insight(browser, link, "more", width)
    assert await visit.page.evaluate("document.documentElement.scrollWidth") == width
    assert await visit.page.evaluate(POOR_CONTRAST, AA_TEXT) == []
    async with visit.page.expect_download() as started:
        await visit.page.get_by_role("link", name="Steps as CSV: 1 year").click()
    lines = (await (await started.value).path()).read_text().splitlines()
    assert lines[3].startswith("ORDER,REACHED,2025-03-10")
    assert visit.complaints == []
