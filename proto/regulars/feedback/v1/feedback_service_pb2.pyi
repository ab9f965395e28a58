import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
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

class CaseState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_STATE_UNSPECIFIED: _ClassVar[CaseState]
    CASE_STATE_OPEN: _ClassVar[CaseState]
    CASE_STATE_RESOLVED: _ClassVar[CaseState]
SURVEY_UNSPECIFIED: Survey
SURVEY_NPS: Survey
SURVEY_CSAT: Survey
SURVEY_CES: Survey
CASE_STATE_UNSPECIFIED: CaseState
CASE_STATE_OPEN: CaseState
CASE_STATE_RESOLVED: CaseState

class RecordAnswerRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "survey", "answer", "answered_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    survey: Survey
    answer: int
    answered_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., survey: _Optional[_Union[Survey, str]] = ..., answer: _Optional[int] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordAnswerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

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

class Case(_message.Message):
    __slots__ = ("case_id", "customer_id", "survey", "answer", "state", "overdue", "opened_at", "due_at", "resolved_at", "resolved_by", "resolution")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_BY_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    customer_id: str
    survey: Survey
    answer: int
    state: CaseState
    overdue: bool
    opened_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    resolved_by: str
    resolution: str
    def __init__(self, case_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., survey: _Optional[_Union[Survey, str]] = ..., answer: _Optional[int] = ..., state: _Optional[_Union[CaseState, str]] = ..., overdue: _Optional[bool] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_by: _Optional[str] = ..., resolution: _Optional[str] = ...) -> None: ...

class ListCasesRequest(_message.Message):
    __slots__ = ("state", "overdue_only", "customer_id", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: CaseState
    overdue_only: bool
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[CaseState, str]] = ..., overdue_only: _Optional[bool] = ..., customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[Case]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[Case, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ResolveCaseRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "actor", "resolution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    actor: str
    resolution: str
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., actor: _Optional[str] = ..., resolution: _Optional[str] = ...) -> None: ...

class ResolveCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...
