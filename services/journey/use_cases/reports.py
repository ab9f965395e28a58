"""What reports do: count in the database, then judge by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from services.journey.queries.friction import tally_signals
from services.journey.queries.stages import count_steps
from services.journey.queries.transitions import find_carts, find_transitions
from services.journey.rules.friction import Exposure, FrictionReport, Ranking, friction_report
from services.journey.rules.stages import StageReport, stage_report
from services.journey.rules.transitions import Transitions
from services.programme.touchpoints import Touchpoint
from services.windows import Window


def report_stages(
    connection: Connection, window: Window, known: Mapping[str, Touchpoint], channel: str, segment: str
) -> StageReport:
    """The steps of customers who came in `channel` and are in `segment`; of all where they are empty."""
    counted = count_steps(connection, window, known, channel, segment)
    return stage_report(counted, window, by_segment=bool(segment))


def report_transitions(connection: Connection, window: Window, gap_max: timedelta) -> Transitions:
    transitions = find_transitions(connection, window, gap_max)
    return Transitions(window, gap_max, transitions, find_carts(connection, window))


def report_friction(connection: Connection, exposure: Exposure, ranking: Ranking) -> FrictionReport:
    """Nothing is counted while no part of the window has its horizon behind it."""
    if not exposure.is_matured:
        return friction_report(exposure, {}, {}, ranking)
    everybody, signals = tally_signals(connection, exposure)
    return friction_report(exposure, everybody, signals, ranking)
