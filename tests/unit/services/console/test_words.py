from datetime import UTC, datetime, timedelta

import pytest

from services.console import words
from services.engagement.reference import SEGMENT_NAMES
from services.predictions.rules import BANDS
from services.programme.programme import Programme
from services.reminders.rules import Reason, ReminderState


@pytest.mark.parametrize(
    ("minor", "currency", "digits", "text"),
    [
        (123_456_789, "GBP", 2, "£1,234,568"),
        (-5_000, "EUR", 2, "-€50"),
        (1_200, "JPY", 0, "¥1,200"),
        (1_200_000, "CHF", 2, "CHF\u00a012,000"),
        (0, "USD", 2, "$0"),
    ],
)
def test_money_is_whole_units_of_the_programmes_currency(
    minor: int, currency: str, digits: int, text: str
) -> None:
    assert words.money(minor, Programme(currency=currency, currency_digits=digits)) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (45, "45 s"), (60, "1 min"), (3_599, "59 min"), (3_900, "1 h 05 min")]
)
def test_a_stay_is_said_in_the_unit_that_fits(seconds: int, text: str) -> None:
    assert words.stay(timedelta(seconds=seconds)).replace("\u00a0", " ") == text


def test_a_fast_reminder_is_said_to_the_tenth_of_a_second() -> None:
    assert words.wait(timedelta(seconds=0.42)) == "0.4\u00a0s"


@pytest.mark.parametrize(("share", "text"), [(0.004, "under 1 %"), (0.425, "42 %"), (0.999, "over 99 %")])
def test_no_percentage_claims_certainty(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_characters_that_turn_or_hide_text_become_visible() -> None:
    assert words.visible("a\u202eb\u0000c\u2066d é 客") == "a\ufffdb\ufffdc\ufffdd é 客"


def test_there_are_words_for_each_segment_band_state_and_reason() -> None:
    assert set(words.SEGMENT_WORDS) == set(SEGMENT_NAMES)
    assert set(words.BAND_WORDS) == set(BANDS)
    assert set(words.STATE_WORDS) == set(ReminderState)
    assert set(words.REASON_WORDS) == set(Reason) - {Reason.NONE}


def test_a_name_without_words_is_shown_as_it_is() -> None:
    assert words.worded(words.SEGMENT_WORDS, "NEW_KIND") == "new kind"


def test_moments_are_told_in_the_programmes_time_zone() -> None:
    noon = datetime(2026, 7, 3, 12, tzinfo=UTC)
    assert words.moment_text(noon, Programme(time_zone="Asia/Tokyo")) == "3 July 2026, 21:00"
