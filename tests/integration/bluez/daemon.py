"""Debian's bluetoothd, until it is killed without notice."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

CONFIG = "[General]\n[Policy]\nAutoEnable=true\n"


@contextlib.asynccontextmanager
async def bluetoothd(
    folder: Path, *, experimental: bool = True, **surroundings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs until the end of the block. folder: where its configuration goes."""
    config = folder / "main.conf"
    config.write_text(CONFIG)
    options = ["--nodetach", f"--configfile={config}", *(["--experimental"] if experimental else [])]
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "bluetoothd", *options, env=os.environ | surroundings, stdout=nowhere, stderr=nowhere
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
