"""What every request passes and every response carries: the right host, a session, and strict headers."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.access import Access
from services.console.pages import Pages

COOKIE: Final = "regulars_console"
OPEN_PATHS: Final = ("/static/", "/sign-in", "/healthz", "/favicon.ico")
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = structlog.get_logger()


class Guard:
    """The outermost layer of the console: nothing reaches a page past it, and no fault leaves it unworded."""

    def __init__(self, app: ASGIApp, access: Access, pages: Pages, hosts: Iterable[str]) -> None:
        self._app = app
        self._access = access
        self._pages = pages
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = _Answer(send)
        try:
            await self._admit(scope)(scope, receive, answer.send)
        except Exception:  # whatever it was, the reader gets a sentence and the log gets the story
            log.exception("console_failed", path=scope["path"])
            if answer.begun:
                raise
            await self._pages.failed()(scope, receive, answer.send)

    def _admit(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self._hosts:
            return self._pages.wrong_host()
        if scope["path"].startswith(OPEN_PATHS) or self._access.knows(session_of(headers)):
            return self._app
        return self._pages.signed_out()


class _Answer:
    """A response on its way out; it gets the headers that every response carries."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, text in HEADERS.items():
                headers[name] = text
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def host_name(host: str) -> str:
    """The name in a Host header, without its port: a site that rebinds its name still calls by that name."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def session_of(headers: Headers) -> str:
    """The session's id from the cookie; empty without one."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""
