from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_PUBLIC: _ClassVar[Scope]
    SCOPE_SELF: _ClassVar[Scope]
    SCOPE_OWN: _ClassVar[Scope]
    SCOPE_ALL: _ClassVar[Scope]
SCOPE_UNSPECIFIED: Scope
SCOPE_PUBLIC: Scope
SCOPE_SELF: Scope
SCOPE_OWN: Scope
SCOPE_ALL: Scope
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor

class Policy(_message.Message):
    __slots__ = ("anyone", "roles", "repeatable", "reads", "scope", "step_up")
    ANYONE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    REPEATABLE_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STEP_UP_FIELD_NUMBER: _ClassVar[int]
    anyone: bool
    roles: _containers.RepeatedScalarFieldContainer[str]
    repeatable: bool
    reads: bool
    scope: Scope
    step_up: bool
    def __init__(self, anyone: _Optional[bool] = ..., roles: _Optional[_Iterable[str]] = ..., repeatable: _Optional[bool] = ..., reads: _Optional[bool] = ..., scope: _Optional[_Union[Scope, str]] = ..., step_up: _Optional[bool] = ...) -> None: ...
