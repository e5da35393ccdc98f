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

class HoldState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLD_STATE_UNSPECIFIED: _ClassVar[HoldState]
    HOLD_STATE_OPEN: _ClassVar[HoldState]
    HOLD_STATE_RELEASED: _ClassVar[HoldState]
    HOLD_STATE_REFUSED: _ClassVar[HoldState]
HOLD_STATE_UNSPECIFIED: HoldState
HOLD_STATE_OPEN: HoldState
HOLD_STATE_RELEASED: HoldState
HOLD_STATE_REFUSED: HoldState

class PenaltyEntry(_message.Message):
    __slots__ = ("document_type", "document_number", "person_id", "name", "cause", "since", "years", "until", "reason", "number")
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    document_type: _account_pb2.DocumentType
    document_number: str
    person_id: str
    name: str
    cause: str
    since: str
    years: int
    until: str
    reason: str
    number: str
    def __init__(self, document_type: _Optional[_Union[_account_pb2.DocumentType, str]] = ..., document_number: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., cause: _Optional[str] = ..., since: _Optional[str] = ..., years: _Optional[int] = ..., until: _Optional[str] = ..., reason: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class Penalty(_message.Message):
    __slots__ = ("penalty_id", "masked_name", "masked_document", "cause", "since", "until", "reason", "number", "lifted_at", "lift_reason", "in_force")
    PENALTY_ID_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    LIFTED_AT_FIELD_NUMBER: _ClassVar[int]
    LIFT_REASON_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    penalty_id: str
    masked_name: str
    masked_document: str
    cause: str
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    reason: str
    number: str
    lifted_at: _timestamp_pb2.Timestamp
    lift_reason: str
    in_force: bool
    def __init__(self, penalty_id: _Optional[str] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., cause: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., number: _Optional[str] = ..., lifted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lift_reason: _Optional[str] = ..., in_force: _Optional[bool] = ...) -> None: ...

class AddPenaltyRequest(_message.Message):
    __slots__ = ("cycle_id", "entry", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    entry: PenaltyEntry
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., entry: _Optional[_Union[PenaltyEntry, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AddPenaltyResponse(_message.Message):
    __slots__ = ("penalty",)
    PENALTY_FIELD_NUMBER: _ClassVar[int]
    penalty: Penalty
    def __init__(self, penalty: _Optional[_Union[Penalty, _Mapping]] = ...) -> None: ...

class ImportPenaltiesRequest(_message.Message):
    __slots__ = ("cycle_id", "entries", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    entries: _containers.RepeatedCompositeFieldContainer[PenaltyEntry]
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[PenaltyEntry, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PenaltyResult(_message.Message):
    __slots__ = ("done", "penalty_id", "reason", "message")
    DONE_FIELD_NUMBER: _ClassVar[int]
    PENALTY_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    penalty_id: str
    reason: str
    message: str
    def __init__(self, done: _Optional[bool] = ..., penalty_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ImportPenaltiesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PenaltyResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PenaltyResult, _Mapping]]] = ...) -> None: ...

class LiftPenaltyRequest(_message.Message):
    __slots__ = ("cycle_id", "penalty_id", "reason", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PENALTY_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    penalty_id: str
    reason: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., penalty_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class LiftPenaltyResponse(_message.Message):
    __slots__ = ("penalty",)
    PENALTY_FIELD_NUMBER: _ClassVar[int]
    penalty: Penalty
    def __init__(self, penalty: _Optional[_Union[Penalty, _Mapping]] = ...) -> None: ...

class ListPenaltiesRequest(_message.Message):
    __slots__ = ("cycle_id", "in_force", "limit")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    in_force: bool
    limit: int
    def __init__(self, cycle_id: _Optional[str] = ..., in_force: _Optional[bool] = ..., limit: _Optional[int] = ...) -> None: ...

class ListPenaltiesResponse(_message.Message):
    __slots__ = ("penalties",)
    PENALTIES_FIELD_NUMBER: _ClassVar[int]
    penalties: _containers.RepeatedCompositeFieldContainer[Penalty]
    def __init__(self, penalties: _Optional[_Iterable[_Union[Penalty, _Mapping]]] = ...) -> None: ...

class PenaltyCase(_message.Message):
    __slots__ = ("case_id", "application_id", "masked_name", "masked_document", "base_code", "cause", "since")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    application_id: str
    masked_name: str
    masked_document: str
    base_code: str
    cause: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, case_id: _Optional[str] = ..., application_id: _Optional[str] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., base_code: _Optional[str] = ..., cause: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListPenaltyCasesRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListPenaltyCasesResponse(_message.Message):
    __slots__ = ("cases",)
    CASES_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[PenaltyCase]
    def __init__(self, cases: _Optional[_Iterable[_Union[PenaltyCase, _Mapping]]] = ...) -> None: ...

class DecidePenaltyCaseRequest(_message.Message):
    __slots__ = ("cycle_id", "case_id", "penalise", "years", "reason", "number", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    PENALISE_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    case_id: str
    penalise: bool
    years: int
    reason: str
    number: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., case_id: _Optional[str] = ..., penalise: _Optional[bool] = ..., years: _Optional[int] = ..., reason: _Optional[str] = ..., number: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecidePenaltyCaseResponse(_message.Message):
    __slots__ = ("penalty",)
    PENALTY_FIELD_NUMBER: _ClassVar[int]
    penalty: Penalty
    def __init__(self, penalty: _Optional[_Union[Penalty, _Mapping]] = ...) -> None: ...

class LikeApplication(_message.Message):
    __slots__ = ("application_id", "masked_name", "masked_document", "kinds", "base_code")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    masked_name: str
    masked_document: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    base_code: str
    def __init__(self, application_id: _Optional[str] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., base_code: _Optional[str] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "application_id", "masked_name", "masked_document", "base_code", "specialty_code", "cause", "state", "since", "decided_at", "reason", "alike")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ALIKE_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    application_id: str
    masked_name: str
    masked_document: str
    base_code: str
    specialty_code: str
    cause: str
    state: HoldState
    since: _timestamp_pb2.Timestamp
    decided_at: _timestamp_pb2.Timestamp
    reason: str
    alike: _containers.RepeatedCompositeFieldContainer[LikeApplication]
    def __init__(self, hold_id: _Optional[str] = ..., application_id: _Optional[str] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., cause: _Optional[str] = ..., state: _Optional[_Union[HoldState, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., alike: _Optional[_Iterable[_Union[LikeApplication, _Mapping]]] = ...) -> None: ...

class ListHoldsRequest(_message.Message):
    __slots__ = ("cycle_id", "state", "limit")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    state: HoldState
    limit: int
    def __init__(self, cycle_id: _Optional[str] = ..., state: _Optional[_Union[HoldState, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class ListHoldsResponse(_message.Message):
    __slots__ = ("holds",)
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    holds: _containers.RepeatedCompositeFieldContainer[Hold]
    def __init__(self, holds: _Optional[_Iterable[_Union[Hold, _Mapping]]] = ...) -> None: ...

class ResolveHoldRequest(_message.Message):
    __slots__ = ("hold_id", "release", "reason", "idempotency_key")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    release: bool
    reason: str
    idempotency_key: str
    def __init__(self, hold_id: _Optional[str] = ..., release: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ResolveHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ...) -> None: ...
