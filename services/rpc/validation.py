"""Checks of messages: the rules of the .proto files, and messages that are not protobuf at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError, Message
from protovalidate import Validator, Violation

from services.errors import InvalidError

_validator = Validator()


class Garbage:
    """Stands for bytes that are not the message they should be."""


GARBAGE = Garbage()


def guarded(deserializer: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A deserialiser that answers GARBAGE where gRPC would answer UNKNOWN with the parser's text."""

    def deserialize(body: bytes) -> Any:
        try:
            return deserializer(body)
        except DecodeError:
            return GARBAGE

    return deserialize


def validate(message: Message) -> None:
    """Raise InvalidError that names the first field breaking a rule of its .proto."""
    problem = first_problem(message)
    if problem is not None:
        raise problem


def first_problem(message: Message | Garbage) -> InvalidError | None:
    if isinstance(message, Garbage):
        return InvalidError("the body is not a message of the type that this method takes")
    violations = _validator.collect_violations(message, fail_fast=True)
    return invalid(violations[0]) if violations else None


def invalid(violation: Violation) -> InvalidError:
    field = field_path(violation)
    return InvalidError(f"{field}: {violation.proto.message}", field=field)


def field_path(violation: Violation) -> str:
    """Dotted path with list positions, such as `order.lines[2].quantity`."""
    path = violation.proto.field
    parts = []
    for element in path.elements if path else ():
        subscript = element.subscript
        position = f"[{subscript.value}]" if subscript is not None and subscript.field == "index" else ""
        parts.append(f"{element.field_name}{position}")
    return ".".join(parts)
