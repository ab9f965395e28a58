"""How much of a small device's memory we keep."""

import ctypes
import sys
from typing import Final

M_MMAP_THRESHOLD: Final = -3  # of glibc's mallopt
M_ARENA_MAX: Final = -8
LARGE_BYTES: Final = 64 * 1024  # parts of key tables are larger; nothing that comes and goes by the second is


def give_back_large_blocks() -> None:
    """Lets what a key table took while it came go back to the system.

    Left to itself, glibc keeps blocks of such sizes for the next one after the first was freed: 13 MB with
    20,000 members.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
