"""Why a rule would not apply, for people to read. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.points.conditions import Why
from services.points.earning import Outcome

_TEXTS: Final = {
    Why.WINDOW: "it is open from {starts_at} until {ends_at}",
    Why.RECIPIENT: "it pays the {recipient} of a referral",
    Why.CHANNEL: "it is for orders in {channels}",
    Why.TIER: "it is for members who are {tiers}",
    Why.FIRST_PURCHASE: "it is for the first purchase",
    Why.BIRTHDAY: "it is for the {birthday} of the member's birthday, which is another or not known",
    Why.WEEKDAY: "it is for {weekdays}",
    Why.HOUR: "it is for the hours from {hour_from} to {hour_until}",
    Why.LINES: "no line counts for it",
    Why.SPEND: "less than {spend_minor_min} minor units are spent on the lines that count",
    Why.TOO_LITTLE: "it comes to less than one point",
    Why.MEMBER_LIMIT: "the member has had all that one may have of it per {member_period}",
    Why.BUDGET: "its budget of {budget_points} points is used up",
    Why.GROUP: "{by} of the same group {group} gives more",
    Why.EXCLUSIVE: "{by} is exclusive and of higher priority",
}


def reason_text(outcome: Outcome) -> str:
    """Empty for a rule that applies."""
    if outcome.why is None:
        return ""
    shown = {name: _shown(value) for name, value in outcome.rule}
    return _TEXTS[outcome.why].format(**shown, by=outcome.by)


def _shown(value: Any) -> str:
    if value is None:
        return "any time"
    if isinstance(value, tuple):
        return " or ".join(map(str, value))
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)
