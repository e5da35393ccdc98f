import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CycleCreated(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class PhaseEntered(_message.Message):
    __slots__ = ("cycle_id", "phase", "sequence", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    phase: _cycle_pb2.Phase
    sequence: int
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., sequence: _Optional[int] = ..., round: _Optional[int] = ...) -> None: ...

class CalendarChanged(_message.Message):
    __slots__ = ("cycle_id", "version", "kind", "urgent", "unfit_base_codes", "province_code", "reason", "present", "next_at", "unfit_round_names")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    URGENT_FIELD_NUMBER: _ClassVar[int]
    UNFIT_BASE_CODES_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    NEXT_AT_FIELD_NUMBER: _ClassVar[int]
    UNFIT_ROUND_NAMES_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    version: int
    kind: str
    urgent: bool
    unfit_base_codes: _containers.RepeatedScalarFieldContainer[str]
    province_code: str
    reason: str
    present: str
    next_at: _timestamp_pb2.Timestamp
    unfit_round_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cycle_id: _Optional[str] = ..., version: _Optional[int] = ..., kind: _Optional[str] = ..., urgent: _Optional[bool] = ..., unfit_base_codes: _Optional[_Iterable[str]] = ..., province_code: _Optional[str] = ..., reason: _Optional[str] = ..., present: _Optional[str] = ..., next_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., unfit_round_names: _Optional[_Iterable[str]] = ...) -> None: ...

class WindowClosed(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round", "unreviewed", "unselected")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    UNREVIEWED_FIELD_NUMBER: _ClassVar[int]
    UNSELECTED_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    unreviewed: int
    unselected: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ..., unreviewed: _Optional[int] = ..., unselected: _Optional[int] = ...) -> None: ...

class MilestonesSet(_message.Message):
    __slots__ = ("cycle_id", "base_code", "round")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    round: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class ApplicationFact(_message.Message):
    __slots__ = ("application_id", "cycle_id", "person_id", "base_code", "base_name", "specialty_code", "specialty_name", "submission_number", "round", "version", "state", "phase", "decided_at", "release_at")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_NAME_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    RELEASE_AT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    cycle_id: str
    person_id: str
    base_code: str
    base_name: str
    specialty_code: str
    specialty_name: str
    submission_number: int
    round: int
    version: int
    state: _application_pb2.ApplicationState
    phase: _cycle_pb2.Phase
    decided_at: _timestamp_pb2.Timestamp
    release_at: _timestamp_pb2.Timestamp
    def __init__(self, application_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., base_name: _Optional[str] = ..., specialty_code: _Optional[str] = ..., specialty_name: _Optional[str] = ..., submission_number: _Optional[int] = ..., round: _Optional[int] = ..., version: _Optional[int] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., release_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationSubmitted(_message.Message):
    __slots__ = ("application", "left_base_code")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    LEFT_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    left_base_code: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., left_base_code: _Optional[str] = ...) -> None: ...

class ApplicationReviewed(_message.Message):
    __slots__ = ("application", "approved", "reason_code", "remark", "fix_until")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    FIX_UNTIL_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    approved: bool
    reason_code: str
    remark: str
    fix_until: _timestamp_pb2.Timestamp
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., approved: _Optional[bool] = ..., reason_code: _Optional[str] = ..., remark: _Optional[str] = ..., fix_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationNotSelected(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ...) -> None: ...

class ApplicationProvisionallyAdmitted(_message.Message):
    __slots__ = ("application", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...

class ApplicationAdmitted(_message.Message):
    __slots__ = ("application", "cycle_year")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    CYCLE_YEAR_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    cycle_year: int
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., cycle_year: _Optional[int] = ...) -> None: ...

class ApplicationWithdrawn(_message.Message):
    __slots__ = ("application", "freed_place")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    FREED_PLACE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    freed_place: bool
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., freed_place: _Optional[bool] = ...) -> None: ...

class ApplicationCorrected(_message.Message):
    __slots__ = ("application", "section")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    section: _application_pb2.Section
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., section: _Optional[_Union[_application_pb2.Section, str]] = ...) -> None: ...

class ApplicationUnlocked(_message.Message):
    __slots__ = ("application", "until")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    until: _timestamp_pb2.Timestamp
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationHeld(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ...) -> None: ...

class ApplicationReleased(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ...) -> None: ...

class ApplicationMoved(_message.Message):
    __slots__ = ("application", "left_base_code", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    LEFT_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    left_base_code: str
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., left_base_code: _Optional[str] = ..., remark: _Optional[str] = ...) -> None: ...

class PlanChanged(_message.Message):
    __slots__ = ("cycle_id", "base_code", "kind", "edition")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    kind: str
    edition: int
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., kind: _Optional[str] = ..., edition: _Optional[int] = ...) -> None: ...

class ListPublished(_message.Message):
    __slots__ = ("list_id", "cycle_id", "base_code", "number", "ends_at")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    cycle_id: str
    base_code: str
    number: int
    ends_at: _timestamp_pb2.Timestamp
    def __init__(self, list_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., number: _Optional[int] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationPublished(_message.Message):
    __slots__ = ("application", "list_id", "ends_at")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    list_id: str
    ends_at: _timestamp_pb2.Timestamp
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., list_id: _Optional[str] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ObjectionFiled(_message.Message):
    __slots__ = ("application", "objection_id", "list_id")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    objection_id: str
    list_id: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., objection_id: _Optional[str] = ..., list_id: _Optional[str] = ...) -> None: ...

class ObjectionResolved(_message.Message):
    __slots__ = ("application", "objection_id", "upheld", "list_id", "frozen")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_ID_FIELD_NUMBER: _ClassVar[int]
    UPHELD_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    objection_id: str
    upheld: bool
    list_id: str
    frozen: bool
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., objection_id: _Optional[str] = ..., upheld: _Optional[bool] = ..., list_id: _Optional[str] = ..., frozen: _Optional[bool] = ...) -> None: ...

class ApplicationPlaceLost(_message.Message):
    __slots__ = ("application", "cause", "freed", "remark", "undone_since")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FREED_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    UNDONE_SINCE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    cause: str
    freed: bool
    remark: str
    undone_since: _timestamp_pb2.Timestamp
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., cause: _Optional[str] = ..., freed: _Optional[bool] = ..., remark: _Optional[str] = ..., undone_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationAdmissionUndone(_message.Message):
    __slots__ = ("application", "remark", "undone_since")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    UNDONE_SINCE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    remark: str
    undone_since: _timestamp_pb2.Timestamp
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., remark: _Optional[str] = ..., undone_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplicationOffered(_message.Message):
    __slots__ = ("application", "until", "offer_number")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    OFFER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    until: _timestamp_pb2.Timestamp
    offer_number: int
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., offer_number: _Optional[int] = ...) -> None: ...

class ApplicationOfferEnded(_message.Message):
    __slots__ = ("application", "offer_number", "seat_offer_id", "outcome")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    OFFER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SEAT_OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    offer_number: int
    seat_offer_id: str
    outcome: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., offer_number: _Optional[int] = ..., seat_offer_id: _Optional[str] = ..., outcome: _Optional[str] = ...) -> None: ...

class ApplicationSpecialtyChanged(_message.Message):
    __slots__ = ("application", "left_specialty_code", "left_specialty_name", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    LEFT_SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    LEFT_SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    left_specialty_code: str
    left_specialty_name: str
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., left_specialty_code: _Optional[str] = ..., left_specialty_name: _Optional[str] = ..., remark: _Optional[str] = ...) -> None: ...

class ApplicationDeferred(_message.Message):
    __slots__ = ("application", "until_year", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_YEAR_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    until_year: int
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., until_year: _Optional[int] = ..., remark: _Optional[str] = ...) -> None: ...

class ApplicationPlaceConfirmed(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ...) -> None: ...

class ApplicationRevocationProposed(_message.Message):
    __slots__ = ("application", "province_code")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    province_code: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., province_code: _Optional[str] = ...) -> None: ...

class ApplicationRevocationRefused(_message.Message):
    __slots__ = ("application", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...

class ApplicationGrantProposed(_message.Message):
    __slots__ = ("application", "main_base_code")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    MAIN_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    main_base_code: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., main_base_code: _Optional[str] = ...) -> None: ...

class ApplicationGrantDeclined(_message.Message):
    __slots__ = ("application", "remark")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    application: ApplicationFact
    remark: str
    def __init__(self, application: _Optional[_Union[ApplicationFact, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...

class PlanChangeDecided(_message.Message):
    __slots__ = ("cycle_id", "base_code", "specialty_code", "specialty_name", "granted", "planned", "answer")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    specialty_code: str
    specialty_name: str
    granted: bool
    planned: int
    answer: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., specialty_name: _Optional[str] = ..., granted: _Optional[bool] = ..., planned: _Optional[int] = ..., answer: _Optional[str] = ...) -> None: ...
