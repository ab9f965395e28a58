"""Reads the order of a list, after AIP-132: `score desc, last_order_at`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.filtering.lexing import shown
from services.filtering.tree import Field, OrderInvalidError

SORTS_MAX: Final = 4  # a fifth field would decide between nobody
LENGTH_MAX: Final = 300
_PART: Final = re.compile(r" *([A-Za-z_][A-Za-z0-9_]*)(?: +(asc|desc))? *")


@dataclass(frozen=True, slots=True)
class Sort:
    """One field to sort by. Whoever has no value comes last, whichever the direction."""

    field: Field
    descending: bool


def parse_order(text: str, fields: Mapping[str, Field]) -> tuple[Sort, ...]:
    """The sort fields in order; none of an empty text. Raises OrderInvalidError."""
    if len(text) > LENGTH_MAX:
        raise _invalid(LENGTH_MAX, f"at most {LENGTH_MAX} characters", "it is longer")
    if not text.strip(" "):
        return ()
    sorts: dict[str, Sort] = {}
    place = 0
    for part in text.split(","):
        sort = _sort(part, place, fields)
        if sort.field.name in sorts:
            raise _invalid(place, "each field once", f"{sort.field.name} comes twice")
        sorts[sort.field.name] = sort
        place += len(part) + 1
    if len(sorts) > SORTS_MAX:
        raise _invalid(0, f"at most {SORTS_MAX} fields", "there are more")
    return tuple(sorts.values())


def _sort(part: str, place: int, fields: Mapping[str, Field]) -> Sort:
    found = _PART.fullmatch(part)
    if not found:
        raise _invalid(place, "a field, and asc or desc after it", f"{shown(part)} cannot stand here")
    name, direction = found.groups()
    if name not in fields:
        raise _invalid(place + found.start(1), f"one of {', '.join(fields)}", f"{shown(name)} is no field")
    return Sort(fields[name], direction == "desc")


def _invalid(place: int, expected: str, found: str) -> OrderInvalidError:
    message = f"order_by: at character {place + 1}: {found}; expected {expected}"
    return OrderInvalidError(message, field="order_by", position=place + 1, expected=expected)
