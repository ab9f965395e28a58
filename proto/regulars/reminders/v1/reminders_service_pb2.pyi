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

class ReminderState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REMINDER_STATE_UNSPECIFIED: _ClassVar[ReminderState]
    REMINDER_STATE_PLANNED: _ClassVar[ReminderState]
    REMINDER_STATE_SENT: _ClassVar[ReminderState]
    REMINDER_STATE_SUPPRESSED: _ClassVar[ReminderState]
    REMINDER_STATE_CANCELLED: _ClassVar[ReminderState]
    REMINDER_STATE_EXPIRED: _ClassVar[ReminderState]
    REMINDER_STATE_DELIVERED: _ClassVar[ReminderState]
    REMINDER_STATE_OPENED: _ClassVar[ReminderState]
    REMINDER_STATE_CLICKED: _ClassVar[ReminderState]
    REMINDER_STATE_CONVERTED: _ClassVar[ReminderState]

class ReminderReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REMINDER_REASON_UNSPECIFIED: _ClassVar[ReminderReason]
    REMINDER_REASON_CONSENT: _ClassVar[ReminderReason]
    REMINDER_REASON_CAP: _ClassVar[ReminderReason]
    REMINDER_REASON_QUIET_HOURS: _ClassVar[ReminderReason]
    REMINDER_REASON_CONVERTED: _ClassVar[ReminderReason]
    REMINDER_REASON_CART_CHANGED: _ClassVar[ReminderReason]
    REMINDER_REASON_OUT_OF_STOCK: _ClassVar[ReminderReason]
    REMINDER_REASON_STORE_CLOSED: _ClassVar[ReminderReason]
    REMINDER_REASON_HOLDOUT: _ClassVar[ReminderReason]
    REMINDER_REASON_SUSPENDED: _ClassVar[ReminderReason]
    REMINDER_REASON_ERASED: _ClassVar[ReminderReason]
    REMINDER_REASON_NO_CHANNEL: _ClassVar[ReminderReason]
    REMINDER_REASON_DUPLICATE: _ClassVar[ReminderReason]
    REMINDER_REASON_STALE_PRESENCE: _ClassVar[ReminderReason]
REMINDER_STATE_UNSPECIFIED: ReminderState
REMINDER_STATE_PLANNED: ReminderState
REMINDER_STATE_SENT: ReminderState
REMINDER_STATE_SUPPRESSED: ReminderState
REMINDER_STATE_CANCELLED: ReminderState
REMINDER_STATE_EXPIRED: ReminderState
REMINDER_STATE_DELIVERED: ReminderState
REMINDER_STATE_OPENED: ReminderState
REMINDER_STATE_CLICKED: ReminderState
REMINDER_STATE_CONVERTED: ReminderState
REMINDER_REASON_UNSPECIFIED: ReminderReason
REMINDER_REASON_CONSENT: ReminderReason
REMINDER_REASON_CAP: ReminderReason
REMINDER_REASON_QUIET_HOURS: ReminderReason
REMINDER_REASON_CONVERTED: ReminderReason
REMINDER_REASON_CART_CHANGED: ReminderReason
REMINDER_REASON_OUT_OF_STOCK: ReminderReason
REMINDER_REASON_STORE_CLOSED: ReminderReason
REMINDER_REASON_HOLDOUT: ReminderReason
REMINDER_REASON_SUSPENDED: ReminderReason
REMINDER_REASON_ERASED: ReminderReason
REMINDER_REASON_NO_CHANNEL: ReminderReason
REMINDER_REASON_DUPLICATE: ReminderReason
REMINDER_REASON_STALE_PRESENCE: ReminderReason

class Reminder(_message.Message):
    __slots__ = ("reminder_id", "customer_id", "cart_id", "sku", "title", "visit_id", "store", "state", "reason", "channel", "triggered_at", "planned_at", "sent_at")
    REMINDER_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TRIGGERED_AT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_AT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    reminder_id: str
    customer_id: str
    cart_id: str
    sku: str
    title: str
    visit_id: str
    store: str
    state: ReminderState
    reason: ReminderReason
    channel: str
    triggered_at: _timestamp_pb2.Timestamp
    planned_at: _timestamp_pb2.Timestamp
    sent_at: _timestamp_pb2.Timestamp
    def __init__(self, reminder_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., sku: _Optional[str] = ..., title: _Optional[str] = ..., visit_id: _Optional[str] = ..., store: _Optional[str] = ..., state: _Optional[_Union[ReminderState, str]] = ..., reason: _Optional[_Union[ReminderReason, str]] = ..., channel: _Optional[str] = ..., triggered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., planned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListRemindersRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRemindersResponse(_message.Message):
    __slots__ = ("reminders", "next_page_token")
    REMINDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reminders: _containers.RepeatedCompositeFieldContainer[Reminder]
    next_page_token: str
    def __init__(self, reminders: _Optional[_Iterable[_Union[Reminder, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
