import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.activity.v1 import events_pb2 as _events_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
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

class CartState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CART_STATE_UNSPECIFIED: _ClassVar[CartState]
    CART_STATE_OPEN: _ClassVar[CartState]
    CART_STATE_ABANDONED: _ClassVar[CartState]
    CART_STATE_RECOVERED: _ClassVar[CartState]
    CART_STATE_CONVERTED_ELSEWHERE: _ClassVar[CartState]
    CART_STATE_CLEARED: _ClassVar[CartState]
    CART_STATE_EXPIRED: _ClassVar[CartState]

class WaitingReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAITING_REASON_UNSPECIFIED: _ClassVar[WaitingReason]
    WAITING_REASON_ORDER_UNKNOWN: _ClassVar[WaitingReason]
    WAITING_REASON_PURCHASE_UNKNOWN: _ClassVar[WaitingReason]
    WAITING_REASON_NOT_IN_ORDER: _ClassVar[WaitingReason]
    WAITING_REASON_REFUSED: _ClassVar[WaitingReason]
CART_STATE_UNSPECIFIED: CartState
CART_STATE_OPEN: CartState
CART_STATE_ABANDONED: CartState
CART_STATE_RECOVERED: CartState
CART_STATE_CONVERTED_ELSEWHERE: CartState
CART_STATE_CLEARED: CartState
CART_STATE_EXPIRED: CartState
WAITING_REASON_UNSPECIFIED: WaitingReason
WAITING_REASON_ORDER_UNKNOWN: WaitingReason
WAITING_REASON_PURCHASE_UNKNOWN: WaitingReason
WAITING_REASON_NOT_IN_ORDER: WaitingReason
WAITING_REASON_REFUSED: WaitingReason

class OrderLine(_message.Message):
    __slots__ = ("sku", "quantity", "unit_price_minor", "title", "category", "gift_card")
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MINOR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    GIFT_CARD_FIELD_NUMBER: _ClassVar[int]
    sku: str
    quantity: int
    unit_price_minor: int
    title: str
    category: str
    gift_card: bool
    def __init__(self, sku: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price_minor: _Optional[int] = ..., title: _Optional[str] = ..., category: _Optional[str] = ..., gift_card: _Optional[bool] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "customer_id", "placed_at", "channel", "currency", "lines", "source", "points_paid_minor")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PLACED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    POINTS_PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    customer_id: str
    placed_at: _timestamp_pb2.Timestamp
    channel: _channel_pb2.Channel
    currency: str
    lines: _containers.RepeatedCompositeFieldContainer[OrderLine]
    source: str
    points_paid_minor: int
    def __init__(self, order_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., placed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., currency: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[OrderLine, _Mapping]]] = ..., source: _Optional[str] = ..., points_paid_minor: _Optional[int] = ...) -> None: ...

class ReturnLine(_message.Message):
    __slots__ = ("sku", "quantity")
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    sku: str
    quantity: int
    def __init__(self, sku: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class Return(_message.Message):
    __slots__ = ("return_id", "order_id", "customer_id", "returned_at", "lines", "source")
    RETURN_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    RETURNED_AT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    return_id: str
    order_id: str
    customer_id: str
    returned_at: _timestamp_pb2.Timestamp
    lines: _containers.RepeatedCompositeFieldContainer[ReturnLine]
    source: str
    def __init__(self, return_id: _Optional[str] = ..., order_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., returned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[ReturnLine, _Mapping]]] = ..., source: _Optional[str] = ...) -> None: ...

class RecordOrderRequest(_message.Message):
    __slots__ = ("request_id", "order")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order: Order
    def __init__(self, request_id: _Optional[str] = ..., order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class RecordOrderResponse(_message.Message):
    __slots__ = ("duplicate", "total")
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    total: _money_pb2.Money
    def __init__(self, duplicate: _Optional[bool] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class OrderRecord(_message.Message):
    __slots__ = ("order", "order_return", "exchange", "cart", "event")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORDER_RETURN_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    order: Order
    order_return: Return
    exchange: Exchange
    cart: Cart
    event: _events_pb2.Event
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., order_return: _Optional[_Union[Return, _Mapping]] = ..., exchange: _Optional[_Union[Exchange, _Mapping]] = ..., cart: _Optional[_Union[Cart, _Mapping]] = ..., event: _Optional[_Union[_events_pb2.Event, _Mapping]] = ...) -> None: ...

class RecordOrdersRequest(_message.Message):
    __slots__ = ("batch_id", "records")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    batch_id: int
    records: _containers.RepeatedCompositeFieldContainer[OrderRecord]
    def __init__(self, batch_id: _Optional[int] = ..., records: _Optional[_Iterable[_Union[OrderRecord, _Mapping]]] = ...) -> None: ...

class Rejection(_message.Message):
    __slots__ = ("index", "reason", "field", "message")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    index: int
    reason: str
    field: str
    message: str
    def __init__(self, index: _Optional[int] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class RecordOrdersResponse(_message.Message):
    __slots__ = ("batch_id", "inserted", "duplicates", "rejected", "unmatched_units", "waiting")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    INSERTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    UNMATCHED_UNITS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    batch_id: int
    inserted: int
    duplicates: int
    rejected: _containers.RepeatedCompositeFieldContainer[Rejection]
    unmatched_units: int
    waiting: int
    def __init__(self, batch_id: _Optional[int] = ..., inserted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[_Iterable[_Union[Rejection, _Mapping]]] = ..., unmatched_units: _Optional[int] = ..., waiting: _Optional[int] = ...) -> None: ...

class RecordReturnRequest(_message.Message):
    __slots__ = ("request_id", "order_return")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_RETURN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_return: Return
    def __init__(self, request_id: _Optional[str] = ..., order_return: _Optional[_Union[Return, _Mapping]] = ...) -> None: ...

class RecordReturnResponse(_message.Message):
    __slots__ = ("duplicate", "refund", "unmatched_units", "waits")
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    UNMATCHED_UNITS_FIELD_NUMBER: _ClassVar[int]
    WAITS_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    refund: _money_pb2.Money
    unmatched_units: int
    waits: bool
    def __init__(self, duplicate: _Optional[bool] = ..., refund: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., unmatched_units: _Optional[int] = ..., waits: _Optional[bool] = ...) -> None: ...

class Exchange(_message.Message):
    __slots__ = ("exchange_id", "source", "customer_id", "exchanged_at", "channel", "order_id", "returned", "new_order_id", "taken", "currency", "points_paid_minor")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    NEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    source: str
    customer_id: str
    exchanged_at: _timestamp_pb2.Timestamp
    channel: _channel_pb2.Channel
    order_id: str
    returned: _containers.RepeatedCompositeFieldContainer[ReturnLine]
    new_order_id: str
    taken: _containers.RepeatedCompositeFieldContainer[OrderLine]
    currency: str
    points_paid_minor: int
    def __init__(self, exchange_id: _Optional[str] = ..., source: _Optional[str] = ..., customer_id: _Optional[str] = ..., exchanged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., order_id: _Optional[str] = ..., returned: _Optional[_Iterable[_Union[ReturnLine, _Mapping]]] = ..., new_order_id: _Optional[str] = ..., taken: _Optional[_Iterable[_Union[OrderLine, _Mapping]]] = ..., currency: _Optional[str] = ..., points_paid_minor: _Optional[int] = ...) -> None: ...

class RecordExchangeRequest(_message.Message):
    __slots__ = ("request_id", "exchange")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    exchange: Exchange
    def __init__(self, request_id: _Optional[str] = ..., exchange: _Optional[_Union[Exchange, _Mapping]] = ...) -> None: ...

class RecordExchangeResponse(_message.Message):
    __slots__ = ("duplicate", "returned", "taken", "waits")
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    WAITS_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    returned: _money_pb2.Money
    taken: _money_pb2.Money
    waits: bool
    def __init__(self, duplicate: _Optional[bool] = ..., returned: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., taken: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., waits: _Optional[bool] = ...) -> None: ...

class CartLine(_message.Message):
    __slots__ = ("sku", "quantity", "unit_price_minor", "title")
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MINOR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    sku: str
    quantity: int
    unit_price_minor: int
    title: str
    def __init__(self, sku: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price_minor: _Optional[int] = ..., title: _Optional[str] = ...) -> None: ...

class Cart(_message.Message):
    __slots__ = ("cart_id", "customer_id", "channel", "currency", "lines", "changed_at")
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    cart_id: str
    customer_id: str
    channel: _channel_pb2.Channel
    currency: str
    lines: _containers.RepeatedCompositeFieldContainer[CartLine]
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, cart_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., currency: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[CartLine, _Mapping]]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdateCartRequest(_message.Message):
    __slots__ = ("request_id", "cart_id", "customer_id", "channel", "currency", "lines", "changed_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    cart_id: str
    customer_id: str
    channel: _channel_pb2.Channel
    currency: str
    lines: _containers.RepeatedCompositeFieldContainer[CartLine]
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., currency: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[CartLine, _Mapping]]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdateCartResponse(_message.Message):
    __slots__ = ("state", "abandoned_at")
    STATE_FIELD_NUMBER: _ClassVar[int]
    ABANDONED_AT_FIELD_NUMBER: _ClassVar[int]
    state: CartState
    abandoned_at: _timestamp_pb2.Timestamp
    def __init__(self, state: _Optional[_Union[CartState, str]] = ..., abandoned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordEventRequest(_message.Message):
    __slots__ = ("request_id", "event")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event: _events_pb2.Event
    def __init__(self, request_id: _Optional[str] = ..., event: _Optional[_Union[_events_pb2.Event, _Mapping]] = ...) -> None: ...

class RecordEventResponse(_message.Message):
    __slots__ = ("duplicate",)
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    def __init__(self, duplicate: _Optional[bool] = ...) -> None: ...

class RecordEventsRequest(_message.Message):
    __slots__ = ("batch_id", "events")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    batch_id: int
    events: _containers.RepeatedCompositeFieldContainer[_events_pb2.Event]
    def __init__(self, batch_id: _Optional[int] = ..., events: _Optional[_Iterable[_Union[_events_pb2.Event, _Mapping]]] = ...) -> None: ...

class RecordEventsResponse(_message.Message):
    __slots__ = ("batch_id", "inserted", "duplicates", "rejected")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    INSERTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    batch_id: int
    inserted: int
    duplicates: int
    rejected: _containers.RepeatedCompositeFieldContainer[Rejection]
    def __init__(self, batch_id: _Optional[int] = ..., inserted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[_Iterable[_Union[Rejection, _Mapping]]] = ...) -> None: ...

class WaitingRecord(_message.Message):
    __slots__ = ("return_id", "exchange_id", "source", "customer_id", "order_id", "happened_at", "lines", "reason", "refused")
    RETURN_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    HAPPENED_AT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    return_id: str
    exchange_id: str
    source: str
    customer_id: str
    order_id: str
    happened_at: _timestamp_pb2.Timestamp
    lines: _containers.RepeatedCompositeFieldContainer[ReturnLine]
    reason: WaitingReason
    refused: str
    def __init__(self, return_id: _Optional[str] = ..., exchange_id: _Optional[str] = ..., source: _Optional[str] = ..., customer_id: _Optional[str] = ..., order_id: _Optional[str] = ..., happened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[ReturnLine, _Mapping]]] = ..., reason: _Optional[_Union[WaitingReason, str]] = ..., refused: _Optional[str] = ...) -> None: ...

class ListWaitingRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWaitingResponse(_message.Message):
    __slots__ = ("records", "next_page_token", "total", "refused")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[WaitingRecord]
    next_page_token: str
    total: int
    refused: int
    def __init__(self, records: _Optional[_Iterable[_Union[WaitingRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total: _Optional[int] = ..., refused: _Optional[int] = ...) -> None: ...

class ListTouchpointsRequest(_message.Message):
    __slots__ = ("window",)
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ...) -> None: ...

class ListTouchpointsResponse(_message.Message):
    __slots__ = ("touchpoints", "unmapped", "window")
    TOUCHPOINTS_FIELD_NUMBER: _ClassVar[int]
    UNMAPPED_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    touchpoints: _containers.RepeatedCompositeFieldContainer[_events_pb2.Touchpoint]
    unmapped: _containers.RepeatedCompositeFieldContainer[_events_pb2.UnmappedTouchpoint]
    window: _figure_pb2.Window
    def __init__(self, touchpoints: _Optional[_Iterable[_Union[_events_pb2.Touchpoint, _Mapping]]] = ..., unmapped: _Optional[_Iterable[_Union[_events_pb2.UnmappedTouchpoint, _Mapping]]] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ...) -> None: ...
