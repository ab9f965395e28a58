"""Lines of CSV that no spreadsheet takes for more than text and numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

Cell = str | int | float | bool | None

FORMULA_START: Final = r"[=+\-@\t\r]"  # a spreadsheet would run a text that begins so as a formula
_FORMULA: Final = re.compile(FORMULA_START)
_QUOTED: Final = re.compile(r'[",\r\n]')


def csv_line(cells: Iterable[Cell]) -> str:
    """One line with its end (RFC 4180). None is empty; numbers stay numbers, negative ones too."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str):
        return str(cell)
    text = harmless(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def harmless(text: str) -> str:
    """The text, with an apostrophe before what would begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
