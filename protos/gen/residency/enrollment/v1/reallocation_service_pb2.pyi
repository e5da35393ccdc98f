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

class ReallocationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REALLOCATION_STATE_UNSPECIFIED: _ClassVar[ReallocationState]
    REALLOCATION_STATE_PROPOSED: _ClassVar[ReallocationState]
    REALLOCATION_STATE_COMMITTING: _ClassVar[ReallocationState]
    REALLOCATION_STATE_COMMITTED: _ClassVar[ReallocationState]
REALLOCATION_STATE_UNSPECIFIED: ReallocationState
REALLOCATION_STATE_PROPOSED: ReallocationState
REALLOCATION_STATE_COMMITTING: ReallocationState
REALLOCATION_STATE_COMMITTED: ReallocationState

class WantedPlace(_message.Message):
    __slots__ = ("base_code", "specialty_code")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ...) -> None: ...

class SaveWishesRequest(_message.Message):
    __slots__ = ("cycle_id", "wishes", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    WISHES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    wishes: _containers.RepeatedCompositeFieldContainer[WantedPlace]
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., wishes: _Optional[_Iterable[_Union[WantedPlace, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveWishesResponse(_message.Message):
    __slots__ = ("wishes", "version")
    WISHES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[WantedPlace]
    version: int
    def __init__(self, wishes: _Optional[_Iterable[_Union[WantedPlace, _Mapping]]] = ..., version: _Optional[int] = ...) -> None: ...

class GetWishesRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class GetWishesResponse(_message.Message):
    __slots__ = ("wishes",)
    WISHES_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[WantedPlace]
    def __init__(self, wishes: _Optional[_Iterable[_Union[WantedPlace, _Mapping]]] = ...) -> None: ...

class Reallocation(_message.Message):
    __slots__ = ("proposal_id", "cycle_id", "state", "proposed_at", "committed_at", "people", "seats", "placed", "unplaced", "moved", "skipped", "left", "digest", "version")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    PLACED_FIELD_NUMBER: _ClassVar[int]
    UNPLACED_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    cycle_id: str
    state: ReallocationState
    proposed_at: _timestamp_pb2.Timestamp
    committed_at: _timestamp_pb2.Timestamp
    people: int
    seats: int
    placed: int
    unplaced: int
    moved: int
    skipped: int
    left: int
    digest: str
    version: int
    def __init__(self, proposal_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., state: _Optional[_Union[ReallocationState, str]] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., committed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., people: _Optional[int] = ..., seats: _Optional[int] = ..., placed: _Optional[int] = ..., unplaced: _Optional[int] = ..., moved: _Optional[int] = ..., skipped: _Optional[int] = ..., left: _Optional[int] = ..., digest: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ReallocationRow(_message.Message):
    __slots__ = ("application_id", "masked_name", "masked_document", "to", "reason", "explanation", "wish", "outcome", "outcome_reason", "rank")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_REASON_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    masked_name: str
    masked_document: str
    to: WantedPlace
    reason: str
    explanation: str
    wish: int
    outcome: str
    outcome_reason: str
    rank: int
    def __init__(self, application_id: _Optional[str] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., to: _Optional[_Union[WantedPlace, _Mapping]] = ..., reason: _Optional[str] = ..., explanation: _Optional[str] = ..., wish: _Optional[int] = ..., outcome: _Optional[str] = ..., outcome_reason: _Optional[str] = ..., rank: _Optional[int] = ..., **kwargs) -> None: ...

class ProposeReallocationRequest(_message.Message):
    __slots__ = ("cycle_id", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeReallocationResponse(_message.Message):
    __slots__ = ("reallocation",)
    REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    reallocation: Reallocation
    def __init__(self, reallocation: _Optional[_Union[Reallocation, _Mapping]] = ...) -> None: ...

class ListReallocationsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListReallocationsResponse(_message.Message):
    __slots__ = ("reallocations",)
    REALLOCATIONS_FIELD_NUMBER: _ClassVar[int]
    reallocations: _containers.RepeatedCompositeFieldContainer[Reallocation]
    def __init__(self, reallocations: _Optional[_Iterable[_Union[Reallocation, _Mapping]]] = ...) -> None: ...

class GetReallocationRequest(_message.Message):
    __slots__ = ("proposal_id", "page_size", "after_rank", "unplaced_only")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    AFTER_RANK_FIELD_NUMBER: _ClassVar[int]
    UNPLACED_ONLY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    page_size: int
    after_rank: int
    unplaced_only: bool
    def __init__(self, proposal_id: _Optional[str] = ..., page_size: _Optional[int] = ..., after_rank: _Optional[int] = ..., unplaced_only: _Optional[bool] = ...) -> None: ...

class GetReallocationResponse(_message.Message):
    __slots__ = ("reallocation", "rows", "next_after_rank")
    REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_RANK_FIELD_NUMBER: _ClassVar[int]
    reallocation: Reallocation
    rows: _containers.RepeatedCompositeFieldContainer[ReallocationRow]
    next_after_rank: int
    def __init__(self, reallocation: _Optional[_Union[Reallocation, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ReallocationRow, _Mapping]]] = ..., next_after_rank: _Optional[int] = ...) -> None: ...

class EditReallocationRequest(_message.Message):
    __slots__ = ("proposal_id", "application_id", "to", "reason", "idempotency_key")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    application_id: str
    to: WantedPlace
    reason: str
    idempotency_key: str
    def __init__(self, proposal_id: _Optional[str] = ..., application_id: _Optional[str] = ..., to: _Optional[_Union[WantedPlace, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EditReallocationResponse(_message.Message):
    __slots__ = ("reallocation", "row")
    REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    reallocation: Reallocation
    row: ReallocationRow
    def __init__(self, reallocation: _Optional[_Union[Reallocation, _Mapping]] = ..., row: _Optional[_Union[ReallocationRow, _Mapping]] = ...) -> None: ...

class CommitReallocationRequest(_message.Message):
    __slots__ = ("proposal_id", "expected_version", "idempotency_key")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    expected_version: int
    idempotency_key: str
    def __init__(self, proposal_id: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CommitReallocationResponse(_message.Message):
    __slots__ = ("reallocation",)
    REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    reallocation: Reallocation
    def __init__(self, reallocation: _Optional[_Union[Reallocation, _Mapping]] = ...) -> None: ...

class MoveApplicantRequest(_message.Message):
    __slots__ = ("application_id", "to", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    to: WantedPlace
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., to: _Optional[_Union[WantedPlace, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class MoveApplicantResponse(_message.Message):
    __slots__ = ("application_id", "state", "place", "submission_number", "version")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    state: _application_pb2.ApplicationState
    place: WantedPlace
    submission_number: int
    version: int
    def __init__(self, application_id: _Optional[str] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., place: _Optional[_Union[WantedPlace, _Mapping]] = ..., submission_number: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...
