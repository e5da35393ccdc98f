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

class EntryRule(_message.Message):
    __slots__ = ("key", "sentence", "months", "not_met", "unknown")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    NOT_MET_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    key: str
    sentence: str
    months: int
    not_met: str
    unknown: str
    def __init__(self, key: _Optional[str] = ..., sentence: _Optional[str] = ..., months: _Optional[int] = ..., not_met: _Optional[str] = ..., unknown: _Optional[str] = ...) -> None: ...

class CodedText(_message.Message):
    __slots__ = ("code", "label", "label_en")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    code: str
    label: str
    label_en: str
    def __init__(self, code: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class Incident(_message.Message):
    __slots__ = ("incident_id", "person_id", "name", "kind", "degree", "occurred_on", "source", "recorded_by", "recorded_at", "withdrawn_reason")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEGREE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_ON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_REASON_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    person_id: str
    name: str
    kind: str
    degree: str
    occurred_on: str
    source: str
    recorded_by: str
    recorded_at: _timestamp_pb2.Timestamp
    withdrawn_reason: str
    def __init__(self, incident_id: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[str] = ..., degree: _Optional[str] = ..., occurred_on: _Optional[str] = ..., source: _Optional[str] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., withdrawn_reason: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("evidence_id", "kind", "rule", "outcome", "on_day", "until_day", "year", "source", "recorded_by", "recorded_at")
    EVIDENCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ON_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    evidence_id: str
    kind: str
    rule: str
    outcome: str
    on_day: str
    until_day: str
    year: int
    source: str
    recorded_by: str
    recorded_at: _timestamp_pb2.Timestamp
    def __init__(self, evidence_id: _Optional[str] = ..., kind: _Optional[str] = ..., rule: _Optional[str] = ..., outcome: _Optional[str] = ..., on_day: _Optional[str] = ..., until_day: _Optional[str] = ..., year: _Optional[int] = ..., source: _Optional[str] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetEntryRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetEntryRulesResponse(_message.Message):
    __slots__ = ("rules", "titles", "reasons", "edition")
    RULES_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[EntryRule]
    titles: _containers.RepeatedCompositeFieldContainer[CodedText]
    reasons: _containers.RepeatedCompositeFieldContainer[CodedText]
    edition: int
    def __init__(self, rules: _Optional[_Iterable[_Union[EntryRule, _Mapping]]] = ..., titles: _Optional[_Iterable[_Union[CodedText, _Mapping]]] = ..., reasons: _Optional[_Iterable[_Union[CodedText, _Mapping]]] = ..., edition: _Optional[int] = ...) -> None: ...

class GetEligibilityRequest(_message.Message):
    __slots__ = ("person_id", "reference_date")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_DATE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reference_date: str
    def __init__(self, person_id: _Optional[str] = ..., reference_date: _Optional[str] = ...) -> None: ...

class GetEligibilityResponse(_message.Message):
    __slots__ = ("evaluation", "qualifies_on", "because", "reminder")
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    QUALIFIES_ON_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    REMINDER_FIELD_NUMBER: _ClassVar[int]
    evaluation: _faculty_pb2.Evaluation
    qualifies_on: str
    because: str
    reminder: bool
    def __init__(self, evaluation: _Optional[_Union[_faculty_pb2.Evaluation, _Mapping]] = ..., qualifies_on: _Optional[str] = ..., because: _Optional[str] = ..., reminder: _Optional[bool] = ...) -> None: ...

class SetEligibilityReminderRequest(_message.Message):
    __slots__ = ("wanted", "idempotency_key")
    WANTED_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    wanted: bool
    idempotency_key: str
    def __init__(self, wanted: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetEligibilityReminderResponse(_message.Message):
    __slots__ = ("due_on",)
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    due_on: str
    def __init__(self, due_on: _Optional[str] = ...) -> None: ...

class RecordIncidentRequest(_message.Message):
    __slots__ = ("person_id", "kind", "degree", "occurred_on", "source", "detail", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEGREE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_ON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    kind: str
    degree: str
    occurred_on: str
    source: str
    detail: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., kind: _Optional[str] = ..., degree: _Optional[str] = ..., occurred_on: _Optional[str] = ..., source: _Optional[str] = ..., detail: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordIncidentResponse(_message.Message):
    __slots__ = ("incident",)
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    incident: Incident
    def __init__(self, incident: _Optional[_Union[Incident, _Mapping]] = ...) -> None: ...

class WithdrawIncidentRequest(_message.Message):
    __slots__ = ("incident_id", "reason", "idempotency_key")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    reason: str
    idempotency_key: str
    def __init__(self, incident_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class WithdrawIncidentResponse(_message.Message):
    __slots__ = ("incident",)
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    incident: Incident
    def __init__(self, incident: _Optional[_Union[Incident, _Mapping]] = ...) -> None: ...

class ListIncidentsRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class ListIncidentsResponse(_message.Message):
    __slots__ = ("incidents",)
    INCIDENTS_FIELD_NUMBER: _ClassVar[int]
    incidents: _containers.RepeatedCompositeFieldContainer[Incident]
    def __init__(self, incidents: _Optional[_Iterable[_Union[Incident, _Mapping]]] = ...) -> None: ...

class RecordEvidenceRequest(_message.Message):
    __slots__ = ("person_id", "kind", "rule", "outcome", "on_day", "until_day", "year", "source", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ON_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    kind: str
    rule: str
    outcome: str
    on_day: str
    until_day: str
    year: int
    source: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., kind: _Optional[str] = ..., rule: _Optional[str] = ..., outcome: _Optional[str] = ..., on_day: _Optional[str] = ..., until_day: _Optional[str] = ..., year: _Optional[int] = ..., source: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordEvidenceResponse(_message.Message):
    __slots__ = ("evidence",)
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    evidence: Evidence
    def __init__(self, evidence: _Optional[_Union[Evidence, _Mapping]] = ...) -> None: ...

class ListEvidenceRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class ListEvidenceResponse(_message.Message):
    __slots__ = ("evidence",)
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class RemindEligibleRequest(_message.Message):
    __slots__ = ("on_day",)
    ON_DAY_FIELD_NUMBER: _ClassVar[int]
    on_day: str
    def __init__(self, on_day: _Optional[str] = ...) -> None: ...

class RemindEligibleResponse(_message.Message):
    __slots__ = ("reminded", "left")
    REMINDED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    reminded: int
    left: int
    def __init__(self, reminded: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...
