import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProgrammeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROGRAMME_STATUS_UNSPECIFIED: _ClassVar[ProgrammeStatus]
    PROGRAMME_STATUS_OPEN: _ClassVar[ProgrammeStatus]
    PROGRAMME_STATUS_PAUSED: _ClassVar[ProgrammeStatus]
    PROGRAMME_STATUS_CLOSED: _ClassVar[ProgrammeStatus]

class PlanChangeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_CHANGE_STATE_UNSPECIFIED: _ClassVar[PlanChangeState]
    PLAN_CHANGE_STATE_OPEN: _ClassVar[PlanChangeState]
    PLAN_CHANGE_STATE_GRANTED: _ClassVar[PlanChangeState]
    PLAN_CHANGE_STATE_REFUSED: _ClassVar[PlanChangeState]
PROGRAMME_STATUS_UNSPECIFIED: ProgrammeStatus
PROGRAMME_STATUS_OPEN: ProgrammeStatus
PROGRAMME_STATUS_PAUSED: ProgrammeStatus
PROGRAMME_STATUS_CLOSED: ProgrammeStatus
PLAN_CHANGE_STATE_UNSPECIFIED: PlanChangeState
PLAN_CHANGE_STATE_OPEN: PlanChangeState
PLAN_CHANGE_STATE_GRANTED: PlanChangeState
PLAN_CHANGE_STATE_REFUSED: PlanChangeState

class PolicyKey(_message.Message):
    __slots__ = ("key", "label", "label_en", "hint", "rule", "locked")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    label_en: str
    hint: str
    rule: str
    locked: bool
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ..., hint: _Optional[str] = ..., rule: _Optional[str] = ..., locked: _Optional[bool] = ...) -> None: ...

class PolicyView(_message.Message):
    __slots__ = ("cycle_id", "values", "edition", "keys")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    values: _struct_pb2.Struct
    edition: int
    keys: _containers.RepeatedCompositeFieldContainer[PolicyKey]
    def __init__(self, cycle_id: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., edition: _Optional[int] = ..., keys: _Optional[_Iterable[_Union[PolicyKey, _Mapping]]] = ...) -> None: ...

class GetPolicyRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class GetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: PolicyView
    def __init__(self, policy: _Optional[_Union[PolicyView, _Mapping]] = ...) -> None: ...

class SetPolicyRequest(_message.Message):
    __slots__ = ("cycle_id", "values", "reason", "expected_edition", "override_lock", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_EDITION_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_LOCK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    values: _struct_pb2.Struct
    reason: str
    expected_edition: int
    override_lock: bool
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., reason: _Optional[str] = ..., expected_edition: _Optional[int] = ..., override_lock: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: PolicyView
    def __init__(self, policy: _Optional[_Union[PolicyView, _Mapping]] = ...) -> None: ...

class PlanRow(_message.Message):
    __slots__ = ("base_code", "specialty_code", "planned", "taken", "programme")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    planned: int
    taken: int
    programme: ProgrammeStatus
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ..., taken: _Optional[int] = ..., programme: _Optional[_Union[ProgrammeStatus, str]] = ...) -> None: ...

class ListPlanRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ...) -> None: ...

class ListPlanResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[PlanRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[PlanRow, _Mapping]]] = ...) -> None: ...

class PlanEntry(_message.Message):
    __slots__ = ("base_code", "specialty_code", "planned")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    planned: int
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ...) -> None: ...

class SetPlanRequest(_message.Message):
    __slots__ = ("cycle_id", "rows", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    rows: _containers.RepeatedCompositeFieldContainer[PlanEntry]
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[PlanEntry, _Mapping]]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PlanResult(_message.Message):
    __slots__ = ("base_code", "specialty_code", "planned", "taken", "done", "reason", "message")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    planned: int
    taken: int
    done: bool
    reason: str
    message: str
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ..., taken: _Optional[int] = ..., done: _Optional[bool] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class SetPlanResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PlanResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PlanResult, _Mapping]]] = ...) -> None: ...

class PlanChange(_message.Message):
    __slots__ = ("change_id", "cycle_id", "base_code", "specialty_code", "planned", "wanted", "reason", "state", "proposed_at", "decided_at", "granted", "answer")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    planned: int
    wanted: int
    reason: str
    state: PlanChangeState
    proposed_at: _timestamp_pb2.Timestamp
    decided_at: _timestamp_pb2.Timestamp
    granted: int
    answer: str
    def __init__(self, change_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ..., wanted: _Optional[int] = ..., reason: _Optional[str] = ..., state: _Optional[_Union[PlanChangeState, str]] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., granted: _Optional[int] = ..., answer: _Optional[str] = ...) -> None: ...

class ProposePlanChangeRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "specialty_code", "wanted", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    specialty_code: str
    wanted: int
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., wanted: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposePlanChangeResponse(_message.Message):
    __slots__ = ("change",)
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    change: PlanChange
    def __init__(self, change: _Optional[_Union[PlanChange, _Mapping]] = ...) -> None: ...

class DecidePlanChangeRequest(_message.Message):
    __slots__ = ("cycle_id", "change_id", "grant", "planned", "answer", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    change_id: str
    grant: bool
    planned: int
    answer: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., change_id: _Optional[str] = ..., grant: _Optional[bool] = ..., planned: _Optional[int] = ..., answer: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecidePlanChangeResponse(_message.Message):
    __slots__ = ("change",)
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    change: PlanChange
    def __init__(self, change: _Optional[_Union[PlanChange, _Mapping]] = ...) -> None: ...

class ListPlanChangesRequest(_message.Message):
    __slots__ = ("cycle_id", "state", "limit")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    state: PlanChangeState
    limit: int
    def __init__(self, cycle_id: _Optional[str] = ..., state: _Optional[_Union[PlanChangeState, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class ListPlanChangesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[PlanChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[PlanChange, _Mapping]]] = ...) -> None: ...

class SeatException(_message.Message):
    __slots__ = ("exception_id", "cycle_id", "base_code", "specialty_code", "seats", "number", "reason", "granted_at", "planned")
    EXCEPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRANTED_AT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    exception_id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    seats: int
    number: str
    reason: str
    granted_at: _timestamp_pb2.Timestamp
    planned: int
    def __init__(self, exception_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., seats: _Optional[int] = ..., number: _Optional[str] = ..., reason: _Optional[str] = ..., granted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., planned: _Optional[int] = ...) -> None: ...

class GrantSeatExceptionRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "specialty_code", "seats", "number", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    specialty_code: str
    seats: int
    number: str
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., seats: _Optional[int] = ..., number: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class GrantSeatExceptionResponse(_message.Message):
    __slots__ = ("exception",)
    EXCEPTION_FIELD_NUMBER: _ClassVar[int]
    exception: SeatException
    def __init__(self, exception: _Optional[_Union[SeatException, _Mapping]] = ...) -> None: ...

class ListSeatExceptionsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListSeatExceptionsResponse(_message.Message):
    __slots__ = ("exceptions",)
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    exceptions: _containers.RepeatedCompositeFieldContainer[SeatException]
    def __init__(self, exceptions: _Optional[_Iterable[_Union[SeatException, _Mapping]]] = ...) -> None: ...

class SetProgrammeRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "specialty_code", "programme", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    specialty_code: str
    programme: ProgrammeStatus
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., programme: _Optional[_Union[ProgrammeStatus, str]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetProgrammeResponse(_message.Message):
    __slots__ = ("row",)
    ROW_FIELD_NUMBER: _ClassVar[int]
    row: PlanRow
    def __init__(self, row: _Optional[_Union[PlanRow, _Mapping]] = ...) -> None: ...

class Reversion(_message.Message):
    __slots__ = ("from_base_code", "from_specialty_code", "to_base_code", "to_specialty_code", "seats", "row")
    FROM_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    TO_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    TO_SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    from_base_code: str
    from_specialty_code: str
    to_base_code: str
    to_specialty_code: str
    seats: int
    row: int
    def __init__(self, from_base_code: _Optional[str] = ..., from_specialty_code: _Optional[str] = ..., to_base_code: _Optional[str] = ..., to_specialty_code: _Optional[str] = ..., seats: _Optional[int] = ..., row: _Optional[int] = ...) -> None: ...

class PreviewReversionRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class PreviewReversionResponse(_message.Message):
    __slots__ = ("reversions", "digest")
    REVERSIONS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    reversions: _containers.RepeatedCompositeFieldContainer[Reversion]
    digest: str
    def __init__(self, reversions: _Optional[_Iterable[_Union[Reversion, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class RevertUnfilledRequest(_message.Message):
    __slots__ = ("cycle_id", "digest", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    digest: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., digest: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RevertUnfilledResponse(_message.Message):
    __slots__ = ("reversions",)
    REVERSIONS_FIELD_NUMBER: _ClassVar[int]
    reversions: _containers.RepeatedCompositeFieldContainer[Reversion]
    def __init__(self, reversions: _Optional[_Iterable[_Union[Reversion, _Mapping]]] = ...) -> None: ...

class ExtendDeadlineRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round", "review_deadline", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    review_deadline: _timestamp_pb2.Timestamp
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ..., review_deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ExtendDeadlineResponse(_message.Message):
    __slots__ = ("window",)
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    window: _cycle_pb2.Window
    def __init__(self, window: _Optional[_Union[_cycle_pb2.Window, _Mapping]] = ...) -> None: ...

class ListPlanHistoryRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "limit")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    limit: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class PlanHistoryRow(_message.Message):
    __slots__ = ("base_code", "specialty_code", "kind", "planned_before", "planned", "reason", "at")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PLANNED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    kind: str
    planned_before: int
    planned: int
    reason: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., kind: _Optional[str] = ..., planned_before: _Optional[int] = ..., planned: _Optional[int] = ..., reason: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListPlanHistoryResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[PlanHistoryRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[PlanHistoryRow, _Mapping]]] = ...) -> None: ...
