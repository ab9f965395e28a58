from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_BACKEND: _ClassVar[Scope]
    SCOPE_GATEWAY: _ClassVar[Scope]
    SCOPE_TEAM: _ClassVar[Scope]
    SCOPE_ADMIN: _ClassVar[Scope]
    SCOPE_ANYONE: _ClassVar[Scope]
SCOPE_UNSPECIFIED: Scope
SCOPE_BACKEND: Scope
SCOPE_GATEWAY: Scope
SCOPE_TEAM: Scope
SCOPE_ADMIN: Scope
SCOPE_ANYONE: Scope
SCOPES_FIELD_NUMBER: _ClassVar[int]
scopes: _descriptor.FieldDescriptor
