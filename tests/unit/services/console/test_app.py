import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from services.console.access import FAILURES_MAX, Access
from services.console.guard import COOKIE
from services.console.parts import PARTS
from services.storage.database import Database
from tests.unit.services.console.conftest import ADDRESS


@pytest.mark.parametrize("path", ["/", *(f"/parts/{name}" for name in PARTS), "/no-such-page"])
async def test_nothing_is_shown_without_a_session(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (401, "true")
    assert "sign-in link that Regulars printed" in answer.text


async def test_a_made_up_cookie_opens_nothing(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/", headers={"Cookie": f"{COOKIE}=made-up"})
    assert answer.status_code == 401


async def test_the_link_leads_to_the_page_with_a_strict_cookie(
    stranger: httpx.AsyncClient, access: Access
) -> None:
    answer = await stranger.get(access.link(ADDRESS))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(cookie.split("; "))
    assert (await stranger.get("/")).status_code == 200


async def test_the_cookie_stays_off_plain_connections_when_it_was_given_on_a_secret_one(
    stranger: httpx.AsyncClient, access: Access
) -> None:
    answer = await stranger.get(access.link("https://localhost"))
    assert "secure" in answer.headers["set-cookie"].lower().split("; ")


async def test_a_wrong_link_gives_no_cookie(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/sign-in?token=wrong")
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_guessing_links_is_throttled(stranger: httpx.AsyncClient) -> None:
    for _ in range(FAILURES_MAX):
        await stranger.get("/sign-in?token=wrong")
    answer = await stranger.get("/sign-in")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize("path", ["/", "/parts/counts", "/sign-in?token=wrong", "/healthz", "/no-such-page"])
async def test_every_answer_is_strict_about_what_a_browser_may_do(
    reader: httpx.AsyncClient, path: str
) -> None:
    headers = (await reader.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_another_host_name_is_turned_away_even_with_a_session(
    reader: httpx.AsyncClient, host: str
) -> None:
    answer = await reader.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:1", "[::1]:8080", "Console.example:443"])
async def test_the_loopback_and_the_configured_host_are_welcome(
    stranger: httpx.AsyncClient, host: str
) -> None:
    assert (await stranger.get("/healthz", headers={"Host": host})).status_code == 200


async def test_health_needs_no_session(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/healthz")).text == "ok\n"


async def test_each_file_of_the_page_is_kept_by_its_content(reader: httpx.AsyncClient) -> None:
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', (await reader.get("/")).text)
    assert len(set(addresses)) == 6
    for address in addresses:
        answer = await reader.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/static/000000000000/console.css",
        "/static/0/%2e%2e/app.py",
        "/static/0/vendor/htmx.LICENSE",
        "/static/",
    ],
)
async def test_files_are_served_under_their_true_address_only(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 404


async def test_a_part_that_does_not_exist_is_missing(reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/parts/secrets")).status_code == 404


@pytest.fixture
def broken(database: Database) -> Iterator[None]:
    """A database whose visits cannot be read, until the test ends: databases are used again."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE visits RENAME TO visits_elsewhere"))
    yield
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE visits_elsewhere RENAME TO visits"))


async def test_a_fault_becomes_a_sentence_and_tells_nothing(reader: httpx.AsyncClient, broken: None) -> None:
    answer = await reader.get("/")
    assert (answer.status_code, "visits" in answer.text) == (500, False)
    assert "That did not work" in answer.text
    assert "content-security-policy" in answer.headers
