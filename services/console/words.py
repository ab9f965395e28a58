"""Plain words and readable numbers for people who do not write software. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.programme.programme import Programme

SYMBOLS: Final = {"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "USD": "$"}  # elsewhere the code is clearer
UNSHOWABLE: Final = "\ufffd"
BIDI_CONTROLS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # they let a name rewrite its neighbours
NO_BREAK: Final = "\u00a0"

SEGMENT_WORDS: Final[Mapping[str, str]] = {
    "CHAMPIONS": "Champions",
    "LOYAL": "Loyal",
    "ACTIVE": "Active",
    "NEW": "New",
    "PROMISING": "Promising",
    "NEEDS_ATTENTION": "Need attention",
    "ALMOST_LOST": "Almost lost",
    "AT_RISK": "At risk",
    "PREVIOUSLY_LOYAL": "Once loyal",
    "DORMANT": "Dormant",
    "PROSPECT": "No order in a year",
}
BAND_WORDS: Final[Mapping[str, str]] = {"LOW": "unlikely", "MEDIUM": "possible", "HIGH": "likely"}
STATE_WORDS: Final[Mapping[str, str]] = {
    "PLANNED": "About to be sent",
    "SENT": "Sent",
    "CONVERTED": "Bought after it",
    "SUPPRESSED": "Held back",
    "CANCELLED": "Withdrawn",
    "EXPIRED": "Too late to send",
}
REASON_WORDS: Final[Mapping[str, str]] = {
    "CONSENT": "no consent",
    "CAP": "reminded often enough",
    "QUIET_HOURS": "quiet hours",
    "CONVERTED": "bought already",
    "CART_CHANGED": "the cart changed",
    "SUSPENDED": "membership paused",
    "ERASED": "membership erased",
    "NO_CHANNEL": "no channel set up",
    "DUPLICATE": "reminded on this visit",
    "STALE_PRESENCE": "had left the store",
}
CAUSE_WORDS: Final[Mapping[str, str]] = {
    "NPS": "would not recommend us",
    "CSAT": "is not satisfied",
    "CES": "found it hard",
    "COMPLAINT": "complained",
}
CASE_WORDS: Final[Mapping[str, str]] = {
    "OPEN": "nobody's yet",
    "IN_PROGRESS": "in progress",
    "WAITING": "waits for the customer",
    "REOPENED": "unhappy again",
}
FORECASTER_WORDS: Final[Mapping[str, str]] = {
    "model": "This model",
    "rfm_logistic": "RFM rule",
    "recency": "Recency rule",
}


def visible(text: str) -> str:
    """The text with each control or direction-changing character replaced by a mark that shows."""
    return "".join(UNSHOWABLE if _is_hidden(one) else one for one in text)


def _is_hidden(character: str) -> bool:
    return character in BIDI_CONTROLS or unicodedata.category(character) == "Cc"


def worded(words: Mapping[str, str], name: str) -> str:
    """The words for a name; a name without words is shown as it is, in lower case."""
    return words.get(name) or name.replace("_", " ").lower()


def outcome(state: str, reason: str) -> str:
    """What became of a reminder, with its reason when there is one."""
    said = worded(STATE_WORDS, state)
    return f"{said}: {worded(REASON_WORDS, reason)}" if reason else said


def count(number: int) -> str:
    return f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def money(minor: int, programme: Programme) -> str:
    """Whole units of the programme's currency: £1,234."""
    units = round(minor / 10**programme.currency_digits)
    symbol = SYMBOLS.get(programme.currency, programme.currency + NO_BREAK)
    return f"{'-' if units < 0 else ''}{symbol}{abs(units):,}"


def percent(share: float) -> str:
    """A share in whole percent that never claims certainty."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share * 100:.0f} %"


def stay(length: timedelta) -> str:
    """How long somebody has been there: 45 s, 12 min, 1 h 05 min."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds}{NO_BREAK}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}{NO_BREAK}min"
    return f"{minutes // 60}{NO_BREAK}h {minutes % 60:02d}{NO_BREAK}min"


def wait(length: timedelta) -> str:
    """How fast something went: 0.4 s, 12 s, 3 min."""
    seconds = length.total_seconds()
    return f"{seconds:.1f}{NO_BREAK}s" if 0 <= seconds < 10 else stay(length)


def local(moment: datetime, programme: Programme) -> datetime:
    return moment.astimezone(ZoneInfo(programme.time_zone))


def long_day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    return f"{day.day}{NO_BREAK}{day:%b}"


def moment_text(moment: datetime, programme: Programme) -> str:
    """9 December 2011, 13:00, in the programme's time zone."""
    here = local(moment, programme)
    return f"{here.day} {here:%B %Y, %H:%M}"
