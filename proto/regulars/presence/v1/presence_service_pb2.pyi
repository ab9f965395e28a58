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
    PRESENCE_KIND_HEARD: _ClassVar[PresenceKind]

class DropReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DROP_REASON_UNSPECIFIED: _ClassVar[DropReason]
    DROP_REASON_FULL: _ClassVar[DropReason]
    DROP_REASON_OLD: _ClassVar[DropReason]
    DROP_REASON_DISK: _ClassVar[DropReason]

class VisitState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIT_STATE_UNSPECIFIED: _ClassVar[VisitState]
    VISIT_STATE_ENTERED: _ClassVar[VisitState]
    VISIT_STATE_DWELLING: _ClassVar[VisitState]
    VISIT_STATE_EXITED: _ClassVar[VisitState]

class GatewayTrouble(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GATEWAY_TROUBLE_UNSPECIFIED: _ClassVar[GatewayTrouble]
    GATEWAY_TROUBLE_DOWN: _ClassVar[GatewayTrouble]
    GATEWAY_TROUBLE_DEGRADED: _ClassVar[GatewayTrouble]
    GATEWAY_TROUBLE_CLOCK: _ClassVar[GatewayTrouble]
    GATEWAY_TROUBLE_DISK: _ClassVar[GatewayTrouble]
    GATEWAY_TROUBLE_DROPPED: _ClassVar[GatewayTrouble]
PRESENCE_KIND_UNSPECIFIED: PresenceKind
PRESENCE_KIND_ENTER: PresenceKind
PRESENCE_KIND_MOVE: PresenceKind
PRESENCE_KIND_DWELL: PresenceKind
PRESENCE_KIND_EXIT: PresenceKind
PRESENCE_KIND_GAP: PresenceKind
PRESENCE_KIND_AMEND: PresenceKind
PRESENCE_KIND_HEARD: PresenceKind
DROP_REASON_UNSPECIFIED: DropReason
DROP_REASON_FULL: DropReason
DROP_REASON_OLD: DropReason
DROP_REASON_DISK: DropReason
VISIT_STATE_UNSPECIFIED: VisitState
VISIT_STATE_ENTERED: VisitState
VISIT_STATE_DWELLING: VisitState
VISIT_STATE_EXITED: VisitState
GATEWAY_TROUBLE_UNSPECIFIED: GatewayTrouble
GATEWAY_TROUBLE_DOWN: GatewayTrouble
GATEWAY_TROUBLE_DEGRADED: GatewayTrouble
GATEWAY_TROUBLE_CLOCK: GatewayTrouble
GATEWAY_TROUBLE_DISK: GatewayTrouble
GATEWAY_TROUBLE_DROPPED: GatewayTrouble

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
    __slots__ = ("seq", "kind", "pseudonym", "zone", "observed_at", "monotonic_ms", "evidence", "degraded", "dwell_seconds", "dropped", "time_uncertain")
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
    TIME_UNCERTAIN_FIELD_NUMBER: _ClassVar[int]
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
    time_uncertain: bool
    def __init__(self, seq: _Optional[int] = ..., kind: _Optional[_Union[PresenceKind, str]] = ..., pseudonym: _Optional[bytes] = ..., zone: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., monotonic_ms: _Optional[int] = ..., evidence: _Optional[_Union[Evidence, _Mapping]] = ..., degraded: _Optional[bool] = ..., dwell_seconds: _Optional[float] = ..., dropped: _Optional[int] = ..., time_uncertain: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("first_seq", "events", "epoch")
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    first_seq: int
    events: _containers.RepeatedCompositeFieldContainer[PresenceEvent]
    epoch: str
    def __init__(self, first_seq: _Optional[int] = ..., events: _Optional[_Iterable[_Union[PresenceEvent, _Mapping]]] = ..., epoch: _Optional[str] = ...) -> None: ...

class Signal(_message.Message):
    __slots__ = ("pseudonym", "zone", "observed_at", "evidence")
    PSEUDONYM_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    pseudonym: bytes
    zone: str
    observed_at: _timestamp_pb2.Timestamp
    evidence: Evidence
    def __init__(self, pseudonym: _Optional[bytes] = ..., zone: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[_Union[Evidence, _Mapping]] = ...) -> None: ...

class SignalReport(_message.Message):
    __slots__ = ("signals",)
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    signals: _containers.RepeatedCompositeFieldContainer[Signal]
    def __init__(self, signals: _Optional[_Iterable[_Union[Signal, _Mapping]]] = ...) -> None: ...

class DroppedEvents(_message.Message):
    __slots__ = ("reason", "kind", "events")
    REASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    reason: DropReason
    kind: PresenceKind
    events: int
    def __init__(self, reason: _Optional[_Union[DropReason, str]] = ..., kind: _Optional[_Union[PresenceKind, str]] = ..., events: _Optional[int] = ...) -> None: ...

class RadioHealth(_message.Message):
    __slots__ = ("receiver", "deaf", "degraded", "silent_seconds", "adverts", "scan_restarts", "power_cycles", "bluetooth_restarts", "usb_resets")
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    DEAF_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    SILENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ADVERTS_FIELD_NUMBER: _ClassVar[int]
    SCAN_RESTARTS_FIELD_NUMBER: _ClassVar[int]
    POWER_CYCLES_FIELD_NUMBER: _ClassVar[int]
    BLUETOOTH_RESTARTS_FIELD_NUMBER: _ClassVar[int]
    USB_RESETS_FIELD_NUMBER: _ClassVar[int]
    receiver: str
    deaf: bool
    degraded: bool
    silent_seconds: float
    adverts: int
    scan_restarts: int
    power_cycles: int
    bluetooth_restarts: int
    usb_resets: int
    def __init__(self, receiver: _Optional[str] = ..., deaf: _Optional[bool] = ..., degraded: _Optional[bool] = ..., silent_seconds: _Optional[float] = ..., adverts: _Optional[int] = ..., scan_restarts: _Optional[int] = ..., power_cycles: _Optional[int] = ..., bluetooth_restarts: _Optional[int] = ..., usb_resets: _Optional[int] = ...) -> None: ...

class Health(_message.Message):
    __slots__ = ("adverts", "silent_seconds", "spooled", "dropped", "degraded", "members_present", "clock_offset_ms", "dropped_by", "spool_in_memory", "spool_error", "spools_set_aside", "spool_bytes", "radios")
    ADVERTS_FIELD_NUMBER: _ClassVar[int]
    SILENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_PRESENT_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_BY_FIELD_NUMBER: _ClassVar[int]
    SPOOL_IN_MEMORY_FIELD_NUMBER: _ClassVar[int]
    SPOOL_ERROR_FIELD_NUMBER: _ClassVar[int]
    SPOOLS_SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    SPOOL_BYTES_FIELD_NUMBER: _ClassVar[int]
    RADIOS_FIELD_NUMBER: _ClassVar[int]
    adverts: int
    silent_seconds: float
    spooled: int
    dropped: int
    degraded: bool
    members_present: int
    clock_offset_ms: float
    dropped_by: _containers.RepeatedCompositeFieldContainer[DroppedEvents]
    spool_in_memory: bool
    spool_error: str
    spools_set_aside: int
    spool_bytes: int
    radios: _containers.RepeatedCompositeFieldContainer[RadioHealth]
    def __init__(self, adverts: _Optional[int] = ..., silent_seconds: _Optional[float] = ..., spooled: _Optional[int] = ..., dropped: _Optional[int] = ..., degraded: _Optional[bool] = ..., members_present: _Optional[int] = ..., clock_offset_ms: _Optional[float] = ..., dropped_by: _Optional[_Iterable[_Union[DroppedEvents, _Mapping]]] = ..., spool_in_memory: _Optional[bool] = ..., spool_error: _Optional[str] = ..., spools_set_aside: _Optional[int] = ..., spool_bytes: _Optional[int] = ..., radios: _Optional[_Iterable[_Union[RadioHealth, _Mapping]]] = ...) -> None: ...

class TimeRequest(_message.Message):
    __slots__ = ("sent_at",)
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    sent_at: _timestamp_pb2.Timestamp
    def __init__(self, sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TagReading(_message.Message):
    __slots__ = ("pseudonym", "seen_at", "battery_mv", "temperature_c", "sealed")
    PSEUDONYM_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    BATTERY_MV_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_C_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    pseudonym: bytes
    seen_at: _timestamp_pb2.Timestamp
    battery_mv: int
    temperature_c: float
    sealed: bytes
    def __init__(self, pseudonym: _Optional[bytes] = ..., seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., battery_mv: _Optional[int] = ..., temperature_c: _Optional[float] = ..., sealed: _Optional[bytes] = ...) -> None: ...

class TagReport(_message.Message):
    __slots__ = ("readings",)
    READINGS_FIELD_NUMBER: _ClassVar[int]
    readings: _containers.RepeatedCompositeFieldContainer[TagReading]
    def __init__(self, readings: _Optional[_Iterable[_Union[TagReading, _Mapping]]] = ...) -> None: ...

class SessionRequest(_message.Message):
    __slots__ = ("hello", "batch", "health", "time", "signals", "tags")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    batch: EventBatch
    health: Health
    time: TimeRequest
    signals: SignalReport
    tags: TagReport
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., batch: _Optional[_Union[EventBatch, _Mapping]] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., time: _Optional[_Union[TimeRequest, _Mapping]] = ..., signals: _Optional[_Union[SignalReport, _Mapping]] = ..., tags: _Optional[_Union[TagReport, _Mapping]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("epoch", "seq")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    seq: int
    def __init__(self, epoch: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class Config(_message.Message):
    __slots__ = ("rssi_offset_db", "health_interval_seconds", "receiver_offsets", "zone_rules", "tells_news")
    RSSI_OFFSET_DB_FIELD_NUMBER: _ClassVar[int]
    HEALTH_INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_OFFSETS_FIELD_NUMBER: _ClassVar[int]
    ZONE_RULES_FIELD_NUMBER: _ClassVar[int]
    TELLS_NEWS_FIELD_NUMBER: _ClassVar[int]
    rssi_offset_db: float
    health_interval_seconds: int
    receiver_offsets: _containers.RepeatedCompositeFieldContainer[ReceiverOffset]
    zone_rules: _containers.RepeatedCompositeFieldContainer[ZoneRule]
    tells_news: bool
    def __init__(self, rssi_offset_db: _Optional[float] = ..., health_interval_seconds: _Optional[int] = ..., receiver_offsets: _Optional[_Iterable[_Union[ReceiverOffset, _Mapping]]] = ..., zone_rules: _Optional[_Iterable[_Union[ZoneRule, _Mapping]]] = ..., tells_news: _Optional[bool] = ...) -> None: ...

class ReceiverOffset(_message.Message):
    __slots__ = ("receiver", "rssi_offset_db")
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    RSSI_OFFSET_DB_FIELD_NUMBER: _ClassVar[int]
    receiver: str
    rssi_offset_db: float
    def __init__(self, receiver: _Optional[str] = ..., rssi_offset_db: _Optional[float] = ...) -> None: ...

class ZoneRule(_message.Message):
    __slots__ = ("zone", "enter_rssi_dbm", "exit_rssi_dbm", "bias_db", "enter_hold_seconds")
    ZONE_FIELD_NUMBER: _ClassVar[int]
    ENTER_RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    EXIT_RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    BIAS_DB_FIELD_NUMBER: _ClassVar[int]
    ENTER_HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    zone: str
    enter_rssi_dbm: float
    exit_rssi_dbm: float
    bias_db: float
    enter_hold_seconds: float
    def __init__(self, zone: _Optional[str] = ..., enter_rssi_dbm: _Optional[float] = ..., exit_rssi_dbm: _Optional[float] = ..., bias_db: _Optional[float] = ..., enter_hold_seconds: _Optional[float] = ...) -> None: ...

class KeyStretch(_message.Message):
    __slots__ = ("starts_at", "ends_at", "first_row", "cells")
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_ROW_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    first_row: int
    cells: bytes
    def __init__(self, starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first_row: _Optional[int] = ..., cells: _Optional[bytes] = ...) -> None: ...

class StaticTag(_message.Message):
    __slots__ = ("row", "identifier")
    ROW_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    row: int
    identifier: bytes
    def __init__(self, row: _Optional[int] = ..., identifier: _Optional[bytes] = ...) -> None: ...

class KeyUpdate(_message.Message):
    __slots__ = ("base_version", "version", "identifiers", "pseudonyms", "tags", "forgotten_rows")
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    PSEUDONYMS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_ROWS_FIELD_NUMBER: _ClassVar[int]
    base_version: str
    version: str
    identifiers: _containers.RepeatedCompositeFieldContainer[KeyStretch]
    pseudonyms: _containers.RepeatedCompositeFieldContainer[KeyStretch]
    tags: _containers.RepeatedCompositeFieldContainer[StaticTag]
    forgotten_rows: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, base_version: _Optional[str] = ..., version: _Optional[str] = ..., identifiers: _Optional[_Iterable[_Union[KeyStretch, _Mapping]]] = ..., pseudonyms: _Optional[_Iterable[_Union[KeyStretch, _Mapping]]] = ..., tags: _Optional[_Iterable[_Union[StaticTag, _Mapping]]] = ..., forgotten_rows: _Optional[_Iterable[int]] = ...) -> None: ...

class TimeReply(_message.Message):
    __slots__ = ("sent_at", "server_at")
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    SERVER_AT_FIELD_NUMBER: _ClassVar[int]
    sent_at: _timestamp_pb2.Timestamp
    server_at: _timestamp_pb2.Timestamp
    def __init__(self, sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., server_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionResponse(_message.Message):
    __slots__ = ("ack", "config", "time", "keys")
    ACK_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    ack: Ack
    config: Config
    time: TimeReply
    keys: KeyUpdate
    def __init__(self, ack: _Optional[_Union[Ack, _Mapping]] = ..., config: _Optional[_Union[Config, _Mapping]] = ..., time: _Optional[_Union[TimeReply, _Mapping]] = ..., keys: _Optional[_Union[KeyUpdate, _Mapping]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("visit_id", "customer_id", "store", "zone", "state", "entered_at", "last_seen_at", "exited_at", "amended_at", "spoofable", "doubtful", "exit_presumed")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    EXITED_AT_FIELD_NUMBER: _ClassVar[int]
    AMENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SPOOFABLE_FIELD_NUMBER: _ClassVar[int]
    DOUBTFUL_FIELD_NUMBER: _ClassVar[int]
    EXIT_PRESUMED_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    customer_id: str
    store: str
    zone: str
    state: VisitState
    entered_at: _timestamp_pb2.Timestamp
    last_seen_at: _timestamp_pb2.Timestamp
    exited_at: _timestamp_pb2.Timestamp
    amended_at: _timestamp_pb2.Timestamp
    spoofable: bool
    doubtful: bool
    exit_presumed: bool
    def __init__(self, visit_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., store: _Optional[str] = ..., zone: _Optional[str] = ..., state: _Optional[_Union[VisitState, str]] = ..., entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., exited_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., amended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., spoofable: _Optional[bool] = ..., doubtful: _Optional[bool] = ..., exit_presumed: _Optional[bool] = ...) -> None: ...

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

class Gateway(_message.Message):
    __slots__ = ("gateway", "store", "version", "last_contact_at", "troubles", "health", "config", "dropped")
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LAST_CONTACT_AT_FIELD_NUMBER: _ClassVar[int]
    TROUBLES_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    gateway: str
    store: str
    version: str
    last_contact_at: _timestamp_pb2.Timestamp
    troubles: _containers.RepeatedScalarFieldContainer[GatewayTrouble]
    health: Health
    config: Config
    dropped: int
    def __init__(self, gateway: _Optional[str] = ..., store: _Optional[str] = ..., version: _Optional[str] = ..., last_contact_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., troubles: _Optional[_Iterable[_Union[GatewayTrouble, str]]] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., config: _Optional[_Union[Config, _Mapping]] = ..., dropped: _Optional[int] = ...) -> None: ...

class ListGatewaysRequest(_message.Message):
    __slots__ = ("store", "page_size", "page_token")
    STORE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    store: str
    page_size: int
    page_token: str
    def __init__(self, store: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGatewaysResponse(_message.Message):
    __slots__ = ("gateways", "next_page_token")
    GATEWAYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    gateways: _containers.RepeatedCompositeFieldContainer[Gateway]
    next_page_token: str
    def __init__(self, gateways: _Optional[_Iterable[_Union[Gateway, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ConfigureGatewayRequest(_message.Message):
    __slots__ = ("gateway", "config", "request_id")
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    gateway: str
    config: Config
    request_id: str
    def __init__(self, gateway: _Optional[str] = ..., config: _Optional[_Union[Config, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConfigureGatewayResponse(_message.Message):
    __slots__ = ("gateway",)
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    gateway: Gateway
    def __init__(self, gateway: _Optional[_Union[Gateway, _Mapping]] = ...) -> None: ...

class MapReceiver(_message.Message):
    __slots__ = ("gateway", "zone", "faintest_rssi_dbm")
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    FAINTEST_RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    gateway: str
    zone: str
    faintest_rssi_dbm: float
    def __init__(self, gateway: _Optional[str] = ..., zone: _Optional[str] = ..., faintest_rssi_dbm: _Optional[float] = ...) -> None: ...

class MapPlace(_message.Message):
    __slots__ = ("zone", "rssi_dbm")
    ZONE_FIELD_NUMBER: _ClassVar[int]
    RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    zone: str
    rssi_dbm: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, zone: _Optional[str] = ..., rssi_dbm: _Optional[_Iterable[float]] = ...) -> None: ...

class StoreMap(_message.Message):
    __slots__ = ("receivers", "places", "entrances")
    RECEIVERS_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    ENTRANCES_FIELD_NUMBER: _ClassVar[int]
    receivers: _containers.RepeatedCompositeFieldContainer[MapReceiver]
    places: _containers.RepeatedCompositeFieldContainer[MapPlace]
    entrances: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, receivers: _Optional[_Iterable[_Union[MapReceiver, _Mapping]]] = ..., places: _Optional[_Iterable[_Union[MapPlace, _Mapping]]] = ..., entrances: _Optional[_Iterable[str]] = ...) -> None: ...

class SetStoreMapRequest(_message.Message):
    __slots__ = ("store", "map", "request_id")
    STORE_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    store: str
    map: StoreMap
    request_id: str
    def __init__(self, store: _Optional[str] = ..., map: _Optional[_Union[StoreMap, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetStoreMapResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTagsRequest(_message.Message):
    __slots__ = ("battery_low_only", "page_size", "page_token")
    BATTERY_LOW_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    battery_low_only: bool
    page_size: int
    page_token: str
    def __init__(self, battery_low_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Tag(_message.Message):
    __slots__ = ("customer_id", "spoofable", "seen_at", "battery_mv", "temperature_c", "battery_low")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SPOOFABLE_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    BATTERY_MV_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_C_FIELD_NUMBER: _ClassVar[int]
    BATTERY_LOW_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    spoofable: bool
    seen_at: _timestamp_pb2.Timestamp
    battery_mv: int
    temperature_c: float
    battery_low: bool
    def __init__(self, customer_id: _Optional[str] = ..., spoofable: _Optional[bool] = ..., seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., battery_mv: _Optional[int] = ..., temperature_c: _Optional[float] = ..., battery_low: _Optional[bool] = ...) -> None: ...

class ListTagsResponse(_message.Message):
    __slots__ = ("tags", "next_page_token")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    next_page_token: str
    def __init__(self, tags: _Optional[_Iterable[_Union[Tag, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
