import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UnlockSectionsRequest(_message.Message):
    __slots__ = ("cycle_id", "person_id", "sections", "minutes", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    person_id: str
    sections: _containers.RepeatedScalarFieldContainer[_application_pb2.Section]
    minutes: int
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., person_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_application_pb2.Section, str]]] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UnlockSectionsResponse(_message.Message):
    __slots__ = ("unlock",)
    UNLOCK_FIELD_NUMBER: _ClassVar[int]
    unlock: Unlock
    def __init__(self, unlock: _Optional[_Union[Unlock, _Mapping]] = ...) -> None: ...

class EndUnlockRequest(_message.Message):
    __slots__ = ("unlock_id", "reason", "idempotency_key")
    UNLOCK_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    unlock_id: str
    reason: str
    idempotency_key: str
    def __init__(self, unlock_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EndUnlockResponse(_message.Message):
    __slots__ = ("unlock",)
    UNLOCK_FIELD_NUMBER: _ClassVar[int]
    unlock: Unlock
    def __init__(self, unlock: _Optional[_Union[Unlock, _Mapping]] = ...) -> None: ...

class ListUnlocksRequest(_message.Message):
    __slots__ = ("cycle_id", "person_id")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    person_id: str
    def __init__(self, cycle_id: _Optional[str] = ..., person_id: _Optional[str] = ...) -> None: ...

class ListUnlocksResponse(_message.Message):
    __slots__ = ("unlocks",)
    UNLOCKS_FIELD_NUMBER: _ClassVar[int]
    unlocks: _containers.RepeatedCompositeFieldContainer[Unlock]
    def __init__(self, unlocks: _Optional[_Iterable[_Union[Unlock, _Mapping]]] = ...) -> None: ...

class RewrapSealedRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class RewrapSealedResponse(_message.Message):
    __slots__ = ("rewrapped", "left")
    REWRAPPED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    rewrapped: int
    left: int
    def __init__(self, rewrapped: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...

class Unlock(_message.Message):
    __slots__ = ("unlock_id", "application_id", "sections", "until", "reason", "granted_by", "ended_at")
    UNLOCK_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    unlock_id: str
    application_id: str
    sections: _containers.RepeatedScalarFieldContainer[_application_pb2.Section]
    until: _timestamp_pb2.Timestamp
    reason: str
    granted_by: str
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, unlock_id: _Optional[str] = ..., application_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_application_pb2.Section, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., granted_by: _Optional[str] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...
