"""Templates become pages: the console itself, and the friendly words for when there is nothing to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from services.console import words
from services.console.assets import Assets
from services.programme.programme import Programme

TEMPLATES: Final = Path(__file__).parent / "templates"
RELOAD: Final = {"HX-Refresh": "true"}  # a fragment that may not be shown makes the page say why


class Pages:
    """Renders every page and fragment of the console."""

    def __init__(self, assets: Assets, programme: Programme, notice: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=assets.address,
            programme=programme,
            notice=notice,
            words=words,
            money=lambda minor: words.money(minor, programme),
            moment=lambda when: words.moment_text(when, programme),
        )
        self._environment.filters["visible"] = words.visible

    def render(self, template: str, context: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(context)

    def page(self, template: str, context: dict[str, Any]) -> HTMLResponse:
        return HTMLResponse(self.render(template, context))

    def signed_out(self) -> HTMLResponse:
        text = (
            "Open the sign-in link that Regulars printed when it started. It works as long as the server "
            "runs; after a restart there is a new one."
        )
        return self._message(401, "Please sign in", text, retry="Try again", headers=RELOAD)

    def wrong_link(self) -> HTMLResponse:
        text = (
            "This sign-in link does not belong to the running server. Use the link that was printed at its "
            "latest start."
        )
        return self._message(403, "This link does not fit", text)

    def too_many_tries(self, seconds: int) -> HTMLResponse:
        headers = {"Retry-After": str(seconds)}
        text = "Too many links were wrong. Wait a minute, then use the link that was printed at the start."
        return self._message(429, "One moment", text, headers=headers)

    def wrong_host(self) -> HTMLResponse:
        text = "Open the console under the address that Regulars printed when it started."
        return self._message(400, "Not under this address", text)

    def missing(self) -> HTMLResponse:
        return self._message(404, "Nothing here", "This page does not exist.", retry="To the console")

    def failed(self) -> HTMLResponse:
        text = "The console could not read what it needs. Nothing is lost; the server's log says why."
        return self._message(500, "That did not work", text, retry="Try again")

    def _message(
        self, status: int, title: str, text: str, *, retry: str = "", headers: dict[str, str] | None = None
    ) -> HTMLResponse:
        body = self.render("message.html", {"title": title, "text": text, "retry": retry})
        return HTMLResponse(body, status_code=status, headers=headers)
