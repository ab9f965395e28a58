"""SQL of the figures that sum answers and invitations up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, case, func, select

from services.feedback.rules.answers import Polarity, SurveyKind
from services.feedback.rules.figures import KINDS, Responses, figure_of
from services.feedback.rules.invitations import InvitationState
from services.feedback.rules.themes import COMMENTS_MAX, Comment, ThemeReport, report_themes
from services.intervals import Figure
from services.programme.themes import Theme
from services.spans import Span
from services.storage.tables import answers, invitations


class Grouping(StrEnum):
    """The column that figures are told apart by; alike in answers and invitations."""

    NONE = ""
    CHANNEL = "channel"
    TOUCHPOINT = "touchpoint"
    SURVEY = "survey_id"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which answers and invitations to count; empty: all."""

    survey_id: str = ""
    channel: str = ""
    touchpoint: str = ""

    def holds(self, of: Table, at: Column[datetime], span: Span) -> ColumnElement[bool]:
        """Whether a row is selected, and its moment in the span."""
        wanted = asdict(self)
        same = (of.c[name] == value for name, value in wanted.items() if value)
        return and_(at > span.since, at <= span.until, *same)


@dataclass(frozen=True, slots=True)
class KindFigure:
    """One kind of survey summed up, of one group."""

    kind: SurveyKind
    polarity: Polarity
    group: str
    figure: Figure
    responses: Responses


Key = tuple[str, str, str]  # kind, polarity, group


def sum_up(connection: Connection, span: Span, selection: Selection, grouping: Grouping) -> list[KindFigure]:
    """Every kind of survey in a span, each polarity on its own; where nothing is grouped, all are there."""
    counts = _count_answers(connection, span, selection, grouping)
    responses = _count_responses(connection, span, selection, grouping)
    keys = {*counts, *responses}
    if grouping is Grouping.NONE:
        keys |= {(kind.value, polarity.value, "") for kind, polarity in KINDS}
    return [
        _figure(key, counts.get(key, {}), responses.get(key, Responses()))
        for key in sorted(keys, key=lambda key: (list(SurveyKind).index(SurveyKind(key[0])), key[1:]))
    ]


def _figure(key: Key, counts: dict[int, int], responses: Responses) -> KindFigure:
    kind, polarity = SurveyKind(key[0]), Polarity(key[1])
    return KindFigure(kind, polarity, key[2], figure_of(kind, polarity, counts), responses)


def sum_up_each(
    connection: Connection, spans: Sequence[Span], selection: Selection, kind: SurveyKind, polarity: Polarity
) -> list[KindFigure]:
    """One kind of survey in each of the spans."""
    return [
        one
        for span in spans
        for one in sum_up(connection, span, selection, Grouping.NONE)
        if (one.kind, one.polarity) == (kind, polarity)
    ]


def find_themes(
    connection: Connection, span: Span, selection: Selection, themes: Sequence[Theme]
) -> ThemeReport:
    """What the comments of a span speak of. They are read here, off the event loop."""
    return report_themes(themes, _comments(connection, span, selection))


def _comments(connection: Connection, span: Span, selection: Selection) -> list[Comment]:
    """The latest comments of a span, one more than are read at once where there are so many."""
    query = (
        select(answers.c.comment, answers.c.survey, answers.c.answer)
        .where(selection.holds(answers, answers.c.answered_at, span), answers.c.comment != "")
        .order_by(answers.c.answered_at.desc(), answers.c.answer_id.desc())
        .limit(COMMENTS_MAX + 1)
    )
    return [Comment(text, SurveyKind(kind), answer) for text, kind, answer in connection.execute(query)]


def _count_answers(
    connection: Connection, span: Span, selection: Selection, grouping: Grouping
) -> dict[Key, dict[int, int]]:
    keys = (answers.c.survey, answers.c.polarity, *_groups(answers, grouping), answers.c.answer)
    query = (
        select(*keys, func.count())
        .where(selection.holds(answers, answers.c.answered_at, span))
        .where(answers.c.survey.in_(list(SurveyKind)))  # all: so that the index of kinds and times serves
        .group_by(*keys)
    )
    found: dict[Key, dict[int, int]] = {}
    for kind, polarity, *group, answer, number in connection.execute(query):
        found.setdefault((kind, polarity, "".join(group)), {})[answer] = number
    return found


def _count_responses(
    connection: Connection, span: Span, selection: Selection, grouping: Grouping
) -> dict[Key, Responses]:
    keys = (invitations.c.kind, invitations.c.polarity, *_groups(invitations, grouping))
    states = (InvitationState.ANSWERED, InvitationState.SENT)
    counts = (func.sum(case((invitations.c.state == state, 1), else_=0)) for state in states)
    query = (
        select(*keys, func.count(), *counts)
        .where(selection.holds(invitations, invitations.c.sent_at, span))
        .group_by(*keys)
    )
    return {
        (kind, polarity, "".join(group)): Responses(sent, answered, still)
        for kind, polarity, *group, sent, answered, still in connection.execute(query)
    }


def _groups(of: Table, grouping: Grouping) -> tuple[Column[str], ...]:
    return () if grouping is Grouping.NONE else (of.c[grouping.value],)
