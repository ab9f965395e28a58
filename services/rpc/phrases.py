"""What a broken rule of the .proto files means, for people who do not read regular expressions."""

from __future__ import annotations

from typing import Final

from protovalidate import Violation

OF_PATTERNS: Final = {
    r"\S": "must not be blank",
    r"^[^\x00-\x1f\x7f]+$": "must be filled, without tabs, line ends and other control characters",
    r"^[^\x00-\x1f\x7f]*$": "must be without tabs, line ends and other control characters",
    r"^[^/]+$": "must be filled, without a '/'",
    r"^[^/]*$": "must be without a '/'",
    r"^[A-Z]{3}$": "must be three capital letters, such as GBP",
    r"^[A-Z][A-Z0-9_]{0,31}$": "must be capital letters, digits and _, such as GOLD",
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$": "must be a day such as 1990-04-01",
    r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$": "must be a language tag such as en-GB",
    r"^([a-z][a-z0-9_.-]{0,63})?$": "must be a name in small letters, such as help_viewed, or empty",
    r"^ *[A-Za-z0-9][A-Za-z0-9_-]* *$": "must be letters without accents, digits, - and _, such as SPRING-10",
}
_OF_RULES: Final = {
    "enum.not_in": "must be stated",
    "enum.defined_only": "is no value that this server knows",
    "int64.not_in": "must not be 0",
}


def phrase_of(violation: Violation) -> str:
    """What is wrong with the field, as a sentence that goes on from its name."""
    rule, limit = violation.proto.rule_id, violation.rule_value
    if rule == "string.pattern":
        return OF_PATTERNS.get(limit, violation.proto.message)
    if rule in {"string.min_len", "repeated.min_items"} and limit == 1:
        return "must not be empty"
    if rule == "required":
        return _missing(violation)
    return _OF_RULES.get(rule, violation.proto.message)


def _missing(violation: Violation) -> str:
    path = violation.proto.field
    is_field = path is not None and path.elements[-1].field_number  # a oneof has a name alone
    return "is missing" if is_field else "set exactly one of its fields"
