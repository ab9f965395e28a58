"""Codes that people type and nobody guesses. Pure."""

from __future__ import annotations

from base64 import b32encode
from typing import Final

CHANCE_BYTES: Final = 10  # 16 letters: short enough to type, too many to be found by trying


def code_of(chance: bytes) -> str:
    """Letters and digits for random bytes, none of which is taken for another: no 0, 1, 8 and 9."""
    return b32encode(chance).decode()


def normalised(code: str) -> str:
    """The code as it is kept, however it was typed."""
    return code.strip().upper()
