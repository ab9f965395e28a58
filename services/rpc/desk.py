"""The front desk before every call: it authenticates, limits, validates, times and maps errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NoReturn

import grpc
import structlog
from grpc.aio import ServicerContext

from services.clock import Clock
from services.errors import RegularsError
from services.rpc.auth import Keyring, allow, header_of
from services.rpc.errors import STATUS_DETAILS_KEY, status, status_code
from services.rpc.limits import RateLimiter
from services.rpc.validation import guarded, legible, located, valid
from services.telemetry import Telemetry

log = structlog.get_logger()

Handler = Any  # grpc.RpcMethodHandler, which takes no parameters at run time


class InternalError(RegularsError):
    """Internal error."""

    reason = "INTERNAL"


class FrontDesk:
    """Stands before every method. Handlers are wrapped once, when they are added to the server.

    An interceptor would do the same for every call anew; measured, that costs a twentieth of a call.
    """

    def __init__(
        self,
        keyring: Keyring,
        scopes: Mapping[str, frozenset[str]],
        limiter: RateLimiter,
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._keyring = keyring
        self._scopes = scopes
        self._limiter = limiter
        self._telemetry = telemetry
        self._clock = clock

    def wrap(self, method: str, handler: Any) -> Handler:
        """A handler that admits, validates, times and answers errors before and after the given one."""
        deserializer, serializer = guarded(handler.request_deserializer), handler.response_serializer
        if handler.unary_unary:
            unary = self._unary(method, handler.unary_unary)
            return grpc.unary_unary_rpc_method_handler(unary, deserializer, serializer)
        if handler.unary_stream:
            answers = self._stream(method, handler.unary_stream, valid)
            return grpc.unary_stream_rpc_method_handler(answers, deserializer, serializer)
        if handler.stream_stream:
            stream = self._stream(method, handler.stream_stream, messages)
            return grpc.stream_stream_rpc_method_handler(stream, deserializer, serializer)
        raise TypeError(f"{method}: the front desk knows no streams that are answered once")

    def _admit(self, context: ServicerContext[Any, Any], scopes: frozenset[str]) -> None:
        key = self._keyring.authenticate(header_of(context.invocation_metadata() or ()), self._clock.now())
        allow(key, scopes)
        self._limiter.take(key.key_id)

    def _unary(self, method: str, behaviour: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        scopes = self._scopes[method]

        async def call(request: Any, context: ServicerContext[Any, Any]) -> Any:
            started = time.perf_counter()
            code = "OK"
            try:
                self._admit(context, scopes)
                return await behaviour(valid(request), context)
            except BaseException as error:  # noqa: BLE001  (every end is answered and counted)
                code = code_name(error)
                await refuse(method, context, located(error, request))
            finally:
                self._telemetry.call_ended(method, code, started)

        return call

    def _stream(
        self,
        method: str,
        behaviour: Callable[..., AsyncIterator[Any]],
        checked: Callable[[Any], Any],
    ) -> Callable[..., AsyncIterator[Any]]:
        scopes = self._scopes[method]

        async def call(asked: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            started = time.perf_counter()
            code = "OK"
            try:
                self._admit(context, scopes)
                async for response in behaviour(checked(asked), context):
                    yield response
            except BaseException as error:  # noqa: BLE001  (every end is answered and counted)
                code = code_name(error)
                await refuse(method, context, located(error, asked))
            finally:
                self._telemetry.call_ended(method, code, started, streaming=True)

        return call


async def messages(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The messages of a stream; the servicer checks their rules, so that one bad record spoils no other."""
    async for request in requests:
        yield legible(request)


def code_name(error: BaseException) -> str:
    if isinstance(error, RegularsError):
        return status_code(error).name
    return "CANCELLED" if isinstance(error, asyncio.CancelledError | GeneratorExit) else "INTERNAL"


async def refuse(method: str, context: ServicerContext[Any, Any], error: BaseException) -> NoReturn:
    """Answer an error by its table; what is not ours is logged and leaves as INTERNAL without its text."""
    if isinstance(error, grpc.aio.AbortError) or not isinstance(error, Exception):
        raise error
    if not isinstance(error, RegularsError):
        log.error("call_failed", method=method, exc_info=error)
        error = InternalError("internal error")  # the cause is in the log, never in the answer
    body = status(error).SerializeToString()
    await context.abort(status_code(error), error.message, ((STATUS_DETAILS_KEY, body),))
    raise AssertionError  # abort has raised
