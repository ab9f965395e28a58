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
    COMPONENT_KIND_SENTIMENT: _ClassVar[ComponentKind]
    COMPONENT_KIND_PAGES_PER_SESSION: _ClassVar[ComponentKind]
    COMPONENT_KIND_OPEN_RATE: _ClassVar[ComponentKind]

class Fallback(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FALLBACK_UNSPECIFIED: _ClassVar[Fallback]
    FALLBACK_NO_EVIDENCE: _ClassVar[Fallback]

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
COMPONENT_KIND_SENTIMENT: ComponentKind
COMPONENT_KIND_PAGES_PER_SESSION: ComponentKind
COMPONENT_KIND_OPEN_RATE: ComponentKind
FALLBACK_UNSPECIFIED: Fallback
FALLBACK_NO_EVIDENCE: Fallback
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
    __slots__ = ("kind", "value", "percentile", "weight", "contribution", "window_days", "events", "unit")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    kind: ComponentKind
    value: float
    percentile: float
    weight: float
    contribution: float
    window_days: int
    events: int
    unit: str
    def __init__(self, kind: _Optional[_Union[ComponentKind, str]] = ..., value: _Optional[float] = ..., percentile: _Optional[float] = ..., weight: _Optional[float] = ..., contribution: _Optional[float] = ..., window_days: _Optional[int] = ..., events: _Optional[int] = ..., unit: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("customer_id", "score", "coverage", "components", "rfm", "orders", "gap_days_median", "as_of", "score_version", "fallback")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    RFM_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    score: float
    coverage: float
    components: _containers.RepeatedCompositeFieldContainer[Component]
    rfm: Rfm
    orders: int
    gap_days_median: float
    as_of: _timestamp_pb2.Timestamp
    score_version: str
    fallback: Fallback
    def __init__(self, customer_id: _Optional[str] = ..., score: _Optional[float] = ..., coverage: _Optional[float] = ..., components: _Optional[_Iterable[_Union[Component, _Mapping]]] = ..., rfm: _Optional[_Union[Rfm, _Mapping]] = ..., orders: _Optional[int] = ..., gap_days_median: _Optional[float] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score_version: _Optional[str] = ..., fallback: _Optional[_Union[Fallback, str]] = ...) -> None: ...

class ComponentWeight(_message.Message):
    __slots__ = ("kind", "weight")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    kind: ComponentKind
    weight: float
    def __init__(self, kind: _Optional[_Union[ComponentKind, str]] = ..., weight: _Optional[float] = ...) -> None: ...

class ScoreVersion(_message.Message):
    __slots__ = ("score_version", "weights", "reference", "since", "current", "scores")
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    score_version: str
    weights: _containers.RepeatedCompositeFieldContainer[ComponentWeight]
    reference: str
    since: _timestamp_pb2.Timestamp
    current: bool
    scores: int
    def __init__(self, score_version: _Optional[str] = ..., weights: _Optional[_Iterable[_Union[ComponentWeight, _Mapping]]] = ..., reference: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., current: _Optional[bool] = ..., scores: _Optional[int] = ...) -> None: ...

class Distribution(_message.Message):
    __slots__ = ("kind", "points")
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    kind: ComponentKind
    points: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, kind: _Optional[_Union[ComponentKind, str]] = ..., points: _Optional[_Iterable[float]] = ...) -> None: ...

class RfmThresholds(_message.Message):
    __slots__ = ("recency_days", "orders", "money_minor")
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    MONEY_MINOR_FIELD_NUMBER: _ClassVar[int]
    recency_days: _containers.RepeatedScalarFieldContainer[float]
    orders: _containers.RepeatedScalarFieldContainer[float]
    money_minor: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, recency_days: _Optional[_Iterable[float]] = ..., orders: _Optional[_Iterable[float]] = ..., money_minor: _Optional[_Iterable[float]] = ...) -> None: ...

class GetScoreRequest(_message.Message):
    __slots__ = ("customer_id", "as_of", "score_version")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    score_version: str
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score_version: _Optional[str] = ...) -> None: ...

class GetScoreResponse(_message.Message):
    __slots__ = ("score",)
    SCORE_FIELD_NUMBER: _ClassVar[int]
    score: Score
    def __init__(self, score: _Optional[_Union[Score, _Mapping]] = ...) -> None: ...

class BatchGetScoresRequest(_message.Message):
    __slots__ = ("customer_ids", "as_of", "score_version")
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    customer_ids: _containers.RepeatedScalarFieldContainer[str]
    as_of: _timestamp_pb2.Timestamp
    score_version: str
    def __init__(self, customer_ids: _Optional[_Iterable[str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score_version: _Optional[str] = ...) -> None: ...

class BatchGetScoresResponse(_message.Message):
    __slots__ = ("scores", "not_found")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[Score]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scores: _Optional[_Iterable[_Union[Score, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ...) -> None: ...

class ListScoresRequest(_message.Message):
    __slots__ = ("segment", "page_size", "page_token", "filter", "order_by")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, segment: _Optional[_Union[Segment, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListScoresResponse(_message.Message):
    __slots__ = ("scores", "next_page_token")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[Score]
    next_page_token: str
    def __init__(self, scores: _Optional[_Iterable[_Union[Score, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListScoreVersionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScoreVersionsResponse(_message.Message):
    __slots__ = ("versions", "next_page_token")
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[ScoreVersion]
    next_page_token: str
    def __init__(self, versions: _Optional[_Iterable[_Union[ScoreVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetScoreVersionRequest(_message.Message):
    __slots__ = ("score_version",)
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    score_version: str
    def __init__(self, score_version: _Optional[str] = ...) -> None: ...

class GetScoreVersionResponse(_message.Message):
    __slots__ = ("version", "distributions", "thresholds")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    version: ScoreVersion
    distributions: _containers.RepeatedCompositeFieldContainer[Distribution]
    thresholds: RfmThresholds
    def __init__(self, version: _Optional[_Union[ScoreVersion, _Mapping]] = ..., distributions: _Optional[_Iterable[_Union[Distribution, _Mapping]]] = ..., thresholds: _Optional[_Union[RfmThresholds, _Mapping]] = ...) -> None: ...
