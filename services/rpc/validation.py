"""Checks of messages: the rules of the .proto files, and messages that are not protobuf at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import DecodeError, Message
from protovalidate import Validator, Violation

from services.errors import InvalidError
from services.rpc.phrases import phrase_of

_validator = Validator()


class NotAMessageError(InvalidError):
    """The body is not a message of the type that this method takes."""

    reason = "NOT_A_MESSAGE"


class Suspect:
    """A body that is to be looked at more closely: no message at all (None), or one with zero bytes in it."""

    __slots__ = ("message",)

    def __init__(self, message: Message | None) -> None:
        self.message = message


def guarded(deserializer: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A deserialiser that marks suspect bodies, where gRPC would answer UNKNOWN with the parser's text."""

    def deserialize(body: bytes) -> Any:
        try:
            message = deserializer(body)
        except DecodeError:
            return Suspect(None)
        return Suspect(message) if b"\0" in body else message

    return deserialize


def legible(request: Any) -> Any:
    """The message of a request, its rules not yet looked at; raises NotAMessageError."""
    if request.__class__ is not Suspect:
        return request
    if request.message is None:
        raise NotAMessageError
    return request.message


def valid(request: Any) -> Any:
    """The message of a request that keeps its rules; raises InvalidError, which names the field."""
    if request.__class__ is Suspect:
        request = legible(request)
        validate(request)
    elif violations := _validator.collect_violations(request, fail_fast=True):
        raise invalid(violations[0])
    return request


def nul_path(message: Message) -> str:
    """Dotted path of the first text that contains the character NUL; empty when none does."""
    found = (_nul_path(value, field.name) for field, value in message.ListFields())
    return next(filter(None, found), "")


def _nul_path(value: Any, path: str) -> str:
    if isinstance(value, str):
        return path if "\0" in value else ""
    if isinstance(value, Message):
        inner = nul_path(value)
        return f"{path}.{inner}" if inner else ""
    if isinstance(value, bytes) or not isinstance(value, Sequence):
        return ""
    found = (_nul_path(one, f"{path}[{index}]") for index, one in enumerate(value))
    return next(filter(None, found), "")


def validate(message: Message) -> None:
    """Raise InvalidError that names the first field breaking a rule of its .proto."""
    problem = first_problem(message)
    if problem is not None:
        raise problem


def first_problem(message: Message) -> InvalidError | None:
    if b"\0" in message.SerializeToString() and (path := nul_path(message)):  # the first test is quick
        return InvalidError(f"{path}: contains the character NUL, which no database keeps", field=path)
    violations = _validator.collect_violations(message, fail_fast=True)
    return invalid(violations[0]) if violations else None


def invalid(violation: Violation) -> InvalidError:
    field = field_path(violation)
    return InvalidError(f"{field}: {phrase_of(violation)}", field=field)


def field_path(violation: Violation) -> str:
    """Dotted path with list positions, such as `order.lines[2].quantity`."""
    path = violation.proto.field
    parts = []
    for element in path.elements if path else ():
        subscript = element.subscript
        position = f"[{subscript.value}]" if subscript is not None and subscript.field == "index" else ""
        parts.append(f"{element.field_name}{position}")
    return ".".join(parts)
