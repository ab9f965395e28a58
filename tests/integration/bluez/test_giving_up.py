"""The gateway as a process of its own, whose radio nothing helps."""

import asyncio
import sys
from pathlib import Path

from tests.integration.bluez.listening import bluez
from tests.unit.beacon_gateway.session_server import KEY

RUN = [sys.executable, "-c", "from beacon_gateway.main import run; run()", "run"]
SETTINGS = """
server = "127.0.0.1:9"
key = "{key}"
gateway = "g1"
store = "harbour"
spool = "{folder}/spool.db"
status_file = "{folder}/status.json"
adapter = "hci77"

[patience]
start = 0.2
restart = 0.0
power_cycle = 0.0
bluetooth = 0.0
usb = 0.0
"""


async def test_a_gateway_whose_radio_nothing_helps_ends_for_its_supervisor(bus: str, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(SETTINGS.format(key=KEY, folder=tmp_path))
    async with bluez(bus) as daemon:
        adapter = daemon.add("hci77", "00:00:00:00:00:77")
        adapter.wedged, adapter.power_helps = True, False
        process = await asyncio.create_subprocess_exec(
            *RUN, "--config", str(config), stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(30):
            _, stderr = await process.communicate()
    assert process.returncode == 1
    assert b"gateway.radio_lost" in stderr
