"""Checks of messages: the rules of the .proto files, and messages that are not protobuf at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp
from protovalidate import Validator, Violation

from services.errors import InvalidError, MomentOutOfRangeError
from services.rpc.phrases import phrase_of
from services.rpc.wire import moment

TEXT: Final = "text"
MOMENT: Final = Timestamp.DESCRIPTOR.full_name

_validator = Validator()

Refused = TypeVar("Refused", bound=BaseException)


class NotAMessageError(InvalidError):
    """The body is not a message of the type that this method takes."""

    reason = "NOT_A_MESSAGE"


class ValueUnknownError(InvalidError):
    """This server knows no such channel, kind or other named value."""

    reason = "VALUE_UNKNOWN"


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
        raise invalid(violations[0], request)
    return request


def first_path(message: Message, kind: str, at_fault: Callable[[Any], bool]) -> str:
    """Dotted path of the first value of a kind (see `_kind`) that is at fault; empty when none is."""
    found = (
        _path(getattr(message, name), name, kind, at_fault) for name in _fields_with(kind, message.DESCRIPTOR)
    )
    return next(filter(None, found), "")


def _path(value: Any, path: str, kind: str, at_fault: Callable[[Any], bool]) -> str:
    if at_fault(value):
        return path
    if isinstance(value, Message):
        inner = first_path(value, kind, at_fault)
        return f"{path}.{inner}" if inner else ""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ""
    found = (_path(one, f"{path}[{index}]", kind, at_fault) for index, one in enumerate(value))
    return next(filter(None, found), "")


@cache
def _fields_with(kind: str, inside: Descriptor) -> tuple[str, ...]:
    """The fields in which a value of the kind may stand, however deep: the others need no look."""
    return tuple(field.name for field in inside.fields if _may_hold(kind, field, frozenset()))


def _may_hold(kind: str, field: FieldDescriptor, above: frozenset[str]) -> bool:
    if _kind(field) == kind or _kind(field) in above:
        return True
    inner = field.message_type.fields if field.message_type else ()
    return any(_may_hold(kind, one, above | {_kind(field)}) for one in inner)


def _kind(field: FieldDescriptor) -> str:
    """The full name of a message's type; of the rest only texts have a name."""
    if field.message_type:
        return str(field.message_type.full_name)
    return TEXT if field.type == FieldDescriptor.TYPE_STRING else ""


def _has_nul(value: Any) -> bool:
    return isinstance(value, str) and "\0" in value


def _is_in_no_year(value: Any) -> bool:
    if not isinstance(value, Timestamp):
        return False
    try:
        moment(value)
    except MomentOutOfRangeError:
        return True
    return False


def located(error: Refused, request: Any) -> Refused | MomentOutOfRangeError:
    """The error of a time that lies in no year with the field where it stands; any other one as it is."""
    message = request.message if isinstance(request, Suspect) else request
    if not isinstance(error, MomentOutOfRangeError) or error.field or not isinstance(message, Message):
        return error
    field = first_path(message, MOMENT, _is_in_no_year)
    return MomentOutOfRangeError(f"{field}: {error.message}", field=field) if field else error


def validate(message: Message) -> None:
    """Raise InvalidError that names the first field breaking a rule of its .proto."""
    problem = first_problem(message)
    if problem is not None:
        raise problem


def first_problem(message: Message) -> InvalidError | None:
    may_have_nul = b"\0" in message.SerializeToString()  # the quick test first
    if may_have_nul and (path := first_path(message, TEXT, _has_nul)):
        return InvalidError(f"{path}: contains the character NUL, which no database keeps", field=path)
    violations = _validator.collect_violations(message, fail_fast=True)
    return invalid(violations[0], message) if violations else None


def invalid(violation: Violation, message: Message) -> InvalidError:
    field = field_path(violation)
    said = f"{field}: {phrase_of(violation)}"
    if violation.proto.rule_id != "enum.defined_only":
        return InvalidError(said, field=field)
    known = ", ".join(known_values(violation, message))
    return ValueUnknownError(f"{said}; send one of {known}", field=field)


def known_values(violation: Violation, message: Message) -> list[str]:
    """The names that the enum at fault may have."""
    inside: Any = message.DESCRIPTOR
    for element in elements(violation):
        field = inside.fields_by_number[element.field_number]
        inside = field.message_type
    return [value.name for value in field.enum_type.values if value.number]


def elements(violation: Violation) -> Iterable[Any]:
    """The fields on the way to the one at fault."""
    return violation.proto.field.elements if violation.proto.field else ()


def field_path(violation: Violation) -> str:
    """Dotted path with list positions, such as `order.lines[2].quantity`."""
    parts = []
    for element in elements(violation):
        subscript = element.subscript
        position = f"[{subscript.value}]" if subscript is not None and subscript.field == "index" else ""
        parts.append(f"{element.field_name}{position}")
    return ".".join(parts)
