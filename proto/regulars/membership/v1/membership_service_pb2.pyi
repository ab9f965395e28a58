import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.membership.v1 import customer_view_pb2 as _customer_view_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MemberState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_STATE_UNSPECIFIED: _ClassVar[MemberState]
    MEMBER_STATE_PENDING: _ClassVar[MemberState]
    MEMBER_STATE_ACTIVE: _ClassVar[MemberState]
    MEMBER_STATE_SUSPENDED: _ClassVar[MemberState]
    MEMBER_STATE_CLOSED: _ClassVar[MemberState]
    MEMBER_STATE_ERASED: _ClassVar[MemberState]
    MEMBER_STATE_MERGED: _ClassVar[MemberState]

class ConsentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_KIND_UNSPECIFIED: _ClassVar[ConsentKind]
    CONSENT_KIND_PRESENCE: _ClassVar[ConsentKind]
    CONSENT_KIND_EMAIL: _ClassVar[ConsentKind]
    CONSENT_KIND_SMS: _ClassVar[ConsentKind]
    CONSENT_KIND_PUSH: _ClassVar[ConsentKind]
    CONSENT_KIND_IN_APP: _ClassVar[ConsentKind]
    CONSENT_KIND_PROFILING: _ClassVar[ConsentKind]
    CONSENT_KIND_SURVEY: _ClassVar[ConsentKind]

class PresenceDeviceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESENCE_DEVICE_KIND_UNSPECIFIED: _ClassVar[PresenceDeviceKind]
    PRESENCE_DEVICE_KIND_ROTATING: _ClassVar[PresenceDeviceKind]
    PRESENCE_DEVICE_KIND_STATIC: _ClassVar[PresenceDeviceKind]

class IdentifierKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTIFIER_KIND_UNSPECIFIED: _ClassVar[IdentifierKind]
    IDENTIFIER_KIND_EMAIL: _ClassVar[IdentifierKind]
    IDENTIFIER_KIND_PHONE: _ClassVar[IdentifierKind]
    IDENTIFIER_KIND_CARD: _ClassVar[IdentifierKind]
MEMBER_STATE_UNSPECIFIED: MemberState
MEMBER_STATE_PENDING: MemberState
MEMBER_STATE_ACTIVE: MemberState
MEMBER_STATE_SUSPENDED: MemberState
MEMBER_STATE_CLOSED: MemberState
MEMBER_STATE_ERASED: MemberState
MEMBER_STATE_MERGED: MemberState
CONSENT_KIND_UNSPECIFIED: ConsentKind
CONSENT_KIND_PRESENCE: ConsentKind
CONSENT_KIND_EMAIL: ConsentKind
CONSENT_KIND_SMS: ConsentKind
CONSENT_KIND_PUSH: ConsentKind
CONSENT_KIND_IN_APP: ConsentKind
CONSENT_KIND_PROFILING: ConsentKind
CONSENT_KIND_SURVEY: ConsentKind
PRESENCE_DEVICE_KIND_UNSPECIFIED: PresenceDeviceKind
PRESENCE_DEVICE_KIND_ROTATING: PresenceDeviceKind
PRESENCE_DEVICE_KIND_STATIC: PresenceDeviceKind
IDENTIFIER_KIND_UNSPECIFIED: IdentifierKind
IDENTIFIER_KIND_EMAIL: IdentifierKind
IDENTIFIER_KIND_PHONE: IdentifierKind
IDENTIFIER_KIND_CARD: IdentifierKind

class Identifier(_message.Message):
    __slots__ = ("kind", "value")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    kind: IdentifierKind
    value: str
    def __init__(self, kind: _Optional[_Union[IdentifierKind, str]] = ..., value: _Optional[str] = ...) -> None: ...

class Profile(_message.Message):
    __slots__ = ("name", "email", "phone", "birthday", "locale", "time_zone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    email: str
    phone: str
    birthday: str
    locale: str
    time_zone: str
    def __init__(self, name: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ..., birthday: _Optional[str] = ..., locale: _Optional[str] = ..., time_zone: _Optional[str] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("kind", "granted", "source", "text_version", "recorded_at")
    KIND_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_VERSION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    kind: ConsentKind
    granted: bool
    source: str
    text_version: str
    recorded_at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[ConsentKind, str]] = ..., granted: _Optional[bool] = ..., source: _Optional[str] = ..., text_version: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("customer_id", "state", "enrolled_at", "consents", "has_presence_device", "presence_device_kind")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_AT_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    HAS_PRESENCE_DEVICE_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_DEVICE_KIND_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    state: MemberState
    enrolled_at: _timestamp_pb2.Timestamp
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    has_presence_device: bool
    presence_device_kind: PresenceDeviceKind
    def __init__(self, customer_id: _Optional[str] = ..., state: _Optional[_Union[MemberState, str]] = ..., enrolled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., has_presence_device: _Optional[bool] = ..., presence_device_kind: _Optional[_Union[PresenceDeviceKind, str]] = ...) -> None: ...

class EnrolMemberRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "consents", "enrolled_at", "profile", "identifiers", "confirmation_required")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_AT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    enrolled_at: _timestamp_pb2.Timestamp
    profile: Profile
    identifiers: _containers.RepeatedCompositeFieldContainer[Identifier]
    confirmation_required: bool
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., enrolled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., profile: _Optional[_Union[Profile, _Mapping]] = ..., identifiers: _Optional[_Iterable[_Union[Identifier, _Mapping]]] = ..., confirmation_required: _Optional[bool] = ...) -> None: ...

class EnrolMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class GetMemberRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ConfirmMemberRequest(_message.Message):
    __slots__ = ("request_id", "customer_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ...) -> None: ...

class ConfirmMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class SuspendMemberRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SuspendMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ReinstateMemberRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReinstateMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class CloseMemberRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CloseMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class GetProfileRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetProfileResponse(_message.Message):
    __slots__ = ("profile", "identifiers")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    profile: Profile
    identifiers: _containers.RepeatedCompositeFieldContainer[Identifier]
    def __init__(self, profile: _Optional[_Union[Profile, _Mapping]] = ..., identifiers: _Optional[_Iterable[_Union[Identifier, _Mapping]]] = ...) -> None: ...

class UpdateProfileRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "profile", "update_mask")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    profile: Profile
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., profile: _Optional[_Union[Profile, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateProfileResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: Profile
    def __init__(self, profile: _Optional[_Union[Profile, _Mapping]] = ...) -> None: ...

class AddIdentifierRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "identifier")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    identifier: Identifier
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., identifier: _Optional[_Union[Identifier, _Mapping]] = ...) -> None: ...

class AddIdentifierResponse(_message.Message):
    __slots__ = ("identifier",)
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    identifier: Identifier
    def __init__(self, identifier: _Optional[_Union[Identifier, _Mapping]] = ...) -> None: ...

class RemoveIdentifierRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "identifier")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    identifier: Identifier
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., identifier: _Optional[_Union[Identifier, _Mapping]] = ...) -> None: ...

class RemoveIdentifierResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FindMemberRequest(_message.Message):
    __slots__ = ("identifier",)
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    identifier: Identifier
    def __init__(self, identifier: _Optional[_Union[Identifier, _Mapping]] = ...) -> None: ...

class FindMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class SetConsentsRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "consents")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ...) -> None: ...

class SetConsentsResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents", "next_page_token")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    next_page_token: str
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ProximityTag(_message.Message):
    __slots__ = ("uuid", "major", "minor")
    UUID_FIELD_NUMBER: _ClassVar[int]
    MAJOR_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    uuid: bytes
    major: int
    minor: int
    def __init__(self, uuid: _Optional[bytes] = ..., major: _Optional[int] = ..., minor: _Optional[int] = ...) -> None: ...

class EddystoneTag(_message.Message):
    __slots__ = ("namespace", "instance")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    namespace: bytes
    instance: bytes
    def __init__(self, namespace: _Optional[bytes] = ..., instance: _Optional[bytes] = ...) -> None: ...

class MakerTag(_message.Message):
    __slots__ = ("company", "service", "identifier")
    COMPANY_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    company: int
    service: bytes
    identifier: bytes
    def __init__(self, company: _Optional[int] = ..., service: _Optional[bytes] = ..., identifier: _Optional[bytes] = ...) -> None: ...

class FixedTag(_message.Message):
    __slots__ = ("proximity", "eddystone", "maker")
    PROXIMITY_FIELD_NUMBER: _ClassVar[int]
    EDDYSTONE_FIELD_NUMBER: _ClassVar[int]
    MAKER_FIELD_NUMBER: _ClassVar[int]
    proximity: ProximityTag
    eddystone: EddystoneTag
    maker: MakerTag
    def __init__(self, proximity: _Optional[_Union[ProximityTag, _Mapping]] = ..., eddystone: _Optional[_Union[EddystoneTag, _Mapping]] = ..., maker: _Optional[_Union[MakerTag, _Mapping]] = ...) -> None: ...

class SetPresenceDeviceRequest(_message.Message):
    __slots__ = ("customer_id", "kind", "tag")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    kind: PresenceDeviceKind
    tag: FixedTag
    def __init__(self, customer_id: _Optional[str] = ..., kind: _Optional[_Union[PresenceDeviceKind, str]] = ..., tag: _Optional[_Union[FixedTag, _Mapping]] = ...) -> None: ...

class SetPresenceDeviceResponse(_message.Message):
    __slots__ = ("identity_key", "rotation_exponent")
    IDENTITY_KEY_FIELD_NUMBER: _ClassVar[int]
    ROTATION_EXPONENT_FIELD_NUMBER: _ClassVar[int]
    identity_key: bytes
    rotation_exponent: int
    def __init__(self, identity_key: _Optional[bytes] = ..., rotation_exponent: _Optional[int] = ...) -> None: ...

class GetCustomerRequest(_message.Message):
    __slots__ = ("customer_id", "events_max")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_MAX_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    events_max: int
    def __init__(self, customer_id: _Optional[str] = ..., events_max: _Optional[int] = ...) -> None: ...

class GetCustomerResponse(_message.Message):
    __slots__ = ("member", "view", "profile", "identifiers")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    member: Member
    view: _customer_view_pb2.CustomerView
    profile: Profile
    identifiers: _containers.RepeatedCompositeFieldContainer[Identifier]
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., view: _Optional[_Union[_customer_view_pb2.CustomerView, _Mapping]] = ..., profile: _Optional[_Union[Profile, _Mapping]] = ..., identifiers: _Optional[_Iterable[_Union[Identifier, _Mapping]]] = ...) -> None: ...

class Merge(_message.Message):
    __slots__ = ("merge_id", "survivor_customer_id", "merged_customer_id", "actor", "reason", "merged_at", "undone_at", "undone_by", "undo_reason")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGED_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MERGED_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_FIELD_NUMBER: _ClassVar[int]
    UNDO_REASON_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    survivor_customer_id: str
    merged_customer_id: str
    actor: str
    reason: str
    merged_at: _timestamp_pb2.Timestamp
    undone_at: _timestamp_pb2.Timestamp
    undone_by: str
    undo_reason: str
    def __init__(self, merge_id: _Optional[str] = ..., survivor_customer_id: _Optional[str] = ..., merged_customer_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., merged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_by: _Optional[str] = ..., undo_reason: _Optional[str] = ...) -> None: ...

class MergeMembersRequest(_message.Message):
    __slots__ = ("request_id", "survivor_customer_id", "merged_customer_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGED_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    survivor_customer_id: str
    merged_customer_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., survivor_customer_id: _Optional[str] = ..., merged_customer_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MergeMembersResponse(_message.Message):
    __slots__ = ("merge_id",)
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    def __init__(self, merge_id: _Optional[str] = ...) -> None: ...

class UnmergeMembersRequest(_message.Message):
    __slots__ = ("request_id", "merge_id", "actor", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    merge_id: str
    actor: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., merge_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnmergeMembersResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMergesRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMergesResponse(_message.Message):
    __slots__ = ("merges", "next_page_token")
    MERGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    merges: _containers.RepeatedCompositeFieldContainer[Merge]
    next_page_token: str
    def __init__(self, merges: _Optional[_Iterable[_Union[Merge, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokePresenceDeviceRequest(_message.Message):
    __slots__ = ("request_id", "customer_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ...) -> None: ...

class RevokePresenceDeviceResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ExportMemberRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class ExportMemberResponse(_message.Message):
    __slots__ = ("part",)
    PART_FIELD_NUMBER: _ClassVar[int]
    part: bytes
    def __init__(self, part: _Optional[bytes] = ...) -> None: ...

class EraseMemberRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class EraseMemberResponse(_message.Message):
    __slots__ = ("erased_at",)
    ERASED_AT_FIELD_NUMBER: _ClassVar[int]
    erased_at: _timestamp_pb2.Timestamp
    def __init__(self, erased_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
