import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.activity.v1 import events_pb2 as _events_pb2
from regulars.engagement.v1 import engagement_service_pb2 as _engagement_service_pb2
from regulars.journey.v1 import journey_pb2 as _journey_pb2
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

class FrictionRanking(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FRICTION_RANKING_UNSPECIFIED: _ClassVar[FrictionRanking]
    FRICTION_RANKING_CHURN: _ClassVar[FrictionRanking]
    FRICTION_RANKING_NPS: _ClassVar[FrictionRanking]
FRICTION_RANKING_UNSPECIFIED: FrictionRanking
FRICTION_RANKING_CHURN: FrictionRanking
FRICTION_RANKING_NPS: FrictionRanking

class GetTimelineRequest(_message.Message):
    __slots__ = ("customer_id", "kinds", "channels", "stages", "window", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    kinds: _containers.RepeatedScalarFieldContainer[_journey_pb2.TouchKind]
    channels: _containers.RepeatedScalarFieldContainer[_channel_pb2.Channel]
    stages: _containers.RepeatedScalarFieldContainer[_events_pb2.Stage]
    window: _figure_pb2.Window
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[_journey_pb2.TouchKind, str]]] = ..., channels: _Optional[_Iterable[_Union[_channel_pb2.Channel, str]]] = ..., stages: _Optional[_Iterable[_Union[_events_pb2.Stage, str]]] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetTimelineResponse(_message.Message):
    __slots__ = ("touches", "next_page_token", "previous_page_token", "window", "visits_left_out", "fallback")
    TOUCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    VISITS_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    touches: _containers.RepeatedCompositeFieldContainer[_journey_pb2.Touch]
    next_page_token: str
    previous_page_token: str
    window: _figure_pb2.Window
    visits_left_out: bool
    fallback: str
    def __init__(self, touches: _Optional[_Iterable[_Union[_journey_pb2.Touch, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., previous_page_token: _Optional[str] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., visits_left_out: _Optional[bool] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetStageReportRequest(_message.Message):
    __slots__ = ("window", "channel", "segment")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    channel: _channel_pb2.Channel
    segment: _engagement_service_pb2.Segment
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., segment: _Optional[_Union[_engagement_service_pb2.Segment, str]] = ...) -> None: ...

class GetStageReportResponse(_message.Message):
    __slots__ = ("steps", "conversions", "window", "caveat", "fallback")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[_journey_pb2.StepCount]
    conversions: _containers.RepeatedCompositeFieldContainer[_journey_pb2.Conversion]
    window: _figure_pb2.Window
    caveat: str
    fallback: str
    def __init__(self, steps: _Optional[_Iterable[_Union[_journey_pb2.StepCount, _Mapping]]] = ..., conversions: _Optional[_Iterable[_Union[_journey_pb2.Conversion, _Mapping]]] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetTransitionsRequest(_message.Message):
    __slots__ = ("window", "gap_days_max")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MAX_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    gap_days_max: int
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., gap_days_max: _Optional[int] = ...) -> None: ...

class GetTransitionsResponse(_message.Message):
    __slots__ = ("transitions", "carts", "window", "gap_days_max", "caveat", "fallback")
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    CARTS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MAX_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    transitions: _containers.RepeatedCompositeFieldContainer[_journey_pb2.ChannelShare]
    carts: _containers.RepeatedCompositeFieldContainer[_journey_pb2.ChannelShare]
    window: _figure_pb2.Window
    gap_days_max: int
    caveat: str
    fallback: str
    def __init__(self, transitions: _Optional[_Iterable[_Union[_journey_pb2.ChannelShare, _Mapping]]] = ..., carts: _Optional[_Iterable[_Union[_journey_pb2.ChannelShare, _Mapping]]] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., gap_days_max: _Optional[int] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetFrictionRequest(_message.Message):
    __slots__ = ("window", "horizon_days", "rank_by")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    RANK_BY_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    horizon_days: int
    rank_by: FrictionRanking
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., horizon_days: _Optional[int] = ..., rank_by: _Optional[_Union[FrictionRanking, str]] = ...) -> None: ...

class GetFrictionResponse(_message.Message):
    __slots__ = ("points", "customers", "tested", "window", "horizon_days", "cut", "caveat", "fallback")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    TESTED_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    points: _containers.RepeatedCompositeFieldContainer[_journey_pb2.FrictionPoint]
    customers: int
    tested: int
    window: _figure_pb2.Window
    horizon_days: int
    cut: bool
    caveat: str
    fallback: str
    def __init__(self, points: _Optional[_Iterable[_Union[_journey_pb2.FrictionPoint, _Mapping]]] = ..., customers: _Optional[int] = ..., tested: _Optional[int] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., horizon_days: _Optional[int] = ..., cut: _Optional[bool] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetContextRequest(_message.Message):
    __slots__ = ("customer_id", "channel")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    channel: _channel_pb2.Channel
    def __init__(self, customer_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ...) -> None: ...

class GetContextResponse(_message.Message):
    __slots__ = ("carts", "viewed", "viewed_left_out", "rewards", "coupons", "cases", "last_touch", "last_touch_elsewhere", "as_of", "fallback")
    CARTS_FIELD_NUMBER: _ClassVar[int]
    VIEWED_FIELD_NUMBER: _ClassVar[int]
    VIEWED_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    LAST_TOUCH_FIELD_NUMBER: _ClassVar[int]
    LAST_TOUCH_ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    carts: _containers.RepeatedCompositeFieldContainer[_journey_pb2.OpenCart]
    viewed: _containers.RepeatedCompositeFieldContainer[_journey_pb2.ViewedProduct]
    viewed_left_out: bool
    rewards: _containers.RepeatedCompositeFieldContainer[_journey_pb2.WaitingReward]
    coupons: _containers.RepeatedCompositeFieldContainer[_journey_pb2.WaitingCoupon]
    cases: _containers.RepeatedCompositeFieldContainer[_journey_pb2.WaitingCase]
    last_touch: _journey_pb2.Touch
    last_touch_elsewhere: bool
    as_of: _timestamp_pb2.Timestamp
    fallback: str
    def __init__(self, carts: _Optional[_Iterable[_Union[_journey_pb2.OpenCart, _Mapping]]] = ..., viewed: _Optional[_Iterable[_Union[_journey_pb2.ViewedProduct, _Mapping]]] = ..., viewed_left_out: _Optional[bool] = ..., rewards: _Optional[_Iterable[_Union[_journey_pb2.WaitingReward, _Mapping]]] = ..., coupons: _Optional[_Iterable[_Union[_journey_pb2.WaitingCoupon, _Mapping]]] = ..., cases: _Optional[_Iterable[_Union[_journey_pb2.WaitingCase, _Mapping]]] = ..., last_touch: _Optional[_Union[_journey_pb2.Touch, _Mapping]] = ..., last_touch_elsewhere: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fallback: _Optional[str] = ...) -> None: ...
