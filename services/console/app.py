"""The web console for loyalty teams: what happens today, who is about to leave, who needs what next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.console.access import (
    FAILURE_SECONDS,
    SESSION_SECONDS,
    Access,
    TooManyTriesError,
    WrongLinkError,
)
from services.console.assets import Assets
from services.console.freshness import Freshness
from services.console.guard import COOKIE, Guard
from services.console.insights.serving import InsightPages
from services.console.pages import Pages
from services.console.parts import PARTS, Part, Scene
from services.storage.database import Database


def build_app(
    database: Database, *, access: Access, notice: str = "", hosts: Iterable[str] = ()
) -> Starlette:
    """The console over an open database.

    notice: shown on top of the page, for instance what of it is simulated. hosts: names besides the
    loopback's under which browsers may call it.
    """
    assets = Assets()
    pages = Pages(assets, database.programme, notice)
    console = Console(database, access, pages)
    insights = InsightPages(database, pages)
    app = Starlette(
        routes=[
            Route("/", console.today),
            Route("/parts/{name}", console.part),
            Route("/insights", insights.first),
            Route("/insights/{name}.csv", insights.lines),
            Route("/insights/{name}", insights.page),
            Route("/sign-in", console.sign_in),
            Route("/healthz", console.health),
            Route("/static/{digest}/{name:path}", assets.serve),
            Route("/favicon.ico", assets.serve_favicon),
        ],
        middleware=[Middleware(Guard, access=access, pages=pages, hosts=hosts)],
        exception_handlers={HTTPException: console.refused},
    )
    app.router.redirect_slashes = False  # an address is right or it is missing
    return app


class Console:
    """Answers the console's requests."""

    def __init__(self, database: Database, access: Access, pages: Pages) -> None:
        self._database = database
        self._access = access
        self._pages = pages
        self._freshness = Freshness()

    async def today(self, request: Request) -> Response:
        del request
        contexts = await asyncio.gather(*(self._context(part) for part in PARTS.values()))
        shown = [
            (part, self._pages.render(f"parts/{part.name}.html", context))
            for part, context in zip(PARTS.values(), contexts, strict=True)
        ]
        return self._pages.page("today.html", {"shown": {part.name: (part, html) for part, html in shown}})

    async def part(self, request: Request) -> Response:
        """One part of the page, as it is now."""
        part = PARTS.get(request.path_params["name"])
        if part is None:
            raise HTTPException(404)
        return self._pages.page(f"parts/{part.name}.html", await self._context(part))

    async def _context(self, part: Part) -> dict[str, Any]:
        context: dict[str, Any] = await self._freshness.get(part.name, lambda: self._read(part))
        return context

    async def _read(self, part: Part) -> dict[str, Any]:
        scene = Scene(self._database.clock.now(), self._database.programme)
        return await self._database.fetch(part.load, scene)

    async def sign_in(self, request: Request) -> Response:
        """Trade the link's token for a session that lasts a working day."""
        address = request.client.host if request.client else ""
        try:
            session = self._access.sign_in(request.query_params.get("token", ""), address)
        except TooManyTriesError:
            return self._pages.too_many_tries(int(FAILURE_SECONDS))
        except WrongLinkError:
            return self._pages.wrong_link()
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            COOKIE,
            session,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    async def health(self, request: Request) -> Response:
        """Says ok when the database answers."""
        del request
        await self._database.fetch(lambda connection: connection.execute(select(1)).scalar_one())
        return PlainTextResponse("ok\n")

    async def refused(self, request: Request, refusal: Exception) -> Response:
        del request, refusal
        return self._pages.missing()
