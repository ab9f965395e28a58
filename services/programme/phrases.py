"""What is wrong with a setting, for people who know neither regular expressions nor the checker."""

from __future__ import annotations

import re
from typing import Final

from pydantic_core import ErrorDetails

OF_PATTERNS: Final = {
    "^[a-z0-9][a-z0-9_-]{0,47}$": "must be lower-case letters, digits, - and _, at most 48",
    "^[A-Z][A-Z0-9_]{0,31}$": "must be capital letters, digits and _, such as GOLD",
    "^[a-z][a-z0-9_.-]{0,63}$": "must begin with a lower-case letter; then such letters, digits, _, . and -",
    "^[A-Z]{3}$": "must be three capital letters, such as GBP",
    "^[A-Z]{2}$": "must be two capital letters, such as GB",
}
_OF_KINDS: Final = {
    "missing": "is missing",
    "timezone_aware": "must name its time zone, such as 2026-04-01T00:00:00+01:00",
    "datetime_type": "must be a day and an hour without quotes, such as 2026-04-01T00:00:00+01:00",
    "string_type": "must be a text, in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, in [ ]",
    "model_type": "must be a table of settings",
}
# How the checker begins: "Input should be greater than 100", "String should have at least 1 character".
_BEGINNING: Final = re.compile("^(Input|String|Tuple|Value error,) (should )?")


def phrase_of(error: ErrorDetails) -> str:
    """A sentence that goes on from the setting's name, or stands alone where no setting is at fault."""
    if error["type"] == "string_pattern_mismatch":
        return OF_PATTERNS.get(error["ctx"]["pattern"], "has a form that is not allowed")
    if error["type"] in _OF_KINDS:
        return _OF_KINDS[error["type"]]
    return _BEGINNING.sub(lambda found: "must " if found[2] else "", error["msg"])
