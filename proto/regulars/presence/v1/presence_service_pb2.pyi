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

class PresenceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESENCE_KIND_UNSPECIFIED: _ClassVar[PresenceKind]
    PRESENCE_KIND_ENTER: _ClassVar[PresenceKind]
    PRESENCE_KIND_MOVE: _ClassVar[PresenceKind]
    PRESENCE_KIND_DWELL: _ClassVar[PresenceKind]
    PRESENCE_KIND_EXIT: _ClassVar[PresenceKind]
    PRESENCE_KIND_GAP: _ClassVar[PresenceKind]
    PRESENCE_KIND_AMEND: _ClassVar[PresenceKind]

class VisitState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIT_STATE_UNSPECIFIED: _ClassVar[VisitState]
    VISIT_STATE_ENTERED: _ClassVar[VisitState]
    VISIT_STATE_DWELLING: _ClassVar[VisitState]
    VISIT_STATE_EXITED: _ClassVar[VisitState]
PRESENCE_KIND_UNSPECIFIED: PresenceKind
PRESENCE_KIND_ENTER: PresenceKind
PRESENCE_KIND_MOVE: PresenceKind
PRESENCE_KIND_DWELL: PresenceKind
PRESENCE_KIND_EXIT: PresenceKind
PRESENCE_KIND_GAP: PresenceKind
PRESENCE_KIND_AMEND: PresenceKind
VISIT_STATE_UNSPECIFIED: VisitState
VISIT_STATE_ENTERED: VisitState
VISIT_STATE_DWELLING: VisitState
VISIT_STATE_EXITED: VisitState

class Evidence(_message.Message):
    __slots__ = ("smoothed_rssi_dbm", "max_rssi_dbm", "samples")
    SMOOTHED_RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    MAX_RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    smoothed_rssi_dbm: float
    max_rssi_dbm: float
    samples: int
    def __init__(self, smoothed_rssi_dbm: _Optional[float] = ..., max_rssi_dbm: _Optional[float] = ..., samples: _Optional[int] = ...) -> None: ...

class PresenceEvent(_message.Message):
    __slots__ = ("seq", "kind", "pseudonym", "zone", "observed_at", "monotonic_ms", "evidence", "degraded", "dwell_seconds", "dropped")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PSEUDONYM_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    MONOTONIC_MS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DWELL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    kind: PresenceKind
    pseudonym: bytes
    zone: str
    observed_at: _timestamp_pb2.Timestamp
    monotonic_ms: int
    evidence: Evidence
    degraded: bool
    dwell_seconds: float
    dropped: int
    def __init__(self, seq: _Optional[int] = ..., kind: _Optional[_Union[PresenceKind, str]] = ..., pseudonym: _Optional[bytes] = ..., zone: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., monotonic_ms: _Optional[int] = ..., evidence: _Optional[_Union[Evidence, _Mapping]] = ..., degraded: _Optional[bool] = ..., dwell_seconds: _Optional[float] = ..., dropped: _Optional[int] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("gateway", "store", "epoch", "boot_id", "version", "oldest_seq", "table_version")
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OLDEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    TABLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    gateway: str
    store: str
    epoch: str
    boot_id: str
    version: str
    oldest_seq: int
    table_version: str
    def __init__(self, gateway: _Optional[str] = ..., store: _Optional[str] = ..., epoch: _Optional[str] = ..., boot_id: _Optional[str] = ..., version: _Optional[str] = ..., oldest_seq: _Optional[int] = ..., table_version: _Optional[str] = ...) -> None: ...

class EventBatch(_message.Message):
    __slots__ = ("first_seq", "events")
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    first_seq: int
    events: _containers.RepeatedCompositeFieldContainer[PresenceEvent]
    def __init__(self, first_seq: _Optional[int] = ..., events: _Optional[_Iterable[_Union[PresenceEvent, _Mapping]]] = ...) -> None: ...

class Health(_message.Message):
    __slots__ = ("adverts", "silent_seconds", "spooled", "dropped", "degraded", "members_present", "clock_offset_ms")
    ADVERTS_FIELD_NUMBER: _ClassVar[int]
    SILENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_PRESENT_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    adverts: int
    silent_seconds: float
    spooled: int
    dropped: int
    degraded: bool
    members_present: int
    clock_offset_ms: float
    def __init__(self, adverts: _Optional[int] = ..., silent_seconds: _Optional[float] = ..., spooled: _Optional[int] = ..., dropped: _Optional[int] = ..., degraded: _Optional[bool] = ..., members_present: _Optional[int] = ..., clock_offset_ms: _Optional[float] = ...) -> None: ...

class TimeRequest(_message.Message):
    __slots__ = ("sent_at",)
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    sent_at: _timestamp_pb2.Timestamp
    def __init__(self, sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionRequest(_message.Message):
    __slots__ = ("hello", "batch", "health", "time")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    batch: EventBatch
    health: Health
    time: TimeRequest
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., batch: _Optional[_Union[EventBatch, _Mapping]] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., time: _Optional[_Union[TimeRequest, _Mapping]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("epoch", "seq")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    seq: int
    def __init__(self, epoch: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class Config(_message.Message):
    __slots__ = ("rssi_offset_db", "health_interval_seconds")
    RSSI_OFFSET_DB_FIELD_NUMBER: _ClassVar[int]
    HEALTH_INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    rssi_offset_db: float
    health_interval_seconds: int
    def __init__(self, rssi_offset_db: _Optional[float] = ..., health_interval_seconds: _Optional[int] = ...) -> None: ...

class KeyWindow(_message.Message):
    __slots__ = ("table_version", "part", "parts", "starts_at", "ends_at", "identifiers", "pseudonyms")
    TABLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    PSEUDONYMS_FIELD_NUMBER: _ClassVar[int]
    table_version: str
    part: int
    parts: int
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    identifiers: bytes
    pseudonyms: bytes
    def __init__(self, table_version: _Optional[str] = ..., part: _Optional[int] = ..., parts: _Optional[int] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., identifiers: _Optional[bytes] = ..., pseudonyms: _Optional[bytes] = ...) -> None: ...

class TimeReply(_message.Message):
    __slots__ = ("sent_at", "server_at")
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    SERVER_AT_FIELD_NUMBER: _ClassVar[int]
    sent_at: _timestamp_pb2.Timestamp
    server_at: _timestamp_pb2.Timestamp
    def __init__(self, sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., server_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionResponse(_message.Message):
    __slots__ = ("ack", "config", "key_window", "time")
    ACK_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    KEY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    ack: Ack
    config: Config
    key_window: KeyWindow
    time: TimeReply
    def __init__(self, ack: _Optional[_Union[Ack, _Mapping]] = ..., config: _Optional[_Union[Config, _Mapping]] = ..., key_window: _Optional[_Union[KeyWindow, _Mapping]] = ..., time: _Optional[_Union[TimeReply, _Mapping]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("visit_id", "customer_id", "store", "zone", "state", "entered_at", "last_seen_at", "exited_at")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    EXITED_AT_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    customer_id: str
    store: str
    zone: str
    state: VisitState
    entered_at: _timestamp_pb2.Timestamp
    last_seen_at: _timestamp_pb2.Timestamp
    exited_at: _timestamp_pb2.Timestamp
    def __init__(self, visit_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., store: _Optional[str] = ..., zone: _Optional[str] = ..., state: _Optional[_Union[VisitState, str]] = ..., entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., exited_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListVisitsRequest(_message.Message):
    __slots__ = ("store", "present_only", "page_size", "page_token")
    STORE_FIELD_NUMBER: _ClassVar[int]
    PRESENT_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    store: str
    present_only: bool
    page_size: int
    page_token: str
    def __init__(self, store: _Optional[str] = ..., present_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVisitsResponse(_message.Message):
    __slots__ = ("visits", "next_page_token")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[Visit]
    next_page_token: str
    def __init__(self, visits: _Optional[_Iterable[_Union[Visit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
