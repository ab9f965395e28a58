"""Awards over a set of occasions, with the rules and all that they ask for read from the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, bindparam, not_, or_, select

from services.points.birthdays import find_birthdays
from services.points.earning import Award, award
from services.points.occasions import Occasion
from services.points.usage import EVERYBODY, Given, Usage, UsageKey, has_limit, usage_keys
from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme
from services.programme.reading import read_rule
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import earning_rules, orders, rule_usage
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A published version of a rule, and the orders it is in force for: those placed from when until when."""

    rule: EarningRule
    effective_from: datetime | None  # None: the beginning of time
    effective_until: datetime | None  # None: not known yet

    def covers(self, moment: datetime) -> bool:
        begun = self.effective_from is None or self.effective_from <= moment
        return begun and (self.effective_until is None or moment < self.effective_until)


_RULES = (
    select(earning_rules.c.definition, earning_rules.c.effective_from, earning_rules.c.effective_until)
    .where(
        earning_rules.c.state.in_(("PUBLISHED", "RETIRED")),
        or_(
            earning_rules.c.effective_from.is_(None),
            earning_rules.c.effective_from <= bindparam("latest"),
        ),
        or_(
            earning_rules.c.effective_until.is_(None),
            earning_rules.c.effective_until > bindparam("earliest"),
        ),
    )
    .order_by(earning_rules.c.rule_id, earning_rules.c.version)
)
_BOUGHT_BEFORE = (
    select(orders.c.customer_id)
    .distinct()
    .where(
        among(orders.c.customer_id, "ids"),
        orders.c.refunded_minor < orders.c.total_minor,
        not_(among(orders.c.source + "/" + orders.c.order_id, "keys")),
    )
)
_USAGE = (
    select(
        rule_usage.c.rule_id,
        rule_usage.c.customer_id,
        rule_usage.c.period,
        rule_usage.c.points,
        rule_usage.c.times,
    )
    .where(
        among(rule_usage.c.rule_id, "rules"),
        among(rule_usage.c.customer_id, "ids"),
        among(rule_usage.c.period, "periods"),
    )
    .order_by(rule_usage.c.rule_id, rule_usage.c.customer_id, rule_usage.c.period)
)
_USAGE_TO_CHANGE = _USAGE.with_for_update()


def award_all(
    unit: UnitOfWork, occasions: Sequence[Occasion], to_come: Collection[str] = ()
) -> list[list[Award]]:
    """What each occasion earns under the rules in force at its moment, in the order of `occasions`.

    Orders among them must be stored already, and their customers' rows locked. What rules with limits give
    is counted. `is_first_purchase` and `birthday` are looked up where a rule asks; give the rest. to_come:
    keys of orders that are stored too, but whose turn to earn comes later.
    """
    if not occasions:
        return []
    moments = [one.at for one in occasions]
    dated = find_rules(unit.connection, min(moments), max(moments))
    rules_of = [[one.rule for one in dated if one.covers(occasion.at)] for occasion in occasions]
    known = complete(unit.connection, unit.vault, occasions, [one.rule for one in dated], to_come)
    usage = _usage_to_change(unit, limit_keys(known, rules_of, unit.programme))
    awards = [
        _award(occasion, rules, usage, unit.programme)
        for occasion, rules in zip(known, rules_of, strict=True)
    ]
    _store(unit.connection, usage)
    return awards


def _award(
    occasion: Occasion, rules: Sequence[EarningRule], usage: Usage, programme: Programme
) -> list[Award]:
    awards = award(occasion, rules, usage, programme)
    for one in awards:
        usage.count(one.rule, occasion, one.points, programme.zone)
    return awards


def find_rules(connection: Connection, earliest: datetime, latest: datetime) -> list[DatedRule]:
    """The versions of rules that are in force at some moment of the span, by id."""
    rows = connection.execute(_RULES, {"earliest": earliest, "latest": latest})
    return [DatedRule(rule_of(definition), since, until) for definition, since, until in rows]


@lru_cache(maxsize=1024)  # a definition is a few hundred bytes and never changes
def rule_of(definition: str) -> EarningRule:
    """The rule of a stored definition, read once."""
    return read_rule(definition)


def complete(
    connection: Connection,
    vault: Vault,
    occasions: Sequence[Occasion],
    rules: Iterable[EarningRule],
    to_come: Collection[str] = (),
) -> Sequence[Occasion]:
    """The occasions with what the rules ask of customers. Nothing is read that no rule asks for."""
    triggers = {one.trigger for one in occasions}
    asking = [rule for rule in rules if rule.trigger in triggers]
    if any(rule.first_purchase for rule in asking):
        firsts = _first_purchases(connection, occasions, to_come)
        occasions = [replace(one, is_first_purchase=place in firsts) for place, one in enumerate(occasions)]
    if any(rule.birthday for rule in asking):
        born = find_birthdays(connection, vault, (one.customer_id for one in occasions))
        occasions = [replace(one, birthday=born.get(one.customer_id)) for one in occasions]
    return occasions


def _first_purchases(
    connection: Connection, occasions: Sequence[Occasion], to_come: Collection[str]
) -> set[int]:
    """The positions of orders whose customers kept no other before; of several new ones the earliest."""
    first: dict[str, int] = {}
    buying = [place for place, one in enumerate(occasions) if any(line.amount_minor for line in one.lines)]
    for place in sorted(buying, key=lambda place: (occasions[place].at, occasions[place].key)):
        first.setdefault(occasions[place].customer_id, place)
    names = {"ids": sorted(first), "keys": [*(one.key for one in occasions), *to_come]}
    before = set(connection.execute(_BOUGHT_BEFORE, names).scalars())
    return {place for customer_id, place in first.items() if customer_id not in before}


def limit_keys(
    occasions: Sequence[Occasion], rules_of: Sequence[Sequence[EarningRule]], programme: Programme
) -> set[UsageKey]:
    """Under which keys the limits of the rules count what the occasions may get."""
    return {
        key
        for occasion, rules in zip(occasions, rules_of, strict=True)
        for rule in rules
        if rule.trigger == occasion.trigger and has_limit(rule)
        for key in usage_keys(rule, occasion, programme.zone)
    }


def find_usage(connection: Connection, keys: Iterable[UsageKey]) -> Usage:
    """What was given so far under the keys, to look at."""
    return _usage(connection, sorted(keys), to_change=False)


def _usage_to_change(unit: UnitOfWork, keys: Iterable[UsageKey]) -> Usage:
    """What was given so far; budgets, which all members share, are locked until the commit."""
    wanted = sorted(keys)
    budgets = [_usage_row(key, Given()) for key in wanted if key[1] == EVERYBODY]
    insert_new(unit.connection, rule_usage, budgets)  # a row that is not there cannot be locked
    return _usage(unit.connection, wanted, to_change=True)


def _usage(connection: Connection, keys: Sequence[UsageKey], *, to_change: bool) -> Usage:
    if not keys:
        return Usage()
    names = zip(("rules", "ids", "periods"), zip(*keys, strict=True), strict=True)
    values = {name: sorted(set(parts)) for name, parts in names}
    rows = connection.execute(_USAGE_TO_CHANGE if to_change else _USAGE, values)
    return Usage({(row[0], row[1], row[2]): Given(row[3], row[4]) for row in rows})


def _store(connection: Connection, usage: Usage) -> None:
    upsert(connection, rule_usage, [_usage_row(key, usage.given[key]) for key in sorted(usage.changed)])


def _usage_row(key: UsageKey, given: Given) -> dict[str, str | int]:
    rule_id, customer_id, period = key
    return {
        "rule_id": rule_id,
        "customer_id": customer_id,
        "period": period,
        "points": given.points,
        "times": given.times,
    }
