"""Debian's own bluetoothd on the private bus, with a kernel of ours beneath it."""

import asyncio
import shutil
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.conftest import missing
from tests.integration.bluez import daemon
from tests.integration.bluez.fake_kernel import FakeKernel

SOURCE = Path(__file__).with_name("kernel_socket.c")


async def bluetooth_kernel(folder: Path) -> tuple[FakeKernel, Path]:
    """A kernel, and the library by which bluetoothd finds it."""
    if shutil.which("bluetoothd") is None or shutil.which("cc") is None:
        missing("bluetoothd (Debian's package bluez) or a C compiler is not installed")
    library = folder / "kernel_socket.so"
    compiler = await asyncio.create_subprocess_exec(
        "cc", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"
    )
    assert await compiler.wait() == 0
    kernel = FakeKernel(folder / "kernel")
    await kernel.start()
    return kernel, library


def bluetoothd(
    bus: str, kernel: FakeKernel, library: Path, *, experimental: bool = True
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """Runs until the end of the block, where it is killed without notice."""
    return daemon.bluetoothd(
        kernel.path.parent,
        experimental=experimental,
        DBUS_SYSTEM_BUS_ADDRESS=bus,
        KERNEL_SOCKET=str(kernel.path),
        LD_PRELOAD=str(library),
    )
