"""Touches in plain words, and windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.errors import InvalidError
from services.journey.rules.stages import PATHS, Counted, Step, stage_report
from services.journey.rules.touches import Initiator, Touch, Words
from services.journey.rules.transitions import Going, Start, shares_of
from services.programme.programme import Programme
from services.programme.touchpoints import Stage, Touchpoint
from services.windows import Window, report_window, whole_window

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
YEN = Programme(
    currency="JPY",
    currency_digits=0,
    touchpoints=(Touchpoint(name="size_guide", stage=Stage.BEFORE, channels=("WEB",)),),
)
WORDS = Words.of(YEN)


def touch(
    kind: str, touchpoint: str, channel: str = "", word: str = "", number: int = 0, **fields: str
) -> Touch:
    subject = fields.get("subject", "")
    return Touch(0, "any", NOW, "shop", "1", kind, channel, touchpoint, subject, word, number, False)


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (touch("ORDER", "order", "PHONE", "JPY", 1_200), "Order of 1200 JPY on the phone"),
        (touch("RETURN", "return", number=300), "Return: 300 JPY refunded"),
        (touch("EXCHANGE", "exchange"), "Goods exchanged"),
        (touch("CART", "cart", "PHONE", "CONVERTED_ELSEWHERE", subject="STORE"),
         "Cart begun on the phone, bought in the store"),
        (touch("CART", "cart", "WEB", "RECOVERED"), "Cart begun on the web, bought"),
        (touch("CART", "cart", "APP", "EXPIRED"), "Cart begun in the app, expired"),
        (touch("POINTS", "points", word="EXPIRE", number=40), "40 points expired"),
        (touch("SURVEY_SENT", "survey_sent", word="CES"), "CES survey sent"),
        (touch("ANSWER", "survey", word="CSAT", number=4), "CSAT survey answered with 4"),
        (touch("CASE", "case", word="NPS"), "Case opened by a NPS answer"),
        (touch("CASE", "case", word="COMPLAINT"), "Complaint"),
        (touch("REMINDER", "reminder", subject="Kettle"), "Reminder sent: Kettle"),
        (touch("SEARCH", "search", "WEB", subject="green tea"), "Search: green tea"),
        (touch("HELP_VIEWED", "size_guide", "WEB"), "Size guide"),
        (touch("HELP_VIEWED", "never_heard_of", "WEB"), "Never heard of"),
    ],
)  # fmt: skip
def test_every_touch_has_a_plain_title(one: Touch, title: str) -> None:
    assert WORDS.title(one) == title


@pytest.mark.parametrize(
    ("one", "initiator"),
    [
        (touch("ORDER", "order"), Initiator.CUSTOMER),
        (touch("CASE", "case", word="NPS"), Initiator.RETAILER),
        (touch("CASE", "case", word="COMPLAINT"), Initiator.CUSTOMER),
        (touch("POINTS", "points", word="SPEND"), Initiator.CUSTOMER),
        (touch("POINTS", "points", word="EXPIRE"), Initiator.RETAILER),
        (touch("NEWSLETTER_OPENED", "newsletter_opened"), Initiator.UNSPECIFIED),
        (touch("REMINDER", "reminder"), Initiator.RETAILER),
    ],
)
def test_every_touch_says_who_began_it(one: Touch, initiator: Initiator) -> None:
    assert one.begun_by is initiator


def test_a_stage_counts_in_the_channels_of_its_touchpoint() -> None:
    assert WORDS.stage(touch("HELP_VIEWED", "size_guide", "WEB")) is Stage.BEFORE
    assert WORDS.stage(touch("HELP_VIEWED", "size_guide", "APP")) is None


def test_windows_end_now_unless_they_say_otherwise() -> None:
    assert whole_window(None, None, NOW) == Window(None, NOW)
    assert report_window(None, NOW - DAY, NOW) == Window(NOW - 91 * DAY, NOW - DAY)
    assert report_window(NOW - DAY, None, NOW) == Window(NOW - DAY, NOW)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (NOW, None, "window.from"),
        (None, NOW + DAY, "window.until"),
        (datetime(1900, 1, 1, tzinfo=UTC), None, "window.from"),
    ],
)
def test_windows_that_cannot_be_are_refused(
    since: datetime | None, until: datetime | None, field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        whole_window(since, until, NOW)
    assert caught.value.field == field


def test_who_did_not_go_on_dropped_off() -> None:
    counted = Counted(dict.fromkeys(Step, 40), {path: number for number, path in enumerate(PATHS, 10)})
    report = stage_report(counted, Window(None, NOW), by_segment=True)
    first = report.conversions[0]
    assert (first.went_on, first.conversion.value, first.drop_off.value) == (10, 0.25, 0.75)
    assert first.drop_off.low == pytest.approx(1 - (first.conversion.high or 0))
    assert "today" in report.caveat


def test_a_share_of_alike_customers_is_less_sure_than_one_of_as_many_touches() -> None:
    """Two customers, one of whom always stays and one always goes: 20 touches, and yet but two people."""
    goings = [Going("WEB", "WEB", 1, 10, 100, 100), Going("WEB", "APP", 1, 10, 100, 100)]
    shares = shares_of([Start("WEB", 2, 20, 200)], goings)
    assert [(one.end, one.share.value, one.share.n) for one in shares] == [("APP", 0.5, 2), ("WEB", 0.5, 2)]
    assert (shares[0].share.high or 0) - (shares[0].share.low or 0) > 0.75
