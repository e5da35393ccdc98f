import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_STATE_UNSPECIFIED: _ClassVar[TicketState]
    TICKET_STATE_WAITING: _ClassVar[TicketState]
    TICKET_STATE_SCANNED: _ClassVar[TicketState]
    TICKET_STATE_CLAIMED: _ClassVar[TicketState]
    TICKET_STATE_REFUSED: _ClassVar[TicketState]
    TICKET_STATE_VOID: _ClassVar[TicketState]
TICKET_STATE_UNSPECIFIED: TicketState
TICKET_STATE_WAITING: TicketState
TICKET_STATE_SCANNED: TicketState
TICKET_STATE_CLAIMED: TicketState
TICKET_STATE_REFUSED: TicketState
TICKET_STATE_VOID: TicketState

class CreateScanTicketRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateScanTicketResponse(_message.Message):
    __slots__ = ("ticket_id", "browser_secret", "number", "expires_at")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    BROWSER_SECRET_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    browser_secret: str
    number: int
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, ticket_id: _Optional[str] = ..., browser_secret: _Optional[str] = ..., number: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetScanTicketRequest(_message.Message):
    __slots__ = ("ticket_id",)
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    def __init__(self, ticket_id: _Optional[str] = ...) -> None: ...

class GetScanTicketResponse(_message.Message):
    __slots__ = ("browser", "address", "asked_at", "expires_at", "numbers")
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    browser: str
    address: str
    asked_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    numbers: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, browser: _Optional[str] = ..., address: _Optional[str] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., numbers: _Optional[_Iterable[int]] = ...) -> None: ...

class AnswerScanTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "number", "confirm")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    number: int
    confirm: bool
    def __init__(self, ticket_id: _Optional[str] = ..., number: _Optional[int] = ..., confirm: _Optional[bool] = ...) -> None: ...

class AnswerScanTicketResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ClaimScanTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "browser_secret")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    BROWSER_SECRET_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    browser_secret: str
    def __init__(self, ticket_id: _Optional[str] = ..., browser_secret: _Optional[str] = ...) -> None: ...

class ClaimScanTicketResponse(_message.Message):
    __slots__ = ("state", "signed_in")
    STATE_FIELD_NUMBER: _ClassVar[int]
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    state: TicketState
    signed_in: _account_pb2.SignedIn
    def __init__(self, state: _Optional[_Union[TicketState, str]] = ..., signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...
