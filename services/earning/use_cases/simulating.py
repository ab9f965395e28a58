"""An order that nobody placed: what it would earn. Reads alone."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from services.earning.queries.tried import Trial, find_tried
from services.earning.rules.trials import (
    NEWCOMER,
    BeforeEnrolmentError,
    check_order,
    with_tried,
)
from services.errors import MemberNotFoundError
from services.points.book import find_entries
from services.points.earning import Outcome, weigh
from services.points.holds import MayNotEarnError
from services.points.lots import MAY_EARN
from services.points.occasions import Occasion
from services.points.rulebook import complete, find_rules, find_usage, limit_keys


def simulate(connection: Connection, order: Occasion, trial: Trial) -> list[Outcome]:
    """What would become of each rule if the order were recorded.

    Raises what `check_order` does, MemberNotFoundError, MayNotEarnError, BeforeEnrolmentError,
    RuleNotFoundError.
    """
    check_order(order, trial.now)
    placed = replace(order, tier=_tier(connection, order, trial))
    tried = find_tried(connection, trial.tried) if trial.tried else None
    rules = with_tried((one.rule for one in find_rules(connection, order.at, order.at)), tried)
    (known,) = complete(connection, trial.vault, [placed], rules)
    usage = find_usage(connection, limit_keys([known], [rules], trial.programme))
    return weigh(known, rules, usage, trial.programme)


def _tier(connection: Connection, order: Occasion, trial: Trial) -> str:
    """The tier of the customer who places an order. Raises what keeps that customer from earning."""
    if order.customer_id == NEWCOMER:
        return trial.programme.tiers.levels[0].name
    entry = find_entries(connection, [order.customer_id]).get(order.customer_id)
    if entry is None:
        raise MemberNotFoundError(field="customer_id")
    if entry.account.state not in MAY_EARN:
        raise MayNotEarnError(field="customer_id", state=entry.account.state)
    if order.at < entry.enrolled_at:
        raise BeforeEnrolmentError(field="placed_at")
    return entry.standing(order.at, trial.programme).tier
