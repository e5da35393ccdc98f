import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_APPROVE: _ClassVar[Verdict]
    VERDICT_REJECT: _ClassVar[Verdict]
VERDICT_UNSPECIFIED: Verdict
VERDICT_APPROVE: Verdict
VERDICT_REJECT: Verdict

class QueueRow(_message.Message):
    __slots__ = ("application_id", "submission_number", "name", "masked_document", "specialty_code", "state", "submitted_at", "accepts_reallocation", "not_selected", "version")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    NOT_SELECTED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    name: str
    masked_document: str
    specialty_code: str
    state: _application_pb2.ApplicationState
    submitted_at: _timestamp_pb2.Timestamp
    accepts_reallocation: bool
    not_selected: bool
    version: int
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., specialty_code: _Optional[str] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepts_reallocation: _Optional[bool] = ..., not_selected: _Optional[bool] = ..., version: _Optional[int] = ...) -> None: ...

class ListQueueRequest(_message.Message):
    __slots__ = ("cycle_id", "states", "specialty_code", "page_size", "page_token")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    states: _containers.RepeatedScalarFieldContainer[_application_pb2.ApplicationState]
    specialty_code: str
    page_size: int
    page_token: str
    def __init__(self, cycle_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_application_pb2.ApplicationState, str]]] = ..., specialty_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQueueResponse(_message.Message):
    __slots__ = ("rows", "next_page_token")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[QueueRow]
    next_page_token: str
    def __init__(self, rows: _Optional[_Iterable[_Union[QueueRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetSubmissionRequest(_message.Message):
    __slots__ = ("application_id",)
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    def __init__(self, application_id: _Optional[str] = ...) -> None: ...

class GetSubmissionResponse(_message.Message):
    __slots__ = ("row", "sections", "choice", "capabilities", "correction_of")
    ROW_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_OF_FIELD_NUMBER: _ClassVar[int]
    row: QueueRow
    sections: _containers.RepeatedCompositeFieldContainer[_application_pb2.SectionStatus]
    choice: _application_pb2.Choice
    capabilities: _containers.RepeatedCompositeFieldContainer[_application_pb2.Capability]
    correction_of: int
    def __init__(self, row: _Optional[_Union[QueueRow, _Mapping]] = ..., sections: _Optional[_Iterable[_Union[_application_pb2.SectionStatus, _Mapping]]] = ..., choice: _Optional[_Union[_application_pb2.Choice, _Mapping]] = ..., capabilities: _Optional[_Iterable[_Union[_application_pb2.Capability, _Mapping]]] = ..., correction_of: _Optional[int] = ...) -> None: ...

class ReviewApplicationRequest(_message.Message):
    __slots__ = ("application_id", "submission_number", "verdict", "reason_code", "remark", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    verdict: Verdict
    reason_code: str
    remark: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., reason_code: _Optional[str] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ReviewApplicationResponse(_message.Message):
    __slots__ = ("row",)
    ROW_FIELD_NUMBER: _ClassVar[int]
    row: QueueRow
    def __init__(self, row: _Optional[_Union[QueueRow, _Mapping]] = ...) -> None: ...

class RecordNotSelectedRequest(_message.Message):
    __slots__ = ("application_id", "submission_number", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordNotSelectedResponse(_message.Message):
    __slots__ = ("row",)
    ROW_FIELD_NUMBER: _ClassVar[int]
    row: QueueRow
    def __init__(self, row: _Optional[_Union[QueueRow, _Mapping]] = ...) -> None: ...

class GrantProvisionalRequest(_message.Message):
    __slots__ = ("application_id", "submission_number", "qualified", "remark", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    QUALIFIED_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    qualified: bool
    remark: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., qualified: _Optional[bool] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class GrantProvisionalResponse(_message.Message):
    __slots__ = ("row",)
    ROW_FIELD_NUMBER: _ClassVar[int]
    row: QueueRow
    def __init__(self, row: _Optional[_Union[QueueRow, _Mapping]] = ...) -> None: ...

class AdmitRequest(_message.Message):
    __slots__ = ("application_id", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AdmitResponse(_message.Message):
    __slots__ = ("row",)
    ROW_FIELD_NUMBER: _ClassVar[int]
    row: QueueRow
    def __init__(self, row: _Optional[_Union[QueueRow, _Mapping]] = ...) -> None: ...
