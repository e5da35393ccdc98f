from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor

class Policy(_message.Message):
    __slots__ = ("anyone", "roles", "repeatable")
    ANYONE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    REPEATABLE_FIELD_NUMBER: _ClassVar[int]
    anyone: bool
    roles: _containers.RepeatedScalarFieldContainer[str]
    repeatable: bool
    def __init__(self, anyone: _Optional[bool] = ..., roles: _Optional[_Iterable[str]] = ..., repeatable: _Optional[bool] = ...) -> None: ...
