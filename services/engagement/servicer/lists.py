"""The part of `EngagementService` that lists scores, and what lists of other services share with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.engagement.v1 import engagement_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries.lists import list_rows
from services.engagement.queries.scores import SCORE_COLUMNS, scores_of
from services.engagement.queries.versions import Shelf
from services.engagement.rules.lists import Wanted, wanted
from services.engagement.rules.scores import Score
from services.engagement.servicer.base import Context, Part
from services.engagement.servicer.messages import score_message, units
from services.engagement.servicer.paging import Position, position_of, question, token_of
from services.rpc.wire import page_size, short_name


@dataclass(frozen=True, slots=True)
class Page:
    """A page of scores: the token that it was asked with, and which list it is part of."""

    wanted: Wanted
    asked: str
    token: str
    size: int

    @property
    def after(self) -> Position | None:
        return position_of(self.token, self.asked, self.wanted.all_sorts)

    def next_token(self, found: Sequence[tuple[Score, Position]]) -> str:
        """The token of the next page, when one row more than the page was found."""
        last = found[self.size - 1][1] if len(found) > self.size else None
        return token_of(self.asked, self.wanted.all_sorts, last)


class Listing(Part):
    """What lists of scores share."""

    def _wanted(self, text: str, order: str, segment: str = "") -> Wanted:
        return wanted(text, order, self._database.clock.now(), self._database.programme, segment)

    async def _page(self, page: Page) -> tuple[list[pb.Score], str]:
        """The scores of a page as messages, and the token of the next."""
        found = await self._database.fetch(find_page, page, page.after, self._shelf)
        unit_of = units(self._database.programme.currency)
        scores = [score_message(one, unit_of) for one, _ in found[: page.size]]
        return scores, page.next_token(found)


class Lists(Listing):
    """Lists scores."""

    async def ListScores(self, request: pb.ListScoresRequest, context: Context) -> pb.ListScoresResponse:
        del context
        segment = short_name(pb.Segment, request.segment, "SEGMENT_") if request.segment else ""
        found = self._wanted(request.filter, request.order_by, segment)
        asked = question("scores", segment, request.filter, request.order_by)
        page = Page(found, asked, request.page_token, page_size(request.page_size))
        scores, token = await self._page(page)
        return pb.ListScoresResponse(scores=scores, next_page_token=token)


def find_page(
    connection: Connection, page: Page, after: Position | None, shelf: Shelf
) -> list[tuple[Score, Position]]:
    """The scores of the page and one more, each with its position."""
    rows = list_rows(connection, SCORE_COLUMNS, page.wanted, after, page.size + 1)
    scores = scores_of(connection, [row for row, _ in rows], shelf)
    return [(scores[row[0]], position) for row, position in rows]
