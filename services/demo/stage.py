"""What the story is played on: the server with its console, and the processes beside it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc

from services.clock import SceneClock
from services.composition import House, build, create_key, live_keys, running, sole_owner
from services.console.access import Access
from services.console.app import build_app
from services.console.serving import serving
from services.demo.cast import GATEWAY, STORE
from services.demo.phone import phone_app
from services.demo.preparation import LOOPBACK, DemoError
from services.demo.shop import Shop
from services.settings import Settings
from services.telemetry import Telemetry

NOTICE: Final = (
    "The orders are real (Online Retail, D. Chen 2015, CC BY 4.0). "
    "Memberships, consents, sessions, carts and walks in the store are simulated. "
    "It is December 2011 here, when the last of these orders was placed."
)

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """The running house and all that acts on it."""

    folder: Path
    clock: SceneClock
    house: House
    shop: Shop
    console_link: str
    keys: dict[str, str]  # scope -> API key

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.house.rpc.port}"


@asynccontextmanager
async def opened(
    folder: Path, clock: SceneClock, ports: tuple[int, int], on_message: Callable[[Message], None]
) -> AsyncIterator[Stage]:
    """Start the server, the console and the pretended push provider. ports: of gRPC and of the console."""
    secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(serving(phone_app(secret, on_message), LOOPBACK, 0))
        settings = Settings(
            data_dir=folder,
            port=ports[0],
            webhook_url=f"http://{LOOPBACK}:{phone}/reminders",
            webhook_secret=secret,
        )
        stack.enter_context(sole_owner(settings))
        house = build(settings, clock, Telemetry(settings.trace_ratio))
        keys = {
            scope: create_key(house.database, f"demo {scope}", (scope,)).text
            for scope in ("backend", "gateway")
        }
        house.keyring.replace(live_keys(house.database))
        access = Access()
        console = build_app(house.database, access=access, notice=NOTICE)
        await stack.enter_async_context(running(house))
        port = await stack.enter_async_context(serving(console, LOOPBACK, ports[1]))
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"{LOOPBACK}:{house.rpc.port}"))
        shop = Shop(channel, keys["backend"])
        yield Stage(folder, clock, house, shop, access.link(f"http://{LOOPBACK}:{port}"), keys)


async def import_orders(stage: Stage, orders: Path) -> dict[str, Any]:
    """Run `regulars import orders` as a process of its own, with its own progress bar; returns its report."""
    command = ("regulars", "import", "orders", str(orders), "--server", stage.address, "--json")
    rejects = ("--rejects", str(stage.folder / "rejected.csv"), "--state", str(stage.folder / "import.json"))
    output = await run_command(*command, *rejects, environment={"REGULARS_KEY": stage.keys["backend"]})
    report: dict[str, Any] = json.loads(output)
    return report


async def play_scene(stage: Stage, scene: dict[str, Any]) -> None:
    """Run `regulars-gateway` as a process of its own on a virtual radio, until the scene is over."""
    file = stage.folder / "scene.json"
    file.write_text(json.dumps(scene), encoding="utf-8")
    command = ("regulars-gateway", "run", "--radio", "simulated", "--scene", str(file), "--exit-at-end")
    place = ("--server", stage.address, "--gateway", GATEWAY, "--store", STORE)
    spool = ("--spool", str(stage.folder / "spool.db"))
    environment = {"REGULARS_GATEWAY_KEY": stage.keys["gateway"], "REGULARS_GATEWAY_LOG_LEVEL": "ERROR"}
    await run_command(*command, *place, *spool, environment=environment)


async def run_command(name: str, *arguments: str, environment: dict[str, str]) -> str:
    """Run a command of this installation; returns what it printed. Raises DemoError when it fails.

    Ctrl-C reaches only this process, which ends the command: two that answer to one key speak at once.
    """
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name(name)),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        raise DemoError(f"{name} ended with code {process.returncode}: {output.decode()[-500:]}")
    return output.decode()
