"""The front desk before every call: it authenticates, limits, validates, times and maps errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
import structlog
from grpc.aio import ServicerContext

from services.clock import Clock
from services.errors import RegularsError, UnauthenticatedError
from services.rpc.auth import ANYONE, Keyring, allow, header_of
from services.rpc.certificates import GatewayCertificate, certificate_of
from services.rpc.errors import STATUS_DETAILS_KEY, status, status_code
from services.rpc.limits import RateLimiter
from services.rpc.validation import guarded, legible, located, valid
from services.telemetry import Telemetry

log = structlog.get_logger()

Handler = Any  # grpc.RpcMethodHandler, which takes no parameters at run time


class InternalError(RegularsError):
    """Internal error."""

    reason = "INTERNAL"


@dataclass(slots=True)
class _OpenStream:
    """What its caller has shown, and why it is to end, once it is."""

    shown: str | GatewayCertificate
    over: UnauthenticatedError | None = None


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
        self._open: dict[asyncio.Task[Any], _OpenStream] = {}

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

    def recheck(self) -> None:
        """End the open streams of callers who would not be let in any more."""
        now = self._clock.now()
        for task, stream in tuple(self._open.items()):
            try:
                self._keyring.admit(stream.shown, now)
            except UnauthenticatedError as error:
                if stream.over is None:  # once: its good-bye is not to be cut off
                    stream.over = error
                    task.cancel()

    def _admit(self, context: ServicerContext[Any, Any], scopes: frozenset[str]) -> str | GatewayCertificate:
        """Let the caller in, or raise; answers what the caller has shown."""
        if ANYONE in scopes:
            self._limiter.take(ANYONE)  # all of them together: strangers have no names
            return ""
        header = header_of(context.invocation_metadata() or ())
        shown = header or certificate_of(context) or ""
        caller = self._keyring.admit(shown, self._clock.now())
        allow(caller, scopes)
        self._limiter.take(caller.key_id)
        return shown

    @contextmanager
    def _watched(self, shown: str | GatewayCertificate) -> Iterator[None]:
        """Within it `recheck` can end the stream that runs in this task, with the reason."""
        task = asyncio.current_task()
        assert task is not None
        stream = self._open[task] = _OpenStream(shown)
        try:
            yield
        except asyncio.CancelledError:
            if stream.over is None:
                raise
            task.uncancel()
            raise stream.over from None
        finally:
            del self._open[task]

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
                with self._watched(self._admit(context, scopes)):
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
