from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.unit.services.importing.peer import Behaviour, Peer, StartPeer, listen, open_peer

HEADER = "customer_id,order_id,ordered_at,sku,quantity,unit_price,title"


@pytest.fixture
async def start_peer() -> AsyncIterator[StartPeer]:
    """Starts a server with a behaviour; answers it and its address."""
    running = []

    async def start(behaviour: Behaviour) -> tuple[Peer, str]:
        peer = open_peer(behaviour)
        server, port = await listen(peer)
        running.append((server, peer))
        return peer, f"127.0.0.1:{port}"

    yield start
    for server, peer in running:
        await server.stop(None)
        peer.close()


@pytest.fixture
def csv_of(tmp_path: Path) -> Callable[..., Path]:
    """A CSV file with the canonical columns and the given lines."""

    def write(*lines: str, header: str = HEADER) -> Path:
        file = tmp_path / "orders.csv"
        file.write_text("\n".join([header, *lines, ""]))
        return file

    return write


@pytest.fixture
def many_orders(csv_of: Callable[..., Path]) -> Path:
    """2,000 orders of one line each: four full batches."""
    return csv_of(
        *(
            f"c{i % 50},o{i:04},2024-01-01 10:{i // 60:02}:{i % 60:02},s{i % 7},1,2.50,Tea"
            for i in range(2000)
        )
    )
