"""What an order should earn under a set of rules, line by line, in plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.ledger.model import Refused

MINOR_PER_UNIT = 100

Row = dict[str, Any]
BASE_RULE: Row = {"id": "base", "version": 1, "rate": 1}


def by_largest_remainder(points: int, weights: list[int]) -> list[int]:
    """Whole points shared out by weight."""
    whole = sum(weights)
    shares = [points * weight // whole if points else 0 for weight in weights]
    while sum(shares) < points:  # to the line that is furthest below its exact share; the first of equals
        missing = [points * weight - share * whole for weight, share in zip(weights, shares, strict=True)]
        shares[missing.index(max(missing))] += 1
    return shares


class Rules:
    """The rules of a programme, each version from when until when, and what limited ones have given."""

    def __init__(self, rules: Iterable[Row]) -> None:
        self.versions: list[Row] = [
            {"rule": rule, "draft": False, "since": None, "until": None} for rule in rules
        ]
        self.in_file = {rule["id"] for rule in rules}
        self.given: dict[tuple[str, str], int] = {}  # (rule, member or "" for the budget) -> times or points

    def in_force(self, at: datetime) -> list[Row]:
        """The rules for an order placed then, highest priority first, then by id."""
        found = [
            one["rule"]
            for one in self.versions
            if not one["draft"]
            and (one["since"] is None or one["since"] <= at)
            and (one["until"] is None or at < one["until"])
        ]
        return sorted(found, key=lambda rule: (-rule.get("priority", 0), rule["id"]))

    # --- what the team does with rules of its own ---

    def of(self, rule_id: str) -> list[Row]:
        if rule_id in self.in_file:
            raise Refused("RULE_IN_FILE")
        return [one for one in self.versions if one["rule"]["id"] == rule_id]

    def draft(self, rule: Row) -> None:
        if any(one["draft"] for one in self.of(rule["id"])):
            raise Refused("DRAFT_EXISTS")
        self.versions.append({"rule": rule, "draft": True, "since": None, "until": None})

    def publish(self, rule_id: str, now: datetime) -> None:
        """The newest version comes into force in the place of those before it."""
        versions = self.of(rule_id)
        if not versions:
            raise Refused("RULE_NOT_FOUND")
        if not versions[-1]["draft"]:
            raise Refused("RULE_NOT_DRAFT")
        self.end(versions[:-1], now)
        versions[-1].update(draft=False, since=now)

    def retire(self, rule_id: str, now: datetime) -> None:
        versions = self.of(rule_id)
        if not versions:
            raise Refused("RULE_NOT_FOUND")
        if not self.end(versions, now):
            raise Refused("RULE_NOT_PUBLISHED")

    def end(self, versions: list[Row], now: datetime) -> bool:
        open_ones = [one for one in versions if not one["draft"] and one["until"] is None]
        for one in open_ones:
            one["until"] = now
        return bool(open_ones)

    # --- what an order earns ---

    def awards(self, order: Row, kept: list[int]) -> list[tuple[Row, list[int]]]:
        """Each rule that gives something, with the points of each line of the order.

        kept: what of each line's amount has earned already.
        """
        rules = [rule for rule in self.in_force(order["at"]) if trigger_of(rule) == "ORDER"]
        basis = self.basis(order, kept)
        counts = {rule["id"]: self.counting(rule, order, basis) for rule in rules}
        holds = {rule["id"] for rule in rules if self.holds(rule, order, counts[rule["id"]])}
        rates = [
            sum(
                rule["rate"]
                for rule in rules
                if "rate" in rule and rule["id"] in holds and counts[rule["id"]][n]
            )
            for n in range(len(basis))
        ]
        given = []
        for rule in rules:
            lines = counts[rule["id"]]
            weights = (
                [part * rate for part, rate in zip(lines, rates, strict=True)] if "percent" in rule else lines
            )
            points = self.worth(rule, sum(weights)) if rule["id"] in holds else 0
            if "budget" in rule:
                points = min(points, rule["budget"] - self.given.get((rule["id"], ""), 0))
            if points > 0:
                self.note(rule, order["customer"], points)
                given.append((rule, by_largest_remainder(points, weights)))
        return given

    def bonuses(self, occasion: Row) -> list[Row]:
        """The rules that give something for what is no order; a referral has a recipient."""
        given = []
        for rule in self.in_force(occasion["at"]):
            often = self.given.get((rule["id"], occasion["customer"]), 0)
            meant = rule.get("recipient", "REFERRER") == (occasion["recipient"] or "REFERRER")
            if trigger_of(rule) == occasion["trigger"] and meant and often < rule.get("times", often + 1):
                self.note(rule, occasion["customer"], rule["points"])
                given.append(rule)
        return given

    def basis(self, order: Row, kept: list[int]) -> list[int]:
        """What was paid for each line in money, and earned nothing yet; a gift card earns nothing."""
        full = [units * price for _, units, price, _, _ in order["lines"]]
        amounts = [amount - part for amount, part in zip(full, kept, strict=True)]
        paid = by_largest_remainder(order["paid"], amounts)
        gifts = [gift for _, _, _, _, gift in order["lines"]]
        return [0 if gift else amount - part for amount, part, gift in zip(amounts, paid, gifts, strict=True)]

    def counting(self, rule: Row, order: Row, basis: list[int]) -> list[int]:
        """The basis of the lines that the rule looks at, 0 for the others."""
        wanted = rule.get("category")
        return [
            part if wanted in {None, category} else 0
            for part, (_, _, _, category, _) in zip(basis, order["lines"], strict=True)
        ]

    def holds(self, rule: Row, order: Row, lines: list[int]) -> bool:
        often = self.given.get((rule["id"], order["customer"]), 0)
        return any(lines) and sum(lines) >= rule.get("spend_min", 0) and often < rule.get("times", often + 1)

    def worth(self, rule: Row, weight: int) -> int:
        if "points" in rule:
            return int(rule["points"])
        if "percent" in rule:
            return int(weight * (rule["percent"] - 100) // (100 * MINOR_PER_UNIT))
        return int(weight * rule["rate"] // MINOR_PER_UNIT)

    def note(self, rule: Row, member: str, points: int) -> None:
        if "budget" in rule:
            self.given[rule["id"], ""] = self.given.get((rule["id"], ""), 0) + points
        if "times" in rule:
            self.given[rule["id"], member] = self.given.get((rule["id"], member), 0) + 1


def trigger_of(rule: Row) -> str:
    return str(rule.get("trigger", "ORDER"))
