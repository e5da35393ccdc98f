import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RankStanding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RANK_STANDING_UNSPECIFIED: _ClassVar[RankStanding]
    RANK_STANDING_PLACED: _ClassVar[RankStanding]
    RANK_STANDING_SUGGESTED: _ClassVar[RankStanding]
    RANK_STANDING_WAITING: _ClassVar[RankStanding]
    RANK_STANDING_BELOW: _ClassVar[RankStanding]
    RANK_STANDING_UNSCORED: _ClassVar[RankStanding]
    RANK_STANDING_NOT_SELECTED: _ClassVar[RankStanding]

class ObjectionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBJECTION_STATE_UNSPECIFIED: _ClassVar[ObjectionState]
    OBJECTION_STATE_OPEN: _ClassVar[ObjectionState]
    OBJECTION_STATE_UPHELD: _ClassVar[ObjectionState]
    OBJECTION_STATE_DISMISSED: _ClassVar[ObjectionState]
RANK_STANDING_UNSPECIFIED: RankStanding
RANK_STANDING_PLACED: RankStanding
RANK_STANDING_SUGGESTED: RankStanding
RANK_STANDING_WAITING: RankStanding
RANK_STANDING_BELOW: RankStanding
RANK_STANDING_UNSCORED: RankStanding
RANK_STANDING_NOT_SELECTED: RankStanding
OBJECTION_STATE_UNSPECIFIED: ObjectionState
OBJECTION_STATE_OPEN: ObjectionState
OBJECTION_STATE_UPHELD: ObjectionState
OBJECTION_STATE_DISMISSED: ObjectionState

class ScorePart(_message.Message):
    __slots__ = ("key", "weight", "full_marks")
    KEY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FULL_MARKS_FIELD_NUMBER: _ClassVar[int]
    key: str
    weight: str
    full_marks: str
    def __init__(self, key: _Optional[str] = ..., weight: _Optional[str] = ..., full_marks: _Optional[str] = ...) -> None: ...

class ScoreRow(_message.Message):
    __slots__ = ("application_id", "submission_number", "parts", "reason")
    class PartsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    parts: _containers.ScalarMap[str, str]
    reason: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., parts: _Optional[_Mapping[str, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class ScoreResult(_message.Message):
    __slots__ = ("application_id", "accepted", "unchanged", "version", "total", "reason", "field", "message", "rule")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    accepted: bool
    unchanged: bool
    version: int
    total: str
    reason: str
    field: str
    message: str
    rule: str
    def __init__(self, application_id: _Optional[str] = ..., accepted: _Optional[bool] = ..., unchanged: _Optional[bool] = ..., version: _Optional[int] = ..., total: _Optional[str] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., rule: _Optional[str] = ...) -> None: ...

class EnterScoresRequest(_message.Message):
    __slots__ = ("cycle_id", "rows", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    rows: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EnterScoresResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScoreResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ScoreResult, _Mapping]]] = ...) -> None: ...

class ScoreVersion(_message.Message):
    __slots__ = ("base_code", "round", "version", "submission_number", "parts", "total", "correction", "reason", "entered_by", "entered_at")
    class PartsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ENTERED_BY_FIELD_NUMBER: _ClassVar[int]
    ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    round: int
    version: int
    submission_number: int
    parts: _containers.ScalarMap[str, str]
    total: str
    correction: bool
    reason: str
    entered_by: str
    entered_at: _timestamp_pb2.Timestamp
    def __init__(self, base_code: _Optional[str] = ..., round: _Optional[int] = ..., version: _Optional[int] = ..., submission_number: _Optional[int] = ..., parts: _Optional[_Mapping[str, str]] = ..., total: _Optional[str] = ..., correction: _Optional[bool] = ..., reason: _Optional[str] = ..., entered_by: _Optional[str] = ..., entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListScoresRequest(_message.Message):
    __slots__ = ("application_id",)
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    def __init__(self, application_id: _Optional[str] = ...) -> None: ...

class ListScoresResponse(_message.Message):
    __slots__ = ("versions",)
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[ScoreVersion]
    def __init__(self, versions: _Optional[_Iterable[_Union[ScoreVersion, _Mapping]]] = ...) -> None: ...

class CutOff(_message.Message):
    __slots__ = ("total", "minimums", "version")
    class MinimumsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    MINIMUMS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    total: str
    minimums: _containers.ScalarMap[str, str]
    version: int
    def __init__(self, total: _Optional[str] = ..., minimums: _Optional[_Mapping[str, str]] = ..., version: _Optional[int] = ...) -> None: ...

class RankedRow(_message.Message):
    __slots__ = ("application_id", "submission_number", "name", "masked_document", "state", "rank", "total", "parts", "broken_by", "tied", "standing", "waiting_rank", "score_version")
    class PartsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    BROKEN_BY_FIELD_NUMBER: _ClassVar[int]
    TIED_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    WAITING_RANK_FIELD_NUMBER: _ClassVar[int]
    SCORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    name: str
    masked_document: str
    state: _application_pb2.ApplicationState
    rank: int
    total: str
    parts: _containers.ScalarMap[str, str]
    broken_by: str
    tied: bool
    standing: RankStanding
    waiting_rank: int
    score_version: int
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., rank: _Optional[int] = ..., total: _Optional[str] = ..., parts: _Optional[_Mapping[str, str]] = ..., broken_by: _Optional[str] = ..., tied: _Optional[bool] = ..., standing: _Optional[_Union[RankStanding, str]] = ..., waiting_rank: _Optional[int] = ..., score_version: _Optional[int] = ...) -> None: ...

class GetRankingRequest(_message.Message):
    __slots__ = ("cycle_id", "specialty_code", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    specialty_code: str
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., specialty_code: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class GetRankingResponse(_message.Message):
    __slots__ = ("rows", "cut_off", "planned", "free", "round", "scheme", "tie_rules", "tied_at_limit", "waiting_list_version")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    CUT_OFF_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    FREE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    TIE_RULES_FIELD_NUMBER: _ClassVar[int]
    TIED_AT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    WAITING_LIST_VERSION_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[RankedRow]
    cut_off: CutOff
    planned: int
    free: int
    round: int
    scheme: _containers.RepeatedCompositeFieldContainer[ScorePart]
    tie_rules: _containers.RepeatedScalarFieldContainer[str]
    tied_at_limit: int
    waiting_list_version: int
    def __init__(self, rows: _Optional[_Iterable[_Union[RankedRow, _Mapping]]] = ..., cut_off: _Optional[_Union[CutOff, _Mapping]] = ..., planned: _Optional[int] = ..., free: _Optional[int] = ..., round: _Optional[int] = ..., scheme: _Optional[_Iterable[_Union[ScorePart, _Mapping]]] = ..., tie_rules: _Optional[_Iterable[str]] = ..., tied_at_limit: _Optional[int] = ..., waiting_list_version: _Optional[int] = ...) -> None: ...

class SetCutOffRequest(_message.Message):
    __slots__ = ("cycle_id", "specialty_code", "cut_off", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    CUT_OFF_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    specialty_code: str
    cut_off: CutOff
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., specialty_code: _Optional[str] = ..., cut_off: _Optional[_Union[CutOff, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetCutOffResponse(_message.Message):
    __slots__ = ("cut_off",)
    CUT_OFF_FIELD_NUMBER: _ClassVar[int]
    cut_off: CutOff
    def __init__(self, cut_off: _Optional[_Union[CutOff, _Mapping]] = ...) -> None: ...

class SetWaitingListRequest(_message.Message):
    __slots__ = ("cycle_id", "specialty_code", "tie_order", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    TIE_ORDER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    specialty_code: str
    tie_order: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., specialty_code: _Optional[str] = ..., tie_order: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class WaitingPosition(_message.Message):
    __slots__ = ("rank", "application_id")
    RANK_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    rank: int
    application_id: str
    def __init__(self, rank: _Optional[int] = ..., application_id: _Optional[str] = ...) -> None: ...

class SetWaitingListResponse(_message.Message):
    __slots__ = ("version", "positions")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    version: int
    positions: _containers.RepeatedCompositeFieldContainer[WaitingPosition]
    def __init__(self, version: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[WaitingPosition, _Mapping]]] = ...) -> None: ...

class PublishedListSummary(_message.Message):
    __slots__ = ("list_id", "cycle_id", "base_code", "base_name", "number", "supplement_to", "entries", "published_at", "ends_at", "working_days", "over", "hash")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SUPPLEMENT_TO_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    cycle_id: str
    base_code: str
    base_name: str
    number: int
    supplement_to: int
    entries: int
    published_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    working_days: int
    over: bool
    hash: str
    def __init__(self, list_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., base_name: _Optional[str] = ..., number: _Optional[int] = ..., supplement_to: _Optional[int] = ..., entries: _Optional[int] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., working_days: _Optional[int] = ..., over: _Optional[bool] = ..., hash: _Optional[str] = ...) -> None: ...

class PublishedEntry(_message.Message):
    __slots__ = ("sequence", "masked_name", "masked_document", "specialty_code", "specialty_name", "round", "rank", "total", "hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    masked_name: str
    masked_document: str
    specialty_code: str
    specialty_name: str
    round: int
    rank: int
    total: str
    hash: str
    def __init__(self, sequence: _Optional[int] = ..., masked_name: _Optional[str] = ..., masked_document: _Optional[str] = ..., specialty_code: _Optional[str] = ..., specialty_name: _Optional[str] = ..., round: _Optional[int] = ..., rank: _Optional[int] = ..., total: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class PublishListRequest(_message.Message):
    __slots__ = ("cycle_id", "specialty_code", "round", "supplement_to", "again", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SUPPLEMENT_TO_FIELD_NUMBER: _ClassVar[int]
    AGAIN_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    specialty_code: str
    round: int
    supplement_to: int
    again: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., specialty_code: _Optional[str] = ..., round: _Optional[int] = ..., supplement_to: _Optional[int] = ..., again: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PublishListResponse(_message.Message):
    __slots__ = ("list", "unpublished")
    LIST_FIELD_NUMBER: _ClassVar[int]
    UNPUBLISHED_FIELD_NUMBER: _ClassVar[int]
    list: PublishedListSummary
    unpublished: int
    def __init__(self, list: _Optional[_Union[PublishedListSummary, _Mapping]] = ..., unpublished: _Optional[int] = ...) -> None: ...

class UnpublishedRow(_message.Message):
    __slots__ = ("application_id", "name", "masked_document", "specialty_code", "round", "provisional_at")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_AT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    name: str
    masked_document: str
    specialty_code: str
    round: int
    provisional_at: _timestamp_pb2.Timestamp
    def __init__(self, application_id: _Optional[str] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., specialty_code: _Optional[str] = ..., round: _Optional[int] = ..., provisional_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListUnpublishedRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListUnpublishedResponse(_message.Message):
    __slots__ = ("rows", "would_end_at", "problem", "working_days")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    WOULD_END_AT_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[UnpublishedRow]
    would_end_at: _timestamp_pb2.Timestamp
    problem: str
    working_days: int
    def __init__(self, rows: _Optional[_Iterable[_Union[UnpublishedRow, _Mapping]]] = ..., would_end_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., problem: _Optional[str] = ..., working_days: _Optional[int] = ...) -> None: ...

class ListPublishedListsRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ...) -> None: ...

class ListPublishedListsResponse(_message.Message):
    __slots__ = ("lists",)
    LISTS_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[PublishedListSummary]
    def __init__(self, lists: _Optional[_Iterable[_Union[PublishedListSummary, _Mapping]]] = ...) -> None: ...

class GetPublishedListRequest(_message.Message):
    __slots__ = ("list_id",)
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    def __init__(self, list_id: _Optional[str] = ...) -> None: ...

class GetPublishedListResponse(_message.Message):
    __slots__ = ("list", "entries")
    LIST_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    list: PublishedListSummary
    entries: _containers.RepeatedCompositeFieldContainer[PublishedEntry]
    def __init__(self, list: _Optional[_Union[PublishedListSummary, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[PublishedEntry, _Mapping]]] = ...) -> None: ...

class Objection(_message.Message):
    __slots__ = ("objection_id", "application_id", "base_code", "specialty_code", "state", "grounds", "objector", "filed_for", "filed_at", "resolution", "resolved_at", "name")
    OBJECTION_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    OBJECTOR_FIELD_NUMBER: _ClassVar[int]
    FILED_FOR_FIELD_NUMBER: _ClassVar[int]
    FILED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    objection_id: str
    application_id: str
    base_code: str
    specialty_code: str
    state: ObjectionState
    grounds: str
    objector: str
    filed_for: str
    filed_at: _timestamp_pb2.Timestamp
    resolution: str
    resolved_at: _timestamp_pb2.Timestamp
    name: str
    def __init__(self, objection_id: _Optional[str] = ..., application_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., state: _Optional[_Union[ObjectionState, str]] = ..., grounds: _Optional[str] = ..., objector: _Optional[str] = ..., filed_for: _Optional[str] = ..., filed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolution: _Optional[str] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class FileObjectionRequest(_message.Message):
    __slots__ = ("application_id", "grounds", "objector", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    OBJECTOR_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    grounds: str
    objector: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., grounds: _Optional[str] = ..., objector: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class FileObjectionResponse(_message.Message):
    __slots__ = ("objection",)
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    objection: Objection
    def __init__(self, objection: _Optional[_Union[Objection, _Mapping]] = ...) -> None: ...

class ResolveObjectionRequest(_message.Message):
    __slots__ = ("objection_id", "uphold", "reason", "idempotency_key")
    OBJECTION_ID_FIELD_NUMBER: _ClassVar[int]
    UPHOLD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    objection_id: str
    uphold: bool
    reason: str
    idempotency_key: str
    def __init__(self, objection_id: _Optional[str] = ..., uphold: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ResolveObjectionResponse(_message.Message):
    __slots__ = ("objection",)
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    objection: Objection
    def __init__(self, objection: _Optional[_Union[Objection, _Mapping]] = ...) -> None: ...

class ListObjectionsRequest(_message.Message):
    __slots__ = ("cycle_id", "open_only", "page_size", "page_token")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    open_only: bool
    page_size: int
    page_token: str
    def __init__(self, cycle_id: _Optional[str] = ..., open_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListObjectionsResponse(_message.Message):
    __slots__ = ("objections", "next_page_token")
    OBJECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    objections: _containers.RepeatedCompositeFieldContainer[Objection]
    next_page_token: str
    def __init__(self, objections: _Optional[_Iterable[_Union[Objection, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetListProgressRequest(_message.Message):
    __slots__ = ("list_id",)
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    def __init__(self, list_id: _Optional[str] = ...) -> None: ...

class GetListProgressResponse(_message.Message):
    __slots__ = ("cycle_id", "base_code", "province_code", "number", "ends_at", "verification_closes_at", "entries", "admissible", "objected", "admitted", "held", "day_seconds", "time_policy", "read_at", "undo_until", "base_provisional")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    ADMISSIBLE_FIELD_NUMBER: _ClassVar[int]
    OBJECTED_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIME_POLICY_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    UNDO_UNTIL_FIELD_NUMBER: _ClassVar[int]
    BASE_PROVISIONAL_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    province_code: str
    number: int
    ends_at: _timestamp_pb2.Timestamp
    verification_closes_at: _timestamp_pb2.Timestamp
    entries: int
    admissible: int
    objected: int
    admitted: int
    held: bool
    day_seconds: float
    time_policy: _cycle_pb2.TimePolicy
    read_at: _timestamp_pb2.Timestamp
    undo_until: _timestamp_pb2.Timestamp
    base_provisional: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., province_code: _Optional[str] = ..., number: _Optional[int] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verification_closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[int] = ..., admissible: _Optional[int] = ..., objected: _Optional[int] = ..., admitted: _Optional[int] = ..., held: _Optional[bool] = ..., day_seconds: _Optional[float] = ..., time_policy: _Optional[_Union[_cycle_pb2.TimePolicy, _Mapping]] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undo_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., base_provisional: _Optional[int] = ...) -> None: ...

class ListOpenListsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class OpenList(_message.Message):
    __slots__ = ("list_id", "cycle_id", "base_code")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    cycle_id: str
    base_code: str
    def __init__(self, list_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ...) -> None: ...

class ListOpenListsResponse(_message.Message):
    __slots__ = ("lists",)
    LISTS_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[OpenList]
    def __init__(self, lists: _Optional[_Iterable[_Union[OpenList, _Mapping]]] = ...) -> None: ...
