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

class BatchKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BATCH_KIND_UNSPECIFIED: _ClassVar[BatchKind]
    BATCH_KIND_APPROVE: _ClassVar[BatchKind]
    BATCH_KIND_REJECT: _ClassVar[BatchKind]
    BATCH_KIND_NOT_SELECTED: _ClassVar[BatchKind]
    BATCH_KIND_GRANT: _ClassVar[BatchKind]
    BATCH_KIND_ADMIT: _ClassVar[BatchKind]
VERDICT_UNSPECIFIED: Verdict
VERDICT_APPROVE: Verdict
VERDICT_REJECT: Verdict
BATCH_KIND_UNSPECIFIED: BatchKind
BATCH_KIND_APPROVE: BatchKind
BATCH_KIND_REJECT: BatchKind
BATCH_KIND_NOT_SELECTED: BatchKind
BATCH_KIND_GRANT: BatchKind
BATCH_KIND_ADMIT: BatchKind

class QueueRow(_message.Message):
    __slots__ = ("application_id", "submission_number", "name", "masked_document", "specialty_code", "state", "submitted_at", "accepts_reallocation", "not_selected", "version", "due_at", "late", "held", "objected", "waiting_rank", "offered_until", "revocation_proposed", "publicity_ends_at", "confirmed_at", "provisional_at", "ending", "fix_until")
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
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    OBJECTED_FIELD_NUMBER: _ClassVar[int]
    WAITING_RANK_FIELD_NUMBER: _ClassVar[int]
    OFFERED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    REVOCATION_PROPOSED_FIELD_NUMBER: _ClassVar[int]
    PUBLICITY_ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_AT_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    FIX_UNTIL_FIELD_NUMBER: _ClassVar[int]
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
    due_at: _timestamp_pb2.Timestamp
    late: bool
    held: str
    objected: bool
    waiting_rank: int
    offered_until: _timestamp_pb2.Timestamp
    revocation_proposed: bool
    publicity_ends_at: _timestamp_pb2.Timestamp
    confirmed_at: _timestamp_pb2.Timestamp
    provisional_at: _timestamp_pb2.Timestamp
    ending: str
    fix_until: _timestamp_pb2.Timestamp
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., specialty_code: _Optional[str] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepts_reallocation: _Optional[bool] = ..., not_selected: _Optional[bool] = ..., version: _Optional[int] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., late: _Optional[bool] = ..., held: _Optional[str] = ..., objected: _Optional[bool] = ..., waiting_rank: _Optional[int] = ..., offered_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revocation_proposed: _Optional[bool] = ..., publicity_ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., provisional_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ending: _Optional[str] = ..., fix_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListQueueRequest(_message.Message):
    __slots__ = ("cycle_id", "states", "specialty_code", "page_size", "page_token", "accepts_reallocation", "not_selected", "held", "late_only")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    NOT_SELECTED_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    LATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    states: _containers.RepeatedScalarFieldContainer[_application_pb2.ApplicationState]
    specialty_code: str
    page_size: int
    page_token: str
    accepts_reallocation: bool
    not_selected: bool
    held: bool
    late_only: bool
    def __init__(self, cycle_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_application_pb2.ApplicationState, str]]] = ..., specialty_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., accepts_reallocation: _Optional[bool] = ..., not_selected: _Optional[bool] = ..., held: _Optional[bool] = ..., late_only: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("application_id", "submission_number", "verdict", "reason_code", "remark", "idempotency_key", "confirm_late")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_LATE_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    verdict: Verdict
    reason_code: str
    remark: str
    idempotency_key: str
    confirm_late: bool
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., reason_code: _Optional[str] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., confirm_late: _Optional[bool] = ...) -> None: ...

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

class BatchRow(_message.Message):
    __slots__ = ("application_id", "submission_number", "reason_code", "remark", "qualified")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    QUALIFIED_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    reason_code: str
    remark: str
    qualified: bool
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., reason_code: _Optional[str] = ..., remark: _Optional[str] = ..., qualified: _Optional[bool] = ...) -> None: ...

class BatchResult(_message.Message):
    __slots__ = ("application_id", "row", "reason", "message", "rule", "until")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    row: QueueRow
    reason: str
    message: str
    rule: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, application_id: _Optional[str] = ..., row: _Optional[_Union[QueueRow, _Mapping]] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., rule: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DecideManyRequest(_message.Message):
    __slots__ = ("kind", "rows", "confirm_late", "idempotency_key")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_LATE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    kind: BatchKind
    rows: _containers.RepeatedCompositeFieldContainer[BatchRow]
    confirm_late: bool
    idempotency_key: str
    def __init__(self, kind: _Optional[_Union[BatchKind, str]] = ..., rows: _Optional[_Iterable[_Union[BatchRow, _Mapping]]] = ..., confirm_late: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecideManyResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchResult, _Mapping]]] = ...) -> None: ...

class PlaceManyRequest(_message.Message):
    __slots__ = ("kind", "rows", "idempotency_key")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    kind: BatchKind
    rows: _containers.RepeatedCompositeFieldContainer[BatchRow]
    idempotency_key: str
    def __init__(self, kind: _Optional[_Union[BatchKind, str]] = ..., rows: _Optional[_Iterable[_Union[BatchRow, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PlaceManyResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchResult, _Mapping]]] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("code", "label", "label_en")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    code: str
    label: str
    label_en: str
    def __init__(self, code: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class GetReasonsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetReasonsResponse(_message.Message):
    __slots__ = ("version", "rejections", "quits")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    QUITS_FIELD_NUMBER: _ClassVar[int]
    version: int
    rejections: _containers.RepeatedCompositeFieldContainer[Reason]
    quits: _containers.RepeatedCompositeFieldContainer[Reason]
    def __init__(self, version: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., quits: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ...) -> None: ...
