"""Why a session ended, as the server said it."""

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterator
from typing import Any, Final, TypeVar

import grpc
import grpc.aio

OF_THE_CALL: Final = (grpc.RpcError, grpc.aio.BaseError, asyncio.InvalidStateError)
VERDICT_SECONDS_MAX: Final = 0.5  # a status that is on its way arrives sooner
MASKED: Final = "Internal error from Core"  # what gRPC says of a write that came too late

REFUSALS: Final = (grpc.StatusCode.FAILED_PRECONDITION.name, grpc.StatusCode.PERMISSION_DENIED.name)

Value = TypeVar("Value")


class SessionOverError(Exception):
    """The session is over; its text says why.

    code: gRPC's name of how the call ended; empty when it ended otherwise.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code

    @property
    def is_refusal(self) -> bool:
        """The server does not want this gateway as it is, and will not by being asked more often."""
        return self.code in REFUSALS

    @property
    def needs_somebody(self) -> bool:
        """It will not get better by itself."""
        return self.is_refusal or self.code == grpc.StatusCode.UNAUTHENTICATED.name

    @property
    def kind(self) -> str:
        """The same for ends that only their wording tells apart, such as those of a server that is away."""
        return self.code if self.code == grpc.StatusCode.UNAVAILABLE.name else str(self)


class Verdict:
    """The status with which the server ends a call.

    A write that fails as the call ends puts INTERNAL in the place of the server's own words (grpc issue
    36066), so that a wrong key looks like a broken server: every word is taken down as it comes.
    """

    def __init__(self, call: Any) -> None:
        self._said: list[tuple[grpc.StatusCode, str]] = []
        self._heard = asyncio.Event()
        call.add_done_callback(self._hear)

    def _hear(self, call: Any) -> None:
        code, details = _already(call.code()), _already(call.details())
        if details != MASKED:
            self._said.append((code, details or ""))
            self._heard.set()

    async def error(self) -> SessionOverError:
        """What the server said first, in its words."""
        try:
            async with asyncio.timeout(VERDICT_SECONDS_MAX):
                await self._heard.wait()
        except TimeoutError:
            return SessionOverError("the connection broke, and the server's reason was lost with it")
        code, details = self._said[0]
        if code is grpc.StatusCode.OK:
            return SessionOverError("ended in good order")
        return SessionOverError(f"{code.name}: {details}", code.name)


def _already(answer: Coroutine[Any, Any, Value]) -> Value:
    """The value of a coroutine that has nothing to wait for: the status of a call that is done."""
    try:
        answer.send(None)
    except StopIteration as done:
        value: Value = done.value
        return value
    answer.close()
    raise AssertionError("a call that is done has a status")


async def over(error: Exception, verdict: Verdict) -> SessionOverError:
    """Why the session is over; raises what is no such reason."""
    causes = list(_leaves(error))
    for cause in causes:
        if isinstance(cause, SessionOverError):
            return cause
    if any(isinstance(cause, sqlite3.Error) for cause in causes):
        return SessionOverError(f"the spool cannot be read: {causes[0]}")
    if all(isinstance(cause, OF_THE_CALL) for cause in causes):
        return await verdict.error()
    raise error


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
