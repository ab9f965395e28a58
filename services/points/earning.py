"""What an occasion earns under the rules in force. Pure, exact, in integers.

**Basis.** A line counts with what was paid for it in money: its amount less its share of what was paid
with points (largest remainder, over all lines by amount). Gift cards and lines of nothing never count.

**What a rule gives.** `points_per_unit` (a base rule): the basis of the lines that count times the rate,
floored once per rule and order. `percent` (a multiplier): what the base rules that hold give for the lines
that count, times percent - 100 per cent, reckoned from the basis and floored once; it comes on top of the
base. `points` (a bonus): so many. A rule that comes to less than a point does not apply, and none gives more
than POINTS_MAX at once.

**Limits.** A limit in points cuts what the rule gives to what is left of it; where nothing is left, or the
member has had it often enough, the rule does not apply. A budget is one for all versions of a rule, and so
is a member's limit within one period. Returned goods do not give a limit back: the reward was given and
taken back, and a limit counts what was given. Limits hold from one occasion to the next in the order given.

**Combination.** Rules are looked at by priority, highest first, then by id.
1. Of the rules of one `group` that would apply, only the one that gives most applies; of equal ones the one
   looked at first.
2. Then, where an `exclusive` rule applies, no rule of lower priority does.
3. Base rules are bound by neither: they apply whenever their conditions hold and their limits leave some.

**Allotment.** An award is shared out over the lines that count by basis (a multiplier's by base points), by
largest remainder; the shares sum to the award.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.points.conditions import Scene, Why, refusal
from services.points.lots import Kind, Lot, LotState, end_of_month
from services.points.occasions import CountedLine, Occasion, allotted
from services.points.usage import Usage
from services.programme.earning_rule import POINTS_MAX, EarningRule
from services.programme.programme import Programme

Allotments = tuple[tuple[int, int], ...]  # (line, points) of the lines that got some


@dataclass(frozen=True, slots=True)
class Award:
    """Points that a rule gives for an occasion."""

    rule: EarningRule
    points: int
    allotments: Allotments  # empty when no order earned them


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule: what it gives, or why it does not apply."""

    rule: EarningRule
    points: int = 0
    allotments: Allotments = ()
    why: Why | None = None
    by: str = ""  # the rule that took its place, as id@version


def award(
    occasion: Occasion, rules: Iterable[EarningRule], usage: Usage, programme: Programme
) -> list[Award]:
    """What the occasion earns, by priority, then id. `usage` is read only: count what is really given."""
    return [
        Award(one.rule, one.points, one.allotments)
        for one in weigh(occasion, rules, usage, programme)
        if one.why is None
    ]


def weigh(
    occasion: Occasion, rules: Iterable[EarningRule], usage: Usage, programme: Programme
) -> list[Outcome]:
    """What becomes of each rule that this kind of occasion triggers, by priority, then id.

    rules: one version of each.
    """
    scale = _Scale(Scene.of(occasion, programme.zone), usage, programme)
    triggered = sorted((rule for rule in rules if rule.trigger == occasion.trigger), key=_precedence)
    held = [(rule, scale.refusal(rule)) for rule in triggered]
    rates = scale.rates(rule for rule, why in held if why is None and rule.is_base)
    offers = [Outcome(rule, why=why) if why else scale.offer(rule, rates) for rule, why in held]
    return _without_excluded(_without_outdone(offers))


def _precedence(rule: EarningRule) -> tuple[int, str]:
    return -rule.priority, rule.id


@dataclass(frozen=True, slots=True)
class _Scale:
    """Weighs single rules for one occasion."""

    scene: Scene
    usage: Usage
    programme: Programme

    def refusal(self, rule: EarningRule) -> Why | None:
        why = refusal(rule, self.scene, self.scene.lines_for(rule))
        if why is None and (room := self._room(rule)) is not None and room[0] <= 0:
            return room[1]
        return why

    def rates(self, base_rules: Iterable[EarningRule]) -> Mapping[int, int]:
        """The points per unit that the base rules give for each line."""
        rates: dict[int, int] = {}
        for rule in base_rules:
            for line in self.scene.lines_for(rule):
                rates[line.line] = rates.get(line.line, 0) + (rule.points_per_unit or 0)
        return rates

    def offer(self, rule: EarningRule, rates: Mapping[int, int]) -> Outcome:
        """What a rule that holds would give."""
        lines = self.scene.lines_for(rule)
        weights = [line.basis_minor * (rates.get(line.line, 0) if rule.percent else 1) for line in lines]
        points = min(self._given(rule, sum(weights)), POINTS_MAX)
        room = self._room(rule)
        if room is not None:
            points = min(points, room[0])
        if not points:
            return Outcome(rule, why=Why.TOO_LITTLE)
        return Outcome(rule, points, _shared(points, lines, weights))

    def _given(self, rule: EarningRule, weight: int) -> int:
        """weight: of the lines that count, in minor units; of a multiplier times their base rates."""
        unit_minor: int = 10**self.programme.currency_digits
        if rule.points is not None:
            return rule.points
        if rule.percent is not None:
            return weight * (rule.percent - 100) // (100 * unit_minor)
        assert rule.points_per_unit is not None, "a rule gives one of the three"
        return weight * rule.points_per_unit // unit_minor

    def _room(self, rule: EarningRule) -> tuple[int, Why] | None:
        return self.usage.room(rule, self.scene.occasion, self.programme.zone)


def _shared(points: int, lines: Sequence[CountedLine], weights: Sequence[int]) -> Allotments:
    shares = allotted(points, weights) if lines else ()
    return tuple((line.line, share) for line, share in zip(lines, shares, strict=True) if share)


def _without_outdone(offers: Sequence[Outcome]) -> list[Outcome]:
    """Of each group only the rule that gives most; `offers` are in order of precedence."""
    best: dict[str, Outcome] = {}
    for one in offers:
        rival = best.get(one.rule.group)
        if one.rule.group and one.why is None and (rival is None or one.points > rival.points):
            best[one.rule.group] = one
    return [
        one
        if one.why or not one.rule.group or one is best[one.rule.group]
        else _displaced(one, Why.GROUP, best[one.rule.group].rule)
        for one in offers
    ]


def _without_excluded(offers: Sequence[Outcome]) -> list[Outcome]:
    """No rule below an exclusive one that applies, but for base rules."""
    sole = next((one.rule for one in offers if one.rule.exclusive and one.why is None), None)
    if sole is None:
        return list(offers)
    return [
        one
        if one.why or one.rule.is_base or one.rule.priority >= sole.priority
        else _displaced(one, Why.EXCLUSIVE, sole)
        for one in offers
    ]


def _displaced(one: Outcome, why: Why, by: EarningRule) -> Outcome:
    return replace(one, points=0, allotments=(), why=why, by=by.reference)


def lots_of(
    occasion: Occasion, awards: Iterable[Award], programme: Programme, now: datetime
) -> list[tuple[Lot, Allotments]]:
    """The lot of each award, with its shares of the order's lines."""
    return [(_lot(occasion, one, programme, now), one.allotments) for one in awards]


def _lot(occasion: Occasion, one: Award, programme: Programme, now: datetime) -> Lot:
    is_order = occasion.trigger == "ORDER"
    source, order_id = occasion.key.split("/", 1) if is_order else ("", "")
    activates_at = occasion.at + timedelta(days=_pending_days(one.rule, programme))
    months = one.rule.expiry_months or programme.points.expiry_months
    return Lot(
        lot_id=f"{occasion.key}/{one.rule.id}",
        customer_id=occasion.customer_id,
        origin=Kind.EARN,
        points=one.points,
        remaining_points=one.points,
        blocked_points=0,
        state=LotState.PENDING if activates_at > now else LotState.ACTIVE,
        source=source,
        order_id=order_id,
        rule=one.rule.reference,
        earned_at=occasion.at,
        activates_at=activates_at,
        expires_at=end_of_month(occasion.at, months, programme.zone),
    )


def _pending_days(rule: EarningRule, programme: Programme) -> int:
    """Points wait for the return window; where nothing can be returned they need not wait."""
    if rule.pending_days is not None:
        return rule.pending_days
    return programme.points.pending_days if rule.trigger == "ORDER" else 0
