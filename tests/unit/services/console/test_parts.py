import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from services.console.freshness import REST_SECONDS_MAX
from services.presence.rules.visits import STALE_VISIT
from services.storage.database import Database
from tests.integration.shop import ManualClock
from tests.unit.services.console import scene

HOSTILE = "<script>alert(1)</script>\u202eevil"


async def words_of(reader: httpx.AsyncClient, path: str) -> str:
    """What a person reads: the page without its markup, in one line."""
    answer = await reader.get(path)
    assert answer.status_code == 200
    bare = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


async def renewed(reader: httpx.AsyncClient, path: str, sentence: str) -> str:
    """What a person reads once the kept answer gave way to one with this sentence."""
    async with asyncio.timeout(2 * REST_SECONDS_MAX):
        while sentence not in (read := await words_of(reader, path)):  # noqa: ASYNC110  (an answer gives no signal when it is old)
            await asyncio.sleep(0.05)
    return read


async def figures_of(reader: httpx.AsyncClient, part: str) -> list[dict[str, str]]:
    """The names and figures of all charts of a part."""
    page = (await reader.get(f"/parts/{part}")).text
    specs = re.findall(r'<script type="application/json">(.*?)</script>', page, flags=re.DOTALL)
    return [{mark["label"]: mark["text"] for mark in json.loads(spec)["marks"]} for spec in specs]


async def test_an_empty_house_says_what_would_fill_it(reader: httpx.AsyncClient) -> None:
    page = await words_of(reader, "/")
    for sentence in (
        "Nobody is in a store",
        "No reminder yet",
        "No model has been trained yet",
        "No scores yet",
        "Nothing tested yet",
    ):
        assert sentence in page


async def test_the_notice_stands_on_the_page(reader: httpx.AsyncClient) -> None:
    assert "Please note Walks are simulated" in await words_of(reader, "/")


async def test_the_page_tells_the_programmes_day_and_time(
    reader: httpx.AsyncClient, clock: ManualClock
) -> None:
    clock.move_to(datetime(2026, 7, 3, 23, 30, tzinfo=UTC))
    assert "Saturday 4 July 2026, 00:30" in await words_of(reader, "/parts/counts")


async def test_orders_are_counted_with_their_money(reader: httpx.AsyncClient, database: Database) -> None:
    await scene.enrol(database, "ann")
    await scene.order(database, "ann", 250_000, order_id="o1")
    await scene.order(database, "bob", 150_000, order_id="o2")
    read = await words_of(reader, "/parts/totals")
    assert "Customers 2 1 active member" in read
    assert "Orders 2 £2,000 each" in read
    assert "Net revenue £4,000" in read


async def test_what_has_not_taken_effect_is_counted(reader: httpx.AsyncClient, database: Database) -> None:
    assert "ListWaiting" not in await words_of(reader, "/parts/totals")
    await scene.bring_back(database, "ann", "b1")
    await scene.bring_back(database, "bob", "b2")
    await scene.exchange_more_than_was_bought(database, "ann")
    told = "2 returns or exchanges wait for an order, 1 exchange was refused by its order"
    await renewed(reader, "/parts/totals", f"{told}. ListWaiting names them.")


async def test_expired_points_are_not_outstanding(
    reader: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await scene.enrol(database, "ann")
    await scene.order(database, "ann", 250_000)
    read = await words_of(reader, "/parts/totals")
    assert "Points outstanding 2,500 2,500 not yet spendable" in read
    clock.advance(days=800)
    await renewed(reader, "/parts/totals", "Points outstanding 0")


async def test_a_member_who_walks_in_appears_in_the_next_fragment(
    reader: httpx.AsyncClient, database: Database
) -> None:
    assert "Nobody is in a store" in await words_of(reader, "/parts/presence")
    scene.visit(database, "ann")
    read = await renewed(reader, "/parts/presence", "High Street 1 person")
    assert "ann Kitchen 12 min" in read


async def test_a_visitor_of_a_silent_gateway_is_not_believed_to_stay(
    reader: httpx.AsyncClient, database: Database
) -> None:
    scene.visit(database, "ann", seen_ago=STALE_VISIT + timedelta(seconds=1))
    assert "Nobody is in a store" in await words_of(reader, "/parts/presence")


async def test_the_team_is_told_whose_tag_has_a_weak_battery(
    reader: httpx.AsyncClient, database: Database
) -> None:
    for number, battery_mv in enumerate([2_950, 2_300, None, *[2_000] * 6]):
        scene.tag(database, f"c{number}", battery_mv)
    read = await words_of(reader, "/parts/presence")
    assert "7 tags have a weak battery: c1 , c3 , c4 , c5 , c6 and 2 more." in read


async def test_visitors_stand_under_their_store_and_the_crowd_is_counted(
    reader: httpx.AsyncClient, database: Database
) -> None:
    for number in range(30):
        scene.visit(database, f"c{number:02d}", store="High Street" if number % 2 else "Station")
    read = await words_of(reader, "/parts/presence")
    assert "High Street 15 people" in read
    assert "Station 15 people" in read
    assert "and 6 more" in read


async def test_a_reminder_is_shown_with_its_end_its_reason_and_how_fast_it_was(
    reader: httpx.AsyncClient, database: Database
) -> None:
    scene.reminder(database, 1, "SENT")
    scene.reminder(database, 2, "SUPPRESSED", reason="QUIET_HOURS")
    read = await words_of(reader, "/parts/reminders")
    assert "ann Kettle Sent after 0.4 s" in read
    assert "ann Kettle Held back: quiet hours" in read


async def test_what_became_of_todays_reminders_is_a_picture(
    reader: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    scene.reminder(database, 1, "SENT")
    clock.advance(days=1)
    scene.reminder(database, 2, "SENT")
    scene.reminder(database, 3, "CONVERTED")
    scene.reminder(database, 4, "SUPPRESSED", reason="CAP")
    assert await figures_of(reader, "reminders") == [
        {"Bought after it": "1", "Sent": "1", "Held back: reminded often enough": "1"}
    ]
    assert "Reminders sent today 2 since midnight Orders after a reminder 1 of today's 2" in await words_of(
        reader, "/parts/counts"
    )


async def test_leavers_come_with_chance_loss_reasons_and_the_models_name(
    reader: httpx.AsyncClient, database: Database
) -> None:
    small = scene.leaver("small", 0.9, 10_000, "last order 90 days ago")
    large = scene.leaver("large", 0.5, 400_000, "1 order in the last 90 days; customers like this leave")
    await scene.predict(database, churn=(small, large))
    read = await words_of(reader, "/parts/churn")
    assert read.index("large") < read.index("small")
    assert "50 % likely" in read
    assert "£2,000 at risk" in read
    assert "last order 90 days ago" in read
    assert "churn-boosted Version 20260310-abc Knows orders up to 9 March 2026, 12:00" in read
    assert "Looks ahead 60 days" in read


async def test_a_forecast_that_is_not_ready_says_what_is_missing(
    reader: httpx.AsyncClient, database: Database
) -> None:
    await scene.predict(database, readiness="NOT_READY", missing=("90 days of history, 180 needed",))
    assert "90 days of history, 180 needed" in await words_of(reader, "/parts/churn")
    assert "90 days of history, 180 needed" in await words_of(reader, "/parts/needs")
    assert "Nothing tested yet" in await words_of(reader, "/parts/quality")


async def test_a_baseline_is_called_a_rule_of_thumb(reader: httpx.AsyncClient, database: Database) -> None:
    missing = ("the model is not better than recency",)
    await scene.predict(
        database, readiness="BASELINE", missing=missing, churn=(scene.leaver("ann", 0.5, 100, "late"),)
    )
    assert "a rule of thumb" in await words_of(reader, "/parts/churn")
    assert "the model is not better than recency" in await words_of(reader, "/parts/quality")


async def test_the_model_stands_beside_its_baselines(reader: httpx.AsyncClient, database: Database) -> None:
    await scene.predict(database)
    charts = await figures_of(reader, "quality")
    assert charts == [
        {"This model": "0.740", "RFM rule": "0.710", "Recency rule": "0.710"},
        {"This model": "0.670", "RFM rule": "0.610", "Recency rule": "0.610"},
        {"This model": "0.590", "RFM rule": "0.630", "Recency rule": "0.630"},
    ]


async def test_what_is_due_soon_is_shown_once_per_customer(
    reader: httpx.AsyncClient, database: Database
) -> None:
    await scene.order(database, "ann", 500)  # names the product
    due = (
        scene.due_in(database, "ann", 3, sku="tea"),
        scene.due_in(database, "ann", 4, sku="jam"),
        scene.due_in(database, "bob", 40),
    )
    await scene.predict(database, due=due)
    read = await words_of(reader, "/parts/needs")
    assert "Tea for ann , and 1 more 13 Mar 11 Mar to 16 Mar 90 %" in read
    assert "bob" not in read


async def test_a_quiet_fortnight_is_not_a_missing_forecast(
    reader: httpx.AsyncClient, database: Database
) -> None:
    await scene.predict(database, due=(scene.due_in(database, "bob", 40),))
    assert "Nothing falls due" in await words_of(reader, "/parts/needs")


async def test_without_cases_nobody_waits(reader: httpx.AsyncClient) -> None:
    assert "Nobody waits" in await words_of(reader, "/parts/cases")


async def test_an_open_case_is_there_with_its_time_and_nothing_of_what_was_said(
    reader: httpx.AsyncClient, database: Database
) -> None:
    await scene.complain(database, "ann", theme="Kettles")
    read = await words_of(reader, "/parts/cases")
    assert "ann complained, Kettles 11 Mar" in read
    assert "nobody's yet" in read
    assert "overdue" not in read
    assert "it leaks" not in read


async def test_every_scored_customer_is_in_one_column_and_one_segment(
    reader: httpx.AsyncClient, database: Database
) -> None:
    for number in range(7):
        await scene.order(database, f"c{number}", 1_000 * (number + 1), order_id=f"o{number}")
    for figures in await figures_of(reader, "scores"):
        assert sum(int(text) for text in figures.values()) == 7


@pytest.mark.parametrize(
    "path", ["/", "/parts/presence", "/parts/reminders", "/parts/cases", "/parts/churn", "/parts/needs"]
)
async def test_hostile_names_are_shown_and_never_run(
    reader: httpx.AsyncClient, database: Database, path: str
) -> None:
    scene.visit(database, HOSTILE, store=HOSTILE)
    await scene.complain(database, HOSTILE, theme=HOSTILE)
    scene.reminder(database, 1, "SENT", title=HOSTILE)
    await scene.predict(
        database,
        churn=(scene.leaver(HOSTILE, 0.9, 1_000, HOSTILE),),
        due=(scene.due_in(database, HOSTILE, 3),),
    )
    page = (await reader.get(path)).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\ufffdevil" in page
