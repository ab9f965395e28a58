import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HoldState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLD_STATE_UNSPECIFIED: _ClassVar[HoldState]
    HOLD_STATE_HELD: _ClassVar[HoldState]
    HOLD_STATE_CAPTURED: _ClassVar[HoldState]
    HOLD_STATE_RELEASED: _ClassVar[HoldState]
    HOLD_STATE_LAPSED: _ClassVar[HoldState]

class MovementKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MOVEMENT_KIND_UNSPECIFIED: _ClassVar[MovementKind]
    MOVEMENT_KIND_EARN: _ClassVar[MovementKind]
    MOVEMENT_KIND_ACTIVATE: _ClassVar[MovementKind]
    MOVEMENT_KIND_HOLD: _ClassVar[MovementKind]
    MOVEMENT_KIND_RELEASE: _ClassVar[MovementKind]
    MOVEMENT_KIND_SPEND: _ClassVar[MovementKind]
    MOVEMENT_KIND_EXPIRE: _ClassVar[MovementKind]
    MOVEMENT_KIND_REVERSE_EARN: _ClassVar[MovementKind]
    MOVEMENT_KIND_RESTORE_SPEND: _ClassVar[MovementKind]
    MOVEMENT_KIND_ADJUST: _ClassVar[MovementKind]
    MOVEMENT_KIND_TRANSFER: _ClassVar[MovementKind]
    MOVEMENT_KIND_MERGE: _ClassVar[MovementKind]
    MOVEMENT_KIND_FORFEIT: _ClassVar[MovementKind]

class PointsAccount(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POINTS_ACCOUNT_UNSPECIFIED: _ClassVar[PointsAccount]
    POINTS_ACCOUNT_PENDING: _ClassVar[PointsAccount]
    POINTS_ACCOUNT_ACTIVE: _ClassVar[PointsAccount]
    POINTS_ACCOUNT_BLOCKED: _ClassVar[PointsAccount]
    POINTS_ACCOUNT_DEBT: _ClassVar[PointsAccount]
    POINTS_ACCOUNT_PROGRAMME: _ClassVar[PointsAccount]

class LotState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOT_STATE_UNSPECIFIED: _ClassVar[LotState]
    LOT_STATE_PENDING: _ClassVar[LotState]
    LOT_STATE_ACTIVE: _ClassVar[LotState]
    LOT_STATE_SPENT: _ClassVar[LotState]
    LOT_STATE_EXPIRED: _ClassVar[LotState]
    LOT_STATE_REVERSED: _ClassVar[LotState]

class TierMetric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_METRIC_UNSPECIFIED: _ClassVar[TierMetric]
    TIER_METRIC_POINTS: _ClassVar[TierMetric]
    TIER_METRIC_SPEND: _ClassVar[TierMetric]
HOLD_STATE_UNSPECIFIED: HoldState
HOLD_STATE_HELD: HoldState
HOLD_STATE_CAPTURED: HoldState
HOLD_STATE_RELEASED: HoldState
HOLD_STATE_LAPSED: HoldState
MOVEMENT_KIND_UNSPECIFIED: MovementKind
MOVEMENT_KIND_EARN: MovementKind
MOVEMENT_KIND_ACTIVATE: MovementKind
MOVEMENT_KIND_HOLD: MovementKind
MOVEMENT_KIND_RELEASE: MovementKind
MOVEMENT_KIND_SPEND: MovementKind
MOVEMENT_KIND_EXPIRE: MovementKind
MOVEMENT_KIND_REVERSE_EARN: MovementKind
MOVEMENT_KIND_RESTORE_SPEND: MovementKind
MOVEMENT_KIND_ADJUST: MovementKind
MOVEMENT_KIND_TRANSFER: MovementKind
MOVEMENT_KIND_MERGE: MovementKind
MOVEMENT_KIND_FORFEIT: MovementKind
POINTS_ACCOUNT_UNSPECIFIED: PointsAccount
POINTS_ACCOUNT_PENDING: PointsAccount
POINTS_ACCOUNT_ACTIVE: PointsAccount
POINTS_ACCOUNT_BLOCKED: PointsAccount
POINTS_ACCOUNT_DEBT: PointsAccount
POINTS_ACCOUNT_PROGRAMME: PointsAccount
LOT_STATE_UNSPECIFIED: LotState
LOT_STATE_PENDING: LotState
LOT_STATE_ACTIVE: LotState
LOT_STATE_SPENT: LotState
LOT_STATE_EXPIRED: LotState
LOT_STATE_REVERSED: LotState
TIER_METRIC_UNSPECIFIED: TierMetric
TIER_METRIC_POINTS: TierMetric
TIER_METRIC_SPEND: TierMetric

class Hold(_message.Message):
    __slots__ = ("hold_id", "customer_id", "points", "state", "captured_points", "restored_points", "source", "order_id", "purpose", "held_at", "lapses_at", "resolved_at")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_POINTS_FIELD_NUMBER: _ClassVar[int]
    RESTORED_POINTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    HELD_AT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    customer_id: str
    points: int
    state: HoldState
    captured_points: int
    restored_points: int
    source: str
    order_id: str
    purpose: str
    held_at: _timestamp_pb2.Timestamp
    lapses_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    def __init__(self, hold_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., points: _Optional[int] = ..., state: _Optional[_Union[HoldState, str]] = ..., captured_points: _Optional[int] = ..., restored_points: _Optional[int] = ..., source: _Optional[str] = ..., order_id: _Optional[str] = ..., purpose: _Optional[str] = ..., held_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lapses_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Movement(_message.Message):
    __slots__ = ("movement_id", "customer_id", "kind", "points", "from_account", "to_account", "lot_id", "reference", "actor", "reason", "effective_at", "recorded_at")
    MOVEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FROM_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TO_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    movement_id: int
    customer_id: str
    kind: MovementKind
    points: int
    from_account: PointsAccount
    to_account: PointsAccount
    lot_id: str
    reference: str
    actor: str
    reason: str
    effective_at: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    def __init__(self, movement_id: _Optional[int] = ..., customer_id: _Optional[str] = ..., kind: _Optional[_Union[MovementKind, str]] = ..., points: _Optional[int] = ..., from_account: _Optional[_Union[PointsAccount, str]] = ..., to_account: _Optional[_Union[PointsAccount, str]] = ..., lot_id: _Optional[str] = ..., reference: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("lot_id", "customer_id", "origin", "points", "remaining_points", "blocked_points", "state", "source", "order_id", "rule", "earned_at", "activates_at", "expires_at")
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_POINTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_POINTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    EARNED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVATES_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    lot_id: str
    customer_id: str
    origin: MovementKind
    points: int
    remaining_points: int
    blocked_points: int
    state: LotState
    source: str
    order_id: str
    rule: str
    earned_at: _timestamp_pb2.Timestamp
    activates_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, lot_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., origin: _Optional[_Union[MovementKind, str]] = ..., points: _Optional[int] = ..., remaining_points: _Optional[int] = ..., blocked_points: _Optional[int] = ..., state: _Optional[_Union[LotState, str]] = ..., source: _Optional[str] = ..., order_id: _Optional[str] = ..., rule: _Optional[str] = ..., earned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., activates_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExpiringPoints(_message.Message):
    __slots__ = ("month", "points")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    month: str
    points: int
    def __init__(self, month: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class PointsFlow(_message.Message):
    __slots__ = ("month", "earned_points", "adjusted_points", "spent_points", "restored_points", "expired_points", "forfeited_points", "reversed_points")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    EARNED_POINTS_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_POINTS_FIELD_NUMBER: _ClassVar[int]
    SPENT_POINTS_FIELD_NUMBER: _ClassVar[int]
    RESTORED_POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_POINTS_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_POINTS_FIELD_NUMBER: _ClassVar[int]
    REVERSED_POINTS_FIELD_NUMBER: _ClassVar[int]
    month: str
    earned_points: int
    adjusted_points: int
    spent_points: int
    restored_points: int
    expired_points: int
    forfeited_points: int
    reversed_points: int
    def __init__(self, month: _Optional[str] = ..., earned_points: _Optional[int] = ..., adjusted_points: _Optional[int] = ..., spent_points: _Optional[int] = ..., restored_points: _Optional[int] = ..., expired_points: _Optional[int] = ..., forfeited_points: _Optional[int] = ..., reversed_points: _Optional[int] = ...) -> None: ...

class Liability(_message.Message):
    __slots__ = ("as_of", "pending_points", "active_points", "blocked_points", "debt_points", "value", "expiries", "flows", "breakage_rate", "ended_points")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    PENDING_POINTS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_POINTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEBT_POINTS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXPIRIES_FIELD_NUMBER: _ClassVar[int]
    FLOWS_FIELD_NUMBER: _ClassVar[int]
    BREAKAGE_RATE_FIELD_NUMBER: _ClassVar[int]
    ENDED_POINTS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    pending_points: int
    active_points: int
    blocked_points: int
    debt_points: int
    value: _money_pb2.Money
    expiries: _containers.RepeatedCompositeFieldContainer[ExpiringPoints]
    flows: _containers.RepeatedCompositeFieldContainer[PointsFlow]
    breakage_rate: float
    ended_points: int
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pending_points: _Optional[int] = ..., active_points: _Optional[int] = ..., blocked_points: _Optional[int] = ..., debt_points: _Optional[int] = ..., value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., expiries: _Optional[_Iterable[_Union[ExpiringPoints, _Mapping]]] = ..., flows: _Optional[_Iterable[_Union[PointsFlow, _Mapping]]] = ..., breakage_rate: _Optional[float] = ..., ended_points: _Optional[int] = ...) -> None: ...

class TierStanding(_message.Message):
    __slots__ = ("customer_id", "tier", "metric", "qualifying", "next_tier", "points_to_next", "points_to_stay", "projected_tier", "evaluates_at", "tier_since")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    QUALIFYING_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_FIELD_NUMBER: _ClassVar[int]
    POINTS_TO_NEXT_FIELD_NUMBER: _ClassVar[int]
    POINTS_TO_STAY_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_TIER_FIELD_NUMBER: _ClassVar[int]
    EVALUATES_AT_FIELD_NUMBER: _ClassVar[int]
    TIER_SINCE_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    tier: str
    metric: TierMetric
    qualifying: int
    next_tier: str
    points_to_next: int
    points_to_stay: int
    projected_tier: str
    evaluates_at: _timestamp_pb2.Timestamp
    tier_since: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., tier: _Optional[str] = ..., metric: _Optional[_Union[TierMetric, str]] = ..., qualifying: _Optional[int] = ..., next_tier: _Optional[str] = ..., points_to_next: _Optional[int] = ..., points_to_stay: _Optional[int] = ..., projected_tier: _Optional[str] = ..., evaluates_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tier_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TierWarning(_message.Message):
    __slots__ = ("customer_id", "tier", "projected_tier", "points_to_stay", "evaluates_at", "days_ahead", "raised_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_TIER_FIELD_NUMBER: _ClassVar[int]
    POINTS_TO_STAY_FIELD_NUMBER: _ClassVar[int]
    EVALUATES_AT_FIELD_NUMBER: _ClassVar[int]
    DAYS_AHEAD_FIELD_NUMBER: _ClassVar[int]
    RAISED_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    tier: str
    projected_tier: str
    points_to_stay: int
    evaluates_at: _timestamp_pb2.Timestamp
    days_ahead: int
    raised_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., tier: _Optional[str] = ..., projected_tier: _Optional[str] = ..., points_to_stay: _Optional[int] = ..., evaluates_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., days_ahead: _Optional[int] = ..., raised_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
