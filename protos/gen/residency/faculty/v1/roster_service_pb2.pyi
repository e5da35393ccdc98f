import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Roster(_message.Message):
    __slots__ = ("roster_id", "department_code", "state", "rows", "faulty", "additions", "dismissals", "file_name", "sha256", "uploaded_by", "uploaded_at", "version")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FAULTY_FIELD_NUMBER: _ClassVar[int]
    ADDITIONS_FIELD_NUMBER: _ClassVar[int]
    DISMISSALS_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    UPLOADED_BY_FIELD_NUMBER: _ClassVar[int]
    UPLOADED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    department_code: str
    state: str
    rows: int
    faulty: int
    additions: int
    dismissals: int
    file_name: str
    sha256: str
    uploaded_by: str
    uploaded_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, roster_id: _Optional[str] = ..., department_code: _Optional[str] = ..., state: _Optional[str] = ..., rows: _Optional[int] = ..., faulty: _Optional[int] = ..., additions: _Optional[int] = ..., dismissals: _Optional[int] = ..., file_name: _Optional[str] = ..., sha256: _Optional[str] = ..., uploaded_by: _Optional[str] = ..., uploaded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class RosterRow(_message.Message):
    __slots__ = ("row", "action", "name", "masked_document", "masked_licence", "masked_mobile", "masked_email", "teaching_since", "match", "outcome", "faults")
    ROW_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    MASKED_LICENCE_FIELD_NUMBER: _ClassVar[int]
    MASKED_MOBILE_FIELD_NUMBER: _ClassVar[int]
    MASKED_EMAIL_FIELD_NUMBER: _ClassVar[int]
    TEACHING_SINCE_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    row: int
    action: str
    name: str
    masked_document: str
    masked_licence: str
    masked_mobile: str
    masked_email: str
    teaching_since: str
    match: str
    outcome: str
    faults: _containers.RepeatedCompositeFieldContainer[RosterFault]
    def __init__(self, row: _Optional[int] = ..., action: _Optional[str] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., masked_licence: _Optional[str] = ..., masked_mobile: _Optional[str] = ..., masked_email: _Optional[str] = ..., teaching_since: _Optional[str] = ..., match: _Optional[str] = ..., outcome: _Optional[str] = ..., faults: _Optional[_Iterable[_Union[RosterFault, _Mapping]]] = ...) -> None: ...

class RosterFault(_message.Message):
    __slots__ = ("column", "code", "message", "rule")
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    column: str
    code: str
    message: str
    rule: str
    def __init__(self, column: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., rule: _Optional[str] = ...) -> None: ...

class CreateRosterRequest(_message.Message):
    __slots__ = ("file", "file_name", "idempotency_key")
    FILE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    file_name: str
    idempotency_key: str
    def __init__(self, file: _Optional[bytes] = ..., file_name: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class CommitRosterRequest(_message.Message):
    __slots__ = ("roster_id", "version", "skip_faulty", "idempotency_key")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SKIP_FAULTY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    version: int
    skip_faulty: bool
    idempotency_key: str
    def __init__(self, roster_id: _Optional[str] = ..., version: _Optional[int] = ..., skip_faulty: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CommitRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class DiscardRosterRequest(_message.Message):
    __slots__ = ("roster_id", "version", "idempotency_key")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    version: int
    idempotency_key: str
    def __init__(self, roster_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DiscardRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class GetRosterRequest(_message.Message):
    __slots__ = ("roster_id", "faulty_only", "limit", "page_token")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    FAULTY_ONLY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    faulty_only: bool
    limit: int
    page_token: str
    def __init__(self, roster_id: _Optional[str] = ..., faulty_only: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetRosterResponse(_message.Message):
    __slots__ = ("roster", "rows", "next_page_token")
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    rows: _containers.RepeatedCompositeFieldContainer[RosterRow]
    next_page_token: str
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[RosterRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListRostersRequest(_message.Message):
    __slots__ = ("limit", "page_token")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limit: int
    page_token: str
    def __init__(self, limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRostersResponse(_message.Message):
    __slots__ = ("rosters", "next_page_token")
    ROSTERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rosters: _containers.RepeatedCompositeFieldContainer[Roster]
    next_page_token: str
    def __init__(self, rosters: _Optional[_Iterable[_Union[Roster, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetRosterTemplateRequest(_message.Message):
    __slots__ = ("format",)
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    format: str
    def __init__(self, format: _Optional[str] = ...) -> None: ...

class GetRosterTemplateResponse(_message.Message):
    __slots__ = ("file", "file_name", "media_type")
    FILE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    file_name: str
    media_type: str
    def __init__(self, file: _Optional[bytes] = ..., file_name: _Optional[str] = ..., media_type: _Optional[str] = ...) -> None: ...
