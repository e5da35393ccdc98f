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

class Concern(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONCERN_UNSPECIFIED: _ClassVar[Concern]
    CONCERN_DRAFTS: _ClassVar[Concern]
    CONCERN_FIXABLE: _ClassVar[Concern]
CONCERN_UNSPECIFIED: Concern
CONCERN_DRAFTS: Concern
CONCERN_FIXABLE: Concern

class PhaseDates(_message.Message):
    __slots__ = ("phase", "name", "first_day", "last_day", "key", "gap_name")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    GAP_NAME_FIELD_NUMBER: _ClassVar[int]
    phase: _cycle_pb2.Phase
    name: str
    first_day: str
    last_day: str
    key: str
    gap_name: str
    def __init__(self, phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., name: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., key: _Optional[str] = ..., gap_name: _Optional[str] = ...) -> None: ...

class CreateCycleRequest(_message.Message):
    __slots__ = ("idempotency_key", "province_code", "year", "title", "time_zone", "phases", "bases", "specialties", "plan", "starts_at", "day_seconds", "policy", "milestones")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    BASES_FIELD_NUMBER: _ClassVar[int]
    SPECIALTIES_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    province_code: str
    year: int
    title: str
    time_zone: str
    phases: _containers.RepeatedCompositeFieldContainer[PhaseDates]
    bases: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Base]
    specialties: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Specialty]
    plan: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.PlannedSeats]
    starts_at: _timestamp_pb2.Timestamp
    day_seconds: float
    policy: _struct_pb2.Struct
    milestones: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CycleMilestone]
    def __init__(self, idempotency_key: _Optional[str] = ..., province_code: _Optional[str] = ..., year: _Optional[int] = ..., title: _Optional[str] = ..., time_zone: _Optional[str] = ..., phases: _Optional[_Iterable[_Union[PhaseDates, _Mapping]]] = ..., bases: _Optional[_Iterable[_Union[_cycle_pb2.Base, _Mapping]]] = ..., specialties: _Optional[_Iterable[_Union[_cycle_pb2.Specialty, _Mapping]]] = ..., plan: _Optional[_Iterable[_Union[_cycle_pb2.PlannedSeats, _Mapping]]] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., day_seconds: _Optional[float] = ..., policy: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., milestones: _Optional[_Iterable[_Union[_cycle_pb2.CycleMilestone, _Mapping]]] = ...) -> None: ...

class CreateCycleResponse(_message.Message):
    __slots__ = ("cycle",)
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    cycle: _cycle_pb2.Cycle
    def __init__(self, cycle: _Optional[_Union[_cycle_pb2.Cycle, _Mapping]] = ...) -> None: ...

class GetCycleRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class GetCycleResponse(_message.Message):
    __slots__ = ("cycle",)
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    cycle: _cycle_pb2.Cycle
    def __init__(self, cycle: _Optional[_Union[_cycle_pb2.Cycle, _Mapping]] = ...) -> None: ...

class ListCyclesRequest(_message.Message):
    __slots__ = ("open_only",)
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    open_only: bool
    def __init__(self, open_only: _Optional[bool] = ...) -> None: ...

class ListCyclesResponse(_message.Message):
    __slots__ = ("cycles",)
    CYCLES_FIELD_NUMBER: _ClassVar[int]
    cycles: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Cycle]
    def __init__(self, cycles: _Optional[_Iterable[_Union[_cycle_pb2.Cycle, _Mapping]]] = ...) -> None: ...

class GetCatalogueRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class GetCatalogueResponse(_message.Message):
    __slots__ = ("bases", "specialties", "plan")
    BASES_FIELD_NUMBER: _ClassVar[int]
    SPECIALTIES_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    bases: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Base]
    specialties: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Specialty]
    plan: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.PlannedSeats]
    def __init__(self, bases: _Optional[_Iterable[_Union[_cycle_pb2.Base, _Mapping]]] = ..., specialties: _Optional[_Iterable[_Union[_cycle_pb2.Specialty, _Mapping]]] = ..., plan: _Optional[_Iterable[_Union[_cycle_pb2.PlannedSeats, _Mapping]]] = ...) -> None: ...

class EnterPhaseRequest(_message.Message):
    __slots__ = ("cycle_id", "sequence")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    sequence: int
    def __init__(self, cycle_id: _Optional[str] = ..., sequence: _Optional[int] = ...) -> None: ...

class EnterPhaseResponse(_message.Message):
    __slots__ = ("cycle",)
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    cycle: _cycle_pb2.Cycle
    def __init__(self, cycle: _Optional[_Union[_cycle_pb2.Cycle, _Mapping]] = ...) -> None: ...

class GetWindowRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class GetWindowResponse(_message.Message):
    __slots__ = ("window",)
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    window: _cycle_pb2.Window
    def __init__(self, window: _Optional[_Union[_cycle_pb2.Window, _Mapping]] = ...) -> None: ...

class CloseWindowRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class CloseWindowResponse(_message.Message):
    __slots__ = ("unreviewed", "unselected")
    UNREVIEWED_FIELD_NUMBER: _ClassVar[int]
    UNSELECTED_FIELD_NUMBER: _ClassVar[int]
    unreviewed: int
    unselected: int
    def __init__(self, unreviewed: _Optional[int] = ..., unselected: _Optional[int] = ...) -> None: ...

class SetMilestonesRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round", "milestones", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    milestones: _cycle_pb2.Milestones
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ..., milestones: _Optional[_Union[_cycle_pb2.Milestones, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetMilestonesResponse(_message.Message):
    __slots__ = ("window",)
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    window: _cycle_pb2.Window
    def __init__(self, window: _Optional[_Union[_cycle_pb2.Window, _Mapping]] = ...) -> None: ...

class ListConcernedRequest(_message.Message):
    __slots__ = ("cycle_id", "concern", "base_code", "round", "page_size", "page_token")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    concern: Concern
    base_code: str
    round: int
    page_size: int
    page_token: str
    def __init__(self, cycle_id: _Optional[str] = ..., concern: _Optional[_Union[Concern, str]] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ConcernedPerson(_message.Message):
    __slots__ = ("person_id", "application_id", "base_name", "specialty_name", "until")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    application_id: str
    base_name: str
    specialty_name: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, person_id: _Optional[str] = ..., application_id: _Optional[str] = ..., base_name: _Optional[str] = ..., specialty_name: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListConcernedResponse(_message.Message):
    __slots__ = ("persons", "next_page_token")
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    persons: _containers.RepeatedCompositeFieldContainer[ConcernedPerson]
    next_page_token: str
    def __init__(self, persons: _Optional[_Iterable[_Union[ConcernedPerson, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPhaseReportRequest(_message.Message):
    __slots__ = ("cycle_id", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class GetPhaseReportResponse(_message.Message):
    __slots__ = ("unreviewed", "unselected", "bases", "open", "closed")
    UNREVIEWED_FIELD_NUMBER: _ClassVar[int]
    UNSELECTED_FIELD_NUMBER: _ClassVar[int]
    BASES_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    unreviewed: int
    unselected: int
    bases: int
    open: int
    closed: int
    def __init__(self, unreviewed: _Optional[int] = ..., unselected: _Optional[int] = ..., bases: _Optional[int] = ..., open: _Optional[int] = ..., closed: _Optional[int] = ...) -> None: ...

class PrepareNextCycleRequest(_message.Message):
    __slots__ = ("cycle_id", "year")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    year: int
    def __init__(self, cycle_id: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class PrepareNextCycleResponse(_message.Message):
    __slots__ = ("cycle_id", "title")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    title: str
    def __init__(self, cycle_id: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class ListDraftCyclesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDraftCyclesResponse(_message.Message):
    __slots__ = ("cycles",)
    CYCLES_FIELD_NUMBER: _ClassVar[int]
    cycles: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.Cycle]
    def __init__(self, cycles: _Optional[_Iterable[_Union[_cycle_pb2.Cycle, _Mapping]]] = ...) -> None: ...

class ConfirmCycleRequest(_message.Message):
    __slots__ = ("idempotency_key", "cycle_id")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    cycle_id: str
    def __init__(self, idempotency_key: _Optional[str] = ..., cycle_id: _Optional[str] = ...) -> None: ...

class ConfirmCycleResponse(_message.Message):
    __slots__ = ("cycle",)
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    cycle: _cycle_pb2.Cycle
    def __init__(self, cycle: _Optional[_Union[_cycle_pb2.Cycle, _Mapping]] = ...) -> None: ...
