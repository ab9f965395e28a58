import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.types.v1 import figure_pb2 as _figure_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SegmentAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_ACTION_UNSPECIFIED: _ClassVar[SegmentAction]
    SEGMENT_ACTION_CREATED: _ClassVar[SegmentAction]
    SEGMENT_ACTION_UPDATED: _ClassVar[SegmentAction]
    SEGMENT_ACTION_DELETED: _ClassVar[SegmentAction]

class PersonaGap(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSONA_GAP_UNSPECIFIED: _ClassVar[PersonaGap]
    PERSONA_GAP_NEVER_BUILT: _ClassVar[PersonaGap]
    PERSONA_GAP_TOO_FEW_CUSTOMERS: _ClassVar[PersonaGap]
    PERSONA_GAP_NO_DIFFERENCES: _ClassVar[PersonaGap]

class ExperienceLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIENCE_LEVEL_UNSPECIFIED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_INFORMED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_SOLVED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_SERVED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_ANTICIPATED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_PROACTIVE: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_TRANSFORMED: _ClassVar[ExperienceLevel]
    EXPERIENCE_LEVEL_NONE: _ClassVar[ExperienceLevel]
SEGMENT_ACTION_UNSPECIFIED: SegmentAction
SEGMENT_ACTION_CREATED: SegmentAction
SEGMENT_ACTION_UPDATED: SegmentAction
SEGMENT_ACTION_DELETED: SegmentAction
PERSONA_GAP_UNSPECIFIED: PersonaGap
PERSONA_GAP_NEVER_BUILT: PersonaGap
PERSONA_GAP_TOO_FEW_CUSTOMERS: PersonaGap
PERSONA_GAP_NO_DIFFERENCES: PersonaGap
EXPERIENCE_LEVEL_UNSPECIFIED: ExperienceLevel
EXPERIENCE_LEVEL_INFORMED: ExperienceLevel
EXPERIENCE_LEVEL_SOLVED: ExperienceLevel
EXPERIENCE_LEVEL_SERVED: ExperienceLevel
EXPERIENCE_LEVEL_ANTICIPATED: ExperienceLevel
EXPERIENCE_LEVEL_PROACTIVE: ExperienceLevel
EXPERIENCE_LEVEL_TRANSFORMED: ExperienceLevel
EXPERIENCE_LEVEL_NONE: ExperienceLevel

class SavedSegment(_message.Message):
    __slots__ = ("segment_id", "name", "description", "filter", "created_by", "created_at", "changed_by", "changed_at", "etag")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    name: str
    description: str
    filter: str
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, segment_id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., filter: _Optional[str] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class SegmentChange(_message.Message):
    __slots__ = ("action", "actor", "changed_at", "name", "description", "filter")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    action: SegmentAction
    actor: str
    changed_at: _timestamp_pb2.Timestamp
    name: str
    description: str
    filter: str
    def __init__(self, action: _Optional[_Union[SegmentAction, str]] = ..., actor: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ExplainedCondition(_message.Message):
    __slots__ = ("text", "position", "field", "own_value")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OWN_VALUE_FIELD_NUMBER: _ClassVar[int]
    text: str
    position: int
    field: str
    own_value: str
    def __init__(self, text: _Optional[str] = ..., position: _Optional[int] = ..., field: _Optional[str] = ..., own_value: _Optional[str] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("holds", "words", "condition", "parts")
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    holds: bool
    words: str
    condition: ExplainedCondition
    parts: _containers.RepeatedCompositeFieldContainer[Explanation]
    def __init__(self, holds: _Optional[bool] = ..., words: _Optional[str] = ..., condition: _Optional[_Union[ExplainedCondition, _Mapping]] = ..., parts: _Optional[_Iterable[_Union[Explanation, _Mapping]]] = ...) -> None: ...

class PersonaFeature(_message.Message):
    __slots__ = ("name", "words", "difference")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    words: str
    difference: _figure_pb2.Figure
    def __init__(self, name: _Optional[str] = ..., words: _Optional[str] = ..., difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class Persona(_message.Message):
    __slots__ = ("persona", "name", "customers", "share", "features")
    PERSONA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    persona: str
    name: str
    customers: int
    share: _figure_pb2.Figure
    features: _containers.RepeatedCompositeFieldContainer[PersonaFeature]
    def __init__(self, persona: _Optional[str] = ..., name: _Optional[str] = ..., customers: _Optional[int] = ..., share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., features: _Optional[_Iterable[_Union[PersonaFeature, _Mapping]]] = ...) -> None: ...

class PersonaReport(_message.Message):
    __slots__ = ("version", "built_at", "window", "customers", "personas", "gap", "tried", "stability", "unstable", "few_customers")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BUILT_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PERSONAS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    STABILITY_FIELD_NUMBER: _ClassVar[int]
    UNSTABLE_FIELD_NUMBER: _ClassVar[int]
    FEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    version: str
    built_at: _timestamp_pb2.Timestamp
    window: _figure_pb2.Window
    customers: int
    personas: _containers.RepeatedCompositeFieldContainer[Persona]
    gap: PersonaGap
    tried: _containers.RepeatedCompositeFieldContainer[TriedPersonas]
    stability: _figure_pb2.Figure
    unstable: bool
    few_customers: bool
    def __init__(self, version: _Optional[str] = ..., built_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[_Union[_figure_pb2.Window, _Mapping]] = ..., customers: _Optional[int] = ..., personas: _Optional[_Iterable[_Union[Persona, _Mapping]]] = ..., gap: _Optional[_Union[PersonaGap, str]] = ..., tried: _Optional[_Iterable[_Union[TriedPersonas, _Mapping]]] = ..., stability: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., unstable: _Optional[bool] = ..., few_customers: _Optional[bool] = ...) -> None: ...

class TriedPersonas(_message.Message):
    __slots__ = ("personas", "silhouette")
    PERSONAS_FIELD_NUMBER: _ClassVar[int]
    SILHOUETTE_FIELD_NUMBER: _ClassVar[int]
    personas: int
    silhouette: float
    def __init__(self, personas: _Optional[int] = ..., silhouette: _Optional[float] = ...) -> None: ...

class ExperienceEvidence(_message.Message):
    __slots__ = ("level", "words", "reference", "first_at", "events")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    level: ExperienceLevel
    words: str
    reference: str
    first_at: _timestamp_pb2.Timestamp
    events: int
    def __init__(self, level: _Optional[_Union[ExperienceLevel, str]] = ..., words: _Optional[str] = ..., reference: _Optional[str] = ..., first_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[int] = ...) -> None: ...

class Experience(_message.Message):
    __slots__ = ("customer_id", "level", "evidence", "as_of")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    level: ExperienceLevel
    evidence: _containers.RepeatedCompositeFieldContainer[ExperienceEvidence]
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., level: _Optional[_Union[ExperienceLevel, str]] = ..., evidence: _Optional[_Iterable[_Union[ExperienceEvidence, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExperienceGroup(_message.Message):
    __slots__ = ("level", "customers", "share", "repeat_rate", "net_revenue")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_FIELD_NUMBER: _ClassVar[int]
    NET_REVENUE_FIELD_NUMBER: _ClassVar[int]
    level: ExperienceLevel
    customers: int
    share: _figure_pb2.Figure
    repeat_rate: _figure_pb2.Figure
    net_revenue: _figure_pb2.Figure
    def __init__(self, level: _Optional[_Union[ExperienceLevel, str]] = ..., customers: _Optional[int] = ..., share: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., repeat_rate: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., net_revenue: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ...) -> None: ...

class ExperienceStep(_message.Message):
    __slots__ = ("from_level", "to_level", "buyers", "repeat_rate_difference", "repeat_buyers", "clear")
    FROM_LEVEL_FIELD_NUMBER: _ClassVar[int]
    TO_LEVEL_FIELD_NUMBER: _ClassVar[int]
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    REPEAT_BUYERS_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    from_level: ExperienceLevel
    to_level: ExperienceLevel
    buyers: int
    repeat_rate_difference: _figure_pb2.Figure
    repeat_buyers: float
    clear: bool
    def __init__(self, from_level: _Optional[_Union[ExperienceLevel, str]] = ..., to_level: _Optional[_Union[ExperienceLevel, str]] = ..., buyers: _Optional[int] = ..., repeat_rate_difference: _Optional[_Union[_figure_pb2.Figure, _Mapping]] = ..., repeat_buyers: _Optional[float] = ..., clear: _Optional[bool] = ...) -> None: ...
