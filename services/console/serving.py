"""Runs a web application inside an event loop that belongs to somebody else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

CONNECTIONS_MAX: Final = 200  # browsers of a loyalty team, with room; more are answered 503
IDLE_SECONDS: Final = 30  # longer than the slowest part of a page waits to refresh
GRACE_SECONDS: Final = 2  # a page takes far less
BACKLOG: Final = 128


class Server(uvicorn.Server):
    """uvicorn that leaves signals to the process it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port that was bound (`port` 0 takes a free one).

    Raises OSError when the address is taken.
    """
    listener = listening(host, port)
    server = Server(configured(app))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _started(server, running)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        listener.close()


def listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def configured(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,  # the house has configured its logs
        access_log=False,  # addresses of sign-in carry the token
        lifespan="off",
        ws="none",
        http="h11",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def _started(server: Server, running: asyncio.Task[None]) -> None:
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.01)
