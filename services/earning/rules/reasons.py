"""Why a rule would not apply, for people to read. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.points.conditions import Why
from services.points.earning import Outcome
from services.programme.earning_rule import EarningRule, Period

_TEXTS: Final = {
    Why.WINDOW: "it {window}",
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
    Why.MEMBER_LIMIT: "the member has had all that one may have of it {within}",
    Why.BUDGET: "its budget of {budget_points} points is used up",
    Why.GROUP: "{by} of the same group {group} gives more",
    Why.EXCLUSIVE: "{by} is exclusive and of higher priority",
}
_WITHIN: Final[dict[Period, str]] = {
    "DAY": "in a day",
    "MONTH": "in a month",
    "YEAR": "in a year",
    "EVER": "ever",
}


def reason_text(outcome: Outcome) -> str:
    """Empty for a rule that applies."""
    if outcome.why is None:
        return ""
    rule = outcome.rule
    shown = {name: _shown(value) for name, value in rule}
    within = _WITHIN[rule.member_period]
    return _TEXTS[outcome.why].format(**shown, by=outcome.by, window=_window(rule), within=within)


def _window(rule: EarningRule) -> str:
    """What is known of the rule's own time window."""
    bounds = (("begins", rule.starts_at), ("ends", rule.ends_at))
    return " and ".join(f"{verb} {_shown(moment)}" for verb, moment in bounds if moment)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " or ".join(map(str, value))
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)
