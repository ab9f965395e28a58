import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Survey(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_UNSPECIFIED: _ClassVar[Survey]
    SURVEY_NPS: _ClassVar[Survey]
    SURVEY_CSAT: _ClassVar[Survey]
    SURVEY_CES: _ClassVar[Survey]
SURVEY_UNSPECIFIED: Survey
SURVEY_NPS: Survey
SURVEY_CSAT: Survey
SURVEY_CES: Survey

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
