"""The demo's voice: what it says in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from regulars.predictions.v1.predictions_service_pb2 import Churn
from regulars.reminders.v1.reminders_service_pb2 import Reminder
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table

from services.modelling import Tell, bar_teller


class Narrator:
    """Tells the story, chapter by chapter, with a bar while something takes time."""

    def __init__(self) -> None:
        self._console = Console()
        self._chapter = 0

    def opening(self, link: str) -> None:
        self._console.print(
            "[bold]Regulars turns shoppers into regulars.[/bold] Watch it in the console, too:"
        )
        self._console.print(f"  {link}\n", highlight=False, soft_wrap=True)

    def farewell(self, link: str, *, stays: bool) -> None:
        self._console.print(Rule(style="dim"))
        if stays:
            self._console.print(f"The console stays up: {link}", highlight=False, soft_wrap=True)
            self._console.print("Ctrl-C ends the demo.")

    def chapter(self, title: str) -> None:
        self._chapter += 1
        self._console.print(Rule(f"[bold]{self._chapter}. {title}", align="left"))

    def say(self, text: str) -> None:
        self._console.print(f"  {escape(text)}", highlight=False)

    def phone_rings(self, message: Mapping[str, Any]) -> None:
        self.say(f"push to {message['customer_id']}: your {message['title']} is here, in {message['store']}.")

    @contextmanager
    def bar(self, title: str, total: float) -> Iterator[tuple[Progress, Any]]:
        columns = (
            TextColumn("  {task.description:42}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as shown:
            yield shown, shown.add_task(title, total=total)

    @contextmanager
    def telling(self, title: str) -> Iterator[Tell]:
        with self.bar(title, 1.0) as (shown, task):
            yield bar_teller(shown, task)

    def imported(self, done: Mapping[str, Any]) -> None:
        rejected = sum(done["rejected_lines"].values())
        self.say(
            f"{done['orders_imported']:,} orders and {done['returns_imported']:,} returns of "
            f"{done['customers']:,} customers in {done['seconds']:.1f} s."
        )
        self.say(f"{rejected:,} of {done['lines_read']:,} lines were left out, each with its reason:")
        for reason, count in done["rejected_lines"].items():
            self.say(f"  {count:>9,}  {reason.replace('_', ' ')}")

    def quality(self, models: Mapping[str, Any]) -> None:
        """Each model beside its baselines, on days and customers that it had not seen."""
        table = Table(box=None, padding=(0, 2))
        for title in ("", "", "ROC-AUC", "PR-AUC", "log loss"):
            table.add_column(title)
        for subject, of in models.items():
            if of["model"] is None:
                table.add_row(subject, f"not ready: {'; '.join(of['reasons'])}")
                continue
            title = f"{subject}, next {of['horizon_days']} days"
            for name, figures in (("our model", of["model"]), *of["baselines"].items()):
                values = (f"{figures[one]:.3f}" for one in ("roc_auc", "pr_auc", "log_loss"))
                table.add_row(title, name.replace("_", " "), *values)
                title = ""
        self._console.print(table)

    def risks(self, risks: Sequence[Churn]) -> None:
        table = Table("customer", "risk", "spent in a year", "may be lost", "why", box=None, padding=(0, 2))
        for one in risks:
            reason = one.reasons[0].text if one.reasons else ""
            spent, lost = one.value_minor / 100, one.expected_loss_minor / 100
            table.add_row(
                one.customer_id, f"{one.probability:.0%}", f"£{spent:,.0f}", f"£{lost:,.0f}", reason
            )
        self._console.print(table)

    def reminders(self, found: Sequence[Reminder], told: Sequence[Mapping[str, Any]]) -> None:
        table = Table("customer", "item", "state", "why or how", "ms", box=None, padding=(0, 2))
        for one, facts in zip(found, told, strict=True):
            latency = "" if facts["latency_ms"] is None else f"{facts['latency_ms']:.0f}"
            table.add_row(one.customer_id, one.title, facts["state"], facts["reason"] or one.channel, latency)
        self._console.print(table)
