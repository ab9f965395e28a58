"""The parts of the page: what each reads and shows. A part is also a fragment that refreshes by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from services.activity.queries.unsettled import count_unsettled
from services.activity.rules.unsettled import WaitingCounts
from services.console import charts, queries, words
from services.console.charts import Chart
from services.feedback.queries.cases import list_cases
from services.feedback.rules.cases import CaseFilter
from services.predictions import queries as predictions
from services.predictions.rules import CHURN, REPURCHASE
from services.presence.queries import tags
from services.programme.programme import Programme
from services.reminders import queries as reminding
from services.reminders.rules import Reminder

VISITORS_MAX: Final = 24
WEAK_MAX: Final = 5  # tags with a weak battery; whoever asks the members for them gets them all by ListTags
REMINDERS_MAX: Final = 8
CASES_MAX: Final = 8
LEAVERS_MAX: Final = 8  # what a person reads with care; the API lists them all
DUE_DAYS: Final = 14  # far enough to act, near enough to matter
DUE_CUSTOMERS_MAX: Final = 8
DUE_ROWS_MAX: Final = 200  # read more than shown: one customer often needs several products
BASELINES: Final = ("rfm_logistic", "recency")
MEASURES: Final = (
    (
        "roc_auc",
        "Tells leavers from stayers",
        "ROC-AUC. Longer is better; 0.5 is a coin toss.",
    ),
    (
        "pr_auc",
        "Names leavers without false alarms",
        "PR-AUC. Longer is better.",
    ),
    (
        "log_loss",
        "How far off its percentages are",
        "Log loss. Shorter is better; 0.693 is a coin toss.",
    ),
)

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """When and for which programme a part is shown."""

    now: datetime
    programme: Programme

    @property
    def today(self) -> datetime:
        """Midnight, in the programme's time zone."""
        here = words.local(self.now, self.programme)
        return here.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: `load` reads what its template of the same name shows."""

    name: str
    every_seconds: int
    load: Callable[[Connection, Scene], Context]


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One chart of the model's quality, with its plain title and what the measure is."""

    title: str
    meaning: str
    chart: Chart


def counts(connection: Connection, scene: Scene) -> Context:
    inside = queries.inside_by_store(connection, scene.now)
    ends = queries.reminders_since(connection, scene.today)
    sent = sum(number for (state, _), number in ends.items() if state in ("SENT", "CONVERTED"))
    bought = sum(number for (state, _), number in ends.items() if state == "CONVERTED")
    stores = words.counted(len(inside), "store", "stores")
    tiles = [
        Tile("In a store now", words.count(sum(inside.values())), f"in {stores}" if inside else "nobody now"),
        Tile("Visits today", words.count(queries.visits_since(connection, scene.today)), "since midnight"),
        Tile("Reminders sent today", words.count(sent), "since midnight"),
        Tile("Orders after a reminder", words.count(bought), f"of today's {words.count(sent)}"),
    ]
    return {"tiles": tiles, "here": words.local(scene.now, scene.programme)}


def totals(connection: Connection, scene: Scene) -> Context:
    found = queries.totals(connection, scene.now)
    each = round(found.net_minor / found.orders) if found.orders else 0
    tiles = [
        Tile(
            "Customers",
            words.count(found.customers),
            words.counted(found.members, "active member", "active members"),
        ),
        Tile(
            "Orders", words.count(found.orders), f"{words.money(each, scene.programme)} each, after returns"
        ),
        Tile("Net revenue", words.money(found.net_minor, scene.programme), "after returns"),
        Tile(
            "Points outstanding",
            words.count(found.points),
            f"{words.count(found.pending_points)} not yet spendable",
        ),
    ]
    return {"tiles": tiles, "unsettled": unsettled(count_unsettled(connection))}


def unsettled(found: WaitingCounts) -> str:
    """Returns and exchanges that have not taken effect, in words; empty when all have."""
    waiting = found.total - found.refused
    parts = (
        (waiting, "return or exchange waits for an order", "returns or exchanges wait for an order"),
        (found.refused, "exchange was refused by its order", "exchanges were refused by their orders"),
    )
    return ", ".join(words.counted(*part) for part in parts if part[0])


def presence(connection: Connection, scene: Scene) -> Context:
    inside = queries.inside_by_store(connection, scene.now)
    shown = queries.visitors(connection, scene.now, VISITORS_MAX)
    stores = [
        (store, number, [one for one in shown if one.store == store]) for store, number in inside.items()
    ]
    return {
        "stores": stores,
        "more": max(sum(inside.values()) - len(shown), 0),
        "now": scene.now,
        "weak": tags.list_tags(connection, True, None, WEAK_MAX),
        "weak_count": tags.count_low(connection),
    }


def reminders(connection: Connection, scene: Scene) -> Context:
    ends = queries.reminders_since(connection, scene.today)
    return {
        "latest": [
            (one, latency(one)) for one in reminding.list_reminders(connection, "", None, REMINDERS_MAX)
        ],
        "chart": charts.reminder_bars(ends) if ends else None,
    }


def latency(reminder: Reminder) -> timedelta | None:
    """From the moment the member was noticed to the moment the reminder left; None when it did not."""
    return None if reminder.sent_at is None else reminder.sent_at - reminder.triggered_at


def cases(connection: Connection, scene: Scene) -> Context:
    found = list_cases(connection, CaseFilter(open_only=True), None, CASES_MAX + 1)
    return {"cases": found[:CASES_MAX], "more": len(found) > CASES_MAX, "now": scene.now}


def churn(connection: Connection, scene: Scene) -> Context:
    del scene
    return {
        "run": predictions.find_runs(connection, [CHURN]).get(CHURN),
        "missing": predictions.run_report(connection, CHURN).get("reasons", []),
        "leavers": predictions.list_churn(connection, "LOW", None, LEAVERS_MAX),
        "bands": queries.bands(connection),
    }


def scores(connection: Connection, scene: Scene) -> Context:
    del scene
    spread = queries.score_spread(connection)
    return {
        "spread": spread,
        "histogram": charts.score_columns(spread.columns, queries.SCORE_STEP),
        "segments": charts.segment_bars(spread.segments),
    }


def needs(connection: Connection, scene: Scene) -> Context:
    first = scene.today.date()
    found = queries.due_between(connection, first, first + timedelta(days=DUE_DAYS), DUE_ROWS_MAX)
    return {
        "run": predictions.find_runs(connection, [REPURCHASE]).get(REPURCHASE),
        "missing": predictions.run_report(connection, REPURCHASE).get("reasons", []),
        "customers": by_customer(found)[:DUE_CUSTOMERS_MAX],
        "due_days": DUE_DAYS,
    }


def by_customer(found: Sequence[queries.Due]) -> list[tuple[queries.Due, int]]:
    """The most probable product of each customer, and how many more are due."""
    grouped: dict[str, list[queries.Due]] = {}
    for due in found:
        grouped.setdefault(due.customer_id, []).append(due)
    return [(of[0], len(of) - 1) for of in grouped.values()]


def quality(connection: Connection, scene: Scene) -> Context:
    del scene
    report = predictions.run_report(connection, CHURN)
    return {
        "report": report,
        "run": predictions.find_runs(connection, [CHURN]).get(CHURN),
        "measured": measured(report),
    }


def measured(report: Mapping[str, Any]) -> list[Measured]:
    """The charts of a report; none when nothing was tested."""
    if not report.get("model"):
        return []
    rivals = {name: report["baselines"][name] for name in BASELINES if name in report["baselines"]}
    tested = {"model": report["model"], **rivals}
    return [
        Measured(title, meaning, charts.measure_bars(f"{title}. {meaning}", measure, tested))
        for measure, title, meaning in MEASURES
    ]


LIVE_SECONDS: Final = 2  # soon enough to see a member walk in
SOON_SECONDS: Final = 5  # sums over everything: they move slowly and cost more
SLOW_SECONDS: Final = 15  # forecasts and scores change with a run, not with a step

PARTS: Final = {
    part.name: part
    for part in (
        Part("counts", LIVE_SECONDS, counts),
        Part("totals", SOON_SECONDS, totals),
        Part("presence", LIVE_SECONDS, presence),
        Part("reminders", LIVE_SECONDS, reminders),
        Part("cases", SOON_SECONDS, cases),
        Part("churn", SLOW_SECONDS, churn),
        Part("needs", SLOW_SECONDS, needs),
        Part("scores", SLOW_SECONDS, scores),
        Part("quality", SLOW_SECONDS, quality),
    )
}
