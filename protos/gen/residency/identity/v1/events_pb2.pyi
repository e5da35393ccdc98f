import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccountRegistered(_message.Message):
    __slots__ = ("person_id", "role", "held")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    role: _account_pb2.Role
    held: bool
    def __init__(self, person_id: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., held: _Optional[bool] = ...) -> None: ...

class SessionEnded(_message.Message):
    __slots__ = ("session_id", "forget_at")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    FORGET_AT_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    forget_at: _timestamp_pb2.Timestamp
    def __init__(self, session_id: _Optional[str] = ..., forget_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SecurityNoticed(_message.Message):
    __slots__ = ("person_id", "what")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    what: str
    def __init__(self, person_id: _Optional[str] = ..., what: _Optional[str] = ...) -> None: ...

class AccountReleased(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class PersonErased(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class AuditSealed(_message.Message):
    __slots__ = ("service", "number", "root", "signature")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    service: str
    number: int
    root: str
    signature: str
    def __init__(self, service: _Optional[str] = ..., number: _Optional[int] = ..., root: _Optional[str] = ..., signature: _Optional[str] = ...) -> None: ...
