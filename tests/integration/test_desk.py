"""The front desk: who may call what, and how every refusal looks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc
from regulars.earning.v1 import earning_service_pb2 as earning
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.engagement.v1 import segments_service_pb2 as segments
from regulars.feedback.v1 import cases_service_pb2 as cases
from regulars.feedback.v1 import feedback_service_pb2 as feedback
from regulars.gateways.v1 import gateways_service_pb2 as gateways
from regulars.insights.v1 import insights_service_pb2 as insights
from regulars.journey.v1 import journey_service_pb2 as journey
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.predictions.v1 import predictions_service_pb2 as predictions
from regulars.presence.v1 import presence_service_pb2 as presence
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from regulars.rewards.v1 import rewards_service_pb2 as rewards

from services.composition import House
from services.rpc.auth import ANYONE, SCOPES, scopes_of_method
from services.storage import keys
from tests.conftest import CallerOf
from tests.integration.messages import messages_of
from tests.integration.shop import NOON, Caller, ManualClock, order, refusal, refusal_of, stamp

FILES = (
    activity,
    cases,
    earning,
    engagement,
    feedback,
    gateways,
    insights,
    journey,
    loyalty,
    membership,
    predictions,
    presence,
    reminders,
    rewards,
    segments,
)
METHODS: list[MethodDescriptor] = [
    method
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
KEYED = [method for method in METHODS if scopes_of_method(method) != {ANYONE}]
# What the comments of the .proto files declare; UNAVAILABLE and RESOURCE_EXHAUSTED are any server's.
DECLARED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
}


def path_of(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def is_streaming(method: MethodDescriptor) -> bool:
    proto = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(proto)
    return proto.client_streaming


async def call_bytes(
    channel: grpc.aio.Channel, method: MethodDescriptor, body: bytes, metadata: Any
) -> grpc.StatusCode:
    """Send raw bytes and answer the status, whatever the method's shape."""
    shape: Any = channel.stream_stream if is_streaming(method) else channel.unary_unary
    raw = shape(path_of(method), request_serializer=None, response_deserializer=None)
    call = raw(iter([body]) if is_streaming(method) else body, metadata=metadata, timeout=20)
    try:
        if is_streaming(method):
            async for _ in call:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_every_method_states_its_scopes(method: MethodDescriptor) -> None:
    assert scopes_of_method(method) <= set(SCOPES) or scopes_of_method(method) == {ANYONE}


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("", "KEY_MISSING"),
        ("Basic abc", "KEY_MISSING"),
        ("Bearer not-a-key", "KEY_MISSING"),
        ("Bearer rk_00000000_wrong", "KEY_INVALID"),
    ],
)
async def test_a_call_without_a_valid_key_is_unauthenticated(
    backend: Caller, authorization: str, reason: str
) -> None:
    stranger = Caller(backend.channel, (("authorization", authorization),) if authorization else ())
    refused = await refusal(stranger.record_order(order()))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, reason)


async def test_every_method_refuses_a_stranger(backend: Caller) -> None:
    codes = {await call_bytes(backend.channel, method, b"", ()) for method in KEYED}
    assert codes == {grpc.StatusCode.UNAUTHENTICATED}


async def test_a_wrong_secret_of_a_known_key_is_refused(backend: Caller) -> None:
    ((name, text),) = backend.metadata
    stranger = Caller(backend.channel, ((name, text[:-1] + ("a" if text[-1] != "a" else "b")),))
    assert (await refusal(stranger.record_order(order()))).reason == "KEY_INVALID"


def test_a_gateway_that_enrols_needs_no_key_and_nobody_else_does_without() -> None:
    assert [path_of(method) for method in METHODS if method not in KEYED] == [
        "/regulars.gateways.v1.GatewaysService/EnrolGateway"
    ]


async def test_every_method_admits_its_scopes_and_no_other(caller_of: CallerOf) -> None:
    for method in KEYED:
        for scope in SCOPES:
            caller = caller_of(scope)
            code = await call_bytes(caller.channel, method, b"\xff", caller.metadata)
            may = scope == "admin" or scope in scopes_of_method(method)
            expected = grpc.StatusCode.INVALID_ARGUMENT if may else grpc.StatusCode.PERMISSION_DENIED
            assert code is expected, f"{method.full_name} as {scope}"


async def test_a_missing_scope_says_which_scope_is_needed(caller_of: CallerOf) -> None:
    refused = await refusal(caller_of("gateway").record_order(order()))
    assert (refused.reason, refused.facts["needs"]) == ("SCOPE_MISSING", "backend")


async def test_a_revoked_key_is_refused_after_the_keyring_is_read_again(
    house: House, backend: Caller
) -> None:
    from services.composition import live_keys

    with house.database.engine.begin() as connection:
        for key in keys.all_keys(connection):
            keys.revoke_key(connection, key.key_id, NOON)
    house.keyring.replace(live_keys(house.database))
    assert (await refusal(backend.record_order(order()))).reason == "KEY_INVALID"


async def test_garbage_is_refused_without_the_parsers_text(backend: Caller) -> None:
    raw: Any = backend.channel.unary_unary(path_of(METHODS[0]))
    refused = await refusal(raw(b"\xff\xff\xff", metadata=backend.metadata))
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "rror parsing" not in refused.message


async def test_a_message_beyond_a_mebibyte_is_refused(backend: Caller) -> None:
    raw: Any = backend.channel.unary_unary(path_of(METHODS[0]))
    refused = await refusal(raw(bytes(1 << 20) + b"x", metadata=backend.metadata))
    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_health_is_serving_for_every_service_without_a_key(backend: Caller) -> None:
    stub: Any = health_pb2_grpc.HealthStub(backend.channel)
    names = ["", *sorted({method.containing_service.full_name for method in METHODS})]
    answers = [await stub.Check(health_pb2.HealthCheckRequest(service=name)) for name in names]
    assert {answer.status for answer in answers} == {health_pb2.HealthCheckResponse.SERVING}


async def test_reflection_lists_every_service(backend: Caller) -> None:
    channel: Any = backend.channel  # typed for the blocking API alone
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = [one async for one in stub.ServerReflectionInfo(iter([request]))]
    listed = {service.name for service in answer.list_services_response.service}
    assert listed >= {method.containing_service.full_name for method in METHODS}


async def test_reflection_serves_the_rules_of_the_messages(backend: Caller) -> None:
    channel: Any = backend.channel  # typed for the blocking API alone
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    symbol = "regulars.activity.v1.ActivityService"
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
    (answer,) = [one async for one in stub.ServerReflectionInfo(iter([request]))]
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(one)
        for one in answer.file_descriptor_response.file_descriptor_proto
    ]
    assert any(file.name == "regulars/activity/v1/activity_service.proto" for file in files)


def bodies(method: MethodDescriptor) -> st.SearchStrategy[bytes]:
    """Bytes of the method's message with wild values, and bytes of no message at all."""
    return st.one_of(messages_of(method.input_type), messages_of(method.input_type), st.binary(max_size=200))


@cache
def wild(method: MethodDescriptor) -> list[bytes]:
    """What is sent to a method of either database: bodies of no message, and of messages with wild values."""
    found: list[bytes] = []

    @hypothesis_settings(max_examples=40)
    @given(body=bodies(method))
    def make(body: bytes) -> None:
        found.append(body)

    make()
    return found


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
async def test_no_message_brings_an_undeclared_status(caller_of: CallerOf, method: MethodDescriptor) -> None:
    """Never UNKNOWN, never INTERNAL, and never "try again" for what can never succeed."""
    admin, sent = caller_of("admin"), wild(method)
    for start in range(0, len(sent), 8):  # concurrent calls share a transaction: the wild spoil each other
        part = sent[start : start + 8]
        codes = await asyncio.gather(
            *(call_bytes(admin.channel, method, body, admin.metadata) for body in part)
        )
        wrong = [(code, body) for code, body in zip(codes, part, strict=True) if code not in DECLARED]
        assert not wrong, [(code, readable(method, body)) for code, body in wrong]


def readable(method: MethodDescriptor, body: bytes) -> str:
    message: Any = GetMessageClass(method.input_type)()
    try:
        message.ParseFromString(body)
    except Exception:  # noqa: BLE001  (it is shown as bytes then)
        return repr(body)
    return str(message)


WILD = ("\x00", "a\x00b", "\ud7ff", "😀" * 10, "'; DROP TABLE orders; --", "\u202e", " ")


@pytest.mark.parametrize("text", WILD, ids=ascii)
async def test_a_wild_identifier_spoils_no_read_of_another_caller(backend: Caller, text: str) -> None:
    await backend.enrol("anna")
    wild = loyalty.GetBalanceRequest(customer_id=text)
    answers = await asyncio.gather(
        backend.balance("anna"),
        backend.call(backend.loyalty.GetBalance, wild),
        backend.balance("anna"),
        return_exceptions=True,
    )
    assert isinstance(answers[0], loyalty.Balance)
    assert isinstance(answers[2], loyalty.Balance)
    assert isinstance(answers[1], grpc.aio.AioRpcError)
    assert refusal_of(answers[1]).code in {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT}


async def test_a_deadline_is_honoured(backend: Caller) -> None:
    stub: Any = activity_service_pb2_grpc.ActivityServiceStub(backend.channel)
    request = activity.RecordOrderRequest(request_id="r-1", order=order())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.RecordOrder(request, metadata=backend.metadata, timeout=0.000_001)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_an_expired_key_is_refused(house: House, backend: Caller, clock: ManualClock) -> None:
    from services.rpc.auth import make_key

    new = make_key("short", ("backend",), clock.now() + timedelta(hours=1))
    house.keyring.replace([new.key])
    caller = Caller(backend.channel, (("authorization", f"Bearer {new.text}"),))
    await caller.record_order(order())
    clock.advance(hours=1)
    assert (await refusal(caller.record_order(order(at=clock.now())))).reason == "KEY_INVALID"


async def test_an_answer_out_of_scale_is_refused(backend: Caller) -> None:
    request = feedback.RecordAnswerRequest(
        request_id="r", customer_id="anna", survey=feedback.SURVEY_CSAT, answer=6, answered_at=stamp(NOON)
    )
    refused = await refusal(backend.call(backend.feedback.RecordAnswer, request))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("answer",))
