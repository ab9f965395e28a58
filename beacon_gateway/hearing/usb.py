"""Takes a Bluetooth adapter off its USB bus and puts it back: what a wedged one understands."""

import asyncio
import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

USBDEVFS_RESET: Final = 0x5514  # _IO('U', 20) of linux/usbdevice_fs.h
UNPLUGGED_SECONDS: Final = 0.5  # for the kernel to let go of the device
RESET_SECONDS_MAX: Final = 15.0  # a port reset takes one; a broken device may hold the kernel for ever
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT})


class UsbForbiddenError(Exception):
    """This adapter cannot be reset by us: it is not on USB, or neither of its files may be written."""


@dataclass(frozen=True, slots=True)
class UsbPort:
    """Where an adapter is plugged in.

    folder: its USB device in sysfs, which outlives the adapter's name. nodes: the folder of device nodes.
    """

    folder: Path
    nodes: Path

    def reset(self) -> None:
        """Blocks for a second or more. Raises UsbForbiddenError; OSError when the device is gone."""
        try:
            self._authorize_anew()
        except OSError:
            self._reset_port()

    def _authorize_anew(self) -> None:
        """As good as pulling the plug, but for root only, or whom a udev rule lets."""
        authorized = self.folder / "authorized"
        authorized.write_text("0")
        time.sleep(UNPLUGGED_SECONDS)
        authorized.write_text("1")

    def _reset_port(self) -> None:
        bus, device = (int((self.folder / name).read_text()) for name in ("busnum", "devnum"))
        node = _opened(self.nodes / f"{bus:03d}" / f"{device:03d}")
        try:
            fcntl.ioctl(node, USBDEVFS_RESET, 0)
        finally:
            os.close(node)


def _opened(node: Path) -> int:
    try:
        return os.open(node, os.O_WRONLY)
    except OSError as error:
        if error.errno in _FORBIDDEN:
            raise UsbForbiddenError("neither sysfs nor the device node may be written") from error
        raise


def find_port(adapter: str, root: Path = Path("/")) -> UsbPort | None:
    """Where an adapter, such as hci0, is plugged in; None for one that is not on USB, or not there."""
    device = root / "sys/class/bluetooth" / adapter / "device"
    if not device.exists():
        return None
    interface = device.resolve()
    for folder in (interface, *interface.parents):
        if (folder / "devnum").exists():
            return UsbPort(folder, root / "dev/bus/usb")
    return None


async def reset(port: UsbPort) -> None:
    """`UsbPort.reset` in a thread that nobody waits for: it cannot hold the loop. Raises TimeoutError too."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        error = _error_of(port.reset)
        with contextlib.suppress(RuntimeError):  # the loop may be closed by then
            loop.call_soon_threadsafe(_settle, done, error)

    threading.Thread(target=work, name="usb-reset", daemon=True).start()
    async with asyncio.timeout(RESET_SECONDS_MAX):
        await done


def _error_of(work: Callable[[], None]) -> Exception | None:
    try:
        work()
    except (OSError, ValueError, UsbForbiddenError) as error:
        return error
    return None


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
