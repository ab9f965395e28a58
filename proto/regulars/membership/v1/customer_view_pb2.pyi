import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.activity.v1 import activity_service_pb2 as _activity_service_pb2
from regulars.activity.v1 import events_pb2 as _events_pb2
from regulars.engagement.v1 import engagement_service_pb2 as _engagement_service_pb2
from regulars.feedback.v1 import cases_service_pb2 as _cases_service_pb2
from regulars.feedback.v1 import feedback_service_pb2 as _feedback_service_pb2
from regulars.loyalty.v1 import loyalty_service_pb2 as _loyalty_service_pb2
from regulars.loyalty.v1 import points_pb2 as _points_pb2
from regulars.predictions.v1 import predictions_service_pb2 as _predictions_service_pb2
from regulars.presence.v1 import presence_service_pb2 as _presence_service_pb2
from regulars.reminders.v1 import reminders_service_pb2 as _reminders_service_pb2
from regulars.rewards.v1 import rewards_service_pb2 as _rewards_service_pb2
from regulars.types.v1 import channel_pb2 as _channel_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerView(_message.Message):
    __slots__ = ("customer_id", "first_seen_at", "as_of", "merged_customer_ids", "balance", "tier", "open_rewards", "carts", "open_cases", "present_visit", "last_visits", "score", "churn", "replenishments", "events")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MERGED_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    OPEN_REWARDS_FIELD_NUMBER: _ClassVar[int]
    CARTS_FIELD_NUMBER: _ClassVar[int]
    OPEN_CASES_FIELD_NUMBER: _ClassVar[int]
    PRESENT_VISIT_FIELD_NUMBER: _ClassVar[int]
    LAST_VISITS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    CHURN_FIELD_NUMBER: _ClassVar[int]
    REPLENISHMENTS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    first_seen_at: _timestamp_pb2.Timestamp
    as_of: _timestamp_pb2.Timestamp
    merged_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    balance: _loyalty_service_pb2.Balance
    tier: _points_pb2.TierStanding
    open_rewards: _containers.RepeatedCompositeFieldContainer[_rewards_service_pb2.MemberReward]
    carts: _containers.RepeatedCompositeFieldContainer[CartView]
    open_cases: _containers.RepeatedCompositeFieldContainer[_cases_service_pb2.Case]
    present_visit: _presence_service_pb2.Visit
    last_visits: _containers.RepeatedCompositeFieldContainer[_presence_service_pb2.Visit]
    score: _engagement_service_pb2.Score
    churn: _predictions_service_pb2.Churn
    replenishments: _containers.RepeatedCompositeFieldContainer[_predictions_service_pb2.Replenishment]
    events: _containers.RepeatedCompositeFieldContainer[CustomerEvent]
    def __init__(self, customer_id: _Optional[str] = ..., first_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., merged_customer_ids: _Optional[_Iterable[str]] = ..., balance: _Optional[_Union[_loyalty_service_pb2.Balance, _Mapping]] = ..., tier: _Optional[_Union[_points_pb2.TierStanding, _Mapping]] = ..., open_rewards: _Optional[_Iterable[_Union[_rewards_service_pb2.MemberReward, _Mapping]]] = ..., carts: _Optional[_Iterable[_Union[CartView, _Mapping]]] = ..., open_cases: _Optional[_Iterable[_Union[_cases_service_pb2.Case, _Mapping]]] = ..., present_visit: _Optional[_Union[_presence_service_pb2.Visit, _Mapping]] = ..., last_visits: _Optional[_Iterable[_Union[_presence_service_pb2.Visit, _Mapping]]] = ..., score: _Optional[_Union[_engagement_service_pb2.Score, _Mapping]] = ..., churn: _Optional[_Union[_predictions_service_pb2.Churn, _Mapping]] = ..., replenishments: _Optional[_Iterable[_Union[_predictions_service_pb2.Replenishment, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[CustomerEvent, _Mapping]]] = ...) -> None: ...

class CartView(_message.Message):
    __slots__ = ("cart_id", "channel", "state", "changed_at", "abandoned_at", "total", "lines")
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    ABANDONED_AT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    cart_id: str
    channel: _channel_pb2.Channel
    state: _activity_service_pb2.CartState
    changed_at: _timestamp_pb2.Timestamp
    abandoned_at: _timestamp_pb2.Timestamp
    total: _money_pb2.Money
    lines: _containers.RepeatedCompositeFieldContainer[_activity_service_pb2.CartLine]
    def __init__(self, cart_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., state: _Optional[_Union[_activity_service_pb2.CartState, str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., abandoned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_activity_service_pb2.CartLine, _Mapping]]] = ...) -> None: ...

class CustomerEvent(_message.Message):
    __slots__ = ("occurred_at", "order", "order_return", "session", "answer", "movement", "reminder", "touch")
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORDER_RETURN_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    MOVEMENT_FIELD_NUMBER: _ClassVar[int]
    REMINDER_FIELD_NUMBER: _ClassVar[int]
    TOUCH_FIELD_NUMBER: _ClassVar[int]
    occurred_at: _timestamp_pb2.Timestamp
    order: OrderEvent
    order_return: ReturnEvent
    session: SessionEvent
    answer: AnswerEvent
    movement: _points_pb2.Movement
    reminder: _reminders_service_pb2.Reminder
    touch: TouchEvent
    def __init__(self, occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order: _Optional[_Union[OrderEvent, _Mapping]] = ..., order_return: _Optional[_Union[ReturnEvent, _Mapping]] = ..., session: _Optional[_Union[SessionEvent, _Mapping]] = ..., answer: _Optional[_Union[AnswerEvent, _Mapping]] = ..., movement: _Optional[_Union[_points_pb2.Movement, _Mapping]] = ..., reminder: _Optional[_Union[_reminders_service_pb2.Reminder, _Mapping]] = ..., touch: _Optional[_Union[TouchEvent, _Mapping]] = ...) -> None: ...

class OrderEvent(_message.Message):
    __slots__ = ("source", "order_id", "channel", "total", "refunded")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    channel: _channel_pb2.Channel
    total: _money_pb2.Money
    refunded: _money_pb2.Money
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., refunded: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ReturnEvent(_message.Message):
    __slots__ = ("source", "return_id", "refund")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RETURN_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    source: str
    return_id: str
    refund: _money_pb2.Money
    def __init__(self, source: _Optional[str] = ..., return_id: _Optional[str] = ..., refund: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class SessionEvent(_message.Message):
    __slots__ = ("session_id", "channel", "pages")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    channel: _channel_pb2.Channel
    pages: int
    def __init__(self, session_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., pages: _Optional[int] = ...) -> None: ...

class TouchEvent(_message.Message):
    __slots__ = ("kind", "channel", "touchpoint", "subject", "outbound")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    OUTBOUND_FIELD_NUMBER: _ClassVar[int]
    kind: _events_pb2.EventKind
    channel: _channel_pb2.Channel
    touchpoint: str
    subject: str
    outbound: bool
    def __init__(self, kind: _Optional[_Union[_events_pb2.EventKind, str]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touchpoint: _Optional[str] = ..., subject: _Optional[str] = ..., outbound: _Optional[bool] = ...) -> None: ...

class AnswerEvent(_message.Message):
    __slots__ = ("survey", "answer")
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    survey: _feedback_service_pb2.Survey
    answer: int
    def __init__(self, survey: _Optional[_Union[_feedback_service_pb2.Survey, str]] = ..., answer: _Optional[int] = ...) -> None: ...
