"""Values of `feedback` and their messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.feedback.v1 import feedback_service_pb2 as pb
from regulars.types.v1.channel_pb2 import Channel
from regulars.types.v1.figure_pb2 import Figure as FigureMessage
from regulars.types.v1.figure_pb2 import Window

from services.clock import MICROSECOND
from services.feedback.queries.figures import KindFigure, Selection
from services.feedback.rules.answers import SCALES, Polarity, Recorded, SurveyKind
from services.feedback.rules.invitations import Invitation
from services.feedback.rules.themes import ThemeCount
from services.intervals import Figure
from services.programme.surveys import Survey
from services.rpc.wire import moment, short_name, stamp
from services.spans import Span


def kind_of(number: int) -> SurveyKind:
    return SurveyKind(short_name(pb.Survey, number, "SURVEY_"))


def polarity_of(number: int) -> Polarity:
    return Polarity(short_name(pb.Polarity, number, "POLARITY_")) if number else Polarity.NONE


def polarity_name(polarity: str) -> str:
    return f"POLARITY_{polarity or 'UNSPECIFIED'}"


def channel_of(number: int) -> str:
    return short_name(Channel, number, "CHANNEL_") if number else ""


def selection_of(message: pb.FeedbackSelection) -> Selection:
    return Selection(message.survey_id, channel_of(message.channel), message.touchpoint)


def recorded_message(one: Recorded) -> pb.RecordedAnswer:
    return pb.RecordedAnswer(
        answer_class=f"ANSWER_CLASS_{(one.class_name or 'unspecified').upper()}",
        action=f"ANSWER_ACTION_{one.action}",
        incentive_code=one.incentive_code,
        duplicate=one.is_repeated,
    )


def invitation_message(one: Invitation, survey: Survey | None) -> pb.Invitation:
    low, high = SCALES[one.kind]
    return pb.Invitation(
        invitation_id=one.invitation_id,
        customer_id=one.customer_id,
        survey_id=one.survey_id,
        survey=f"SURVEY_{one.kind}",
        polarity=polarity_name(one.polarity),
        question=survey.question if survey else "",
        lowest=low,
        highest=high,
        state=f"INVITATION_STATE_{one.state}",
        reason=f"INVITATION_REASON_{one.reason or 'UNSPECIFIED'}",
        medium=f"MEDIUM_{one.medium or 'UNSPECIFIED'}",
        channel=f"CHANNEL_{one.channel or 'UNSPECIFIED'}",
        touchpoint=one.touchpoint,
        order_id=one.order_id,
        source=one.source,
        caused_at=stamp(one.caused_at),
        due_at=stamp(one.due_at),
        sent_at=stamp(one.sent_at),
        followed_up_at=stamp(one.followed_up_at),
        expires_at=stamp(one.expires_at),
        ended_at=stamp(one.ended_at),
    )


def survey_message(one: Survey) -> pb.ProgrammeSurvey:
    return pb.ProgrammeSurvey(
        survey_id=one.id,
        survey=f"SURVEY_{one.kind}",
        polarity=polarity_name(one.polarity),
        question=one.question,
        trigger=f"SURVEY_TRIGGER_{one.trigger}",
        delay_hours=one.delay_hours,
        media=[f"MEDIUM_{medium}" for medium in one.channels],
        touchpoint=one.asks_about,
        follow_up_days=one.follow_up_days or 0,
        expires_days=one.expires_days,
        incentive=one.incentive.title if one.incentive else "",
    )


def figure_message(one: Figure) -> FigureMessage:
    return FigureMessage(value=one.value, low=one.low, high=one.high, n=one.n, unit=one.unit, few=one.few)


def kind_message(one: KindFigure) -> pb.FeedbackFigure:
    return pb.FeedbackFigure(
        survey=f"SURVEY_{one.kind}",
        polarity=polarity_name(one.polarity),
        group=one.group,
        figure=figure_message(one.figure),
        response_rate=figure_message(one.responses.rate),
        open_invitations=one.responses.open,
    )


def theme_message(one: ThemeCount) -> pb.ThemeCount:
    return pb.ThemeCount(
        name=one.name,
        share=figure_message(one.share),
        comments=one.comments,
        nps=figure_message(one.nps),
    )


def window_of(span: Span) -> Window:
    return Window(**{"from": stamp(span.since), "until": stamp(span.until)})


def week_of(span: Span) -> Window:
    """From Monday 00:00, which is in it, until the next Monday 00:00, which is not."""
    return window_of(Span(span.since + MICROSECOND, span.until + MICROSECOND))


def moment_in(request: Any, field: str, otherwise: datetime) -> datetime:
    """The moment that a caller stated, or the other one."""
    return moment(getattr(request, field)) if request.HasField(field) else otherwise
