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

class ComponentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPONENT_KIND_UNSPECIFIED: _ClassVar[ComponentKind]
    COMPONENT_KIND_AVERAGE_ORDER_VALUE: _ClassVar[ComponentKind]
    COMPONENT_KIND_REPEAT_RATE: _ClassVar[ComponentKind]
    COMPONENT_KIND_PURCHASE_FREQUENCY: _ClassVar[ComponentKind]
    COMPONENT_KIND_RECENCY: _ClassVar[ComponentKind]
    COMPONENT_KIND_CHANNEL_COUNT: _ClassVar[ComponentKind]
    COMPONENT_KIND_DIGITAL_ENGAGEMENT: _ClassVar[ComponentKind]
    COMPONENT_KIND_SENTIMENT: _ClassVar[ComponentKind]

class Segment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_UNSPECIFIED: _ClassVar[Segment]
    SEGMENT_CHAMPIONS: _ClassVar[Segment]
    SEGMENT_LOYAL: _ClassVar[Segment]
    SEGMENT_ACTIVE: _ClassVar[Segment]
    SEGMENT_NEW: _ClassVar[Segment]
    SEGMENT_PROMISING: _ClassVar[Segment]
    SEGMENT_NEEDS_ATTENTION: _ClassVar[Segment]
    SEGMENT_ALMOST_LOST: _ClassVar[Segment]
    SEGMENT_AT_RISK: _ClassVar[Segment]
    SEGMENT_PREVIOUSLY_LOYAL: _ClassVar[Segment]
    SEGMENT_DORMANT: _ClassVar[Segment]
    SEGMENT_PROSPECT: _ClassVar[Segment]
COMPONENT_KIND_UNSPECIFIED: ComponentKind
COMPONENT_KIND_AVERAGE_ORDER_VALUE: ComponentKind
COMPONENT_KIND_REPEAT_RATE: ComponentKind
COMPONENT_KIND_PURCHASE_FREQUENCY: ComponentKind
COMPONENT_KIND_RECENCY: ComponentKind
COMPONENT_KIND_CHANNEL_COUNT: ComponentKind
COMPONENT_KIND_DIGITAL_ENGAGEMENT: ComponentKind
COMPONENT_KIND_SENTIMENT: ComponentKind
SEGMENT_UNSPECIFIED: Segment
SEGMENT_CHAMPIONS: Segment
SEGMENT_LOYAL: Segment
SEGMENT_ACTIVE: Segment
SEGMENT_NEW: Segment
SEGMENT_PROMISING: Segment
SEGMENT_NEEDS_ATTENTION: Segment
SEGMENT_ALMOST_LOST: Segment
SEGMENT_AT_RISK: Segment
SEGMENT_PREVIOUSLY_LOYAL: Segment
SEGMENT_DORMANT: Segment
SEGMENT_PROSPECT: Segment

class Component(_message.Message):
    __slots__ = ("kind", "value", "percentile", "weight", "contribution", "window_days", "events")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    kind: ComponentKind
    value: float
    percentile: float
    weight: float
    contribution: float
    window_days: int
    events: int
    def __init__(self, kind: _Optional[_Union[ComponentKind, str]] = ..., value: _Optional[float] = ..., percentile: _Optional[float] = ..., weight: _Optional[float] = ..., contribution: _Optional[float] = ..., window_days: _Optional[int] = ..., events: _Optional[int] = ...) -> None: ...

class Rfm(_message.Message):
    __slots__ = ("recency", "frequency", "monetary", "segment")
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    recency: int
    frequency: int
    monetary: int
    segment: Segment
    def __init__(self, recency: _Optional[int] = ..., frequency: _Optional[int] = ..., monetary: _Optional[int] = ..., segment: _Optional[_Union[Segment, str]] = ...) -> None: ...

class Score(_message.Message):
    __slots__ = ("customer_id", "score", "coverage", "components", "rfm", "orders", "gap_days_median", "as_of", "score_version")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    RFM_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    score: float
    coverage: float
    components: _containers.RepeatedCompositeFieldContainer[Component]
    rfm: Rfm
    orders: int
    gap_days_median: float
    as_of: _timestamp_pb2.Timestamp
    score_version: str
    def __init__(self, customer_id: _Optional[str] = ..., score: _Optional[float] = ..., coverage: _Optional[float] = ..., components: _Optional[_Iterable[_Union[Component, _Mapping]]] = ..., rfm: _Optional[_Union[Rfm, _Mapping]] = ..., orders: _Optional[int] = ..., gap_days_median: _Optional[float] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score_version: _Optional[str] = ...) -> None: ...

class GetScoreRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetScoreResponse(_message.Message):
    __slots__ = ("score",)
    SCORE_FIELD_NUMBER: _ClassVar[int]
    score: Score
    def __init__(self, score: _Optional[_Union[Score, _Mapping]] = ...) -> None: ...

class ListScoresRequest(_message.Message):
    __slots__ = ("segment", "page_size", "page_token")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    page_size: int
    page_token: str
    def __init__(self, segment: _Optional[_Union[Segment, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScoresResponse(_message.Message):
    __slots__ = ("scores", "next_page_token")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[Score]
    next_page_token: str
    def __init__(self, scores: _Optional[_Iterable[_Union[Score, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
