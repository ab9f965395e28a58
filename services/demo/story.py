"""The story that `make demo` tells, from real orders to a word in the store."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
from regulars.reminders.v1.reminders_service_pb2 import REMINDER_STATE_SENT

from services.clock import SceneClock
from services.demo import report
from services.demo.cast import CASTING, SCENE_SPEED, STORE, Player, Role, Wish, cast, scene
from services.demo.narration import Narrator
from services.demo.preparation import check_folder, check_orders, check_port, check_report
from services.demo.stage import Stage, import_orders, opened, play_scene
from services.demo.stopping import breakable, stop_signals, unless
from services.engagement.queries.scores import all_customer_ids
from services.modelling import predict_all, rebuild_scores
from services.predictions.queries import read_lines
from services.predictions.use_cases import train
from services.telemetry import configure_logging

ORDERS: Final = Path(__file__).parent / "orders" / "online_retail.parquet"
CART_AGE: Final = timedelta(hours=2)  # well past the hour after which a cart counts as abandoned
AFTER_LAST_ORDER: Final = timedelta(minutes=10)
THREADS: Final = 1  # the server shares the two cores: contended threads cost more than they bring
RISKS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Telling:
    """How the demo is to be told: see `regulars demo --help`."""

    once: bool
    data_dir: Path | None
    report: Path | None
    orders: Path | None
    port: int
    console_port: int


@dataclass(slots=True)
class Facts:
    """What happened, for the report."""

    started: float = field(default_factory=time.monotonic)
    imported: dict[str, Any] = field(default_factory=dict)
    customers: int = 0
    scored: int = 0
    models: dict[str, Any] = field(default_factory=dict)
    reminders: list[dict[str, Any]] = field(default_factory=list)
    visits: int = 0

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 1)

    def as_report(self) -> dict[str, Any]:
        return {
            "orders": report.order_part(self.imported),
            "customers": self.customers,
            "scored": self.scored,
            "churn": report.model_part(self.models["churn"]),
            "repurchase": report.model_part(self.models["repurchase"]),
            "reminders": self.reminders,
            "visits": self.visits,
            "simulated": list(report.SIMULATED),
            "seconds": self.seconds,
        }


async def tell(telling: Telling) -> None:
    """Tell the story; unless `once`, stay up with the console afterwards until a signal to stop.

    Raises DemoError for what makes it impossible, and typer.Exit when a signal breaks the story off.
    """
    configure_logging("error")
    orders = telling.orders or ORDERS
    check(telling, orders)
    voice = Narrator()
    clock = SceneClock(last_order_at(orders) + AFTER_LAST_ORDER)
    ports = (telling.port, telling.console_port)
    with folder_of(telling) as folder, stop_signals() as stop:
        async with opened(folder, clock, ports, voice.phone_rings) as stage:
            facts = await unless(stop, Story(stage, voice, orders).tell())
            write_report(telling.report, facts.as_report())
            voice.farewell(stage.console_link, facts.seconds, stays=not telling.once)
            if not telling.once:
                await stop.wait()


def check(telling: Telling, orders: Path) -> None:
    check_orders(orders)
    check_port("--port", telling.port)
    check_port("--console-port", telling.console_port)
    if telling.data_dir is not None:
        check_folder(telling.data_dir)
    if telling.report is not None:
        check_report(telling.report)


@contextmanager
def folder_of(telling: Telling) -> Iterator[Path]:
    """The folder that was given, or one that ends with the demo."""
    if telling.data_dir is not None:
        yield telling.data_dir
        return
    with tempfile.TemporaryDirectory(prefix="regulars-demo-") as folder:
        yield Path(folder)


def write_report(file: Path | None, facts: dict[str, Any]) -> None:
    if file is not None:
        file.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


class Story:
    """One telling on an open stage."""

    def __init__(self, stage: Stage, voice: Narrator, orders: Path) -> None:
        self._stage = stage
        self._voice = voice
        self._orders = orders
        self._facts = Facts()

    async def tell(self) -> Facts:
        self._voice.opening(self._stage.console_link)
        await self._enrol_members()
        await self._import_orders()
        await self._score_customers()
        await self._train_models()
        players = await self._leave_carts()
        if players:
            await self._open_store(players)
        return self._facts

    async def _enrol_members(self) -> None:
        self._voice.chapter("Members join the programme (simulated)")
        ids, first_order_at = await asyncio.to_thread(customers_in, self._orders)
        with self._voice.bar("enrolling", len(ids)) as (shown, task):
            await self._stage.shop.enrol(ids, first_order_at, lambda count: shown.advance(task, count))
        self._voice.say(f"{len(ids):,} customers enrolled, each write on disk before it is answered.")

    async def _import_orders(self) -> None:
        self._voice.chapter("A year of real orders comes in over gRPC (real)")
        imported = await import_orders(self._stage, self._orders)
        self._facts.imported = imported
        self._voice.imported(imported)

    async def _score_customers(self) -> None:
        self._voice.chapter("Every customer gets an explained score")
        database = self._stage.house.database
        ids = await database.fetch(all_customer_ids)
        sessions = await self._stage.shop.record_sessions(ids, self._stage.clock.now())
        with self._voice.telling("scoring") as bar:
            self._facts.scored = await rebuild_scores(database, bar)
        self._facts.customers = len(ids)
        self._voice.say(f"{self._facts.scored:,} scores; {sessions:,} web and app sessions are simulated.")

    async def _train_models(self) -> None:
        self._voice.chapter("The models learn who may leave, and what each will need next")
        house = self._stage.house
        models_dir = house.settings.models_dir
        lines = await house.database.fetch(read_lines)
        with self._voice.telling("training") as shown, breakable(shown) as bar:
            self._facts.models = await asyncio.to_thread(
                train, lines, models_dir, self._stage.clock.now(), bar, THREADS
            )
            bar("predicting", 0.97)
            churn, products = await predict_all(house.database, models_dir, THREADS)
        self._voice.quality(self._facts.models)
        self._voice.say(f"{churn:,} churn predictions, {products:,} likely purchases.")
        if churn:
            self._voice.risks(await self._stage.shop.churn_risks(RISKS_SHOWN))

    async def _leave_carts(self) -> list[Player]:
        self._voice.chapter("Some members leave a cart online (simulated)")
        wishes = await self._stage.shop.likely_wishes(len(CASTING))
        prices = await asyncio.to_thread(prices_in, self._orders)
        players = cast([Wish(*wish, prices[wish[1]]) for wish in wishes])
        left_at = self._stage.clock.now()
        for player in players:
            await self._stage.shop.leave_cart(player, left_at)
        fitted = [replace(one, identity_key=await self._stage.shop.fit_out(one)) for one in players]
        self._stage.clock.move_to(left_at + CART_AGE, speed=SCENE_SPEED)
        self._voice.carts(len(players))
        return fitted

    async def _open_store(self, players: Sequence[Player]) -> None:
        self._voice.chapter(f"They walk into {STORE} (simulated walks, {SCENE_SPEED:.0f} times as fast)")
        await self._buy_online(players)
        buying = asyncio.create_task(self._buy_in_store(players))
        try:
            await play_scene(self._stage, scene(players))
        finally:
            buying.cancel()
        found = await self._stage.shop.reminders()
        self._facts.reminders = report.reminder_part(found, SCENE_SPEED)
        self._facts.visits = len(await self._stage.shop.visits())
        self._voice.reminders(found, self._facts.reminders)

    async def _buy_online(self, players: Sequence[Player]) -> None:
        for player in players:
            if player.role is Role.BOUGHT:
                await self._stage.shop.buy_wish(player, self._stage.clock.now(), in_store=False)

    async def _buy_in_store(self, players: Sequence[Player]) -> None:
        """The first who is reminded buys at the counter."""
        while True:
            for one in await self._stage.shop.reminders():
                if one.state == REMINDER_STATE_SENT:
                    buyer = next(player for player in players if player.customer_id == one.customer_id)
                    await self._stage.shop.buy_wish(buyer, self._stage.clock.now(), in_store=True)
                    return
            await asyncio.sleep(0.5)


def last_order_at(orders: Path) -> datetime:
    return column_limit(orders, pl.col("invoice_date").max())


def column_limit(orders: Path, expression: pl.Expr) -> datetime:
    found: datetime = pl.scan_parquet(orders).select(expression).collect().item()
    return found.replace(tzinfo=UTC)


def customers_in(orders: Path) -> tuple[list[str], datetime]:
    """The known customers of the file, and when its first order was placed."""
    ids = pl.scan_parquet(orders).select(pl.col("customer_id").drop_nulls().unique().sort()).collect()
    return [str(one) for one in ids.to_series()], column_limit(orders, pl.col("invoice_date").min())


def prices_in(orders: Path) -> dict[str, int]:
    """The usual price of each product, in pence."""
    price = (pl.col("unit_price_gbp").median() * 100).round().cast(pl.Int64)
    frame = pl.scan_parquet(orders).group_by("stock_code").agg(price).collect()
    return dict(frame.iter_rows())
