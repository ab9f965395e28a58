import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.activity.v1 import activity_service_pb2 as _activity_service_pb2
from regulars.activity.v1 import events_pb2 as _events_pb2
from regulars.types.v1 import channel_pb2 as _channel_pb2
from regulars.types.v1 import figure_pb2 as _figure_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TouchKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOUCH_KIND_UNSPECIFIED: _ClassVar[TouchKind]
    TOUCH_KIND_SESSION: _ClassVar[TouchKind]
    TOUCH_KIND_PAGE_VIEW: _ClassVar[TouchKind]
    TOUCH_KIND_APP_USE: _ClassVar[TouchKind]
    TOUCH_KIND_NEWSLETTER_SENT: _ClassVar[TouchKind]
    TOUCH_KIND_NEWSLETTER_OPENED: _ClassVar[TouchKind]
    TOUCH_KIND_NEWSLETTER_CLICKED: _ClassVar[TouchKind]
    TOUCH_KIND_CHAT: _ClassVar[TouchKind]
    TOUCH_KIND_CALL: _ClassVar[TouchKind]
    TOUCH_KIND_SOCIAL: _ClassVar[TouchKind]
    TOUCH_KIND_STORE_CONTACT: _ClassVar[TouchKind]
    TOUCH_KIND_SEARCH: _ClassVar[TouchKind]
    TOUCH_KIND_HELP_VIEWED: _ClassVar[TouchKind]
    TOUCH_KIND_RECOMMENDATION_SHOWN: _ClassVar[TouchKind]
    TOUCH_KIND_RECOMMENDATION_ACCEPTED: _ClassVar[TouchKind]
    TOUCH_KIND_VISIT: _ClassVar[TouchKind]
    TOUCH_KIND_CART: _ClassVar[TouchKind]
    TOUCH_KIND_ORDER: _ClassVar[TouchKind]
    TOUCH_KIND_RETURN: _ClassVar[TouchKind]
    TOUCH_KIND_EXCHANGE: _ClassVar[TouchKind]
    TOUCH_KIND_SURVEY_SENT: _ClassVar[TouchKind]
    TOUCH_KIND_ANSWER: _ClassVar[TouchKind]
    TOUCH_KIND_CASE: _ClassVar[TouchKind]
    TOUCH_KIND_POINTS: _ClassVar[TouchKind]
    TOUCH_KIND_REMINDER: _ClassVar[TouchKind]

class Initiator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INITIATOR_UNSPECIFIED: _ClassVar[Initiator]
    INITIATOR_CUSTOMER: _ClassVar[Initiator]
    INITIATOR_RETAILER: _ClassVar[Initiator]

class Step(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_UNSPECIFIED: _ClassVar[Step]
    STEP_BEFORE: _ClassVar[Step]
    STEP_CART: _ClassVar[Step]
    STEP_ORDER: _ClassVar[Step]
    STEP_AFTER: _ClassVar[Step]
    STEP_REPEAT: _ClassVar[Step]
TOUCH_KIND_UNSPECIFIED: TouchKind
TOUCH_KIND_SESSION: TouchKind
TOUCH_KIND_PAGE_VIEW: TouchKind
TOUCH_KIND_APP_USE: TouchKind
TOUCH_KIND_NEWSLETTER_SENT: TouchKind
TOUCH_KIND_NEWSLETTER_OPENED: TouchKind
TOUCH_KIND_NEWSLETTER_CLICKED: TouchKind
TOUCH_KIND_CHAT: TouchKind
TOUCH_KIND_CALL: TouchKind
TOUCH_KIND_SOCIAL: TouchKind
TOUCH_KIND_STORE_CONTACT: TouchKind
TOUCH_KIND_SEARCH: TouchKind
TOUCH_KIND_HELP_VIEWED: TouchKind
TOUCH_KIND_RECOMMENDATION_SHOWN: TouchKind
TOUCH_KIND_RECOMMENDATION_ACCEPTED: TouchKind
TOUCH_KIND_VISIT: TouchKind
TOUCH_KIND_CART: TouchKind
TOUCH_KIND_ORDER: TouchKind
TOUCH_KIND_RETURN: TouchKind
TOUCH_KIND_EXCHANGE: TouchKind
TOUCH_KIND_SURVEY_SENT: TouchKind
TOUCH_KIND_ANSWER: TouchKind
TOUCH_KIND_CASE: TouchKind
TOUCH_KIND_POINTS: TouchKind
TOUCH_KIND_REMINDER: TouchKind
INITIATOR_UNSPECIFIED: Initiator
INITIATOR_CUSTOMER: Initiator
INITIATOR_RETAILER: Initiator
STEP_UNSPECIFIED: Step
STEP_BEFORE: Step
STEP_CART: Step
STEP_ORDER: Step
STEP_AFTER: Step
STEP_REPEAT: Step

class Touch(_message.Message):
    __slots__ = ("occurred_at", "kind", "title", "channel", "touchpoint", "stage", "begun_by", "record", "source", "id")
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    BEGUN_BY_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    occurred_at: _timestamp_pb2.Timestamp
    kind: TouchKind
    title: str
    channel: _channel_pb2.Channel
    touchpoint: str
    stage: _events_pb2.Stage
    begun_by: Initiator
    record: str
    source: str
    id: str
    def __init__(self, occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[TouchKind, str]] = ..., title: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touchpoint: _Optional[str] = ..., stage: _Optional[_Union[_events_pb2.Stage, str]] = ..., begun_by: _Optional[_Union[Initiator, str]] = ..., record: _Optional[str] = ..., source: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class StepCount(_message.Message):
    __slots__ = ("step", "customers")
    STEP_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    step: Step
    customers: int
    def __init__(self, step: _Optional[_Union[Step, str]] = ..., customers: _Optional[int] = ...) -> None: ...

class Conversion(_message.Message):
    __slots__ = ("to", "went_on", "conversion", "drop_off")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    WENT_ON_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    DROP_OFF_FIELD_NUMBER: _ClassVar[int]
    to: Step
    went_on: int
    conversion: _figure_pb2.Figure
    drop_off: _figure_pb2.Figure
    def __init__(self, to: _Optional[_Union[Step, str]] = ..., went_on: _Optional[int] = ..., conversion: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., drop_off: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., **kwargs) -> None: ...

class ChannelShare(_message.Message):
    __slots__ = ("to", "count", "customers", "share")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    to: _channel_pb2.Channel
    count: int
    customers: int
    share: _figure_pb2.Figure
    def __init__(self, to: _Optional[_Union[_channel_pb2.Channel, str]] = ..., count: _Optional[int] = ..., customers: _Optional[int] = ..., share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., **kwargs) -> None: ...

class FrictionPoint(_message.Message):
    __slots__ = ("signal", "title", "stage", "customers", "churned_with", "churned_without", "churn_difference", "like_for_like_difference", "nps_with", "nps_without", "nps_difference", "bound", "false_alarm_share", "stands_out", "worse")
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    CHURNED_WITH_FIELD_NUMBER: _ClassVar[int]
    CHURNED_WITHOUT_FIELD_NUMBER: _ClassVar[int]
    CHURN_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LIKE_FOR_LIKE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    NPS_WITH_FIELD_NUMBER: _ClassVar[int]
    NPS_WITHOUT_FIELD_NUMBER: _ClassVar[int]
    NPS_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    FALSE_ALARM_SHARE_FIELD_NUMBER: _ClassVar[int]
    STANDS_OUT_FIELD_NUMBER: _ClassVar[int]
    WORSE_FIELD_NUMBER: _ClassVar[int]
    signal: str
    title: str
    stage: _events_pb2.Stage
    customers: int
    churned_with: _figure_pb2.Figure
    churned_without: _figure_pb2.Figure
    churn_difference: _figure_pb2.Figure
    like_for_like_difference: _figure_pb2.Figure
    nps_with: _figure_pb2.Figure
    nps_without: _figure_pb2.Figure
    nps_difference: _figure_pb2.Figure
    bound: float
    false_alarm_share: float
    stands_out: bool
    worse: bool
    def __init__(self, signal: _Optional[str] = ..., title: _Optional[str] = ..., stage: _Optional[_Union[_events_pb2.Stage, str]] = ..., customers: _Optional[int] = ..., churned_with: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., churned_without: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., churn_difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., like_for_like_difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., nps_with: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., nps_without: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., nps_difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., bound: _Optional[float] = ..., false_alarm_share: _Optional[float] = ..., stands_out: _Optional[bool] = ..., worse: _Optional[bool] = ...) -> None: ...

class OpenCart(_message.Message):
    __slots__ = ("cart_id", "state", "started_channel", "started_at", "channel", "changed_at", "from_elsewhere", "total", "lines")
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STARTED_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    FROM_ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    cart_id: str
    state: _activity_service_pb2.CartState
    started_channel: _channel_pb2.Channel
    started_at: _timestamp_pb2.Timestamp
    channel: _channel_pb2.Channel
    changed_at: _timestamp_pb2.Timestamp
    from_elsewhere: bool
    total: _money_pb2.Money
    lines: _containers.RepeatedCompositeFieldContainer[_activity_service_pb2.CartLine]
    def __init__(self, cart_id: _Optional[str] = ..., state: _Optional[_Union[_activity_service_pb2.CartState, str]] = ..., started_channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., from_elsewhere: _Optional[bool] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_activity_service_pb2.CartLine, _Mapping]]] = ...) -> None: ...

class ViewedProduct(_message.Message):
    __slots__ = ("sku", "title", "channel", "viewed_at")
    SKU_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    VIEWED_AT_FIELD_NUMBER: _ClassVar[int]
    sku: str
    title: str
    channel: _channel_pb2.Channel
    viewed_at: _timestamp_pb2.Timestamp
    def __init__(self, sku: _Optional[str] = ..., title: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., viewed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WaitingReward(_message.Message):
    __slots__ = ("member_reward_id", "title", "expires_at")
    MEMBER_REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    member_reward_id: str
    title: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, member_reward_id: _Optional[str] = ..., title: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WaitingCoupon(_message.Message):
    __slots__ = ("code", "title", "valid_until")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    code: str
    title: str
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., title: _Optional[str] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WaitingCase(_message.Message):
    __slots__ = ("case_id", "opened_at", "due_at", "overdue")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    opened_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    overdue: bool
    def __init__(self, case_id: _Optional[str] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., overdue: _Optional[bool] = ...) -> None: ...
