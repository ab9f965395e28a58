"""A guide whose calls can be made again: its blocks, its moments and its made-up ids.

A block ```call holds calls: `call` or `team` (whose key), a method, a request between quotes, and the answer
that was recorded. Answers are shortened: fields may be left out, and a list may end with "...". What differs
from run to run is compared by what it means: ids must stand for each other, and moments must have moved by as
much as the present has since `<!-- recorded ... -->`.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import MessageToDict, Parse
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

_BLOCK: Final = re.compile(r"(?ms)^```call\n(.*?)^```$")
_CALL: Final = re.compile(r"(?ms)^(call|team) (\S+) '(.*?)'\n(.*?)(?=^(?:call|team) |\Z)")
_RECORDED: Final = re.compile(r"<!-- recorded (\S+) -->")
_PROGRAMME: Final = re.compile(r"(?ms)^```toml program\n(.*?)^```$")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_MADE_UP: Final = re.compile(
    r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}|[A-Z2-7]{16})\b"
)
DRIFT_MAX: Final = timedelta(minutes=15)  # the calls were recorded one by one, with pauses of a reader
BY_CALENDAR: Final = {"expiresAt", "evaluatesAt"}  # ends of months and periods do not move with the present
OPAQUE: Final = {"nextPageToken", "etag"}


@dataclass(frozen=True)
class Call:
    """One call of the guide, and what it was answered."""

    caller: str
    method: str
    request: str
    answer: Any


@dataclass(frozen=True)
class Guide:
    """The text of a guide, taken apart."""

    programme: str
    recorded_at: datetime
    calls: tuple[Call, ...]


def read_guide(text: str) -> Guide:
    (programme,) = _PROGRAMME.findall(text)
    (recorded_at,) = _RECORDED.findall(text)
    calls = tuple(call for block in _BLOCK.findall(text) for call in _calls(block))
    return Guide(programme, datetime.fromisoformat(recorded_at), calls)


def _calls(block: str) -> Iterator[Call]:
    for caller, method, request, answer in _CALL.findall(block):
        yield Call(caller, method, request, json.loads(answer))


@dataclass
class Rerun:
    """What the guide's ids and moments are in this run; `moved` is by how much the present has moved."""

    moved: timedelta
    ids: dict[str, str] = field(default_factory=dict)

    def request(self, text: str) -> str:
        """A request of the guide as it is to be sent today."""
        text = _MADE_UP.sub(lambda found: self.ids.get(found[0], found[0]), text)
        return _MOMENT.sub(lambda found: _written(datetime.fromisoformat(found[0]) + self.moved), text)

    def differences(self, told: Any, found: Any, path: str = "") -> Iterator[str]:
        """Where an answer is not what the guide tells."""
        if isinstance(told, dict) and isinstance(found, dict):
            for name, value in told.items():
                yield from self.differences(value, found.get(name), f"{path}.{name}")
        elif isinstance(told, list) and isinstance(found, list):
            yield from self._differences_of_lists(told, found, path)
        elif not self._is_same(told, found, path.rpartition(".")[2]):
            yield f"{path}: the guide tells {told!r}, found {found!r}"

    def _differences_of_lists(self, told: list[Any], found: list[Any], path: str) -> Iterator[str]:
        shortened = told[-1:] == ["..."]
        told = told[:-1] if shortened else told
        if len(found) < len(told) or (len(found) > len(told) and not shortened):
            yield f"{path}: the guide tells {len(told)} entries, found {len(found)}"
        for index, (one, other) in enumerate(zip(told, found, strict=False)):
            yield from self.differences(one, other, f"{path}[{index}]")

    def _is_same(self, told: Any, found: Any, name: str) -> bool:
        if not (isinstance(told, str) and isinstance(found, str)):
            return bool(told == found)
        if name in OPAQUE:
            return bool(found)
        plain = [_MOMENT.sub("?", _MADE_UP.sub("?", text)) for text in (told, found)]
        return plain[0] == plain[1] and self._same_ids(told, found) and self._same_moments(told, found, name)

    def _same_ids(self, told: str, found: str) -> bool:
        pairs = zip(_MADE_UP.findall(told), _MADE_UP.findall(found), strict=True)
        return all(self.ids.setdefault(one, other) == other for one, other in pairs)

    def _same_moments(self, told: str, found: str, name: str) -> bool:
        pairs = zip(_MOMENT.findall(told), _MOMENT.findall(found), strict=True)
        return name in BY_CALENDAR or all(
            abs(datetime.fromisoformat(one) + self.moved - datetime.fromisoformat(other)) <= DRIFT_MAX
            for one, other in pairs
        )


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


Caller = Callable[[str, str], Any]


def caller_of(channel: grpc.Channel, key: str) -> Caller:
    """Calls a method by its name with a JSON text; answers JSON, of a refusal its decoded details."""

    def call(name: str, request: str) -> Any:
        method = _method(name)
        send: Any = channel.unary_unary(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        message = Parse(request, GetMessageClass(method.input_type)())
        try:
            return MessageToDict(send(message, metadata=(("authorization", f"Bearer {key}"),), timeout=30))
        except grpc.RpcError as error:
            return _refusal(error)

    return call


def _method(path: str) -> MethodDescriptor:
    """`loyalty.v1.LoyaltyService/GetBalance` -> its descriptor."""
    package, service, method = re.split(r"\.(?=[^.]+/)|/", path)
    name = service.removesuffix("Service").lower()
    module = importlib.import_module(f"regulars.{package}.{name}_service_pb2")
    found: MethodDescriptor = module.DESCRIPTOR.services_by_name[service].methods_by_name[method]
    return found


def _refusal(error: Any) -> dict[str, Any]:
    (packed,) = (value for name, value in error.trailing_metadata() if name == "grpc-status-details-bin")
    info = error_details_pb2.ErrorInfo()
    status_pb2.Status.FromString(packed).details[0].Unpack(info)
    return {
        "code": error.code().name,
        "message": error.details(),
        "reason": info.reason,
        "metadata": dict(info.metadata),
    }
