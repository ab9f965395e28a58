"""The batch jobs of the command line and the demo: train the models, score everybody, find personas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.composition import open_database, sole_owner
from services.engagement.queries import scores as engagement_queries
from services.engagement.rules.personas import GAPS, PersonaReport
from services.engagement.use_cases.personas import build_personas
from services.engagement.use_cases.references import reference_from
from services.engagement.use_cases.rescoring import CHUNK_CUSTOMERS, Chunk, score_chunk
from services.engagement.use_cases.scores import NewReference, install_reference
from services.predictions import queries as prediction_queries
from services.predictions.use_cases import PredictionSet, replace_predictions
from services.predictions.use_cases import score as predict
from services.predictions.use_cases import train as learn

if TYPE_CHECKING:
    from services.clock import Clock
    from services.settings import Settings
    from services.storage.database import Database

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """How many customers have a score, and how many have predictions."""

    customers: int
    churn: int
    replenishments: int


def train_models(settings: Settings, clock: Clock, threads: int) -> dict[str, Any]:
    """Train with a bar on standard error; returns the report."""
    database = open_database(settings, clock)
    try:
        with bar() as shown:
            task = shown.add_task("reading the orders", total=1.0)
            with database.engine.connect() as connection:
                lines = prediction_queries.read_lines(connection)
            tell = bar_teller(shown, task)
            return learn(lines, settings.models_dir, clock.now(), tell, threads)
    finally:
        database.engine.dispose()


async def score_everybody(settings: Settings, clock: Clock, threads: int) -> None:
    with sole_owner(settings):
        database = open_database(settings, clock)
        await database.open()
        try:
            with bar() as shown:
                tell = bar_teller(shown, shown.add_task("scoring", total=1.0))
                scored = Scored(
                    await rebuild_scores(database, tell),
                    *await predict_all(database, settings.models_dir, threads),
                )
        finally:
            await database.close()
    Console().print(
        f"{scored.customers:,} scores, {scored.churn:,} churn risks, {scored.replenishments:,} replenishments"
    )


async def rebuild_scores(database: Database, tell: Tell) -> int:
    """Build a new reference from all customers and score each against it; returns how many."""
    tell("building the reference", 0.0)
    reference = await database.fetch(reference_from, database.clock.now())
    await database.write(install_reference, NewReference(reference))
    customers = len(await database.fetch(engagement_queries.all_customer_ids))
    done, last = 0, await database.write(score_chunk, Chunk(""))
    while last:
        done += CHUNK_CUSTOMERS
        tell("scoring the customers", done / customers)
        last = await database.write(score_chunk, Chunk(last))
    tell("scored", 1.0)
    return customers


async def predict_all(database: Database, models_dir: Path, threads: int) -> tuple[int, int]:
    """Score with the current models and put the result in force; returns (churn, replenishments)."""
    found = await database.fetch(_predict, models_dir, database.clock.now(), threads)
    await database.write(replace_predictions, found)
    return len(found.churn), len(found.replenishments)


def _predict(connection: Any, models_dir: Path, as_of: Any, threads: int) -> PredictionSet:
    return predict(prediction_queries.read_lines(connection), models_dir, as_of, threads)


def bar() -> Progress:
    columns = (TextColumn("{task.description:40}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def bar_teller(shown: Progress, task: Any) -> Tell:
    def tell(step: str, fraction: float) -> None:
        shown.update(task, description=step, completed=fraction)

    return tell


async def find_personas(settings: Settings, clock: Clock) -> None:
    """Build the personas from the stored scores, keep each buyer's, and print the report."""
    with sole_owner(settings):
        database = open_database(settings, clock)
        await database.open()
        try:
            report = await build_personas(database)
        finally:
            await database.close()
    print_personas(report)


def print_personas(report: PersonaReport) -> None:
    """The personas with what tells them apart, or why there are none."""
    console = Console()
    if report.gap:
        console.print(f"no personas among {report.customers:,} buyers: {GAPS[report.gap]}")
        return
    table = Table("persona", "buyers", "share", "what tells them apart")
    for one in report.personas:
        telling = ", ".join(f"{part.words} ({part.total / part.n:+.1f})" for part in one.contrasts[:3])
        share = f"{one.customers / report.customers:.0%}"
        table.add_row(one.name, f"{one.customers:,}", share, telling)
    console.print(table)
    console.print(f"stability {report.stability.value or 0.0:.2f} of 1" + warnings_of(report))


def warnings_of(report: PersonaReport) -> str:
    warnings = {
        "unstable: do not act on them": report.unstable,
        "few buyers for so many features: read them with care": report.few_customers,
    }
    return "".join(f"; {text}" for text, holds in warnings.items() if holds)


def print_report(report: dict[str, Any]) -> None:
    """The models beside their baselines, or what is missing before there can be one."""
    console = Console()
    for subject, of in report.items():
        if of["model"] is None:
            console.print(f"{subject}: not ready: {'; '.join(of['reasons'])}")
            continue
        table = Table(
            "", "ROC-AUC", "PR-AUC", "log loss", "ECE", title=f"{subject}, next {of['horizon_days']} days"
        )
        for name, figures in (("model", of["model"]), *of["baselines"].items()):
            row = (f"{figures[one]:.3f}" for one in ("roc_auc", "pr_auc", "log_loss", "ece"))
            table.add_row(name, *row)
        console.print(table)
