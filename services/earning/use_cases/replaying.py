"""The orders of the last 90 days are run again, with a rule that is tried. Reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.earning.queries import replays as queries
from services.earning.queries.replays import Buyer
from services.earning.queries.tried import Trial, find_tried
from services.earning.rules.trials import (
    REPLAY_ORDERS_MAX,
    REPLAY_SPAN,
    Course,
    MemberReplay,
    Replay,
    RuleNotOfOrdersError,
    Tried,
    always_open,
    with_tried,
)
from services.points.birthdays import find_birthdays
from services.points.occasions import Occasion
from services.points.rulebook import find_rules
from services.storage.database import Database

CHUNK_MEMBERS: Final = 200  # some thousand orders: a tenth of a second in which no other read has to wait


async def replay(
    database: Database, tried: Tried, shown_max: int, orders_max: int = REPLAY_ORDERS_MAX
) -> Replay:
    """Run the orders of the span again, some members at a time, so that other reads go on between them.

    orders_max: once so many were run, whatever members are left are not, and the answer is not complete.
    Raises RuleNotFoundError, RuleNotOfOrdersError.
    """
    trial = Trial(tried, database.programme, database.vault, database.clock.now())
    found = Replay(trial.now - REPLAY_SPAN, shown_max)
    runner = await database.fetch(_runner, trial, found.since)
    while members := await database.fetch(runner.run):
        if found.orders >= orders_max:
            found.complete = False
            break
        found.add(members)
    return found


def _runner(connection: Connection, trial: Trial, since: datetime) -> _Runner:
    rules = [one.rule for one in find_rules(connection, trial.now, trial.now)]
    assert trial.tried is not None, "the request names one"
    tried = find_tried(connection, trial.tried)
    if tried.trigger != "ORDER":
        raise RuleNotOfOrdersError(field="tried")
    present = Course(always_open(rules, tried.id))
    return _Runner(trial, since, present, Course(always_open(with_tried(rules, tried), tried.id)))


@dataclass(slots=True)
class _Runner:
    """Runs the next members' orders under the present rules, and under those with the rule that is tried.

    A budget is used up member by member, in the order of their ids.
    """

    trial: Trial
    since: datetime
    present: Course
    tried: Course
    after: str = ""

    def run(self, connection: Connection) -> list[MemberReplay]:
        """The next members; none when all are done."""
        buyers = queries.find_buyers(connection, self.after, self.since, self.trial.now, CHUNK_MEMBERS)
        if not buyers:
            return []
        self.after = buyers[-1].customer_id
        orders = self._orders(connection, buyers)
        return [self._replayed(one, orders.get(one.customer_id, ())) for one in buyers]

    def _orders(self, connection: Connection, buyers: Sequence[Buyer]) -> dict[str, list[Occasion]]:
        """What the buyers ordered as members, with all that the rules ask for, by customer id."""
        ids = [one.customer_id for one in buyers]
        kept = queries.find_kept_orders(connection, ids, self.since, self.trial.now)
        asking = [*self.present.rules, *self.tried.rules]
        firsts = self._firsts(connection, kept) if any(rule.first_purchase for rule in asking) else set()
        born = (
            find_birthdays(connection, self.trial.vault, ids) if any(rule.birthday for rule in asking) else {}
        )
        of_member = {one.customer_id: one for one in buyers}
        found: dict[str, list[Occasion]] = {}
        for order in kept:
            buyer = of_member[order.customer_id]
            if order.at >= buyer.enrolled_at:
                known = replace(
                    order,
                    tier=buyer.tier or self.trial.programme.tiers.levels[0].name,
                    is_first_purchase=order.key in firsts,
                    birthday=born.get(order.customer_id),
                )
                found.setdefault(order.customer_id, []).append(known)
        return found

    def _firsts(self, connection: Connection, kept: Sequence[Occasion]) -> set[str]:
        """The keys of the orders that were a customer's first."""
        first: dict[str, str] = {}
        for order in kept:
            if any(line.amount_minor for line in order.lines):
                first.setdefault(order.customer_id, order.key)
        before = queries.bought_before(connection, first, self.since)
        return {key for customer_id, key in first.items() if customer_id not in before}

    def _replayed(self, buyer: Buyer, orders: Sequence[Occasion]) -> MemberReplay:
        programme = self.trial.programme
        present, tried = self.present.run(orders, programme), self.tried.run(orders, programme)
        return MemberReplay(buyer.customer_id, len(orders), present, tried)
