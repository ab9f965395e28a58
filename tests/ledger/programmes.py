"""The rules that episodes are played under: said once, for the product and for the model."""

from __future__ import annotations

from typing import Any

from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme
from tests.ledger.earning_model import BASE_RULE, Row

TOYS: Row = {"id": "toys", "version": 1, "percent": 250, "category": "toys", "expiry_months": 1}
TREAT: Row = {"id": "treat", "version": 1, "points": 5, "spend_min": 1_000, "priority": 3, "pending_days": 0}

WELCOME: Row = {"id": "welcome", "version": 1, "points": 10, "times": 2}
POT: Row = {"id": "pot", "version": 1, "points": 7, "category": "food", "budget": 60}

RULES: tuple[Row, ...] = (BASE_RULE, TOYS, TREAT, WELCOME, POT)  # of program.toml
DRAFTS: tuple[Row, ...] = (  # what the team makes of rules of its own
    {"id": "rush", "percent": 150},
    {"id": "rush", "percent": 400, "category": "food"},
    {"id": "rush", "points": 3, "times": 4},
    {"id": "gift", "points": 20, "budget": 90},
    {"id": "gift", "points": 1, "pending_days": 0, "expiry_months": 2},
)

_NAMES = {"rate": "points_per_unit", "spend_min": "spend_minor_min", "times": "member_times_max"}


def earning_rule(rule: Row) -> EarningRule:
    given: dict[str, Any] = {_NAMES.get(name, name): value for name, value in rule.items()}
    if "category" in given:
        given["categories"] = (given.pop("category"),)
    if "budget" in given:
        given["budget_points"] = given.pop("budget")
    return EarningRule(name=rule["id"], **given)


def programme() -> Programme:
    return Programme(earning=tuple(earning_rule(rule) for rule in RULES))
