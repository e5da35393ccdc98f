import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.faculty.v1 import faculty_pb2 as _faculty_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Appointment(_message.Message):
    __slots__ = ("appointment_id", "person_id", "name", "base_code", "department_code", "extra_department_codes", "state", "from_day", "until_day", "level", "title", "review", "review_year", "review_due", "candidacy_id", "version", "ends_on", "capabilities", "training_state", "training_level")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    REVIEW_YEAR_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DUE_FIELD_NUMBER: _ClassVar[int]
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ENDS_ON_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    TRAINING_STATE_FIELD_NUMBER: _ClassVar[int]
    TRAINING_LEVEL_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    person_id: str
    name: str
    base_code: str
    department_code: str
    extra_department_codes: _containers.RepeatedScalarFieldContainer[str]
    state: _faculty_pb2.AppointmentState
    from_day: str
    until_day: str
    level: str
    title: str
    review: _faculty_pb2.ReviewState
    review_year: int
    review_due: str
    candidacy_id: str
    version: int
    ends_on: str
    capabilities: _containers.RepeatedCompositeFieldContainer[_faculty_pb2.FacultyCapability]
    training_state: str
    training_level: str
    def __init__(self, appointment_id: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., base_code: _Optional[str] = ..., department_code: _Optional[str] = ..., extra_department_codes: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[_faculty_pb2.AppointmentState, str]] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ..., level: _Optional[str] = ..., title: _Optional[str] = ..., review: _Optional[_Union[_faculty_pb2.ReviewState, str]] = ..., review_year: _Optional[int] = ..., review_due: _Optional[str] = ..., candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., ends_on: _Optional[str] = ..., capabilities: _Optional[_Iterable[_Union[_faculty_pb2.FacultyCapability, _Mapping]]] = ..., training_state: _Optional[str] = ..., training_level: _Optional[str] = ...) -> None: ...

class AppointmentEvent(_message.Message):
    __slots__ = ("kind", "by", "at", "reason_code", "reason", "effective_day")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    kind: str
    by: str
    at: _timestamp_pb2.Timestamp
    reason_code: str
    reason: str
    effective_day: str
    def __init__(self, kind: _Optional[str] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., effective_day: _Optional[str] = ...) -> None: ...

class DismissalCase(_message.Message):
    __slots__ = ("case_id", "appointment", "reason_code", "reason", "proposed_by", "proposed_at", "source", "effective_day", "state", "version")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    appointment: Appointment
    reason_code: str
    reason: str
    proposed_by: str
    proposed_at: _timestamp_pb2.Timestamp
    source: str
    effective_day: str
    state: str
    version: int
    def __init__(self, case_id: _Optional[str] = ..., appointment: _Optional[_Union[Appointment, _Mapping]] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., proposed_by: _Optional[str] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ..., effective_day: _Optional[str] = ..., state: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class OrphanedMonth(_message.Message):
    __slots__ = ("trainee_id", "trainee_name", "department_code", "month", "substitute_id", "substitute_name", "load_after", "cause")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    TRAINEE_NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTE_NAME_FIELD_NUMBER: _ClassVar[int]
    LOAD_AFTER_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    trainee_name: str
    department_code: str
    month: str
    substitute_id: str
    substitute_name: str
    load_after: int
    cause: str
    def __init__(self, trainee_id: _Optional[str] = ..., trainee_name: _Optional[str] = ..., department_code: _Optional[str] = ..., month: _Optional[str] = ..., substitute_id: _Optional[str] = ..., substitute_name: _Optional[str] = ..., load_after: _Optional[int] = ..., cause: _Optional[str] = ...) -> None: ...

class AppointmentWish(_message.Message):
    __slots__ = ("appointment_id", "version")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class AppointmentResult(_message.Message):
    __slots__ = ("appointment_id", "done", "code", "message")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    done: bool
    code: str
    message: str
    def __init__(self, appointment_id: _Optional[str] = ..., done: _Optional[bool] = ..., code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class FacultyPolicy(_message.Message):
    __slots__ = ("organisation_code", "edition", "term_months", "grace_days", "cap", "review_opens", "review_due", "rating_days", "least_ratings", "title_months", "needs_acknowledgement")
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    REVIEW_OPENS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DUE_FIELD_NUMBER: _ClassVar[int]
    RATING_DAYS_FIELD_NUMBER: _ClassVar[int]
    LEAST_RATINGS_FIELD_NUMBER: _ClassVar[int]
    TITLE_MONTHS_FIELD_NUMBER: _ClassVar[int]
    NEEDS_ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    organisation_code: str
    edition: int
    term_months: int
    grace_days: int
    cap: int
    review_opens: str
    review_due: str
    rating_days: int
    least_ratings: int
    title_months: int
    needs_acknowledgement: bool
    def __init__(self, organisation_code: _Optional[str] = ..., edition: _Optional[int] = ..., term_months: _Optional[int] = ..., grace_days: _Optional[int] = ..., cap: _Optional[int] = ..., review_opens: _Optional[str] = ..., review_due: _Optional[str] = ..., rating_days: _Optional[int] = ..., least_ratings: _Optional[int] = ..., title_months: _Optional[int] = ..., needs_acknowledgement: _Optional[bool] = ...) -> None: ...

class ListAppointmentsRequest(_message.Message):
    __slots__ = ("department_code", "base_code", "name", "state", "review", "level", "title", "limit", "page_token")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    base_code: str
    name: str
    state: _faculty_pb2.AppointmentState
    review: _faculty_pb2.ReviewState
    level: str
    title: str
    limit: int
    page_token: str
    def __init__(self, department_code: _Optional[str] = ..., base_code: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[_faculty_pb2.AppointmentState, str]] = ..., review: _Optional[_Union[_faculty_pb2.ReviewState, str]] = ..., level: _Optional[str] = ..., title: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAppointmentsResponse(_message.Message):
    __slots__ = ("appointments", "total", "next_page_token")
    APPOINTMENTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    appointments: _containers.RepeatedCompositeFieldContainer[Appointment]
    total: int
    next_page_token: str
    def __init__(self, appointments: _Optional[_Iterable[_Union[Appointment, _Mapping]]] = ..., total: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetAppointmentRequest(_message.Message):
    __slots__ = ("appointment_id",)
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    def __init__(self, appointment_id: _Optional[str] = ...) -> None: ...

class GetAppointmentResponse(_message.Message):
    __slots__ = ("appointment", "events")
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    events: _containers.RepeatedCompositeFieldContainer[AppointmentEvent]
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ..., events: _Optional[_Iterable[_Union[AppointmentEvent, _Mapping]]] = ...) -> None: ...

class ListMyAppointmentsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMyAppointmentsResponse(_message.Message):
    __slots__ = ("appointments",)
    APPOINTMENTS_FIELD_NUMBER: _ClassVar[int]
    appointments: _containers.RepeatedCompositeFieldContainer[Appointment]
    def __init__(self, appointments: _Optional[_Iterable[_Union[Appointment, _Mapping]]] = ...) -> None: ...

class ConfirmReviewsRequest(_message.Message):
    __slots__ = ("wishes", "idempotency_key")
    WISHES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[AppointmentWish]
    idempotency_key: str
    def __init__(self, wishes: _Optional[_Iterable[_Union[AppointmentWish, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ConfirmReviewsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[AppointmentResult]
    def __init__(self, results: _Optional[_Iterable[_Union[AppointmentResult, _Mapping]]] = ...) -> None: ...

class CorrectReviewRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "title", "extra_department_codes", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    title: str
    extra_department_codes: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., title: _Optional[str] = ..., extra_department_codes: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CorrectReviewResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class ProposeDismissalRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "reason_code", "reason", "effective_day", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    reason_code: str
    reason: str
    effective_day: str
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., effective_day: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeDismissalResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: DismissalCase
    def __init__(self, case: _Optional[_Union[DismissalCase, _Mapping]] = ...) -> None: ...

class ListDismissalCasesRequest(_message.Message):
    __slots__ = ("state", "limit", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: str
    limit: int
    page_token: str
    def __init__(self, state: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDismissalCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[DismissalCase]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[DismissalCase, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PreviewDismissalRequest(_message.Message):
    __slots__ = ("appointment_id", "effective_day")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    effective_day: str
    def __init__(self, appointment_id: _Optional[str] = ..., effective_day: _Optional[str] = ...) -> None: ...

class PreviewDismissalResponse(_message.Message):
    __slots__ = ("months", "fingerprint", "effective_day", "needs_substitutes")
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    NEEDS_SUBSTITUTES_FIELD_NUMBER: _ClassVar[int]
    months: _containers.RepeatedCompositeFieldContainer[OrphanedMonth]
    fingerprint: str
    effective_day: str
    needs_substitutes: bool
    def __init__(self, months: _Optional[_Iterable[_Union[OrphanedMonth, _Mapping]]] = ..., fingerprint: _Optional[str] = ..., effective_day: _Optional[str] = ..., needs_substitutes: _Optional[bool] = ...) -> None: ...

class CommitDismissalRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "case_id", "reason_code", "reason", "effective_day", "fingerprint", "with_substitutes", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    WITH_SUBSTITUTES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    case_id: str
    reason_code: str
    reason: str
    effective_day: str
    fingerprint: str
    with_substitutes: bool
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., case_id: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., effective_day: _Optional[str] = ..., fingerprint: _Optional[str] = ..., with_substitutes: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CommitDismissalResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class RefuseDismissalRequest(_message.Message):
    __slots__ = ("case_id", "version", "reason", "idempotency_key")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    version: int
    reason: str
    idempotency_key: str
    def __init__(self, case_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RefuseDismissalResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: DismissalCase
    def __init__(self, case: _Optional[_Union[DismissalCase, _Mapping]] = ...) -> None: ...

class RecordSanctionRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "reason_code", "reason", "source", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    reason_code: str
    reason: str
    source: str
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., source: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordSanctionResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class LiftSanctionRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "reason", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    reason: str
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class LiftSanctionResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class TransferAppointmentRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "reason", "effective_day", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    reason: str
    effective_day: str
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., effective_day: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class TransferAppointmentResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class SetLevelRequest(_message.Message):
    __slots__ = ("appointment_id", "version", "level", "reason", "idempotency_key")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    version: int
    level: str
    reason: str
    idempotency_key: str
    def __init__(self, appointment_id: _Optional[str] = ..., version: _Optional[int] = ..., level: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetLevelResponse(_message.Message):
    __slots__ = ("appointment",)
    APPOINTMENT_FIELD_NUMBER: _ClassVar[int]
    appointment: Appointment
    def __init__(self, appointment: _Optional[_Union[Appointment, _Mapping]] = ...) -> None: ...

class GetFacultyPolicyRequest(_message.Message):
    __slots__ = ("base_code",)
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    def __init__(self, base_code: _Optional[str] = ...) -> None: ...

class GetFacultyPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: FacultyPolicy
    def __init__(self, policy: _Optional[_Union[FacultyPolicy, _Mapping]] = ...) -> None: ...

class SetFacultyPolicyRequest(_message.Message):
    __slots__ = ("policy", "reason", "idempotency_key")
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    policy: FacultyPolicy
    reason: str
    idempotency_key: str
    def __init__(self, policy: _Optional[_Union[FacultyPolicy, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetFacultyPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: FacultyPolicy
    def __init__(self, policy: _Optional[_Union[FacultyPolicy, _Mapping]] = ...) -> None: ...

class GetAppointmentClockRequest(_message.Message):
    __slots__ = ("appointment_id",)
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    def __init__(self, appointment_id: _Optional[str] = ...) -> None: ...

class GetAppointmentClockResponse(_message.Message):
    __slots__ = ("state", "review", "term_ends_at", "review_opens_at", "review_due_at", "dismissed_at", "version", "read_at", "remind_at", "over", "expiry_notice_at", "review_year")
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    TERM_ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DUE_AT_FIELD_NUMBER: _ClassVar[int]
    DISMISSED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    REMIND_AT_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_NOTICE_AT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_YEAR_FIELD_NUMBER: _ClassVar[int]
    state: _faculty_pb2.AppointmentState
    review: _faculty_pb2.ReviewState
    term_ends_at: _timestamp_pb2.Timestamp
    review_opens_at: _timestamp_pb2.Timestamp
    review_due_at: _timestamp_pb2.Timestamp
    dismissed_at: _timestamp_pb2.Timestamp
    version: int
    read_at: _timestamp_pb2.Timestamp
    remind_at: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    over: bool
    expiry_notice_at: _timestamp_pb2.Timestamp
    review_year: int
    def __init__(self, state: _Optional[_Union[_faculty_pb2.AppointmentState, str]] = ..., review: _Optional[_Union[_faculty_pb2.ReviewState, str]] = ..., term_ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., review_opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., review_due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dismissed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., remind_at: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., over: _Optional[bool] = ..., expiry_notice_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., review_year: _Optional[int] = ...) -> None: ...

class OpenReviewRequest(_message.Message):
    __slots__ = ("appointment_id", "year")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    year: int
    def __init__(self, appointment_id: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class OpenReviewResponse(_message.Message):
    __slots__ = ("opened",)
    OPENED_FIELD_NUMBER: _ClassVar[int]
    opened: bool
    def __init__(self, opened: _Optional[bool] = ...) -> None: ...

class RemindReviewRequest(_message.Message):
    __slots__ = ("appointment_id", "kind", "due_at")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    kind: str
    due_at: _timestamp_pb2.Timestamp
    def __init__(self, appointment_id: _Optional[str] = ..., kind: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RemindReviewResponse(_message.Message):
    __slots__ = ("reminded",)
    REMINDED_FIELD_NUMBER: _ClassVar[int]
    reminded: bool
    def __init__(self, reminded: _Optional[bool] = ...) -> None: ...

class MarkOverdueRequest(_message.Message):
    __slots__ = ("appointment_id", "year")
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    year: int
    def __init__(self, appointment_id: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class MarkOverdueResponse(_message.Message):
    __slots__ = ("marked",)
    MARKED_FIELD_NUMBER: _ClassVar[int]
    marked: bool
    def __init__(self, marked: _Optional[bool] = ...) -> None: ...

class EndAppointmentRequest(_message.Message):
    __slots__ = ("appointment_id",)
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    def __init__(self, appointment_id: _Optional[str] = ...) -> None: ...

class EndAppointmentResponse(_message.Message):
    __slots__ = ("state", "orphaned")
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORPHANED_FIELD_NUMBER: _ClassVar[int]
    state: _faculty_pb2.AppointmentState
    orphaned: int
    def __init__(self, state: _Optional[_Union[_faculty_pb2.AppointmentState, str]] = ..., orphaned: _Optional[int] = ...) -> None: ...

class ListAppointmentWaitsRequest(_message.Message):
    __slots__ = ("page_token",)
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_token: str
    def __init__(self, page_token: _Optional[str] = ...) -> None: ...

class ListAppointmentWaitsResponse(_message.Message):
    __slots__ = ("appointment_ids", "next_page_token")
    APPOINTMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    appointment_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, appointment_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
