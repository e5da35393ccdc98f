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

class Cell(_message.Message):
    __slots__ = ("trainee_id", "department_code", "month", "teacher_id", "teacher_name", "assistant_ids", "origin", "locked", "state", "version", "actions", "partial")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    TEACHER_NAME_FIELD_NUMBER: _ClassVar[int]
    ASSISTANT_IDS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    department_code: str
    month: str
    teacher_id: str
    teacher_name: str
    assistant_ids: _containers.RepeatedScalarFieldContainer[str]
    origin: str
    locked: bool
    state: str
    version: int
    actions: _containers.RepeatedScalarFieldContainer[str]
    partial: bool
    def __init__(self, trainee_id: _Optional[str] = ..., department_code: _Optional[str] = ..., month: _Optional[str] = ..., teacher_id: _Optional[str] = ..., teacher_name: _Optional[str] = ..., assistant_ids: _Optional[_Iterable[str]] = ..., origin: _Optional[str] = ..., locked: _Optional[bool] = ..., state: _Optional[str] = ..., version: _Optional[int] = ..., actions: _Optional[_Iterable[str]] = ..., partial: _Optional[bool] = ...) -> None: ...

class GridRow(_message.Message):
    __slots__ = ("trainee_id", "name", "cohort", "specialty_code", "kind", "cells", "plan_from", "plan_until")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    PLAN_FROM_FIELD_NUMBER: _ClassVar[int]
    PLAN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    name: str
    cohort: int
    specialty_code: str
    kind: str
    cells: _containers.RepeatedCompositeFieldContainer[Cell]
    plan_from: str
    plan_until: str
    def __init__(self, trainee_id: _Optional[str] = ..., name: _Optional[str] = ..., cohort: _Optional[int] = ..., specialty_code: _Optional[str] = ..., kind: _Optional[str] = ..., cells: _Optional[_Iterable[_Union[Cell, _Mapping]]] = ..., plan_from: _Optional[str] = ..., plan_until: _Optional[str] = ...) -> None: ...

class TeacherLoad(_message.Message):
    __slots__ = ("person_id", "name", "loads", "cap", "available", "title", "level")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOADS_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    name: str
    loads: _containers.RepeatedScalarFieldContainer[int]
    cap: int
    available: _containers.RepeatedScalarFieldContainer[bool]
    title: str
    level: str
    def __init__(self, person_id: _Optional[str] = ..., name: _Optional[str] = ..., loads: _Optional[_Iterable[int]] = ..., cap: _Optional[int] = ..., available: _Optional[_Iterable[bool]] = ..., title: _Optional[str] = ..., level: _Optional[str] = ...) -> None: ...

class CellEdit(_message.Message):
    __slots__ = ("trainee_id", "department_code", "month", "version", "action", "teacher_id", "assistant_ids")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSISTANT_IDS_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    department_code: str
    month: str
    version: int
    action: str
    teacher_id: str
    assistant_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, trainee_id: _Optional[str] = ..., department_code: _Optional[str] = ..., month: _Optional[str] = ..., version: _Optional[int] = ..., action: _Optional[str] = ..., teacher_id: _Optional[str] = ..., assistant_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Proposal(_message.Message):
    __slots__ = ("proposal_id", "base_code", "department_codes", "from_month", "until_month", "state", "percent", "filled", "changed", "unfilled", "fingerprint", "made_by", "made_at", "version", "milliseconds")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MONTH_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    FILLED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    UNFILLED_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    base_code: str
    department_codes: _containers.RepeatedScalarFieldContainer[str]
    from_month: str
    until_month: str
    state: str
    percent: int
    filled: int
    changed: int
    unfilled: int
    fingerprint: str
    made_by: str
    made_at: _timestamp_pb2.Timestamp
    version: int
    milliseconds: int
    def __init__(self, proposal_id: _Optional[str] = ..., base_code: _Optional[str] = ..., department_codes: _Optional[_Iterable[str]] = ..., from_month: _Optional[str] = ..., until_month: _Optional[str] = ..., state: _Optional[str] = ..., percent: _Optional[int] = ..., filled: _Optional[int] = ..., changed: _Optional[int] = ..., unfilled: _Optional[int] = ..., fingerprint: _Optional[str] = ..., made_by: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., milliseconds: _Optional[int] = ...) -> None: ...

class ProposedCell(_message.Message):
    __slots__ = ("trainee_id", "trainee_name", "department_code", "month", "teacher_id", "teacher_name", "before_id", "reason_code", "reason")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    TRAINEE_NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    TEACHER_NAME_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    trainee_name: str
    department_code: str
    month: str
    teacher_id: str
    teacher_name: str
    before_id: str
    reason_code: str
    reason: str
    def __init__(self, trainee_id: _Optional[str] = ..., trainee_name: _Optional[str] = ..., department_code: _Optional[str] = ..., month: _Optional[str] = ..., teacher_id: _Optional[str] = ..., teacher_name: _Optional[str] = ..., before_id: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class LoadSpread(_message.Message):
    __slots__ = ("department_code", "month", "least", "most", "teachers", "cells")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    TEACHERS_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    month: str
    least: int
    most: int
    teachers: int
    cells: int
    def __init__(self, department_code: _Optional[str] = ..., month: _Optional[str] = ..., least: _Optional[int] = ..., most: _Optional[int] = ..., teachers: _Optional[int] = ..., cells: _Optional[int] = ...) -> None: ...

class OrphanedCell(_message.Message):
    __slots__ = ("cell", "trainee_name", "left_id", "left_name", "cause")
    CELL_FIELD_NUMBER: _ClassVar[int]
    TRAINEE_NAME_FIELD_NUMBER: _ClassVar[int]
    LEFT_ID_FIELD_NUMBER: _ClassVar[int]
    LEFT_NAME_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    cell: Cell
    trainee_name: str
    left_id: str
    left_name: str
    cause: str
    def __init__(self, cell: _Optional[_Union[Cell, _Mapping]] = ..., trainee_name: _Optional[str] = ..., left_id: _Optional[str] = ..., left_name: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class Leave(_message.Message):
    __slots__ = ("leave_id", "person_id", "name", "from_day", "until_day", "kind", "recorded_by", "recorded_at")
    LEAVE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    leave_id: str
    person_id: str
    name: str
    from_day: str
    until_day: str
    kind: str
    recorded_by: str
    recorded_at: _timestamp_pb2.Timestamp
    def __init__(self, leave_id: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ..., kind: _Optional[str] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetGridRequest(_message.Message):
    __slots__ = ("department_code", "from_month", "until_month", "cohort", "specialty_code", "kind", "name", "plan")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MONTH_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    from_month: str
    until_month: str
    cohort: int
    specialty_code: str
    kind: str
    name: str
    plan: str
    def __init__(self, department_code: _Optional[str] = ..., from_month: _Optional[str] = ..., until_month: _Optional[str] = ..., cohort: _Optional[int] = ..., specialty_code: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., plan: _Optional[str] = ...) -> None: ...

class GetGridResponse(_message.Message):
    __slots__ = ("rows", "teachers", "months")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TEACHERS_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[GridRow]
    teachers: _containers.RepeatedCompositeFieldContainer[TeacherLoad]
    months: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rows: _Optional[_Iterable[_Union[GridRow, _Mapping]]] = ..., teachers: _Optional[_Iterable[_Union[TeacherLoad, _Mapping]]] = ..., months: _Optional[_Iterable[str]] = ...) -> None: ...

class EditCellsRequest(_message.Message):
    __slots__ = ("edits", "reason", "idempotency_key")
    EDITS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    edits: _containers.RepeatedCompositeFieldContainer[CellEdit]
    reason: str
    idempotency_key: str
    def __init__(self, edits: _Optional[_Iterable[_Union[CellEdit, _Mapping]]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EditCellsResponse(_message.Message):
    __slots__ = ("cells",)
    CELLS_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedCompositeFieldContainer[Cell]
    def __init__(self, cells: _Optional[_Iterable[_Union[Cell, _Mapping]]] = ...) -> None: ...

class ProposeAssignmentRequest(_message.Message):
    __slots__ = ("department_codes", "from_month", "until_month", "idempotency_key")
    DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MONTH_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    department_codes: _containers.RepeatedScalarFieldContainer[str]
    from_month: str
    until_month: str
    idempotency_key: str
    def __init__(self, department_codes: _Optional[_Iterable[str]] = ..., from_month: _Optional[str] = ..., until_month: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeAssignmentResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ...) -> None: ...

class GetProposalRequest(_message.Message):
    __slots__ = ("proposal_id", "limit", "page_token")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    limit: int
    page_token: str
    def __init__(self, proposal_id: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetProposalResponse(_message.Message):
    __slots__ = ("proposal", "cells", "spreads", "next_page_token")
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    SPREADS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    cells: _containers.RepeatedCompositeFieldContainer[ProposedCell]
    spreads: _containers.RepeatedCompositeFieldContainer[LoadSpread]
    next_page_token: str
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[ProposedCell, _Mapping]]] = ..., spreads: _Optional[_Iterable[_Union[LoadSpread, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CommitProposalRequest(_message.Message):
    __slots__ = ("proposal_id", "version", "idempotency_key")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    version: int
    idempotency_key: str
    def __init__(self, proposal_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CommitProposalResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ...) -> None: ...

class DiscardProposalRequest(_message.Message):
    __slots__ = ("proposal_id", "version", "idempotency_key")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    version: int
    idempotency_key: str
    def __init__(self, proposal_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DiscardProposalResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ...) -> None: ...

class ListOrphansRequest(_message.Message):
    __slots__ = ("limit", "page_token")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limit: int
    page_token: str
    def __init__(self, limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOrphansResponse(_message.Message):
    __slots__ = ("cells", "total", "next_page_token")
    CELLS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedCompositeFieldContainer[OrphanedCell]
    total: int
    next_page_token: str
    def __init__(self, cells: _Optional[_Iterable[_Union[OrphanedCell, _Mapping]]] = ..., total: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordLeaveRequest(_message.Message):
    __slots__ = ("person_id", "from_day", "until_day", "kind", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    from_day: str
    until_day: str
    kind: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ..., kind: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordLeaveResponse(_message.Message):
    __slots__ = ("leave",)
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    leave: Leave
    def __init__(self, leave: _Optional[_Union[Leave, _Mapping]] = ...) -> None: ...

class EndLeaveRequest(_message.Message):
    __slots__ = ("leave_id", "until_day", "idempotency_key")
    LEAVE_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    leave_id: str
    until_day: str
    idempotency_key: str
    def __init__(self, leave_id: _Optional[str] = ..., until_day: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EndLeaveResponse(_message.Message):
    __slots__ = ("leave",)
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    leave: Leave
    def __init__(self, leave: _Optional[_Union[Leave, _Mapping]] = ...) -> None: ...

class ListLeaveRequest(_message.Message):
    __slots__ = ("person_id", "limit", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    limit: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLeaveResponse(_message.Message):
    __slots__ = ("leave", "next_page_token")
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    leave: _containers.RepeatedCompositeFieldContainer[Leave]
    next_page_token: str
    def __init__(self, leave: _Optional[_Iterable[_Union[Leave, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListMyMonthsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMyMonthsResponse(_message.Message):
    __slots__ = ("cells", "trainee_names")
    class TraineeNamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CELLS_FIELD_NUMBER: _ClassVar[int]
    TRAINEE_NAMES_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedCompositeFieldContainer[Cell]
    trainee_names: _containers.ScalarMap[str, str]
    def __init__(self, cells: _Optional[_Iterable[_Union[Cell, _Mapping]]] = ..., trainee_names: _Optional[_Mapping[str, str]] = ...) -> None: ...
