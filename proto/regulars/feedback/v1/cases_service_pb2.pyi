import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.feedback.v1 import feedback_service_pb2 as _feedback_service_pb2
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

class CaseState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_STATE_UNSPECIFIED: _ClassVar[CaseState]
    CASE_STATE_OPEN: _ClassVar[CaseState]
    CASE_STATE_RESOLVED: _ClassVar[CaseState]
    CASE_STATE_IN_PROGRESS: _ClassVar[CaseState]
    CASE_STATE_WAITING: _ClassVar[CaseState]
    CASE_STATE_REOPENED: _ClassVar[CaseState]

class CaseCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_CAUSE_UNSPECIFIED: _ClassVar[CaseCause]
    CASE_CAUSE_NPS: _ClassVar[CaseCause]
    CASE_CAUSE_CSAT: _ClassVar[CaseCause]
    CASE_CAUSE_CES: _ClassVar[CaseCause]
    CASE_CAUSE_COMPLAINT: _ClassVar[CaseCause]

class PrivateChannel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIVATE_CHANNEL_UNSPECIFIED: _ClassVar[PrivateChannel]
    PRIVATE_CHANNEL_EMAIL: _ClassVar[PrivateChannel]
    PRIVATE_CHANNEL_PHONE: _ClassVar[PrivateChannel]
    PRIVATE_CHANNEL_CHAT: _ClassVar[PrivateChannel]
    PRIVATE_CHANNEL_IN_APP: _ClassVar[PrivateChannel]

class CaseOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_OUTCOME_UNSPECIFIED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_OPENED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_REOPENED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_ADDED: _ClassVar[CaseOutcome]

class CaseAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_ACTION_UNSPECIFIED: _ClassVar[CaseAction]
    CASE_ACTION_OPENED: _ClassVar[CaseAction]
    CASE_ACTION_ASSIGNED: _ClassVar[CaseAction]
    CASE_ACTION_CONTACTED: _ClassVar[CaseAction]
    CASE_ACTION_RESOLVED: _ClassVar[CaseAction]
    CASE_ACTION_REOPENED: _ClassVar[CaseAction]
    CASE_ACTION_MADE_GOOD: _ClassVar[CaseAction]

class MakeGoodKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAKE_GOOD_KIND_UNSPECIFIED: _ClassVar[MakeGoodKind]
    MAKE_GOOD_KIND_POINTS: _ClassVar[MakeGoodKind]
    MAKE_GOOD_KIND_COUPON: _ClassVar[MakeGoodKind]
    MAKE_GOOD_KIND_NOTE: _ClassVar[MakeGoodKind]

class CaseGrouping(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_GROUPING_UNSPECIFIED: _ClassVar[CaseGrouping]
    CASE_GROUPING_CAUSE: _ClassVar[CaseGrouping]
    CASE_GROUPING_CHANNEL: _ClassVar[CaseGrouping]
    CASE_GROUPING_THEME: _ClassVar[CaseGrouping]
CASE_STATE_UNSPECIFIED: CaseState
CASE_STATE_OPEN: CaseState
CASE_STATE_RESOLVED: CaseState
CASE_STATE_IN_PROGRESS: CaseState
CASE_STATE_WAITING: CaseState
CASE_STATE_REOPENED: CaseState
CASE_CAUSE_UNSPECIFIED: CaseCause
CASE_CAUSE_NPS: CaseCause
CASE_CAUSE_CSAT: CaseCause
CASE_CAUSE_CES: CaseCause
CASE_CAUSE_COMPLAINT: CaseCause
PRIVATE_CHANNEL_UNSPECIFIED: PrivateChannel
PRIVATE_CHANNEL_EMAIL: PrivateChannel
PRIVATE_CHANNEL_PHONE: PrivateChannel
PRIVATE_CHANNEL_CHAT: PrivateChannel
PRIVATE_CHANNEL_IN_APP: PrivateChannel
CASE_OUTCOME_UNSPECIFIED: CaseOutcome
CASE_OUTCOME_OPENED: CaseOutcome
CASE_OUTCOME_REOPENED: CaseOutcome
CASE_OUTCOME_ADDED: CaseOutcome
CASE_ACTION_UNSPECIFIED: CaseAction
CASE_ACTION_OPENED: CaseAction
CASE_ACTION_ASSIGNED: CaseAction
CASE_ACTION_CONTACTED: CaseAction
CASE_ACTION_RESOLVED: CaseAction
CASE_ACTION_REOPENED: CaseAction
CASE_ACTION_MADE_GOOD: CaseAction
MAKE_GOOD_KIND_UNSPECIFIED: MakeGoodKind
MAKE_GOOD_KIND_POINTS: MakeGoodKind
MAKE_GOOD_KIND_COUPON: MakeGoodKind
MAKE_GOOD_KIND_NOTE: MakeGoodKind
CASE_GROUPING_UNSPECIFIED: CaseGrouping
CASE_GROUPING_CAUSE: CaseGrouping
CASE_GROUPING_CHANNEL: CaseGrouping
CASE_GROUPING_THEME: CaseGrouping

class Case(_message.Message):
    __slots__ = ("case_id", "customer_id", "survey", "answer", "state", "overdue", "opened_at", "due_at", "resolved_at", "resolved_by", "resolution", "cause", "opened_by", "channel", "theme", "order_id", "source", "text", "private_channel", "assignee", "respond_by", "responded_at", "first_resolved_at", "waiting_since", "reopenings")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_BY_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    THEME_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    RESPOND_BY_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    WAITING_SINCE_FIELD_NUMBER: _ClassVar[int]
    REOPENINGS_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    customer_id: str
    survey: _feedback_service_pb2.Survey
    answer: int
    state: CaseState
    overdue: bool
    opened_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    resolved_by: str
    resolution: str
    cause: CaseCause
    opened_by: str
    channel: _channel_pb2.Channel
    theme: str
    order_id: str
    source: str
    text: str
    private_channel: PrivateChannel
    assignee: str
    respond_by: _timestamp_pb2.Timestamp
    responded_at: _timestamp_pb2.Timestamp
    first_resolved_at: _timestamp_pb2.Timestamp
    waiting_since: _timestamp_pb2.Timestamp
    reopenings: int
    def __init__(self, case_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., survey: _Optional[_Union[_feedback_service_pb2.Survey, str]] = ..., answer: _Optional[int] = ..., state: _Optional[_Union[CaseState, str]] = ..., overdue: _Optional[bool] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_by: _Optional[str] = ..., resolution: _Optional[str] = ..., cause: _Optional[_Union[CaseCause, str]] = ..., opened_by: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., theme: _Optional[str] = ..., order_id: _Optional[str] = ..., source: _Optional[str] = ..., text: _Optional[str] = ..., private_channel: _Optional[_Union[PrivateChannel, str]] = ..., assignee: _Optional[str] = ..., respond_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., responded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first_resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., waiting_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reopenings: _Optional[int] = ...) -> None: ...

class CaseChange(_message.Message):
    __slots__ = ("changed_at", "actor", "action", "before", "after", "detail")
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    changed_at: _timestamp_pb2.Timestamp
    actor: str
    action: CaseAction
    before: CaseState
    after: CaseState
    detail: str
    def __init__(self, changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., action: _Optional[_Union[CaseAction, str]] = ..., before: _Optional[_Union[CaseState, str]] = ..., after: _Optional[_Union[CaseState, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class CaseNote(_message.Message):
    __slots__ = ("noted_at", "actor", "private_channel", "from_customer", "text")
    NOTED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    FROM_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    noted_at: _timestamp_pb2.Timestamp
    actor: str
    private_channel: PrivateChannel
    from_customer: bool
    text: str
    def __init__(self, noted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., private_channel: _Optional[_Union[PrivateChannel, str]] = ..., from_customer: _Optional[bool] = ..., text: _Optional[str] = ...) -> None: ...

class MakeGood(_message.Message):
    __slots__ = ("make_good_id", "case_id", "kind", "points", "cost", "coupon_code", "actor", "reason", "given_at")
    MAKE_GOOD_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    COUPON_CODE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GIVEN_AT_FIELD_NUMBER: _ClassVar[int]
    make_good_id: str
    case_id: str
    kind: MakeGoodKind
    points: int
    cost: _money_pb2.Money
    coupon_code: str
    actor: str
    reason: str
    given_at: _timestamp_pb2.Timestamp
    def __init__(self, make_good_id: _Optional[str] = ..., case_id: _Optional[str] = ..., kind: _Optional[_Union[MakeGoodKind, str]] = ..., points: _Optional[int] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., coupon_code: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., given_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenCaseRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "text", "actor", "channel", "theme", "order_id", "source", "private_channel")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    THEME_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    text: str
    actor: str
    channel: _channel_pb2.Channel
    theme: str
    order_id: str
    source: str
    private_channel: PrivateChannel
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., text: _Optional[str] = ..., actor: _Optional[str] = ..., channel: _Optional[_Union[_channel_pb2.Channel, str]] = ..., theme: _Optional[str] = ..., order_id: _Optional[str] = ..., source: _Optional[str] = ..., private_channel: _Optional[_Union[PrivateChannel, str]] = ...) -> None: ...

class OpenCaseResponse(_message.Message):
    __slots__ = ("case", "outcome")
    CASE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    case: Case
    outcome: CaseOutcome
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ..., outcome: _Optional[_Union[CaseOutcome, str]] = ...) -> None: ...

class GetCaseRequest(_message.Message):
    __slots__ = ("case_id",)
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    def __init__(self, case_id: _Optional[str] = ...) -> None: ...

class GetCaseResponse(_message.Message):
    __slots__ = ("case", "changes", "notes", "make_goods")
    CASE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    MAKE_GOODS_FIELD_NUMBER: _ClassVar[int]
    case: Case
    changes: _containers.RepeatedCompositeFieldContainer[CaseChange]
    notes: _containers.RepeatedCompositeFieldContainer[CaseNote]
    make_goods: _containers.RepeatedCompositeFieldContainer[MakeGood]
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[CaseChange, _Mapping]]] = ..., notes: _Optional[_Iterable[_Union[CaseNote, _Mapping]]] = ..., make_goods: _Optional[_Iterable[_Union[MakeGood, _Mapping]]] = ...) -> None: ...

class ListCasesRequest(_message.Message):
    __slots__ = ("state", "overdue_only", "customer_id", "page_size", "page_token", "open_only", "assignee")
    STATE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    state: CaseState
    overdue_only: bool
    customer_id: str
    page_size: int
    page_token: str
    open_only: bool
    assignee: str
    def __init__(self, state: _Optional[_Union[CaseState, str]] = ..., overdue_only: _Optional[bool] = ..., customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., open_only: _Optional[bool] = ..., assignee: _Optional[str] = ...) -> None: ...

class ListCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[Case]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[Case, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AssignCaseRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "assignee", "actor")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    assignee: str
    actor: str
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., assignee: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class AssignCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class RecordContactRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "private_channel", "text", "actor", "from_customer", "awaits_customer")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    FROM_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    AWAITS_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    private_channel: PrivateChannel
    text: str
    actor: str
    from_customer: bool
    awaits_customer: bool
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., private_channel: _Optional[_Union[PrivateChannel, str]] = ..., text: _Optional[str] = ..., actor: _Optional[str] = ..., from_customer: _Optional[bool] = ..., awaits_customer: _Optional[bool] = ...) -> None: ...

class RecordContactResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class ResolveCaseRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "actor", "resolution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    actor: str
    resolution: str
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., actor: _Optional[str] = ..., resolution: _Optional[str] = ...) -> None: ...

class ResolveCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class ReopenCaseRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReopenCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class GiveMakeGoodRequest(_message.Message):
    __slots__ = ("request_id", "case_id", "kind", "amount", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_id: str
    kind: MakeGoodKind
    amount: int
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., case_id: _Optional[str] = ..., kind: _Optional[_Union[MakeGoodKind, str]] = ..., amount: _Optional[int] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class GiveMakeGoodResponse(_message.Message):
    __slots__ = ("make_good",)
    MAKE_GOOD_FIELD_NUMBER: _ClassVar[int]
    make_good: MakeGood
    def __init__(self, make_good: _Optional[_Union[MakeGood, _Mapping]] = ...) -> None: ...

class GetMakeGoodBudgetRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetMakeGoodBudgetResponse(_message.Message):
    __slots__ = ("month", "budget", "spent", "left", "make_goods")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    MAKE_GOODS_FIELD_NUMBER: _ClassVar[int]
    month: _figure_pb2.Window
    budget: _money_pb2.Money
    spent: _money_pb2.Money
    left: _money_pb2.Money
    make_goods: int
    def __init__(self, month: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., budget: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., spent: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., left: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., make_goods: _Optional[int] = ...) -> None: ...

class GetCaseReportRequest(_message.Message):
    __slots__ = ("until", "window_days", "grouping", "weeks")
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    GROUPING_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    until: _timestamp_pb2.Timestamp
    window_days: int
    grouping: CaseGrouping
    weeks: int
    def __init__(self, until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_days: _Optional[int] = ..., grouping: _Optional[_Union[CaseGrouping, str]] = ..., weeks: _Optional[int] = ...) -> None: ...

class CaseFigures(_message.Message):
    __slots__ = ("group", "opened", "resolved", "responded_in_time", "resolved_in_time", "response_median", "response_p90", "resolution_median", "resolution_p90", "reopened")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_IN_TIME_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_IN_TIME_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_P90_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_P90_FIELD_NUMBER: _ClassVar[int]
    REOPENED_FIELD_NUMBER: _ClassVar[int]
    group: str
    opened: int
    resolved: _figure_pb2.Figure
    responded_in_time: _figure_pb2.Figure
    resolved_in_time: _figure_pb2.Figure
    response_median: _figure_pb2.Figure
    response_p90: _figure_pb2.Figure
    resolution_median: _figure_pb2.Figure
    resolution_p90: _figure_pb2.Figure
    reopened: _figure_pb2.Figure
    def __init__(self, group: _Optional[str] = ..., opened: _Optional[int] = ..., resolved: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., responded_in_time: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., resolved_in_time: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., response_median: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., response_p90: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., resolution_median: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., resolution_p90: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., reopened: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class CaseWeek(_message.Message):
    __slots__ = ("window", "figures")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    figures: CaseFigures
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., figures: _Optional[_Union[CaseFigures, _Mapping]] = ...) -> None: ...

class GetCaseReportResponse(_message.Message):
    __slots__ = ("window", "total", "groups", "weeks", "cut")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    total: CaseFigures
    groups: _containers.RepeatedCompositeFieldContainer[CaseFigures]
    weeks: _containers.RepeatedCompositeFieldContainer[CaseWeek]
    cut: bool
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., total: _Optional[_Union[CaseFigures, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[CaseFigures, _Mapping]]] = ..., weeks: _Optional[_Iterable[_Union[CaseWeek, _Mapping]]] = ..., cut: _Optional[bool] = ...) -> None: ...

class GetRecoveryReportRequest(_message.Message):
    __slots__ = ("until", "window_days")
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    until: _timestamp_pb2.Timestamp
    window_days: int
    def __init__(self, until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_days: _Optional[int] = ...) -> None: ...

class GetRecoveryReportResponse(_message.Message):
    __slots__ = ("window", "landmark_days", "repeat_days", "resolved", "unresolved", "difference", "caveat")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    LANDMARK_DAYS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_DAYS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    UNRESOLVED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    landmark_days: int
    repeat_days: int
    resolved: _figure_pb2.Figure
    unresolved: _figure_pb2.Figure
    difference: _figure_pb2.Figure
    caveat: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., landmark_days: _Optional[int] = ..., repeat_days: _Optional[int] = ..., resolved: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., unresolved: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., caveat: _Optional[str] = ...) -> None: ...
