import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.faculty.v1 import faculty_pb2 as _faculty_pb2
from residency.faculty.v1 import faculty_service_pb2 as _faculty_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DossierSaved(_message.Message):
    __slots__ = ("person_id", "section", "dossier_complete")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    DOSSIER_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    section: _faculty_service_pb2.DossierSection
    dossier_complete: bool
    def __init__(self, person_id: _Optional[str] = ..., section: _Optional[_Union[_faculty_service_pb2.DossierSection, str]] = ..., dossier_complete: _Optional[bool] = ...) -> None: ...

class BatchChanged(_message.Message):
    __slots__ = ("batch_id", "organisation_code", "version", "created")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    organisation_code: str
    version: int
    created: bool
    def __init__(self, batch_id: _Optional[str] = ..., organisation_code: _Optional[str] = ..., version: _Optional[int] = ..., created: _Optional[bool] = ...) -> None: ...

class BatchPublished(_message.Message):
    __slots__ = ("batch_id", "organisation_code", "version")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    organisation_code: str
    version: int
    def __init__(self, batch_id: _Optional[str] = ..., organisation_code: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class BatchReminded(_message.Message):
    __slots__ = ("batch_id", "batch_name", "kind", "person_ids", "organisation_codes", "counts", "until")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODES_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    batch_name: str
    kind: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    organisation_codes: _containers.RepeatedScalarFieldContainer[str]
    counts: _containers.RepeatedScalarFieldContainer[int]
    until: _timestamp_pb2.Timestamp
    def __init__(self, batch_id: _Optional[str] = ..., batch_name: _Optional[str] = ..., kind: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ..., organisation_codes: _Optional[_Iterable[str]] = ..., counts: _Optional[_Iterable[int]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CandidacyFact(_message.Message):
    __slots__ = ("candidacy_id", "batch_id", "batch_name", "person_id", "base_code", "department_code", "version", "state")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_NAME_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    batch_id: str
    batch_name: str
    person_id: str
    base_code: str
    department_code: str
    version: int
    state: _faculty_pb2.CandidacyState
    def __init__(self, candidacy_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., batch_name: _Optional[str] = ..., person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., department_code: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[_faculty_pb2.CandidacyState, str]] = ...) -> None: ...

class CandidacySubmitted(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: CandidacyFact
    def __init__(self, candidacy: _Optional[_Union[CandidacyFact, _Mapping]] = ...) -> None: ...

class CandidacyWithdrawn(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: CandidacyFact
    def __init__(self, candidacy: _Optional[_Union[CandidacyFact, _Mapping]] = ...) -> None: ...

class CandidacyDecided(_message.Message):
    __slots__ = ("candidacy", "kind", "reason_code", "reason")
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    candidacy: CandidacyFact
    kind: str
    reason_code: str
    reason: str
    def __init__(self, candidacy: _Optional[_Union[CandidacyFact, _Mapping]] = ..., kind: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CandidacyAppealed(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: CandidacyFact
    def __init__(self, candidacy: _Optional[_Union[CandidacyFact, _Mapping]] = ...) -> None: ...

class AppointmentFact(_message.Message):
    __slots__ = ("appointment_id", "person_id", "base_code", "department_code", "version", "state", "from_day", "until_day")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    person_id: str
    base_code: str
    department_code: str
    version: int
    state: _faculty_pb2.AppointmentState
    from_day: str
    until_day: str
    def __init__(self, appointment_id: _Optional[str] = ..., person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., department_code: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[_faculty_pb2.AppointmentState, str]] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ...) -> None: ...

class AppointmentStarted(_message.Message):
    __slots__ = ("appointment", "renewed")
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    appointment: AppointmentFact
    renewed: bool
    def __init__(self, appointment: _Optional[_Union[AppointmentFact, _Mapping]] = ..., renewed: _Optional[bool] = ...) -> None: ...

class AppointmentChanged(_message.Message):
    __slots__ = ("appointment", "kind", "reason_code", "effective_day", "review_year", "review_due")
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    REVIEW_YEAR_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DUE_FIELD_NUMBER: _ClassVar[int]
    appointment: AppointmentFact
    kind: str
    reason_code: str
    effective_day: str
    review_year: int
    review_due: str
    def __init__(self, appointment: _Optional[_Union[AppointmentFact, _Mapping]] = ..., kind: _Optional[str] = ..., reason_code: _Optional[str] = ..., effective_day: _Optional[str] = ..., review_year: _Optional[int] = ..., review_due: _Optional[str] = ...) -> None: ...

class AppointmentReminded(_message.Message):
    __slots__ = ("appointment", "kind", "until_day", "organisation_codes")
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODES_FIELD_NUMBER: _ClassVar[int]
    appointment: AppointmentFact
    kind: str
    until_day: str
    organisation_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, appointment: _Optional[_Union[AppointmentFact, _Mapping]] = ..., kind: _Optional[str] = ..., until_day: _Optional[str] = ..., organisation_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class FacultyPolicySet(_message.Message):
    __slots__ = ("organisation_code", "edition")
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    organisation_code: str
    edition: int
    def __init__(self, organisation_code: _Optional[str] = ..., edition: _Optional[int] = ...) -> None: ...

class IncidentRecorded(_message.Message):
    __slots__ = ("person_id", "base_code", "incident_id", "withdrawn")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    base_code: str
    incident_id: str
    withdrawn: bool
    def __init__(self, person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., incident_id: _Optional[str] = ..., withdrawn: _Optional[bool] = ...) -> None: ...

class EvidenceRecorded(_message.Message):
    __slots__ = ("person_id", "evidence_id", "kind")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    evidence_id: str
    kind: str
    def __init__(self, person_id: _Optional[str] = ..., evidence_id: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class EligibilityReached(_message.Message):
    __slots__ = ("person_ids", "on_day")
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    ON_DAY_FIELD_NUMBER: _ClassVar[int]
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    on_day: str
    def __init__(self, person_ids: _Optional[_Iterable[str]] = ..., on_day: _Optional[str] = ...) -> None: ...

class RosterCommitted(_message.Message):
    __slots__ = ("roster_id", "department_code", "base_code", "additions", "cases")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ADDITIONS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    department_code: str
    base_code: str
    additions: int
    cases: int
    def __init__(self, roster_id: _Optional[str] = ..., department_code: _Optional[str] = ..., base_code: _Optional[str] = ..., additions: _Optional[int] = ..., cases: _Optional[int] = ...) -> None: ...

class FacultyInvited(_message.Message):
    __slots__ = ("person_id", "department_code", "base_code", "roster_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    department_code: str
    base_code: str
    roster_id: str
    def __init__(self, person_id: _Optional[str] = ..., department_code: _Optional[str] = ..., base_code: _Optional[str] = ..., roster_id: _Optional[str] = ...) -> None: ...

class TraineeArrived(_message.Message):
    __slots__ = ("trainee_id", "person_id", "base_code", "version", "left")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    person_id: str
    base_code: str
    version: int
    left: bool
    def __init__(self, trainee_id: _Optional[str] = ..., person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., version: _Optional[int] = ..., left: _Optional[bool] = ...) -> None: ...

class RotationPlanChanged(_message.Message):
    __slots__ = ("trainee_id", "person_id", "base_code", "plan_version")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    person_id: str
    base_code: str
    plan_version: int
    def __init__(self, trainee_id: _Optional[str] = ..., person_id: _Optional[str] = ..., base_code: _Optional[str] = ..., plan_version: _Optional[int] = ...) -> None: ...

class CellsAssigned(_message.Message):
    __slots__ = ("department_code", "base_code", "teacher_ids", "proposal_id", "count", "from_month", "until_month")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_IDS_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MONTH_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    base_code: str
    teacher_ids: _containers.RepeatedScalarFieldContainer[str]
    proposal_id: str
    count: int
    from_month: str
    until_month: str
    def __init__(self, department_code: _Optional[str] = ..., base_code: _Optional[str] = ..., teacher_ids: _Optional[_Iterable[str]] = ..., proposal_id: _Optional[str] = ..., count: _Optional[int] = ..., from_month: _Optional[str] = ..., until_month: _Optional[str] = ...) -> None: ...

class MonthsOrphaned(_message.Message):
    __slots__ = ("department_code", "base_code", "teacher_id", "count", "first_month", "cause")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    base_code: str
    teacher_id: str
    count: int
    first_month: str
    cause: str
    def __init__(self, department_code: _Optional[str] = ..., base_code: _Optional[str] = ..., teacher_id: _Optional[str] = ..., count: _Optional[int] = ..., first_month: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class TeacherRated(_message.Message):
    __slots__ = ("teacher_id", "year", "count")
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    teacher_id: str
    year: int
    count: int
    def __init__(self, teacher_id: _Optional[str] = ..., year: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...
