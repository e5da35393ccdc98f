import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CandidacyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CANDIDACY_STATE_UNSPECIFIED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_DRAFT: _ClassVar[CandidacyState]
    CANDIDACY_STATE_SUBMITTED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_RETURNED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_RECOMMENDED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_NOT_RECOMMENDED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_EXPIRED: _ClassVar[CandidacyState]
    CANDIDACY_STATE_DISCARDED: _ClassVar[CandidacyState]

class AppointmentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPOINTMENT_STATE_UNSPECIFIED: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_ACTIVE: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_SUSPENDED: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_DISMISSED: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_EXPIRED: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_TRANSFERRED: _ClassVar[AppointmentState]
    APPOINTMENT_STATE_PENDING: _ClassVar[AppointmentState]

class ReviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_STATE_UNSPECIFIED: _ClassVar[ReviewState]
    REVIEW_STATE_DUE: _ClassVar[ReviewState]
    REVIEW_STATE_OVERDUE: _ClassVar[ReviewState]
    REVIEW_STATE_CONFIRMED: _ClassVar[ReviewState]
    REVIEW_STATE_DISMISSAL_PROPOSED: _ClassVar[ReviewState]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_MET: _ClassVar[Verdict]
    VERDICT_NOT_MET: _ClassVar[Verdict]
    VERDICT_UNKNOWN: _ClassVar[Verdict]
CANDIDACY_STATE_UNSPECIFIED: CandidacyState
CANDIDACY_STATE_DRAFT: CandidacyState
CANDIDACY_STATE_SUBMITTED: CandidacyState
CANDIDACY_STATE_RETURNED: CandidacyState
CANDIDACY_STATE_RECOMMENDED: CandidacyState
CANDIDACY_STATE_NOT_RECOMMENDED: CandidacyState
CANDIDACY_STATE_EXPIRED: CandidacyState
CANDIDACY_STATE_DISCARDED: CandidacyState
APPOINTMENT_STATE_UNSPECIFIED: AppointmentState
APPOINTMENT_STATE_ACTIVE: AppointmentState
APPOINTMENT_STATE_SUSPENDED: AppointmentState
APPOINTMENT_STATE_DISMISSED: AppointmentState
APPOINTMENT_STATE_EXPIRED: AppointmentState
APPOINTMENT_STATE_TRANSFERRED: AppointmentState
APPOINTMENT_STATE_PENDING: AppointmentState
REVIEW_STATE_UNSPECIFIED: ReviewState
REVIEW_STATE_DUE: ReviewState
REVIEW_STATE_OVERDUE: ReviewState
REVIEW_STATE_CONFIRMED: ReviewState
REVIEW_STATE_DISMISSAL_PROPOSED: ReviewState
VERDICT_UNSPECIFIED: Verdict
VERDICT_MET: Verdict
VERDICT_NOT_MET: Verdict
VERDICT_UNKNOWN: Verdict

class RuleFinding(_message.Message):
    __slots__ = ("rule", "sentence", "verdict", "flagged", "evidence", "met_from", "consequence")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FLAGGED_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MET_FROM_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    sentence: str
    verdict: Verdict
    flagged: bool
    evidence: str
    met_from: str
    consequence: str
    def __init__(self, rule: _Optional[str] = ..., sentence: _Optional[str] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., flagged: _Optional[bool] = ..., evidence: _Optional[str] = ..., met_from: _Optional[str] = ..., consequence: _Optional[str] = ...) -> None: ...

class Evaluation(_message.Message):
    __slots__ = ("reference_date", "evaluated_at", "edition", "findings", "passes")
    REFERENCE_DATE_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    reference_date: str
    evaluated_at: _timestamp_pb2.Timestamp
    edition: int
    findings: _containers.RepeatedCompositeFieldContainer[RuleFinding]
    passes: bool
    def __init__(self, reference_date: _Optional[str] = ..., evaluated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., edition: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[RuleFinding, _Mapping]]] = ..., passes: _Optional[bool] = ...) -> None: ...

class FacultyCapability(_message.Message):
    __slots__ = ("action", "allowed", "reason", "code", "rule", "until")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    action: str
    allowed: bool
    reason: str
    code: str
    rule: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, action: _Optional[str] = ..., allowed: _Optional[bool] = ..., reason: _Optional[str] = ..., code: _Optional[str] = ..., rule: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
