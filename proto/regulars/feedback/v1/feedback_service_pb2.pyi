import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from regulars.types.v1 import channel_pb2 as _channel_pb2
from regulars.types.v1 import figure_pb2 as _figure_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Survey(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_UNSPECIFIED: _ClassVar[Survey]
    SURVEY_NPS: _ClassVar[Survey]
    SURVEY_CSAT: _ClassVar[Survey]
    SURVEY_CES: _ClassVar[Survey]

class Polarity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POLARITY_UNSPECIFIED: _ClassVar[Polarity]
    POLARITY_EASY: _ClassVar[Polarity]
    POLARITY_EFFORT: _ClassVar[Polarity]

class AnswerClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_CLASS_UNSPECIFIED: _ClassVar[AnswerClass]
    ANSWER_CLASS_PROMOTER: _ClassVar[AnswerClass]
    ANSWER_CLASS_PASSIVE: _ClassVar[AnswerClass]
    ANSWER_CLASS_DETRACTOR: _ClassVar[AnswerClass]
    ANSWER_CLASS_SATISFIED: _ClassVar[AnswerClass]
    ANSWER_CLASS_NEUTRAL: _ClassVar[AnswerClass]
    ANSWER_CLASS_DISSATISFIED: _ClassVar[AnswerClass]
    ANSWER_CLASS_EASY: _ClassVar[AnswerClass]
    ANSWER_CLASS_HARD: _ClassVar[AnswerClass]

class AnswerAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_ACTION_UNSPECIFIED: _ClassVar[AnswerAction]
    ANSWER_ACTION_NONE: _ClassVar[AnswerAction]
    ANSWER_ACTION_OPEN_CASE: _ClassVar[AnswerAction]
    ANSWER_ACTION_THANK: _ClassVar[AnswerAction]
    ANSWER_ACTION_INVITE_REFERRAL: _ClassVar[AnswerAction]

class Medium(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDIUM_UNSPECIFIED: _ClassVar[Medium]
    MEDIUM_EMAIL: _ClassVar[Medium]
    MEDIUM_SMS: _ClassVar[Medium]
    MEDIUM_PUSH: _ClassVar[Medium]
    MEDIUM_IN_APP: _ClassVar[Medium]

class SurveyTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_TRIGGER_UNSPECIFIED: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_ORDER: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_RETURN: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_EXCHANGE: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_VISIT: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_CASE_RESOLVED: _ClassVar[SurveyTrigger]
    SURVEY_TRIGGER_ENROLMENT: _ClassVar[SurveyTrigger]

class InvitationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INVITATION_STATE_UNSPECIFIED: _ClassVar[InvitationState]
    INVITATION_STATE_PLANNED: _ClassVar[InvitationState]
    INVITATION_STATE_SENT: _ClassVar[InvitationState]
    INVITATION_STATE_ANSWERED: _ClassVar[InvitationState]
    INVITATION_STATE_EXPIRED: _ClassVar[InvitationState]
    INVITATION_STATE_SUPPRESSED: _ClassVar[InvitationState]

class InvitationReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INVITATION_REASON_UNSPECIFIED: _ClassVar[InvitationReason]
    INVITATION_REASON_MEMBER_STATE: _ClassVar[InvitationReason]
    INVITATION_REASON_SURVEY_ENDED: _ClassVar[InvitationReason]
    INVITATION_REASON_STALE: _ClassVar[InvitationReason]
    INVITATION_REASON_CONSENT: _ClassVar[InvitationReason]
    INVITATION_REASON_OPEN_CASE: _ClassVar[InvitationReason]
    INVITATION_REASON_RETURNED: _ClassVar[InvitationReason]
    INVITATION_REASON_CAP: _ClassVar[InvitationReason]
    INVITATION_REASON_NO_ANSWER: _ClassVar[InvitationReason]
    INVITATION_REASON_LATE: _ClassVar[InvitationReason]

class FigureGrouping(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIGURE_GROUPING_UNSPECIFIED: _ClassVar[FigureGrouping]
    FIGURE_GROUPING_CHANNEL: _ClassVar[FigureGrouping]
    FIGURE_GROUPING_TOUCHPOINT: _ClassVar[FigureGrouping]
    FIGURE_GROUPING_SURVEY: _ClassVar[FigureGrouping]
SURVEY_UNSPECIFIED: Survey
SURVEY_NPS: Survey
SURVEY_CSAT: Survey
SURVEY_CES: Survey
POLARITY_UNSPECIFIED: Polarity
POLARITY_EASY: Polarity
POLARITY_EFFORT: Polarity
ANSWER_CLASS_UNSPECIFIED: AnswerClass
ANSWER_CLASS_PROMOTER: AnswerClass
ANSWER_CLASS_PASSIVE: AnswerClass
ANSWER_CLASS_DETRACTOR: AnswerClass
ANSWER_CLASS_SATISFIED: AnswerClass
ANSWER_CLASS_NEUTRAL: AnswerClass
ANSWER_CLASS_DISSATISFIED: AnswerClass
ANSWER_CLASS_EASY: AnswerClass
ANSWER_CLASS_HARD: AnswerClass
ANSWER_ACTION_UNSPECIFIED: AnswerAction
ANSWER_ACTION_NONE: AnswerAction
ANSWER_ACTION_OPEN_CASE: AnswerAction
ANSWER_ACTION_THANK: AnswerAction
ANSWER_ACTION_INVITE_REFERRAL: AnswerAction
MEDIUM_UNSPECIFIED: Medium
MEDIUM_EMAIL: Medium
MEDIUM_SMS: Medium
MEDIUM_PUSH: Medium
MEDIUM_IN_APP: Medium
SURVEY_TRIGGER_UNSPECIFIED: SurveyTrigger
SURVEY_TRIGGER_ORDER: SurveyTrigger
SURVEY_TRIGGER_RETURN: SurveyTrigger
SURVEY_TRIGGER_EXCHANGE: SurveyTrigger
SURVEY_TRIGGER_VISIT: SurveyTrigger
SURVEY_TRIGGER_CASE_RESOLVED: SurveyTrigger
SURVEY_TRIGGER_ENROLMENT: SurveyTrigger
INVITATION_STATE_UNSPECIFIED: InvitationState
INVITATION_STATE_PLANNED: InvitationState
INVITATION_STATE_SENT: InvitationState
INVITATION_STATE_ANSWERED: InvitationState
INVITATION_STATE_EXPIRED: InvitationState
INVITATION_STATE_SUPPRESSED: InvitationState
INVITATION_REASON_UNSPECIFIED: InvitationReason
INVITATION_REASON_MEMBER_STATE: InvitationReason
INVITATION_REASON_SURVEY_ENDED: InvitationReason
INVITATION_REASON_STALE: InvitationReason
INVITATION_REASON_CONSENT: InvitationReason
INVITATION_REASON_OPEN_CASE: InvitationReason
INVITATION_REASON_RETURNED: InvitationReason
INVITATION_REASON_CAP: InvitationReason
INVITATION_REASON_NO_ANSWER: InvitationReason
INVITATION_REASON_LATE: InvitationReason
FIGURE_GROUPING_UNSPECIFIED: FigureGrouping
FIGURE_GROUPING_CHANNEL: FigureGrouping
FIGURE_GROUPING_TOUCHPOINT: FigureGrouping
FIGURE_GROUPING_SURVEY: FigureGrouping

class RecordAnswerRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "survey", "answer", "answered_at", "answer_id", "invitation_id", "survey_id", "polarity", "comment", "channel", "touchpoint", "order_id", "source")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    survey: Survey
    answer: int
    answered_at: _timestamp_pb2.Timestamp
    answer_id: str
    invitation_id: str
    survey_id: str
    polarity: Polarity
    comment: str
    channel: _channel_pb2.Channel
    touchpoint: str
    order_id: str
    source: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., survey: _Optional[_Union[Survey, str]] = ..., answer: _Optional[int] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer_id: _Optional[str] = ..., invitation_id: _Optional[str] = ..., survey_id: _Optional[str] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., comment: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touchpoint: _Optional[str] = ..., order_id: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class RecordedAnswer(_message.Message):
    __slots__ = ("answer_class", "action", "incentive_code", "duplicate")
    ANSWER_CLASS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    INCENTIVE_CODE_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    answer_class: AnswerClass
    action: AnswerAction
    incentive_code: str
    duplicate: bool
    def __init__(self, answer_class: _Optional[_Union[AnswerClass, str]] = ..., action: _Optional[_Union[AnswerAction, str]] = ..., incentive_code: _Optional[str] = ..., duplicate: _Optional[bool] = ...) -> None: ...

class RecordAnswerResponse(_message.Message):
    __slots__ = ("recorded",)
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    recorded: RecordedAnswer
    def __init__(self, recorded: _Optional[_Union[RecordedAnswer, _Mapping]] = ...) -> None: ...

class SubmitAnswerRequest(_message.Message):
    __slots__ = ("request_id", "invitation_id", "answer", "comment", "answered_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    invitation_id: str
    answer: int
    comment: str
    answered_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., invitation_id: _Optional[str] = ..., answer: _Optional[int] = ..., comment: _Optional[str] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SubmitAnswerResponse(_message.Message):
    __slots__ = ("recorded",)
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    recorded: RecordedAnswer
    def __init__(self, recorded: _Optional[_Union[RecordedAnswer, _Mapping]] = ...) -> None: ...

class Invitation(_message.Message):
    __slots__ = ("invitation_id", "customer_id", "survey_id", "survey", "polarity", "question", "lowest", "highest", "state", "reason", "medium", "channel", "touchpoint", "order_id", "source", "caused_at", "due_at", "sent_at", "followed_up_at", "expires_at", "ended_at")
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    LOWEST_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MEDIUM_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CAUSED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    FOLLOWED_UP_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    invitation_id: str
    customer_id: str
    survey_id: str
    survey: Survey
    polarity: Polarity
    question: str
    lowest: int
    highest: int
    state: InvitationState
    reason: InvitationReason
    medium: Medium
    channel: _channel_pb2.Channel
    touchpoint: str
    order_id: str
    source: str
    caused_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    sent_at: _timestamp_pb2.Timestamp
    followed_up_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, invitation_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., survey_id: _Optional[str] = ..., survey: _Optional[_Union[Survey, str]] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., question: _Optional[str] = ..., lowest: _Optional[int] = ..., highest: _Optional[int] = ..., state: _Optional[_Union[InvitationState, str]] = ..., reason: _Optional[_Union[InvitationReason, str]] = ..., medium: _Optional[_Union[Medium, str]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touchpoint: _Optional[str] = ..., order_id: _Optional[str] = ..., source: _Optional[str] = ..., caused_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., followed_up_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetInvitationRequest(_message.Message):
    __slots__ = ("invitation_id",)
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    invitation_id: str
    def __init__(self, invitation_id: _Optional[str] = ...) -> None: ...

class GetInvitationResponse(_message.Message):
    __slots__ = ("invitation",)
    INVITATION_FIELD_NUMBER: _ClassVar[int]
    invitation: Invitation
    def __init__(self, invitation: _Optional[_Union[Invitation, _Mapping]] = ...) -> None: ...

class ListInvitationsRequest(_message.Message):
    __slots__ = ("customer_id", "survey_id", "state", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    survey_id: str
    state: InvitationState
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., survey_id: _Optional[str] = ..., state: _Optional[_Union[InvitationState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInvitationsResponse(_message.Message):
    __slots__ = ("invitations", "next_page_token")
    INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    invitations: _containers.RepeatedCompositeFieldContainer[Invitation]
    next_page_token: str
    def __init__(self, invitations: _Optional[_Iterable[_Union[Invitation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSurveysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ProgrammeSurvey(_message.Message):
    __slots__ = ("survey_id", "survey", "polarity", "question", "trigger", "delay_hours", "media", "touchpoint", "follow_up_days", "expires_days", "incentive")
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_UP_DAYS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_DAYS_FIELD_NUMBER: _ClassVar[int]
    INCENTIVE_FIELD_NUMBER: _ClassVar[int]
    survey_id: str
    survey: Survey
    polarity: Polarity
    question: str
    trigger: SurveyTrigger
    delay_hours: int
    media: _containers.RepeatedScalarFieldContainer[Medium]
    touchpoint: str
    follow_up_days: int
    expires_days: int
    incentive: str
    def __init__(self, survey_id: _Optional[str] = ..., survey: _Optional[_Union[Survey, str]] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., question: _Optional[str] = ..., trigger: _Optional[_Union[SurveyTrigger, str]] = ..., delay_hours: _Optional[int] = ..., media: _Optional[_Iterable[_Union[Medium, str]]] = ..., touchpoint: _Optional[str] = ..., follow_up_days: _Optional[int] = ..., expires_days: _Optional[int] = ..., incentive: _Optional[str] = ...) -> None: ...

class ListSurveysResponse(_message.Message):
    __slots__ = ("surveys",)
    SURVEYS_FIELD_NUMBER: _ClassVar[int]
    surveys: _containers.RepeatedCompositeFieldContainer[ProgrammeSurvey]
    def __init__(self, surveys: _Optional[_Iterable[_Union[ProgrammeSurvey, _Mapping]]] = ...) -> None: ...

class GetSurveySummaryRequest(_message.Message):
    __slots__ = ("survey", "window_days")
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    survey: Survey
    window_days: int
    def __init__(self, survey: _Optional[_Union[Survey, str]] = ..., window_days: _Optional[int] = ...) -> None: ...

class SurveySummary(_message.Message):
    __slots__ = ("survey", "value", "low", "high", "answers", "few_answers", "window_days")
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    FEW_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    survey: Survey
    value: float
    low: float
    high: float
    answers: int
    few_answers: bool
    window_days: int
    def __init__(self, survey: _Optional[_Union[Survey, str]] = ..., value: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., answers: _Optional[int] = ..., few_answers: _Optional[bool] = ..., window_days: _Optional[int] = ...) -> None: ...

class GetSurveySummaryResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: SurveySummary
    def __init__(self, summary: _Optional[_Union[SurveySummary, _Mapping]] = ...) -> None: ...

class FeedbackSelection(_message.Message):
    __slots__ = ("survey_id", "channel", "touchpoint")
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    survey_id: str
    channel: _channel_pb2.Channel
    touchpoint: str
    def __init__(self, survey_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touchpoint: _Optional[str] = ...) -> None: ...

class GetFeedbackSummaryRequest(_message.Message):
    __slots__ = ("until", "window_days", "grouping", "selection")
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    GROUPING_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    until: _timestamp_pb2.Timestamp
    window_days: int
    grouping: FigureGrouping
    selection: FeedbackSelection
    def __init__(self, until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_days: _Optional[int] = ..., grouping: _Optional[_Union[FigureGrouping, str]] = ..., selection: _Optional[_Union[FeedbackSelection, _Mapping]] = ...) -> None: ...

class FeedbackFigure(_message.Message):
    __slots__ = ("survey", "polarity", "group", "figure", "response_rate", "open_invitations")
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    survey: Survey
    polarity: Polarity
    group: str
    figure: _figure_pb2.Figure
    response_rate: _figure_pb2.Figure
    open_invitations: int
    def __init__(self, survey: _Optional[_Union[Survey, str]] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., group: _Optional[str] = ..., figure: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., response_rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., open_invitations: _Optional[int] = ...) -> None: ...

class GetFeedbackSummaryResponse(_message.Message):
    __slots__ = ("window", "figures")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    figures: _containers.RepeatedCompositeFieldContainer[FeedbackFigure]
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., figures: _Optional[_Iterable[_Union[FeedbackFigure, _Mapping]]] = ...) -> None: ...

class GetFeedbackSeriesRequest(_message.Message):
    __slots__ = ("survey", "polarity", "until", "weeks", "selection")
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    survey: Survey
    polarity: Polarity
    until: _timestamp_pb2.Timestamp
    weeks: int
    selection: FeedbackSelection
    def __init__(self, survey: _Optional[_Union[Survey, str]] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., weeks: _Optional[int] = ..., selection: _Optional[_Union[FeedbackSelection, _Mapping]] = ...) -> None: ...

class FeedbackWeek(_message.Message):
    __slots__ = ("window", "figure", "response_rate")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    figure: _figure_pb2.Figure
    response_rate: _figure_pb2.Figure
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., figure: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., response_rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class GetFeedbackSeriesResponse(_message.Message):
    __slots__ = ("weeks",)
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    weeks: _containers.RepeatedCompositeFieldContainer[FeedbackWeek]
    def __init__(self, weeks: _Optional[_Iterable[_Union[FeedbackWeek, _Mapping]]] = ...) -> None: ...

class GetThemesRequest(_message.Message):
    __slots__ = ("until", "window_days", "selection")
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    until: _timestamp_pb2.Timestamp
    window_days: int
    selection: FeedbackSelection
    def __init__(self, until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_days: _Optional[int] = ..., selection: _Optional[_Union[FeedbackSelection, _Mapping]] = ...) -> None: ...

class ThemeCount(_message.Message):
    __slots__ = ("name", "share", "comments", "nps")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    share: _figure_pb2.Figure
    comments: int
    nps: _figure_pb2.Figure
    def __init__(self, name: _Optional[str] = ..., share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., comments: _Optional[int] = ..., nps: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class GetThemesResponse(_message.Message):
    __slots__ = ("window", "themes", "comments", "cut")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    THEMES_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    themes: _containers.RepeatedCompositeFieldContainer[ThemeCount]
    comments: int
    cut: bool
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., themes: _Optional[_Iterable[_Union[ThemeCount, _Mapping]]] = ..., comments: _Optional[int] = ..., cut: _Optional[bool] = ...) -> None: ...
