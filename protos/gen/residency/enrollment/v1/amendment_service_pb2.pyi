import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as _cycle_service_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AmendmentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AMENDMENT_KIND_UNSPECIFIED: _ClassVar[AmendmentKind]
    AMENDMENT_KIND_AMEND: _ClassVar[AmendmentKind]
    AMENDMENT_KIND_HOLD: _ClassVar[AmendmentKind]
    AMENDMENT_KIND_RESUME: _ClassVar[AmendmentKind]
    AMENDMENT_KIND_ADVANCE: _ClassVar[AmendmentKind]
    AMENDMENT_KIND_END: _ClassVar[AmendmentKind]

class AmendmentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AMENDMENT_STATE_UNSPECIFIED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_OPEN: _ClassVar[AmendmentState]
    AMENDMENT_STATE_APPLIED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_REFUSED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_WITHDRAWN: _ClassVar[AmendmentState]
AMENDMENT_KIND_UNSPECIFIED: AmendmentKind
AMENDMENT_KIND_AMEND: AmendmentKind
AMENDMENT_KIND_HOLD: AmendmentKind
AMENDMENT_KIND_RESUME: AmendmentKind
AMENDMENT_KIND_ADVANCE: AmendmentKind
AMENDMENT_KIND_END: AmendmentKind
AMENDMENT_STATE_UNSPECIFIED: AmendmentState
AMENDMENT_STATE_OPEN: AmendmentState
AMENDMENT_STATE_APPLIED: AmendmentState
AMENDMENT_STATE_REFUSED: AmendmentState
AMENDMENT_STATE_WITHDRAWN: AmendmentState

class Wish(_message.Message):
    __slots__ = ("kind", "based_on", "phases", "milestones")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    kind: AmendmentKind
    based_on: int
    phases: _containers.RepeatedCompositeFieldContainer[_cycle_service_pb2.PhaseDates]
    milestones: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CycleMilestone]
    def __init__(self, kind: _Optional[_Union[AmendmentKind, str]] = ..., based_on: _Optional[int] = ..., phases: _Optional[_Iterable[_Union[_cycle_service_pb2.PhaseDates, _Mapping]]] = ..., milestones: _Optional[_Iterable[_Union[_cycle_pb2.CycleMilestone, _Mapping]]] = ...) -> None: ...

class PhaseChange(_message.Message):
    __slots__ = ("key", "name", "before", "after", "gain", "lose")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    GAIN_FIELD_NUMBER: _ClassVar[int]
    LOSE_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: str
    before: _cycle_pb2.CyclePhase
    after: _cycle_pb2.CyclePhase
    gain: int
    lose: int
    def __init__(self, key: _Optional[str] = ..., name: _Optional[str] = ..., before: _Optional[_Union[_cycle_pb2.CyclePhase, _Mapping]] = ..., after: _Optional[_Union[_cycle_pb2.CyclePhase, _Mapping]] = ..., gain: _Optional[int] = ..., lose: _Optional[int] = ...) -> None: ...

class UnfitMilestone(_message.Message):
    __slots__ = ("base_code", "base_name", "round", "milestone", "at")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    MILESTONE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    base_name: str
    round: int
    milestone: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, base_code: _Optional[str] = ..., base_name: _Optional[str] = ..., round: _Optional[int] = ..., milestone: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HolidayClash(_message.Message):
    __slots__ = ("day", "key", "what", "known")
    DAY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    day: str
    key: str
    what: str
    known: bool
    def __init__(self, day: _Optional[str] = ..., key: _Optional[str] = ..., what: _Optional[str] = ..., known: _Optional[bool] = ...) -> None: ...

class Impact(_message.Message):
    __slots__ = ("phases", "unfit", "clashes", "applicants", "bases", "matters", "reasons", "urgent", "calendar", "milestones", "people")
    PHASES_FIELD_NUMBER: _ClassVar[int]
    UNFIT_FIELD_NUMBER: _ClassVar[int]
    CLASHES_FIELD_NUMBER: _ClassVar[int]
    APPLICANTS_FIELD_NUMBER: _ClassVar[int]
    BASES_FIELD_NUMBER: _ClassVar[int]
    MATTERS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    URGENT_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    phases: _containers.RepeatedCompositeFieldContainer[PhaseChange]
    unfit: _containers.RepeatedCompositeFieldContainer[UnfitMilestone]
    clashes: _containers.RepeatedCompositeFieldContainer[HolidayClash]
    applicants: int
    bases: int
    matters: bool
    reasons: _containers.RepeatedScalarFieldContainer[str]
    urgent: bool
    calendar: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CyclePhase]
    milestones: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CycleMilestone]
    people: int
    def __init__(self, phases: _Optional[_Iterable[_Union[PhaseChange, _Mapping]]] = ..., unfit: _Optional[_Iterable[_Union[UnfitMilestone, _Mapping]]] = ..., clashes: _Optional[_Iterable[_Union[HolidayClash, _Mapping]]] = ..., applicants: _Optional[int] = ..., bases: _Optional[int] = ..., matters: _Optional[bool] = ..., reasons: _Optional[_Iterable[str]] = ..., urgent: _Optional[bool] = ..., calendar: _Optional[_Iterable[_Union[_cycle_pb2.CyclePhase, _Mapping]]] = ..., milestones: _Optional[_Iterable[_Union[_cycle_pb2.CycleMilestone, _Mapping]]] = ..., people: _Optional[int] = ...) -> None: ...

class Amendment(_message.Message):
    __slots__ = ("amendment_id", "cycle_id", "kind", "state", "based_on", "version", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at", "answer", "impact")
    AMENDMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    IMPACT_FIELD_NUMBER: _ClassVar[int]
    amendment_id: str
    cycle_id: str
    kind: AmendmentKind
    state: AmendmentState
    based_on: int
    version: int
    reason: str
    proposed_by: str
    proposed_at: _timestamp_pb2.Timestamp
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    answer: str
    impact: Impact
    def __init__(self, amendment_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., kind: _Optional[_Union[AmendmentKind, str]] = ..., state: _Optional[_Union[AmendmentState, str]] = ..., based_on: _Optional[int] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., proposed_by: _Optional[str] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer: _Optional[str] = ..., impact: _Optional[_Union[Impact, _Mapping]] = ...) -> None: ...

class PreviewAmendmentRequest(_message.Message):
    __slots__ = ("cycle_id", "wish")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    wish: Wish
    def __init__(self, cycle_id: _Optional[str] = ..., wish: _Optional[_Union[Wish, _Mapping]] = ...) -> None: ...

class PreviewAmendmentResponse(_message.Message):
    __slots__ = ("impact",)
    IMPACT_FIELD_NUMBER: _ClassVar[int]
    impact: Impact
    def __init__(self, impact: _Optional[_Union[Impact, _Mapping]] = ...) -> None: ...

class ProposeAmendmentRequest(_message.Message):
    __slots__ = ("idempotency_key", "cycle_id", "wish", "reason")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    cycle_id: str
    wish: Wish
    reason: str
    def __init__(self, idempotency_key: _Optional[str] = ..., cycle_id: _Optional[str] = ..., wish: _Optional[_Union[Wish, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ProposeAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class DecideAmendmentRequest(_message.Message):
    __slots__ = ("idempotency_key", "cycle_id", "amendment_id", "agree", "answer")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    AMENDMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGREE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    cycle_id: str
    amendment_id: str
    agree: bool
    answer: str
    def __init__(self, idempotency_key: _Optional[str] = ..., cycle_id: _Optional[str] = ..., amendment_id: _Optional[str] = ..., agree: _Optional[bool] = ..., answer: _Optional[str] = ...) -> None: ...

class DecideAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class ListAmendmentsRequest(_message.Message):
    __slots__ = ("cycle_id", "open_only")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    open_only: bool
    def __init__(self, cycle_id: _Optional[str] = ..., open_only: _Optional[bool] = ...) -> None: ...

class ListAmendmentsResponse(_message.Message):
    __slots__ = ("amendments",)
    AMENDMENTS_FIELD_NUMBER: _ClassVar[int]
    amendments: _containers.RepeatedCompositeFieldContainer[Amendment]
    def __init__(self, amendments: _Optional[_Iterable[_Union[Amendment, _Mapping]]] = ...) -> None: ...
