"""Who may look: one sign-in link per start of the server, and the sessions that came of it."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from services.errors import DeniedError, ExhaustedError

SESSION_SECONDS: Final = 12 * 3600  # a working day
SESSIONS_MAX: Final = 200  # a loyalty team has fewer browsers than that; the oldest gives way
FAILURES_MAX: Final = 5  # a pasted link goes wrong once or twice
FAILURE_SECONDS: Final = 60.0
ADDRESSES_MAX: Final = 1_000


class WrongLinkError(DeniedError):
    """This sign-in link is not the one of the running server."""

    reason = "WRONG_LINK"


class TooManyTriesError(ExhaustedError):
    """Too many wrong sign-in links; try again in a minute."""

    reason = "TOO_MANY_TRIES"


class Access:
    """Holds the token of the sign-in link and the sessions, in memory only: a restart ends them all."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._token = secrets.token_urlsafe(32)
        self._sessions: dict[str, float] = {}  # id -> when it ends, oldest first
        self._failures: dict[str, deque[float]] = {}

    def link(self, base_url: str) -> str:
        """The sign-in link, to be shown once to whoever started the server."""
        return f"{base_url.rstrip('/')}/sign-in?token={self._token}"

    def sign_in(self, token: str, address: str) -> str:
        """A new session's id. Raises WrongLinkError, or TooManyTriesError after several of an address."""
        tries = self._recent_failures(address)
        if len(tries) >= FAILURES_MAX:
            raise TooManyTriesError
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            tries.append(self._monotonic())
            raise WrongLinkError
        return self._open()

    def knows(self, session: str) -> bool:
        """Whether the session is one of ours and has not ended."""
        return self._sessions.get(session, 0.0) > self._monotonic()

    def _open(self) -> str:
        now = self._monotonic()
        live = {one: ends for one, ends in self._sessions.items() if ends > now}
        self._sessions = dict(list(live.items())[-(SESSIONS_MAX - 1) :])
        session = secrets.token_urlsafe(32)
        self._sessions[session] = now + SESSION_SECONDS
        return session

    def _recent_failures(self, address: str) -> deque[float]:
        if address not in self._failures and len(self._failures) >= ADDRESSES_MAX:
            self._failures.pop(next(iter(self._failures)))
        tries = self._failures.setdefault(address, deque(maxlen=FAILURES_MAX))
        while tries and tries[0] <= self._monotonic() - FAILURE_SECONDS:
            tries.popleft()
        return tries
