"""What the key table of a large programme costs: bytes on the wire, and time on both sides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from beacon_gateway.identity.identities import Resolver
from beacon_gateway.identity.kept_table import KeptTable
from beacon_gateway.identity.key_table import KeyUpdate as Received
from beacon_gateway.identity.key_table import UpdateIntake
from beacon_gateway.sending.key_messages import key_update_of
from services.presence.rules.identifiers import WINDOW
from services.presence.rules.key_table import Device, KeyTable, KeyUpdate, changed
from services.presence.servicer.key_messages import key_messages
from tests.benchmarks.verdicts import Sizes, Verdict

MEMBERS: Final = 100_000
MEMBERS_QUICK: Final = 2_000
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)


def device(number: int) -> Device:
    return Device(number + 1, f"customer-{number}", number.to_bytes(16, "big"))


class Scale:
    """Takes down what each step costs."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.figures[f"{what}, ms"] = (time.perf_counter() - begun) * 1e3

    def sent(self, what: str, update: KeyUpdate) -> Received:
        """The update as it arrives, with its bytes on the wire."""
        intake, whole, wire_bytes = UpdateIntake(), None, 0
        for message in key_messages(update):
            wire_bytes += message.ByteSize()
            whole = intake.add(key_update_of(message.keys))
        assert whole is not None
        self.figures[f"{what}, bytes"] = wire_bytes
        return whole


def costs(members: int) -> dict[str, float]:
    """Milliseconds and bytes, by step."""
    scale, table, resolver = Scale(), KeyTable("t"), Resolver()
    steps: tuple[tuple[str, Callable[[KeyTable], tuple[KeyTable, KeyUpdate]]], ...] = (
        ("whole table", lambda there: changed(there, [device(one) for one in range(members)], [], NOON)),
        ("one withdraws", lambda there: changed(there, [], [device(members // 2).serial], NOON)),
        ("one comes", lambda there: changed(there, [device(members)], [], NOON)),
        ("an hour later", lambda there: changed(there, [], [], NOON + 4 * WINDOW)),
    )
    with TemporaryDirectory() as folder:
        kept = KeptTable(Path(folder) / "keys.db")
        for what, step in steps:
            with scale.timed(f"{what}, server"):
                table, update = step(table)
            received = scale.sent(what, update)
            with scale.timed(f"{what}, gateway"):
                resolver.take(received, NOON.timestamp())
            with scale.timed(f"{what}, gateway's disk"):
                kept.write([received])
    return scale.figures


def against_the_whole(sizes: Sizes) -> list[Verdict]:
    """What changes, against sending the whole table each time: an hour is 4 of its 46 windows."""
    members = MEMBERS if sizes.scale == 1 else MEMBERS_QUICK
    cost = costs(members)
    on = {"on": f"{members:,} members"}
    whole = {"the whole table": f"{cost['whole table, bytes'] / 1e6:.1f} MB, {_times(cost, 'whole table')}"}
    hour = 100 * cost["an hour later, bytes"] / cost["whole table, bytes"]
    work = 100 * cost["an hour later, server, ms"] / cost["whole table, server, ms"]
    came, left = cost["one comes, bytes"], cost["one withdraws, bytes"]
    hourly = {"an hour": _times(cost, "an hour later")}
    return [
        Verdict("GK", "wire: an hour's keys : the whole table", 10.0, hour, False, on | whole, "%"),
        Verdict("GK", "server: an hour's keys : the whole table", 50.0, work, False, hourly, "%"),
        Verdict("GK", "wire: one member comes", 2048.0, came, False, on, " bytes"),
        Verdict("GK", "wire: one member withdraws", 64.0, left, False, on, " bytes"),
    ]


def _times(cost: dict[str, float], what: str) -> str:
    server, gateway, disk = (
        cost[f"{what}, {where}, ms"] for where in ("server", "gateway", "gateway's disk")
    )
    return f"server {server:.0f} ms, gateway {gateway:.0f} ms, its disk {disk:.0f} ms"
