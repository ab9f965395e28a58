import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from regulars.types.v1 import figure_pb2 as _figure_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Group(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GROUP_UNSPECIFIED: _ClassVar[Group]
    GROUP_MEMBERS: _ClassVar[Group]
    GROUP_NON_MEMBERS: _ClassVar[Group]
    GROUP_REPEAT_BUYERS: _ClassVar[Group]
    GROUP_ONE_TIME_BUYERS: _ClassVar[Group]
    GROUP_OMNICHANNEL: _ClassVar[Group]
    GROUP_SINGLE_CHANNEL: _ClassVar[Group]

class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEASURE_UNSPECIFIED: _ClassVar[Measure]
    MEASURE_ORDER_VALUE: _ClassVar[Measure]
    MEASURE_SPEND: _ClassVar[Measure]
    MEASURE_SPEND_IN_STORE: _ClassVar[Measure]
    MEASURE_SPEND_ONLINE: _ClassVar[Measure]

class CohortSize(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COHORT_SIZE_UNSPECIFIED: _ClassVar[CohortSize]
    COHORT_SIZE_QUARTER: _ClassVar[CohortSize]
    COHORT_SIZE_YEAR: _ClassVar[CohortSize]

class Metric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METRIC_UNSPECIFIED: _ClassVar[Metric]
    METRIC_ORDER_VALUE: _ClassVar[Metric]
    METRIC_ORDERS_PER_CUSTOMER: _ClassVar[Metric]
    METRIC_REPEAT_RATE: _ClassVar[Metric]
    METRIC_RETURN_RATE: _ClassVar[Metric]
    METRIC_NPS: _ClassVar[Metric]
GROUP_UNSPECIFIED: Group
GROUP_MEMBERS: Group
GROUP_NON_MEMBERS: Group
GROUP_REPEAT_BUYERS: Group
GROUP_ONE_TIME_BUYERS: Group
GROUP_OMNICHANNEL: Group
GROUP_SINGLE_CHANNEL: Group
MEASURE_UNSPECIFIED: Measure
MEASURE_ORDER_VALUE: Measure
MEASURE_SPEND: Measure
MEASURE_SPEND_IN_STORE: Measure
MEASURE_SPEND_ONLINE: Measure
COHORT_SIZE_UNSPECIFIED: CohortSize
COHORT_SIZE_QUARTER: CohortSize
COHORT_SIZE_YEAR: CohortSize
METRIC_UNSPECIFIED: Metric
METRIC_ORDER_VALUE: Metric
METRIC_ORDERS_PER_CUSTOMER: Metric
METRIC_REPEAT_RATE: Metric
METRIC_RETURN_RATE: Metric
METRIC_NPS: Metric

class CompareMembersRequest(_message.Message):
    __slots__ = ("window_days", "as_of")
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    window_days: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, window_days: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompareMembersResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    def __init__(self, comparison: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class CompareRepeatBuyersRequest(_message.Message):
    __slots__ = ("window_days", "as_of")
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    window_days: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, window_days: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompareRepeatBuyersResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    def __init__(self, comparison: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class CompareOmnichannelRequest(_message.Message):
    __slots__ = ("window_days", "as_of")
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    window_days: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, window_days: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompareOmnichannelResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    def __init__(self, comparison: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class Side(_message.Message):
    __slots__ = ("group", "customers", "orders", "net")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    group: Group
    customers: int
    orders: int
    net: _money_pb2.Money
    def __init__(self, group: _Optional[_Union[Group, str]] = ..., customers: _Optional[int] = ..., orders: _Optional[int] = ..., net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class Contrast(_message.Message):
    __slots__ = ("measure", "first", "second", "difference")
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    measure: Measure
    first: _figure_pb2.Figure
    second: _figure_pb2.Figure
    difference: _figure_pb2.Figure
    def __init__(self, measure: _Optional[_Union[Measure, str]] = ..., first: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., second: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("window", "first", "second", "contrasts", "caveat", "fallback")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    CONTRASTS_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    first: Side
    second: Side
    contrasts: _containers.RepeatedCompositeFieldContainer[Contrast]
    caveat: str
    fallback: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., first: _Optional[_Union[Side, _Mapping]] = ..., second: _Optional[_Union[Side, _Mapping]] = ..., contrasts: _Optional[_Iterable[_Union[Contrast, _Mapping]]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetReturnRatesRequest(_message.Message):
    __slots__ = ("window_days", "as_of")
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    window_days: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, window_days: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReturnRate(_message.Message):
    __slots__ = ("channels", "customers", "orders", "returned_orders", "rate")
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_ORDERS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    channels: int
    customers: int
    orders: int
    returned_orders: int
    rate: _figure_pb2.Figure
    def __init__(self, channels: _Optional[int] = ..., customers: _Optional[int] = ..., orders: _Optional[int] = ..., returned_orders: _Optional[int] = ..., rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class GetReturnRatesResponse(_message.Message):
    __slots__ = ("window", "rates", "difference", "caveat", "fallback")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    rates: _containers.RepeatedCompositeFieldContainer[ReturnRate]
    difference: _figure_pb2.Figure
    caveat: str
    fallback: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., rates: _Optional[_Iterable[_Union[ReturnRate, _Mapping]]] = ..., difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetRetentionRequest(_message.Message):
    __slots__ = ("cohort_size", "cohorts", "as_of")
    COHORT_SIZE_FIELD_NUMBER: _ClassVar[int]
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    cohort_size: CohortSize
    cohorts: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, cohort_size: _Optional[_Union[CohortSize, str]] = ..., cohorts: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CohortShare(_message.Message):
    __slots__ = ("share", "unfinished", "change")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    UNFINISHED_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    share: _figure_pb2.Figure
    unfinished: bool
    change: _figure_pb2.Figure
    def __init__(self, share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., unfinished: _Optional[bool] = ..., change: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class Cohort(_message.Message):
    __slots__ = ("name", "window", "customers", "repeat", "retention")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    window: _figure_pb2.Window
    customers: int
    repeat: CohortShare
    retention: _containers.RepeatedCompositeFieldContainer[CohortShare]
    def __init__(self, name: _Optional[str] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., customers: _Optional[int] = ..., repeat: _Optional[_Union[CohortShare, _Mapping]] = ..., retention: _Optional[_Iterable[_Union[CohortShare, _Mapping]]] = ...) -> None: ...

class GetRetentionResponse(_message.Message):
    __slots__ = ("window", "cohorts", "caveat", "fallback")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    cohorts: _containers.RepeatedCompositeFieldContainer[Cohort]
    caveat: str
    fallback: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., cohorts: _Optional[_Iterable[_Union[Cohort, _Mapping]]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class MeasureActionRequest(_message.Message):
    __slots__ = ("moment", "days", "metric", "customers", "filter", "segment_id")
    MOMENT_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    moment: _timestamp_pb2.Timestamp
    days: int
    metric: Metric
    customers: Customers
    filter: str
    segment_id: str
    def __init__(self, moment: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., days: _Optional[int] = ..., metric: _Optional[_Union[Metric, str]] = ..., customers: _Optional[_Union[Customers, _Mapping]] = ..., filter: _Optional[str] = ..., segment_id: _Optional[str] = ...) -> None: ...

class Customers(_message.Message):
    __slots__ = ("customer_ids",)
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    customer_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, customer_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Shift(_message.Message):
    __slots__ = ("customers", "before", "after", "change")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    customers: int
    before: _figure_pb2.Figure
    after: _figure_pb2.Figure
    change: _figure_pb2.Figure
    def __init__(self, customers: _Optional[int] = ..., before: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., after: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., change: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class MeasureActionResponse(_message.Message):
    __slots__ = ("metric", "before", "after", "cut", "group", "rest", "effect", "caveat", "fallback")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    metric: Metric
    before: _figure_pb2.Window
    after: _figure_pb2.Window
    cut: bool
    group: Shift
    rest: Shift
    effect: _figure_pb2.Figure
    caveat: str
    fallback: str
    def __init__(self, metric: _Optional[_Union[Metric, str]] = ..., before: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., after: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., cut: _Optional[bool] = ..., group: _Optional[_Union[Shift, _Mapping]] = ..., rest: _Optional[_Union[Shift, _Mapping]] = ..., effect: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...

class GetWeeklySeriesRequest(_message.Message):
    __slots__ = ("weeks", "as_of")
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    weeks: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, weeks: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Week(_message.Message):
    __slots__ = ("window", "orders", "net", "order_value", "repeat_rate", "active_members", "return_rate", "unfinished", "returns_open")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    ORDER_VALUE_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RETURN_RATE_FIELD_NUMBER: _ClassVar[int]
    UNFINISHED_FIELD_NUMBER: _ClassVar[int]
    RETURNS_OPEN_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    orders: _figure_pb2.Figure
    net: _money_pb2.Money
    order_value: _figure_pb2.Figure
    repeat_rate: _figure_pb2.Figure
    active_members: _figure_pb2.Figure
    return_rate: _figure_pb2.Figure
    unfinished: bool
    returns_open: bool
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., orders: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., order_value: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., repeat_rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., active_members: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., return_rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., unfinished: _Optional[bool] = ..., returns_open: _Optional[bool] = ...) -> None: ...

class GetWeeklySeriesResponse(_message.Message):
    __slots__ = ("window", "weeks", "caveat", "fallback")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    weeks: _containers.RepeatedCompositeFieldContainer[Week]
    caveat: str
    fallback: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., weeks: _Optional[_Iterable[_Union[Week, _Mapping]]] = ..., caveat: _Optional[str] = ..., fallback: _Optional[str] = ...) -> None: ...
