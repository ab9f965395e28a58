"""The way to the server: connects, and connects again."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from logging import INFO, WARNING
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog
from regulars.presence.v1.presence_service_pb2_grpc import PresenceServiceStub

from beacon_gateway.access.channel import Link, metadata_of, open_channel
from beacon_gateway.access.credentials import CredentialsError
from beacon_gateway.sending.ending import SessionOverError
from beacon_gateway.sending.session import Introduction, Listener, Session
from beacon_gateway.spooling.feed import Feed

if TYPE_CHECKING:
    from beacon_gateway.sending.session import Call

    Dial: TypeAlias = Callable[[Link], AbstractAsyncContextManager[Call]]

BACKOFF_SECONDS: Final = (0.1, 5.0)  # after a restart of the server its gateways come back spread over 5 s
AWAY_SECONDS: Final = 300.0  # a server that is away for longer is not awaited by the second
BACKOFF_AWAY_SECONDS: Final = 60.0
STABLE_SECONDS: Final = 5.0  # a session that lasted for less may end the same way again at once

log = structlog.get_logger()


class Uplink:
    """Keeps a session with the server, for as long as it runs."""

    def __init__(
        self,
        link: Link,
        introduction: Introduction,
        feed: Feed,
        listener: Listener,
        dial: "Dial | None" = None,
    ) -> None:
        self._link = link
        self._introduction = introduction
        self._feed = feed
        self._listener = listener
        self._dial = dial or dialled
        self._closing = asyncio.Event()
        self._session: Session | None = None
        self._reason = ""

    @property
    def reason(self) -> str:
        """Why the latest session ended; empty while the server has let us in, and before the first."""
        return "" if self.connected else self._reason

    @property
    def connected(self) -> bool:
        """True while the server has let us in."""
        return self._session is not None and self._session.answered

    async def run(self) -> None:
        """Connects, and connects again, until `close`."""
        now = asyncio.get_running_loop().time
        failures, good_at_seconds, said = 0, now(), ""
        while not self._closing.is_set():
            begun_at_seconds = now()
            session, over = await self._converse()
            if session.answered or over.kind != said:  # once: a server that is down all night fills no disk
                log.log(WARNING if over.needs_somebody else INFO, "uplink.over", reason=str(over))
            said, self._reason = over.kind, str(over)
            lasted = session.answered and now() - begun_at_seconds >= STABLE_SECONDS
            if lasted or session.has_delivered:
                failures, good_at_seconds = 0, now()
            failures += 1
            away_seconds = AWAY_SECONDS if over.is_refusal else now() - good_at_seconds
            await self._pause(pause_seconds(failures, away_seconds))

    def close(self) -> None:
        """Asks `run` to end the session in good order."""
        self._closing.set()

    async def _converse(self) -> tuple[Session, SessionOverError]:
        """One session, and why it ended."""
        session = self._session = Session(self._introduction, self._feed, self._listener)
        try:
            async with self._dial(self._link) as call:
                await session.run(call, self._closing)
        except SessionOverError as over:
            return session, over
        except (CredentialsError, OSError) as error:
            return session, SessionOverError(str(error))
        finally:
            self._session = None
        raise AssertionError("a session ends with its reason")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


@contextlib.asynccontextmanager
async def dialled(link: Link) -> "AsyncIterator[Call]":
    """A call on a channel of its own. Raises CredentialsError, OSError."""
    async with open_channel(link) as channel:
        yield PresenceServiceStub(channel).Session(metadata=metadata_of(link))


def pause_seconds(failures: int, away_seconds: float) -> float:
    """How long to wait before the next attempt, drawn at random so that gateways do not come in step."""
    shortest, longest = BACKOFF_SECONDS
    ceiling = min(longest, shortest * 2.0 ** min(failures, 10))
    if away_seconds >= AWAY_SECONDS:
        shortest, ceiling = longest, BACKOFF_AWAY_SECONDS
    return random.uniform(shortest, ceiling)  # noqa: S311 - jitter
