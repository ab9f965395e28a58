from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, expect

from services.storage.database import Database
from tests.browser.conftest import ON_ONE_LOOP
from tests.unit.services.console import scene

pytestmark = ON_ONE_LOOP

DESKTOP = 1280
PHONE = 390
CHARTS = 6  # reminders, scores, segments, and three measures of the model
AA_TEXT = 4.5  # contrast of normal text, WCAG 2.2

# The contrast of every text on the page with what is painted behind it; returns the poor ones.
POOR_CONTRAST = """(least) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim());
    if (!own || element.closest("script, svg") || !element.checkVisibility()) continue;
    const [light, dark] = [getComputedStyle(element).color, null]
      .map((colour) => luminance(colour ? channels(colour) : behind(element)))
      .sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < least) poor.push(`${contrast.toFixed(2)} ${element.textContent.trim()}`);
  }
  return poor;
}"""


@dataclass
class Visit:
    """A page, and what went wrong or astray while it was open."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.strays.append(request.url)


async def open_console(
    browser: Browser, link: str, width: int = DESKTOP, colours: Literal["light", "dark"] = "light"
) -> Visit:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=colours, reduced_motion="reduce"
    )
    visit = Visit(await context.new_page(), link.partition("/sign-in")[0])
    visit.listen()
    await visit.page.goto(link)
    return visit


async def fill(database: Database) -> None:
    """A little of everything that the page can show."""
    for number in range(4):
        await scene.order(database, f"c{number}", 2_500 * (number + 1), order_id=f"o{number}")
    scene.visit(database, "c1")
    scene.reminder(database, 1, "SENT")
    scene.reminder(database, 2, "SUPPRESSED", reason="QUIET_HOURS")
    leaver = scene.leaver("c2", 0.7, 50_000, "last order 90 days ago; customers like this leave more often")
    await scene.predict(database, churn=(leaver,), due=(scene.due_in(database, "c3", 3),))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_the_page_draws_its_pictures_without_a_complaint_and_asks_nobody_else(
    browser: Browser, database: Database, link: str, width: int, colours: Literal["light", "dark"]
) -> None:
    await fill(database)
    visit = await open_console(browser, link, width, colours)
    await expect(visit.page.locator(".canvas svg")).to_have_count(CHARTS)
    async with visit.page.expect_response("**/parts/presence"):
        pass  # one refresh has passed too
    assert (visit.complaints, visit.strays) == ([], [])


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_nothing_sticks_out_sideways(
    browser: Browser, database: Database, link: str, width: int
) -> None:
    await fill(database)
    scene.visit(database, "x" * 120)
    visit = await open_console(browser, link, width)
    await expect(visit.page.locator(".canvas svg")).to_have_count(CHARTS)
    assert await visit.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_every_text_has_enough_contrast(
    browser: Browser, database: Database, link: str, colours: Literal["light", "dark"]
) -> None:
    await fill(database)
    visit = await open_console(browser, link, DESKTOP, colours)
    assert await visit.page.evaluate(POOR_CONTRAST, AA_TEXT) == []


async def test_an_empty_house_is_calm(browser: Browser, link: str) -> None:
    visit = await open_console(browser, link, PHONE)
    await expect(visit.page.get_by_text("Nobody is in a store")).to_be_visible()
    assert visit.complaints == []


async def test_a_member_who_walks_in_appears_without_a_reload(
    browser: Browser, database: Database, link: str
) -> None:
    visit = await open_console(browser, link)
    scene.visit(database, "ann")
    await expect(visit.page.locator("#presence-title ~ .store").get_by_text("ann")).to_be_visible()
    assert visit.complaints == []


async def test_a_picture_follows_its_figures(browser: Browser, database: Database, link: str) -> None:
    scene.reminder(database, 1, "SENT")
    visit = await open_console(browser, link)
    picture = visit.page.locator("[data-part=reminders] .canvas svg")
    await expect(picture).not_to_contain_text("Bought after it")
    scene.reminder(database, 2, "CONVERTED")
    await expect(picture).to_contain_text("Bought after it")


async def test_the_page_says_when_its_session_ended(browser: Browser, link: str) -> None:
    visit = await open_console(browser, link)
    await visit.page.context.clear_cookies()
    await expect(visit.page.get_by_role("heading", name="Please sign in")).to_be_visible()


async def test_the_keyboard_reaches_the_content_first(browser: Browser, link: str) -> None:
    visit = await open_console(browser, link)
    await visit.page.keyboard.press("Tab")
    await expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("main")).to_be_focused()


async def test_the_page_has_landmarks_and_one_title(browser: Browser, link: str) -> None:
    visit = await open_console(browser, link)
    for role in ("banner", "navigation", "main", "contentinfo"):
        await expect(visit.page.get_by_role(role)).to_have_count(1)
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Today")
