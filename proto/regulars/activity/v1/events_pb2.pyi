import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.types.v1 import channel_pb2 as _channel_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    EVENT_KIND_SESSION: _ClassVar[EventKind]
    EVENT_KIND_PAGE_VIEW: _ClassVar[EventKind]
    EVENT_KIND_APP_USE: _ClassVar[EventKind]
    EVENT_KIND_NEWSLETTER_SENT: _ClassVar[EventKind]
    EVENT_KIND_NEWSLETTER_OPENED: _ClassVar[EventKind]
    EVENT_KIND_NEWSLETTER_CLICKED: _ClassVar[EventKind]
    EVENT_KIND_CHAT: _ClassVar[EventKind]
    EVENT_KIND_CALL: _ClassVar[EventKind]
    EVENT_KIND_SOCIAL: _ClassVar[EventKind]
    EVENT_KIND_STORE_CONTACT: _ClassVar[EventKind]
    EVENT_KIND_SEARCH: _ClassVar[EventKind]
    EVENT_KIND_HELP_VIEWED: _ClassVar[EventKind]
    EVENT_KIND_RECOMMENDATION_SHOWN: _ClassVar[EventKind]
    EVENT_KIND_RECOMMENDATION_ACCEPTED: _ClassVar[EventKind]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_BEFORE: _ClassVar[Stage]
    STAGE_DURING: _ClassVar[Stage]
    STAGE_AFTER: _ClassVar[Stage]
EVENT_KIND_UNSPECIFIED: EventKind
EVENT_KIND_SESSION: EventKind
EVENT_KIND_PAGE_VIEW: EventKind
EVENT_KIND_APP_USE: EventKind
EVENT_KIND_NEWSLETTER_SENT: EventKind
EVENT_KIND_NEWSLETTER_OPENED: EventKind
EVENT_KIND_NEWSLETTER_CLICKED: EventKind
EVENT_KIND_CHAT: EventKind
EVENT_KIND_CALL: EventKind
EVENT_KIND_SOCIAL: EventKind
EVENT_KIND_STORE_CONTACT: EventKind
EVENT_KIND_SEARCH: EventKind
EVENT_KIND_HELP_VIEWED: EventKind
EVENT_KIND_RECOMMENDATION_SHOWN: EventKind
EVENT_KIND_RECOMMENDATION_ACCEPTED: EventKind
STAGE_UNSPECIFIED: Stage
STAGE_BEFORE: Stage
STAGE_DURING: Stage
STAGE_AFTER: Stage

class Event(_message.Message):
    __slots__ = ("event_id", "source", "customer_id", "kind", "channel", "occurred_at", "touchpoint", "subject", "session_id", "pages", "outbound", "proxied")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    OUTBOUND_FIELD_NUMBER: _ClassVar[int]
    PROXIED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    source: str
    customer_id: str
    kind: EventKind
    channel: _channel_pb2.Channel
    occurred_at: _timestamp_pb2.Timestamp
    touchpoint: str
    subject: str
    session_id: str
    pages: int
    outbound: bool
    proxied: bool
    def __init__(self, event_id: _Optional[str] = ..., source: _Optional[str] = ..., customer_id: _Optional[str] = ..., kind: _Optional[_Union[EventKind, str]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., touchpoint: _Optional[str] = ..., subject: _Optional[str] = ..., session_id: _Optional[str] = ..., pages: _Optional[int] = ..., outbound: _Optional[bool] = ..., proxied: _Optional[bool] = ...) -> None: ...

class Touchpoint(_message.Message):
    __slots__ = ("name", "title", "stage", "channels", "built_in", "counts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    BUILT_IN_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    stage: Stage
    channels: _containers.RepeatedScalarFieldContainer[_channel_pb2.Channel]
    built_in: bool
    counts: _containers.RepeatedCompositeFieldContainer[ChannelCount]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., stage: _Optional[_Union[Stage, str]] = ..., channels: _Optional[_Iterable[_Union[_channel_pb2.Channel, str]]] = ..., built_in: _Optional[bool] = ..., counts: _Optional[_Iterable[_Union[ChannelCount, _Mapping]]] = ...) -> None: ...

class ChannelCount(_message.Message):
    __slots__ = ("channel", "touches", "customers")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOUCHES_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    channel: _channel_pb2.Channel
    touches: int
    customers: int
    def __init__(self, channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., touches: _Optional[int] = ..., customers: _Optional[int] = ...) -> None: ...

class UnmappedTouchpoint(_message.Message):
    __slots__ = ("name", "counts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    counts: _containers.RepeatedCompositeFieldContainer[ChannelCount]
    def __init__(self, name: _Optional[str] = ..., counts: _Optional[_Iterable[_Union[ChannelCount, _Mapping]]] = ...) -> None: ...
