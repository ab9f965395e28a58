"""Where a value stands in a TOML text: the standard parser keeps no lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

Path = tuple[str | int, ...]

# What may hide a line's end or a bracket that means something: strings of all four kinds, and comments.
_TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]",
    re.DOTALL,
)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The headers and assignments of a TOML text, each with the line, from 1, on which it begins."""
    begin, line, depth = 0, 1, 0
    for token in _TOKEN.finditer(text + "\n"):
        mark = token.group()
        depth += (mark in {"[", "{"}) - (mark in {"]", "}"})
        if mark == "\n" and depth <= 0:
            statement = text[begin : token.start()].strip()
            if statement and not statement.startswith("#"):
                yield line, statement
            line += text.count("\n", begin, token.end())
            begin, depth = token.end(), 0
    if rest := text[begin:].strip():  # brackets that nobody closed
        yield line, rest


def key_lines(text: str) -> dict[Path, int]:
    """The line of each table and key of a valid TOML text, by its path.

    `[[earning]]` is ("earning", 0) where it stands first, and a key of it ("earning", 0, "id").
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, statement in statements(text):
        found = tomllib.loads(statement)
        if statement.startswith("["):
            table = _opened(found, counts, is_array=statement.startswith("[["))
            _note(lines, table, line)
        else:
            for path in _paths(found, table):
                _note(lines, path, line)
    return lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or else of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _opened(header: Any, counts: dict[Path, int], *, is_array: bool) -> Path:
    """The table that a header opens; of arrays on the way to it the latest element is meant."""
    path: Path = ()
    while header:
        ((name, header),) = header.items()
        path = (*path, name)
        if isinstance(header, list):
            header = header[0]
        if is_array and not header:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _paths(found: Any, around: Path) -> Iterator[Path]:
    """Every path inside a value."""
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, inner in items:
        yield (*around, name)
        yield from _paths(inner, (*around, name))


def _note(lines: dict[Path, int], path: Path, line: int) -> None:
    """Keep the first line of the path and of all that it lies in."""
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], line)
