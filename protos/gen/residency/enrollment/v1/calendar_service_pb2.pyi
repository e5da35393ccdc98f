import datetime

from buf.validate import validate_pb2 as _validate_pb2
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

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    EVENT_KIND_PHASE: _ClassVar[EventKind]
    EVENT_KIND_GAP: _ClassVar[EventKind]
    EVENT_KIND_MILESTONE: _ClassVar[EventKind]
    EVENT_KIND_BASE_DATE: _ClassVar[EventKind]
EVENT_KIND_UNSPECIFIED: EventKind
EVENT_KIND_PHASE: EventKind
EVENT_KIND_GAP: EventKind
EVENT_KIND_MILESTONE: EventKind
EVENT_KIND_BASE_DATE: EventKind

class CalendarGap(_message.Message):
    __slots__ = ("after_key", "name", "first_day", "last_day", "opens_at", "closes_at")
    AFTER_KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    after_key: str
    name: str
    first_day: str
    last_day: str
    opens_at: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    def __init__(self, after_key: _Optional[str] = ..., name: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BaseDates(_message.Message):
    __slots__ = ("round", "round_name", "milestones")
    ROUND_FIELD_NUMBER: _ClassVar[int]
    ROUND_NAME_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    round: int
    round_name: str
    milestones: _cycle_pb2.Milestones
    def __init__(self, round: _Optional[int] = ..., round_name: _Optional[str] = ..., milestones: _Optional[_Union[_cycle_pb2.Milestones, _Mapping]] = ...) -> None: ...

class CalendarEvent(_message.Message):
    __slots__ = ("uid", "kind", "key", "name", "first_day", "last_day", "starts_at", "ends_at", "sequence", "last_modified", "cancelled")
    UID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_MODIFIED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    uid: str
    kind: EventKind
    key: str
    name: str
    first_day: str
    last_day: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    sequence: int
    last_modified: _timestamp_pb2.Timestamp
    cancelled: bool
    def __init__(self, uid: _Optional[str] = ..., kind: _Optional[_Union[EventKind, str]] = ..., key: _Optional[str] = ..., name: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sequence: _Optional[int] = ..., last_modified: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancelled: _Optional[bool] = ...) -> None: ...

class CalendarDifference(_message.Message):
    __slots__ = ("kind", "key", "name", "name_before", "first_day_before", "last_day_before", "first_day", "last_day")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_BEFORE_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_BEFORE_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_BEFORE_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    kind: EventKind
    key: str
    name: str
    name_before: str
    first_day_before: str
    last_day_before: str
    first_day: str
    last_day: str
    def __init__(self, kind: _Optional[_Union[EventKind, str]] = ..., key: _Optional[str] = ..., name: _Optional[str] = ..., name_before: _Optional[str] = ..., first_day_before: _Optional[str] = ..., last_day_before: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ...) -> None: ...

class CalendarVersion(_message.Message):
    __slots__ = ("number", "kind", "reason", "made_at", "role", "differences")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    number: int
    kind: str
    reason: str
    made_at: _timestamp_pb2.Timestamp
    role: str
    differences: _containers.RepeatedCompositeFieldContainer[CalendarDifference]
    def __init__(self, number: _Optional[int] = ..., kind: _Optional[str] = ..., reason: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., role: _Optional[str] = ..., differences: _Optional[_Iterable[_Union[CalendarDifference, _Mapping]]] = ...) -> None: ...

class PublishedCalendar(_message.Message):
    __slots__ = ("cycle_id", "title", "province_code", "year", "time_zone", "day_seconds", "version", "latest_version", "phases", "gaps", "milestones", "base_code", "base_name", "base_dates", "events", "phase", "held_since", "last_modified", "read_at")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    DAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LATEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_DATES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    HELD_SINCE_FIELD_NUMBER: _ClassVar[int]
    LAST_MODIFIED_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    title: str
    province_code: str
    year: int
    time_zone: str
    day_seconds: float
    version: CalendarVersion
    latest_version: int
    phases: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CyclePhase]
    gaps: _containers.RepeatedCompositeFieldContainer[CalendarGap]
    milestones: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CycleMilestone]
    base_code: str
    base_name: str
    base_dates: _containers.RepeatedCompositeFieldContainer[BaseDates]
    events: _containers.RepeatedCompositeFieldContainer[CalendarEvent]
    phase: _cycle_pb2.Phase
    held_since: _timestamp_pb2.Timestamp
    last_modified: _timestamp_pb2.Timestamp
    read_at: _timestamp_pb2.Timestamp
    def __init__(self, cycle_id: _Optional[str] = ..., title: _Optional[str] = ..., province_code: _Optional[str] = ..., year: _Optional[int] = ..., time_zone: _Optional[str] = ..., day_seconds: _Optional[float] = ..., version: _Optional[_Union[CalendarVersion, _Mapping]] = ..., latest_version: _Optional[int] = ..., phases: _Optional[_Iterable[_Union[_cycle_pb2.CyclePhase, _Mapping]]] = ..., gaps: _Optional[_Iterable[_Union[CalendarGap, _Mapping]]] = ..., milestones: _Optional[_Iterable[_Union[_cycle_pb2.CycleMilestone, _Mapping]]] = ..., base_code: _Optional[str] = ..., base_name: _Optional[str] = ..., base_dates: _Optional[_Iterable[_Union[BaseDates, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[CalendarEvent, _Mapping]]] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., held_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_modified: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Feed(_message.Message):
    __slots__ = ("feed_id", "cycle_id", "base_code", "opened_at")
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    feed_id: str
    cycle_id: str
    base_code: str
    opened_at: _timestamp_pb2.Timestamp
    def __init__(self, feed_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HolidayEntry(_message.Message):
    __slots__ = ("year", "version", "resting", "working", "source", "reason", "recorded_at", "role")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RESTING_FIELD_NUMBER: _ClassVar[int]
    WORKING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    year: int
    version: int
    resting: _containers.RepeatedScalarFieldContainer[str]
    working: _containers.RepeatedScalarFieldContainer[str]
    source: str
    reason: str
    recorded_at: _timestamp_pb2.Timestamp
    role: str
    def __init__(self, year: _Optional[int] = ..., version: _Optional[int] = ..., resting: _Optional[_Iterable[str]] = ..., working: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., reason: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., role: _Optional[str] = ...) -> None: ...

class GetCalendarRequest(_message.Message):
    __slots__ = ("cycle_id", "version", "base_code")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    version: int
    base_code: str
    def __init__(self, cycle_id: _Optional[str] = ..., version: _Optional[int] = ..., base_code: _Optional[str] = ...) -> None: ...

class GetCalendarResponse(_message.Message):
    __slots__ = ("calendar",)
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    calendar: PublishedCalendar
    def __init__(self, calendar: _Optional[_Union[PublishedCalendar, _Mapping]] = ...) -> None: ...

class ListCalendarVersionsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListCalendarVersionsResponse(_message.Message):
    __slots__ = ("versions",)
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[CalendarVersion]
    def __init__(self, versions: _Optional[_Iterable[_Union[CalendarVersion, _Mapping]]] = ...) -> None: ...

class OpenFeedRequest(_message.Message):
    __slots__ = ("idempotency_key", "cycle_id")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    cycle_id: str
    def __init__(self, idempotency_key: _Optional[str] = ..., cycle_id: _Optional[str] = ...) -> None: ...

class OpenFeedResponse(_message.Message):
    __slots__ = ("feed", "token")
    FEED_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    feed: Feed
    token: str
    def __init__(self, feed: _Optional[_Union[Feed, _Mapping]] = ..., token: _Optional[str] = ...) -> None: ...

class CloseFeedRequest(_message.Message):
    __slots__ = ("idempotency_key", "feed_id")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    feed_id: str
    def __init__(self, idempotency_key: _Optional[str] = ..., feed_id: _Optional[str] = ...) -> None: ...

class CloseFeedResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListFeedsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListFeedsResponse(_message.Message):
    __slots__ = ("feeds",)
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    feeds: _containers.RepeatedCompositeFieldContainer[Feed]
    def __init__(self, feeds: _Optional[_Iterable[_Union[Feed, _Mapping]]] = ...) -> None: ...

class GetFeedRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class GetFeedResponse(_message.Message):
    __slots__ = ("calendar",)
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    calendar: PublishedCalendar
    def __init__(self, calendar: _Optional[_Union[PublishedCalendar, _Mapping]] = ...) -> None: ...

class RecordHolidaysRequest(_message.Message):
    __slots__ = ("idempotency_key", "year", "resting", "working", "source", "reason", "expected_version")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    RESTING_FIELD_NUMBER: _ClassVar[int]
    WORKING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    year: int
    resting: _containers.RepeatedScalarFieldContainer[str]
    working: _containers.RepeatedScalarFieldContainer[str]
    source: str
    reason: str
    expected_version: int
    def __init__(self, idempotency_key: _Optional[str] = ..., year: _Optional[int] = ..., resting: _Optional[_Iterable[str]] = ..., working: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., reason: _Optional[str] = ..., expected_version: _Optional[int] = ...) -> None: ...

class RecordHolidaysResponse(_message.Message):
    __slots__ = ("entry", "known_until")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    KNOWN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    entry: HolidayEntry
    known_until: str
    def __init__(self, entry: _Optional[_Union[HolidayEntry, _Mapping]] = ..., known_until: _Optional[str] = ...) -> None: ...

class ListWorkingDaysRequest(_message.Message):
    __slots__ = ("province_code", "year")
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    province_code: str
    year: int
    def __init__(self, province_code: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListWorkingDaysResponse(_message.Message):
    __slots__ = ("known_from", "known_until", "known", "resting", "working", "source", "entries")
    KNOWN_FROM_FIELD_NUMBER: _ClassVar[int]
    KNOWN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    RESTING_FIELD_NUMBER: _ClassVar[int]
    WORKING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    known_from: str
    known_until: str
    known: bool
    resting: _containers.RepeatedScalarFieldContainer[str]
    working: _containers.RepeatedScalarFieldContainer[str]
    source: str
    entries: _containers.RepeatedCompositeFieldContainer[HolidayEntry]
    def __init__(self, known_from: _Optional[str] = ..., known_until: _Optional[str] = ..., known: _Optional[bool] = ..., resting: _Optional[_Iterable[str]] = ..., working: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[HolidayEntry, _Mapping]]] = ...) -> None: ...
