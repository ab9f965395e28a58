"""Ending the demo before its end, in good order."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import typer

from services.modelling import Tell

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a supervisor, a closed terminal
INTERRUPTED_EXIT_CODE: Final = 130  # as shells say that Ctrl-C ended a command

Result = TypeVar("Result")


class BrokenOffError(Exception):
    """Nobody waits for this work any more."""


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that the first signal to stop sets."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of the work. Raises typer.Exit when `stop` comes first, once the work is cleared away."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait((working,))
    raise typer.Exit(INTERRUPTED_EXIT_CODE)


@contextmanager
def breakable(tell: Tell) -> Iterator[Tell]:
    """A teller for work in a thread, which nobody can cancel: after the block it ends at its next step."""
    over = threading.Event()

    def told(step: str, fraction: float) -> None:
        if over.is_set():
            raise BrokenOffError
        tell(step, fraction)

    try:
        yield told
    finally:
        over.set()
