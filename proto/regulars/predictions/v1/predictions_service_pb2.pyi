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

class Readiness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    READINESS_UNSPECIFIED: _ClassVar[Readiness]
    READINESS_NOT_READY: _ClassVar[Readiness]
    READINESS_BASELINE: _ClassVar[Readiness]
    READINESS_READY: _ClassVar[Readiness]

class Band(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BAND_UNSPECIFIED: _ClassVar[Band]
    BAND_LOW: _ClassVar[Band]
    BAND_MEDIUM: _ClassVar[Band]
    BAND_HIGH: _ClassVar[Band]
READINESS_UNSPECIFIED: Readiness
READINESS_NOT_READY: Readiness
READINESS_BASELINE: Readiness
READINESS_READY: Readiness
BAND_UNSPECIFIED: Band
BAND_LOW: Band
BAND_MEDIUM: Band
BAND_HIGH: Band

class Origin(_message.Message):
    __slots__ = ("model", "version", "cutoff", "horizon_days", "readiness")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CUTOFF_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    model: str
    version: str
    cutoff: _timestamp_pb2.Timestamp
    horizon_days: int
    readiness: Readiness
    def __init__(self, model: _Optional[str] = ..., version: _Optional[str] = ..., cutoff: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., horizon_days: _Optional[int] = ..., readiness: _Optional[_Union[Readiness, str]] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("family", "text", "contribution")
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    family: str
    text: str
    contribution: float
    def __init__(self, family: _Optional[str] = ..., text: _Optional[str] = ..., contribution: _Optional[float] = ...) -> None: ...

class Churn(_message.Message):
    __slots__ = ("customer_id", "probability", "band", "reasons", "value_minor", "expected_loss_minor", "origin")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    VALUE_MINOR_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_LOSS_MINOR_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    probability: float
    band: Band
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    value_minor: int
    expected_loss_minor: int
    origin: Origin
    def __init__(self, customer_id: _Optional[str] = ..., probability: _Optional[float] = ..., band: _Optional[_Union[Band, str]] = ..., reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., value_minor: _Optional[int] = ..., expected_loss_minor: _Optional[int] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ...) -> None: ...

class Replenishment(_message.Message):
    __slots__ = ("customer_id", "sku", "title", "probability", "due_on", "due_from", "due_to", "origin")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    DUE_FROM_FIELD_NUMBER: _ClassVar[int]
    DUE_TO_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    sku: str
    title: str
    probability: float
    due_on: str
    due_from: str
    due_to: str
    origin: Origin
    def __init__(self, customer_id: _Optional[str] = ..., sku: _Optional[str] = ..., title: _Optional[str] = ..., probability: _Optional[float] = ..., due_on: _Optional[str] = ..., due_from: _Optional[str] = ..., due_to: _Optional[str] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ...) -> None: ...

class GetChurnRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetChurnResponse(_message.Message):
    __slots__ = ("churn",)
    CHURN_FIELD_NUMBER: _ClassVar[int]
    churn: Churn
    def __init__(self, churn: _Optional[_Union[Churn, _Mapping]] = ...) -> None: ...

class ListChurnRisksRequest(_message.Message):
    __slots__ = ("band_min", "page_size", "page_token")
    BAND_MIN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    band_min: Band
    page_size: int
    page_token: str
    def __init__(self, band_min: _Optional[_Union[Band, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListChurnRisksResponse(_message.Message):
    __slots__ = ("risks", "next_page_token")
    RISKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    risks: _containers.RepeatedCompositeFieldContainer[Churn]
    next_page_token: str
    def __init__(self, risks: _Optional[_Iterable[_Union[Churn, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListReplenishmentsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReplenishmentsResponse(_message.Message):
    __slots__ = ("replenishments", "next_page_token")
    REPLENISHMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    replenishments: _containers.RepeatedCompositeFieldContainer[Replenishment]
    next_page_token: str
    def __init__(self, replenishments: _Optional[_Iterable[_Union[Replenishment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
