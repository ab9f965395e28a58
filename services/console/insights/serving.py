"""Serves the page Insights, and its figures as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from services.console.freshness import Freshness
from services.console.insights.asking import DAYS, SAVED, Asked, asked_of, metric_of, windows_of
from services.console.insights.catalogue import ACTION, ACTION_TITLE, INSIGHTS, Insight, view_of
from services.console.insights.sentences import METRIC_WORDS
from services.console.insights.shapes import View
from services.console.insights.sheets import SHEETS, Lines, Sheet
from services.console.pages import Pages
from services.engagement.queries.segments import list_segments
from services.engagement.use_cases.choosing import chosen_by_filter, chosen_by_segment
from services.errors import InvalidError, NotFoundError
from services.insights.rules.actions import Effect, Question
from services.insights.rules.lines import lines_of
from services.insights.use_cases import reports
from services.spreadsheets import Cell, csv_line
from services.storage.database import Database

SEGMENTS_MAX: Final = 200  # to choose from; more than a team keeps in its head
CSV_NAME: Final = 'attachment; filename="regulars-{}.csv"'
Named = TypeVar("Named", Insight, Sheet)
MORE: Final = "more"
TABS: Final = {
    **{one.name: one.title for one in INSIGHTS.values()},
    ACTION: ACTION_TITLE,
    MORE: "More sheets",
}


class InsightPages:
    """Answers for `/insights`. What is dear to read is kept for a while, as everywhere in the console."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages
        self._freshness = Freshness()

    async def first(self, request: Request) -> Response:
        del request
        return RedirectResponse(f"/insights/{next(iter(TABS))}", status_code=303)

    async def page(self, request: Request) -> Response:
        """One report, or the form that asks about an action with its answer."""
        name = request.path_params["name"]
        if name == ACTION:
            return await self._action_page(request)
        if name == MORE:
            return self._pages.page(
                "insights/more.html", {"tabs": TABS, "tab": MORE, "sheets": SHEETS.values()}
            )
        insight, choice = _chosen(request, INSIGHTS)
        view = view_of(await self._loaded(insight, choice), self._database.programme)
        context = {"insight": insight, "choice": choice}
        return self._page("insights/report.html", request, view, context)

    async def lines(self, request: Request) -> Response:
        """The figures of a report, one a line."""
        name = request.path_params["name"]
        try:
            rows = await self._rows(name, request)
        except (InvalidError, NotFoundError) as error:
            return PlainTextResponse(f"{error.message}\n", status_code=400)
        headers = {"Content-Disposition": CSV_NAME.format(name)}
        return StreamingResponse(map(csv_line, rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def _rows(self, name: str, request: Request) -> Iterable[tuple[Cell, ...]]:
        if name == ACTION:
            return lines_of(await self._effect(asked_of(request.query_params)))
        if name in SHEETS:
            lines: Lines = await self._loaded(*_chosen(request, SHEETS))
            return lines.rows
        return lines_of(await self._loaded(*_chosen(request, INSIGHTS)))

    async def _action_page(self, request: Request) -> HTMLResponse:
        asked = asked_of(request.query_params)
        view, problem = None, ""
        if asked.day:
            try:
                view = view_of(await self._effect(asked), self._database.programme)
            except (InvalidError, NotFoundError) as error:
                problem = error.message
        saved = await self._database.fetch(list_segments, None, SEGMENTS_MAX)
        context = {
            "asked": asked,
            "problem": problem,
            "days": DAYS,
            "metrics": METRIC_WORDS,
            "saved": {f"{SAVED}{one.segment_id}": one.name for one in saved},
        }
        return self._page("insights/action.html", request, view, context)

    def _page(
        self, template: str, request: Request, view: View | None, context: dict[str, Any]
    ) -> HTMLResponse:
        name, query = request.path_params["name"], request.url.query
        csv = f"/insights/{name}.csv{'?' if query else ''}{query}"
        return self._pages.page(template, {**context, "tabs": TABS, "tab": name, "view": view, "csv": csv})

    async def _loaded(self, asked: Insight | Sheet, choice: str) -> Any:
        """What is read for a report or a sheet, or was a moment ago."""
        now, programme = self._database.clock.now(), self._database.programme
        return await self._freshness.get(
            f"{asked.name}/{choice}",
            lambda: self._database.fetch(asked.load, programme, now, choice),
        )

    async def _effect(self, asked: Asked) -> Effect:
        """What changed; raises InvalidError or NotFoundError with a sentence for the reader."""
        now, programme = self._database.clock.now(), self._database.programme
        windows = windows_of(asked, now, programme)
        group = None
        if asked.saved:
            group = await self._database.fetch(chosen_by_segment, asked.saved, now, programme)
        elif asked.group:
            group = await self._database.fetch(chosen_by_filter, asked.group, now, programme)
        question = Question(metric_of(asked), windows, group, chosen_today=group is not None)
        return await self._database.fetch(reports.effect_of_action, question, programme)


def _chosen(request: Request, known: Mapping[str, Named]) -> tuple[Named, str]:
    """What is asked for by its name, and its choice: what can be chosen, else the first."""
    found = known.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    asked = request.query_params.get("choice", "")
    return found, asked if asked in found.choices else next(iter(found.choices))
