"""The demo's voice: what it says in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from regulars.predictions.v1.predictions_service_pb2 import Churn
from regulars.reminders.v1.reminders_service_pb2 import Reminder
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table

from services.modelling import Tell, bar_teller

ITEM_CHARS_MAX: Final = 30  # with it the widest line still fits a terminal of 80 columns


class Narrator:
    """Tells the story, chapter by chapter, with a bar while something takes time."""

    def __init__(self) -> None:
        self._console = Console()
        self._chapter = 0

    def opening(self, link: str) -> None:
        self._console.print("[bold]Regulars turns shoppers into regulars.[/bold] See how, in two minutes.")
        self._console.print("Open the console in a browser and watch:")
        self._link(link)

    def farewell(self, link: str, seconds: float, *, stays: bool) -> None:
        self._console.print(Rule(style="dim"))
        self.say(f"That took {seconds:.0f} seconds.")
        if stays:
            self.say("The console stays up, Ctrl-C ends the demo:")
            self._link(link)

    def _link(self, link: str) -> None:
        self._console.print(f"  {link}", highlight=False, soft_wrap=True)

    def chapter(self, title: str) -> None:
        self._chapter += 1
        self._console.print()
        self._console.print(Rule(f"[bold]{self._chapter}. {title}", align="left"))

    def say(self, text: str) -> None:
        self._console.print(Padding(escape(text), (0, 0, 0, 2)), highlight=False)

    def phone_rings(self, message: Mapping[str, Any]) -> None:
        self.say(f"phone of {message['customer_id']}: {shortened(message['title'])} is in this shop")

    @contextmanager
    def bar(self, title: str, total: float) -> Iterator[tuple[Progress, Any]]:
        parts = (
            TextColumn("  {task.description:38}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        silent = not self._console.is_terminal
        with Progress(*parts, console=self._console, transient=True, disable=silent) as shown:
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
        for subject, of in models.items():
            if of["model"] is None:
                self.say(f"{subject}: not ready: {'; '.join(of['reasons'])}")
                continue
            self._figures(f"{subject}, next {of['horizon_days']} days", of)

    def _figures(self, title: str, of: Mapping[str, Any]) -> None:
        table = columns(title, ">ROC-AUC", ">PR-AUC", ">log loss")
        for name, figures in (("our model", of["model"]), *of["baselines"].items()):
            values = (f"{figures[one]:.3f}" for one in ("roc_auc", "pr_auc", "log_loss"))
            table.add_row(f"  {name.replace('_', ' ')}", *values, style="bold" if name == "our model" else "")
        self._console.print(table)

    def risks(self, risks: Sequence[Churn]) -> None:
        self.say("Most to lose, by what they spend (↑ raises the risk, ↓ lowers it):")
        table = columns("customer", ">risk", ">spent/year", ">at stake", "why")
        for one in risks:
            spent, lost = one.value_minor / 100, one.expected_loss_minor / 100
            table.add_row(
                one.customer_id, f"{one.probability:.0%}", f"£{spent:,.0f}", f"£{lost:,.0f}", why(one)
            )
        self._console.print(table)

    def carts(self, count: int) -> None:
        if count:
            self.say(f"{count} carts, two hours old by now, each with what its owner needs next.")
        else:
            self.say("Nobody: without models nobody knows what anyone needs next, and the store stays empty.")

    def reminders(self, found: Sequence[Reminder], told: Sequence[Mapping[str, Any]]) -> None:
        """Everybody who stayed in the store with a cart waiting; ms: real time from the stay to the word."""
        table = columns("customer", "item in the cart", "state", "by or why", ">ms")
        for one, facts in zip(found, told, strict=True):
            latency = "" if facts["latency_ms"] is None else f"{facts['latency_ms']:.0f}"
            how = facts["reason"] or one.channel
            table.add_row(one.customer_id, shortened(one.title), facts["state"], how, latency)
        self._console.print(table)


def columns(*titles: str) -> Table:
    """A table without lines; a title that begins with > stands over numbers."""
    table = Table(box=None, padding=(0, 1))
    for title in titles:
        table.add_column(title.removeprefix(">"), justify="right" if title.startswith(">") else "left")
    return table


def shortened(title: str) -> str:
    return title if len(title) <= ITEM_CHARS_MAX else f"{title[: ITEM_CHARS_MAX - 1]}…"


def why(churn: Churn) -> str:
    """The weightiest reason: what is so, and which way it points."""
    if not churn.reasons:
        return ""
    reason = churn.reasons[0]
    return f"{'↑' if reason.contribution > 0 else '↓'} {reason.text.partition(';')[0]}"
