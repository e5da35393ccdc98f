import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_UNSPECIFIED: _ClassVar[Phase]
    PHASE_PREPARATION: _ClassVar[Phase]
    PHASE_REGISTRATION: _ClassVar[Phase]
    PHASE_FIRST_CHOICE: _ClassVar[Phase]
    PHASE_SECOND_CHOICE: _ClassVar[Phase]
    PHASE_REALLOCATION: _ClassVar[Phase]
    PHASE_CONFIRMATION: _ClassVar[Phase]
    PHASE_CLOSED: _ClassVar[Phase]
PHASE_UNSPECIFIED: Phase
PHASE_PREPARATION: Phase
PHASE_REGISTRATION: Phase
PHASE_FIRST_CHOICE: Phase
PHASE_SECOND_CHOICE: Phase
PHASE_REALLOCATION: Phase
PHASE_CONFIRMATION: Phase
PHASE_CLOSED: Phase

class CyclePhase(_message.Message):
    __slots__ = ("phase", "sequence", "name", "first_day", "last_day", "opens_at", "closes_at", "entered_at", "round", "key", "gap_name")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    GAP_NAME_FIELD_NUMBER: _ClassVar[int]
    phase: Phase
    sequence: int
    name: str
    first_day: str
    last_day: str
    opens_at: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    entered_at: _timestamp_pb2.Timestamp
    round: int
    key: str
    gap_name: str
    def __init__(self, phase: _Optional[_Union[Phase, str]] = ..., sequence: _Optional[int] = ..., name: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., round: _Optional[int] = ..., key: _Optional[str] = ..., gap_name: _Optional[str] = ...) -> None: ...

class Base(_message.Message):
    __slots__ = ("code", "name", "main_code", "credit_code")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MAIN_CODE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    main_code: str
    credit_code: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., main_code: _Optional[str] = ..., credit_code: _Optional[str] = ...) -> None: ...

class Specialty(_message.Message):
    __slots__ = ("code", "name")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class PlannedSeats(_message.Message):
    __slots__ = ("base_code", "specialty_code", "planned")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    planned: int
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ...) -> None: ...

class QuietHours(_message.Message):
    __slots__ = ("anchor", "day_seconds", "from_minute", "until_minute", "exam_until_minute", "exam_days")
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FROM_MINUTE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MINUTE_FIELD_NUMBER: _ClassVar[int]
    EXAM_UNTIL_MINUTE_FIELD_NUMBER: _ClassVar[int]
    EXAM_DAYS_FIELD_NUMBER: _ClassVar[int]
    anchor: _timestamp_pb2.Timestamp
    day_seconds: float
    from_minute: int
    until_minute: int
    exam_until_minute: int
    exam_days: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    def __init__(self, anchor: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., day_seconds: _Optional[float] = ..., from_minute: _Optional[int] = ..., until_minute: _Optional[int] = ..., exam_until_minute: _Optional[int] = ..., exam_days: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ...) -> None: ...

class TimePolicy(_message.Message):
    __slots__ = ("reminder_hours", "verification_reminder_days", "quiet")
    REMINDER_HOURS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_REMINDER_DAYS_FIELD_NUMBER: _ClassVar[int]
    QUIET_FIELD_NUMBER: _ClassVar[int]
    reminder_hours: _containers.RepeatedScalarFieldContainer[float]
    verification_reminder_days: _containers.RepeatedScalarFieldContainer[float]
    quiet: QuietHours
    def __init__(self, reminder_hours: _Optional[_Iterable[float]] = ..., verification_reminder_days: _Optional[_Iterable[float]] = ..., quiet: _Optional[_Union[QuietHours, _Mapping]] = ...) -> None: ...

class Cycle(_message.Message):
    __slots__ = ("cycle_id", "province_code", "year", "title", "time_zone", "day_seconds", "phase", "sequence", "phases", "calendar_version", "read_at", "held_since", "draft", "milestones", "time_policy", "epoch")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_VERSION_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    HELD_SINCE_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    TIME_POLICY_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    province_code: str
    year: int
    title: str
    time_zone: str
    day_seconds: float
    phase: Phase
    sequence: int
    phases: _containers.RepeatedCompositeFieldContainer[CyclePhase]
    calendar_version: int
    read_at: _timestamp_pb2.Timestamp
    held_since: _timestamp_pb2.Timestamp
    draft: bool
    milestones: _containers.RepeatedCompositeFieldContainer[CycleMilestone]
    time_policy: TimePolicy
    epoch: int
    def __init__(self, cycle_id: _Optional[str] = ..., province_code: _Optional[str] = ..., year: _Optional[int] = ..., title: _Optional[str] = ..., time_zone: _Optional[str] = ..., day_seconds: _Optional[float] = ..., phase: _Optional[_Union[Phase, str]] = ..., sequence: _Optional[int] = ..., phases: _Optional[_Iterable[_Union[CyclePhase, _Mapping]]] = ..., calendar_version: _Optional[int] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., held_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., draft: _Optional[bool] = ..., milestones: _Optional[_Iterable[_Union[CycleMilestone, _Mapping]]] = ..., time_policy: _Optional[_Union[TimePolicy, _Mapping]] = ..., epoch: _Optional[int] = ...) -> None: ...

class CycleMilestone(_message.Message):
    __slots__ = ("key", "phase_key", "name", "day", "exam")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PHASE_KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    EXAM_FIELD_NUMBER: _ClassVar[int]
    key: str
    phase_key: str
    name: str
    day: str
    exam: bool
    def __init__(self, key: _Optional[str] = ..., phase_key: _Optional[str] = ..., name: _Optional[str] = ..., day: _Optional[str] = ..., exam: _Optional[bool] = ...) -> None: ...

class Milestones(_message.Message):
    __slots__ = ("review_deadline", "written_exam", "interview", "pre_admission")
    REVIEW_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_EXAM_FIELD_NUMBER: _ClassVar[int]
    INTERVIEW_FIELD_NUMBER: _ClassVar[int]
    PRE_ADMISSION_FIELD_NUMBER: _ClassVar[int]
    review_deadline: _timestamp_pb2.Timestamp
    written_exam: _timestamp_pb2.Timestamp
    interview: _timestamp_pb2.Timestamp
    pre_admission: _timestamp_pb2.Timestamp
    def __init__(self, review_deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., written_exam: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interview: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pre_admission: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round", "opens_at", "closes_at", "milestones", "pending", "approved", "rejected", "provisional", "over", "day_seconds", "closed", "read_at", "held_since", "phase", "phase_name", "province_code", "base_name", "time_policy", "admitted", "not_selected", "unpublished", "fixable", "fix_until", "late_pending")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    HELD_SINCE_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    PHASE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_POLICY_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    NOT_SELECTED_FIELD_NUMBER: _ClassVar[int]
    UNPUBLISHED_FIELD_NUMBER: _ClassVar[int]
    FIXABLE_FIELD_NUMBER: _ClassVar[int]
    FIX_UNTIL_FIELD_NUMBER: _ClassVar[int]
    LATE_PENDING_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    opens_at: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    milestones: Milestones
    pending: int
    approved: int
    rejected: int
    provisional: int
    over: bool
    day_seconds: float
    closed: bool
    read_at: _timestamp_pb2.Timestamp
    held_since: _timestamp_pb2.Timestamp
    phase: Phase
    phase_name: str
    province_code: str
    base_name: str
    time_policy: TimePolicy
    admitted: int
    not_selected: int
    unpublished: int
    fixable: int
    fix_until: _timestamp_pb2.Timestamp
    late_pending: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., milestones: _Optional[_Union[Milestones, _Mapping]] = ..., pending: _Optional[int] = ..., approved: _Optional[int] = ..., rejected: _Optional[int] = ..., provisional: _Optional[int] = ..., over: _Optional[bool] = ..., day_seconds: _Optional[float] = ..., closed: _Optional[bool] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., held_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., phase: _Optional[_Union[Phase, str]] = ..., phase_name: _Optional[str] = ..., province_code: _Optional[str] = ..., base_name: _Optional[str] = ..., time_policy: _Optional[_Union[TimePolicy, _Mapping]] = ..., admitted: _Optional[int] = ..., not_selected: _Optional[int] = ..., unpublished: _Optional[int] = ..., fixable: _Optional[int] = ..., fix_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., late_pending: _Optional[int] = ...) -> None: ...
