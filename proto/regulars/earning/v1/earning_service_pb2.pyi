import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from regulars.types.v1 import channel_pb2 as _channel_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuleState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_STATE_UNSPECIFIED: _ClassVar[RuleState]
    RULE_STATE_DRAFT: _ClassVar[RuleState]
    RULE_STATE_PUBLISHED: _ClassVar[RuleState]
    RULE_STATE_RETIRED: _ClassVar[RuleState]

class RuleOrigin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_ORIGIN_UNSPECIFIED: _ClassVar[RuleOrigin]
    RULE_ORIGIN_FILE: _ClassVar[RuleOrigin]
    RULE_ORIGIN_API: _ClassVar[RuleOrigin]

class RuleReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_REASON_UNSPECIFIED: _ClassVar[RuleReason]
    RULE_REASON_WINDOW: _ClassVar[RuleReason]
    RULE_REASON_RECIPIENT: _ClassVar[RuleReason]
    RULE_REASON_CHANNEL: _ClassVar[RuleReason]
    RULE_REASON_TIER: _ClassVar[RuleReason]
    RULE_REASON_FIRST_PURCHASE: _ClassVar[RuleReason]
    RULE_REASON_BIRTHDAY: _ClassVar[RuleReason]
    RULE_REASON_WEEKDAY: _ClassVar[RuleReason]
    RULE_REASON_HOUR: _ClassVar[RuleReason]
    RULE_REASON_LINES: _ClassVar[RuleReason]
    RULE_REASON_SPEND: _ClassVar[RuleReason]
    RULE_REASON_TOO_LITTLE: _ClassVar[RuleReason]
    RULE_REASON_MEMBER_LIMIT: _ClassVar[RuleReason]
    RULE_REASON_BUDGET: _ClassVar[RuleReason]
    RULE_REASON_GROUP: _ClassVar[RuleReason]
    RULE_REASON_EXCLUSIVE: _ClassVar[RuleReason]
RULE_STATE_UNSPECIFIED: RuleState
RULE_STATE_DRAFT: RuleState
RULE_STATE_PUBLISHED: RuleState
RULE_STATE_RETIRED: RuleState
RULE_ORIGIN_UNSPECIFIED: RuleOrigin
RULE_ORIGIN_FILE: RuleOrigin
RULE_ORIGIN_API: RuleOrigin
RULE_REASON_UNSPECIFIED: RuleReason
RULE_REASON_WINDOW: RuleReason
RULE_REASON_RECIPIENT: RuleReason
RULE_REASON_CHANNEL: RuleReason
RULE_REASON_TIER: RuleReason
RULE_REASON_FIRST_PURCHASE: RuleReason
RULE_REASON_BIRTHDAY: RuleReason
RULE_REASON_WEEKDAY: RuleReason
RULE_REASON_HOUR: RuleReason
RULE_REASON_LINES: RuleReason
RULE_REASON_SPEND: RuleReason
RULE_REASON_TOO_LITTLE: RuleReason
RULE_REASON_MEMBER_LIMIT: RuleReason
RULE_REASON_BUDGET: RuleReason
RULE_REASON_GROUP: RuleReason
RULE_REASON_EXCLUSIVE: RuleReason

class Rule(_message.Message):
    __slots__ = ("rule_id", "version", "state", "origin", "definition", "name", "effective_from", "effective_until", "actor", "created_at", "changed_at", "etag")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    version: int
    state: RuleState
    origin: RuleOrigin
    definition: str
    name: str
    effective_from: _timestamp_pb2.Timestamp
    effective_until: _timestamp_pb2.Timestamp
    actor: str
    created_at: _timestamp_pb2.Timestamp
    changed_at: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, rule_id: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[RuleState, str]] = ..., origin: _Optional[_Union[RuleOrigin, str]] = ..., definition: _Optional[str] = ..., name: _Optional[str] = ..., effective_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., effective_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateRuleRequest(_message.Message):
    __slots__ = ("request_id", "definition", "actor")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    definition: str
    actor: str
    def __init__(self, request_id: _Optional[str] = ..., definition: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class CreateRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class GetRuleRequest(_message.Message):
    __slots__ = ("rule_id", "version")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    version: int
    def __init__(self, rule_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetRuleResponse(_message.Message):
    __slots__ = ("rule", "budget_given_points")
    RULE_FIELD_NUMBER: _ClassVar[int]
    BUDGET_GIVEN_POINTS_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    budget_given_points: int
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ..., budget_given_points: _Optional[int] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: RuleState
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[RuleState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rules", "next_page_token")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    next_page_token: str
    def __init__(self, rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateDraftRequest(_message.Message):
    __slots__ = ("request_id", "rule_id", "version", "definition", "actor", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule_id: str
    version: int
    definition: str
    actor: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., version: _Optional[int] = ..., definition: _Optional[str] = ..., actor: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateDraftResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class DeleteDraftRequest(_message.Message):
    __slots__ = ("request_id", "rule_id", "version", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule_id: str
    version: int
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteDraftResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PublishRuleRequest(_message.Message):
    __slots__ = ("request_id", "rule_id", "version", "effective_from", "actor", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule_id: str
    version: int
    effective_from: _timestamp_pb2.Timestamp
    actor: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., version: _Optional[int] = ..., effective_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class PublishRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class RetireRuleRequest(_message.Message):
    __slots__ = ("request_id", "rule_id", "actor")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule_id: str
    actor: str
    def __init__(self, request_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class RetireRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class RuleReference(_message.Message):
    __slots__ = ("rule_id", "version")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    version: int
    def __init__(self, rule_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class BasketLine(_message.Message):
    __slots__ = ("sku", "quantity", "unit_price_minor", "category", "gift_card")
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MINOR_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    GIFT_CARD_FIELD_NUMBER: _ClassVar[int]
    sku: str
    quantity: int
    unit_price_minor: int
    category: str
    gift_card: bool
    def __init__(self, sku: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price_minor: _Optional[int] = ..., category: _Optional[str] = ..., gift_card: _Optional[bool] = ...) -> None: ...

class SimulateEarnRequest(_message.Message):
    __slots__ = ("customer_id", "lines", "channel", "placed_at", "points_paid_minor", "definition", "rule")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PLACED_AT_FIELD_NUMBER: _ClassVar[int]
    POINTS_PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    lines: _containers.RepeatedCompositeFieldContainer[BasketLine]
    channel: _channel_pb2.Channel
    placed_at: _timestamp_pb2.Timestamp
    points_paid_minor: int
    definition: str
    rule: RuleReference
    def __init__(self, customer_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[BasketLine, _Mapping]]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., placed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., points_paid_minor: _Optional[int] = ..., definition: _Optional[str] = ..., rule: _Optional[_Union[RuleReference, _Mapping]] = ...) -> None: ...

class LinePoints(_message.Message):
    __slots__ = ("line", "points")
    LINE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    line: int
    points: int
    def __init__(self, line: _Optional[int] = ..., points: _Optional[int] = ...) -> None: ...

class RuleOutcome(_message.Message):
    __slots__ = ("rule_id", "version", "name", "tried", "points", "lines", "reason", "reason_text")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_TEXT_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    version: int
    name: str
    tried: bool
    points: int
    lines: _containers.RepeatedCompositeFieldContainer[LinePoints]
    reason: RuleReason
    reason_text: str
    def __init__(self, rule_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., tried: _Optional[bool] = ..., points: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[LinePoints, _Mapping]]] = ..., reason: _Optional[_Union[RuleReason, str]] = ..., reason_text: _Optional[str] = ...) -> None: ...

class SimulateEarnResponse(_message.Message):
    __slots__ = ("points", "outcomes")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    points: int
    outcomes: _containers.RepeatedCompositeFieldContainer[RuleOutcome]
    def __init__(self, points: _Optional[int] = ..., outcomes: _Optional[_Iterable[_Union[RuleOutcome, _Mapping]]] = ...) -> None: ...

class ReplayRulesRequest(_message.Message):
    __slots__ = ("definition", "rule", "members_max")
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_MAX_FIELD_NUMBER: _ClassVar[int]
    definition: str
    rule: RuleReference
    members_max: int
    def __init__(self, definition: _Optional[str] = ..., rule: _Optional[_Union[RuleReference, _Mapping]] = ..., members_max: _Optional[int] = ...) -> None: ...

class MemberDifference(_message.Message):
    __slots__ = ("customer_id", "orders", "present_points", "tried_points")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    PRESENT_POINTS_FIELD_NUMBER: _ClassVar[int]
    TRIED_POINTS_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    orders: int
    present_points: int
    tried_points: int
    def __init__(self, customer_id: _Optional[str] = ..., orders: _Optional[int] = ..., present_points: _Optional[int] = ..., tried_points: _Optional[int] = ...) -> None: ...

class ReplayRulesResponse(_message.Message):
    __slots__ = ("orders", "members", "members_changed", "present_points", "tried_points", "cost", "differences", "complete", "since")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    PRESENT_POINTS_FIELD_NUMBER: _ClassVar[int]
    TRIED_POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    orders: int
    members: int
    members_changed: int
    present_points: int
    tried_points: int
    cost: _money_pb2.Money
    differences: _containers.RepeatedCompositeFieldContainer[MemberDifference]
    complete: bool
    since: _timestamp_pb2.Timestamp
    def __init__(self, orders: _Optional[int] = ..., members: _Optional[int] = ..., members_changed: _Optional[int] = ..., present_points: _Optional[int] = ..., tried_points: _Optional[int] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., differences: _Optional[_Iterable[_Union[MemberDifference, _Mapping]]] = ..., complete: _Optional[bool] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
