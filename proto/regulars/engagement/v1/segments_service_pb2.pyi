import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.engagement.v1 import engagement_service_pb2 as _engagement_service_pb2
from regulars.engagement.v1 import segments_pb2 as _segments_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from regulars.types.v1 import figure_pb2 as _figure_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateSegmentRequest(_message.Message):
    __slots__ = ("request_id", "name", "description", "filter", "actor")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    description: str
    filter: str
    actor: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., filter: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class CreateSegmentResponse(_message.Message):
    __slots__ = ("segment",)
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _segments_pb2.SavedSegment
    def __init__(self, segment: _Optional[_Union[_segments_pb2.SavedSegment, _Mapping]] = ...) -> None: ...

class GetSegmentRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class GetSegmentResponse(_message.Message):
    __slots__ = ("segment", "changes")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    segment: _segments_pb2.SavedSegment
    changes: _containers.RepeatedCompositeFieldContainer[_segments_pb2.SegmentChange]
    def __init__(self, segment: _Optional[_Union[_segments_pb2.SavedSegment, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_segments_pb2.SegmentChange, _Mapping]]] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ("segments", "next_page_token")
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[_segments_pb2.SavedSegment]
    next_page_token: str
    def __init__(self, segments: _Optional[_Iterable[_Union[_segments_pb2.SavedSegment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateSegmentRequest(_message.Message):
    __slots__ = ("request_id", "segment_id", "name", "description", "filter", "update_mask", "actor", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    segment_id: str
    name: str
    description: str
    filter: str
    update_mask: _field_mask_pb2.FieldMask
    actor: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., filter: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., actor: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateSegmentResponse(_message.Message):
    __slots__ = ("segment",)
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _segments_pb2.SavedSegment
    def __init__(self, segment: _Optional[_Union[_segments_pb2.SavedSegment, _Mapping]] = ...) -> None: ...

class DeleteSegmentRequest(_message.Message):
    __slots__ = ("request_id", "segment_id", "actor", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    segment_id: str
    actor: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., actor: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteSegmentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id", "order_by", "page_size", "page_token")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    order_by: str
    page_size: int
    page_token: str
    def __init__(self, segment_id: _Optional[str] = ..., order_by: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSegmentMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_engagement_service_pb2.Score]
    next_page_token: str
    def __init__(self, members: _Optional[_Iterable[_Union[_engagement_service_pb2.Score, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CountSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id", "filter")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    filter: str
    def __init__(self, segment_id: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class CountSegmentMembersResponse(_message.Message):
    __slots__ = ("customers", "share", "counted_at")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    COUNTED_AT_FIELD_NUMBER: _ClassVar[int]
    customers: int
    share: _figure_pb2.Figure
    counted_at: _timestamp_pb2.Timestamp
    def __init__(self, customers: _Optional[int] = ..., share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., counted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExplainMembershipRequest(_message.Message):
    __slots__ = ("customer_id", "segment_id", "filter")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    segment_id: str
    filter: str
    def __init__(self, customer_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ExplainMembershipResponse(_message.Message):
    __slots__ = ("customer_id", "explanation", "asked_at", "scored_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    SCORED_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    explanation: _segments_pb2.Explanation
    asked_at: _timestamp_pb2.Timestamp
    scored_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., explanation: _Optional[_Union[_segments_pb2.Explanation, _Mapping]] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., scored_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetPersonasRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPersonasResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _segments_pb2.PersonaReport
    def __init__(self, report: _Optional[_Union[_segments_pb2.PersonaReport, _Mapping]] = ...) -> None: ...

class GetExperienceRequest(_message.Message):
    __slots__ = ("customer_id", "as_of")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetExperienceResponse(_message.Message):
    __slots__ = ("experience",)
    EXPERIENCE_FIELD_NUMBER: _ClassVar[int]
    experience: _segments_pb2.Experience
    def __init__(self, experience: _Optional[_Union[_segments_pb2.Experience, _Mapping]] = ...) -> None: ...

class GetExperienceReportRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetExperienceReportResponse(_message.Message):
    __slots__ = ("window", "groups", "steps", "best_step", "caveat")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    BEST_STEP_FIELD_NUMBER: _ClassVar[int]
    CAVEAT_FIELD_NUMBER: _ClassVar[int]
    window: _figure_pb2.Window
    groups: _containers.RepeatedCompositeFieldContainer[_segments_pb2.ExperienceGroup]
    steps: _containers.RepeatedCompositeFieldContainer[_segments_pb2.ExperienceStep]
    best_step: _segments_pb2.ExperienceStep
    caveat: str
    def __init__(self, window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[_segments_pb2.ExperienceGroup, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[_segments_pb2.ExperienceStep, _Mapping]]] = ..., best_step: _Optional[_Union[_segments_pb2.ExperienceStep, _Mapping]] = ..., caveat: _Optional[str] = ...) -> None: ...
