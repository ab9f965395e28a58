import signal
import socket

import httpx
import pytest
from starlette.responses import PlainTextResponse

from services.console.serving import serving


async def test_it_serves_on_the_port_it_yields_and_is_gone_afterwards() -> None:
    async with serving(PlainTextResponse("here"), "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "here"
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0


async def test_it_leaves_the_signals_to_the_process() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with serving(PlainTextResponse("here"), "127.0.0.1", 0):
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_a_port_in_use_is_an_error_of_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serving(PlainTextResponse("here"), "127.0.0.1", taken.getsockname()[1]):
            pass
