"""A copy of the folders in which Linux shows a USB Bluetooth adapter."""

import os
from pathlib import Path


def plug_in(root: Path, adapter: str, *, hangs: bool = False) -> Path:
    """Makes the folders; returns `root`. hangs: whoever writes to the device waits for ever."""
    device = root / "sys/devices/usb1/1-1"
    interface = device / "1-1:1.0"
    interface.mkdir(parents=True)
    (device / "busnum").write_text("1\n")
    (device / "devnum").write_text("7\n")
    if hangs:
        os.mkfifo(device / "authorized")
    else:
        (device / "authorized").write_text("1")
    name = root / "sys/class/bluetooth" / adapter
    name.mkdir(parents=True)
    (name / "device").symlink_to(interface)
    return root
