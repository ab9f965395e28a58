"""Whether a rule or a survey fits the programme that it is to be a part of."""

from __future__ import annotations

from services.programme.earning_rule import EarningRule
from services.programme.programme import DAYS_OF_MONTH_MIN, Programme
from services.programme.surveys import Survey
from services.programme.touchpoints import registry


def misfit(rule: EarningRule, programme: Programme) -> tuple[str, str] | None:
    """The key of a rule that could never do what it says here, and the reason; None when all fits."""
    levels = [level.name for level in programme.tiers.levels]
    strange = [tier for tier in rule.tiers if tier not in levels]
    if strange:
        return "tiers", f"no level is called {strange[0]!r}; there are {', '.join(levels)}"
    months = rule.expiry_months or programme.points.expiry_months
    days = programme.points.pending_days if rule.pending_days is None else rule.pending_days
    if rule.trigger == "ORDER" and days >= months * DAYS_OF_MONTH_MIN:
        key = "expiry_months" if rule.pending_days is None else "pending_days"
        return key, f"points would expire ({months} months) before they can be spent ({days} days)"
    return None


def survey_misfit(survey: Survey, programme: Programme) -> tuple[str, str] | None:
    """The key of a survey that asks about nothing that there is, and the reason; None when all fits."""
    known = registry(programme.touchpoints)
    if survey.asks_about in known:
        return None
    return "touchpoint", f"no touchpoint is called {survey.asks_about!r}; add it as [[touchpoints]]"
