import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.faculty.v1 import faculty_pb2 as _faculty_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Batch(_message.Message):
    __slots__ = ("batch_id", "organisation_code", "name", "opens_at", "apply_until", "closes_at", "reference_date", "needs_acknowledgement", "published_at", "version", "state")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    APPLY_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_DATE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    organisation_code: str
    name: str
    opens_at: _timestamp_pb2.Timestamp
    apply_until: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    reference_date: str
    needs_acknowledgement: bool
    published_at: _timestamp_pb2.Timestamp
    version: int
    state: str
    def __init__(self, batch_id: _Optional[str] = ..., organisation_code: _Optional[str] = ..., name: _Optional[str] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., apply_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference_date: _Optional[str] = ..., needs_acknowledgement: _Optional[bool] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., state: _Optional[str] = ...) -> None: ...

class Candidacy(_message.Message):
    __slots__ = ("candidacy_id", "batch_id", "batch_name", "person_id", "name", "masked_document", "hospital_code", "department_code", "extra_department_codes", "state", "version", "opened_at", "submitted_at", "decided_at", "decided_by", "reason_code", "reason", "standing", "evaluation", "appeal_state", "appeal", "capabilities", "acknowledged")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_NAME_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    APPEAL_STATE_FIELD_NUMBER: _ClassVar[int]
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    batch_id: str
    batch_name: str
    person_id: str
    name: str
    masked_document: str
    hospital_code: str
    department_code: str
    extra_department_codes: _containers.RepeatedScalarFieldContainer[str]
    state: _faculty_pb2.CandidacyState
    version: int
    opened_at: _timestamp_pb2.Timestamp
    submitted_at: _timestamp_pb2.Timestamp
    decided_at: _timestamp_pb2.Timestamp
    decided_by: str
    reason_code: str
    reason: str
    standing: Standing
    evaluation: _faculty_pb2.Evaluation
    appeal_state: str
    appeal: str
    capabilities: _containers.RepeatedCompositeFieldContainer[_faculty_pb2.FacultyCapability]
    acknowledged: bool
    def __init__(self, candidacy_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., batch_name: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., hospital_code: _Optional[str] = ..., department_code: _Optional[str] = ..., extra_department_codes: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[_faculty_pb2.CandidacyState, str]] = ..., version: _Optional[int] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., standing: _Optional[_Union[Standing, _Mapping]] = ..., evaluation: _Optional[_Union[_faculty_pb2.Evaluation, _Mapping]] = ..., appeal_state: _Optional[str] = ..., appeal: _Optional[str] = ..., capabilities: _Optional[_Iterable[_Union[_faculty_pb2.FacultyCapability, _Mapping]]] = ..., acknowledged: _Optional[bool] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("title", "title_months", "teaching_months", "trainees_3y", "hospital_months", "own_trainees_3y", "training_state", "training_level")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TITLE_MONTHS_FIELD_NUMBER: _ClassVar[int]
    TEACHING_MONTHS_FIELD_NUMBER: _ClassVar[int]
    TRAINEES_3Y_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_MONTHS_FIELD_NUMBER: _ClassVar[int]
    OWN_TRAINEES_3Y_FIELD_NUMBER: _ClassVar[int]
    TRAINING_STATE_FIELD_NUMBER: _ClassVar[int]
    TRAINING_LEVEL_FIELD_NUMBER: _ClassVar[int]
    title: str
    title_months: int
    teaching_months: int
    trainees_3y: int
    hospital_months: int
    own_trainees_3y: int
    training_state: str
    training_level: str
    def __init__(self, title: _Optional[str] = ..., title_months: _Optional[int] = ..., teaching_months: _Optional[int] = ..., trainees_3y: _Optional[int] = ..., hospital_months: _Optional[int] = ..., own_trainees_3y: _Optional[int] = ..., training_state: _Optional[str] = ..., training_level: _Optional[str] = ...) -> None: ...

class CandidacyDecision(_message.Message):
    __slots__ = ("kind", "reason_code", "reason", "note", "by", "at", "evaluation", "version")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    kind: str
    reason_code: str
    reason: str
    note: str
    by: str
    at: _timestamp_pb2.Timestamp
    evaluation: _faculty_pb2.Evaluation
    version: int
    def __init__(self, kind: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., note: _Optional[str] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evaluation: _Optional[_Union[_faculty_pb2.Evaluation, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class CandidacyWish(_message.Message):
    __slots__ = ("candidacy_id", "version")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class CandidacyResult(_message.Message):
    __slots__ = ("candidacy_id", "done", "code", "message", "rule", "candidacy")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    done: bool
    code: str
    message: str
    rule: str
    candidacy: Candidacy
    def __init__(self, candidacy_id: _Optional[str] = ..., done: _Optional[bool] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., rule: _Optional[str] = ..., candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class CreateBatchRequest(_message.Message):
    __slots__ = ("name", "opens_at", "apply_until", "closes_at", "reference_date", "needs_acknowledgement", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    APPLY_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_DATE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    opens_at: _timestamp_pb2.Timestamp
    apply_until: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    reference_date: str
    needs_acknowledgement: bool
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., apply_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference_date: _Optional[str] = ..., needs_acknowledgement: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ...) -> None: ...

class AmendBatchRequest(_message.Message):
    __slots__ = ("batch_id", "version", "name", "opens_at", "apply_until", "closes_at", "reference_date", "reason", "idempotency_key")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_FIELD_NUMBER: _ClassVar[int]
    APPLY_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_DATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    version: int
    name: str
    opens_at: _timestamp_pb2.Timestamp
    apply_until: _timestamp_pb2.Timestamp
    closes_at: _timestamp_pb2.Timestamp
    reference_date: str
    reason: str
    idempotency_key: str
    def __init__(self, batch_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., opens_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., apply_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference_date: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AmendBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ...) -> None: ...

class PublishBatchRequest(_message.Message):
    __slots__ = ("batch_id", "version", "idempotency_key")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    version: int
    idempotency_key: str
    def __init__(self, batch_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PublishBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ...) -> None: ...

class ListBatchesRequest(_message.Message):
    __slots__ = ("limit", "page_token")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limit: int
    page_token: str
    def __init__(self, limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBatchesResponse(_message.Message):
    __slots__ = ("batches", "next_page_token")
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[Batch]
    next_page_token: str
    def __init__(self, batches: _Optional[_Iterable[_Union[Batch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetBatchRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class GetBatchResponse(_message.Message):
    __slots__ = ("batch", "counts")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    BATCH_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    counts: _containers.ScalarMap[str, int]
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ..., counts: _Optional[_Mapping[str, int]] = ...) -> None: ...

class BeginCandidacyRequest(_message.Message):
    __slots__ = ("batch_id", "hospital_code", "department_code", "extra_department_codes", "idempotency_key")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    hospital_code: str
    department_code: str
    extra_department_codes: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, batch_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., department_code: _Optional[str] = ..., extra_department_codes: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class BeginCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class EditCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "hospital_code", "department_code", "extra_department_codes", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DEPARTMENT_CODES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    hospital_code: str
    department_code: str
    extra_department_codes: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., hospital_code: _Optional[str] = ..., department_code: _Optional[str] = ..., extra_department_codes: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EditCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class SubmitCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SubmitCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class RecallCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecallCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class DiscardCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DiscardCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class AppealCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "grounds", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    grounds: str
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., grounds: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AppealCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class ListMyCandidaciesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMyCandidaciesResponse(_message.Message):
    __slots__ = ("candidacies",)
    CANDIDACIES_FIELD_NUMBER: _ClassVar[int]
    candidacies: _containers.RepeatedCompositeFieldContainer[Candidacy]
    def __init__(self, candidacies: _Optional[_Iterable[_Union[Candidacy, _Mapping]]] = ...) -> None: ...

class GetCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id",)
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    def __init__(self, candidacy_id: _Optional[str] = ...) -> None: ...

class GetCandidacyResponse(_message.Message):
    __slots__ = ("candidacy", "decisions", "dossier")
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    DOSSIER_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    decisions: _containers.RepeatedCompositeFieldContainer[CandidacyDecision]
    dossier: _struct_pb2.Struct
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ..., decisions: _Optional[_Iterable[_Union[CandidacyDecision, _Mapping]]] = ..., dossier: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ListCandidaciesRequest(_message.Message):
    __slots__ = ("batch_id", "name", "department_code", "title", "least_title_years", "least_teaching_years", "least_trainees_3y", "least_hospital_years", "least_own_trainees_3y", "training_state", "training_level", "state", "limit", "page_token")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LEAST_TITLE_YEARS_FIELD_NUMBER: _ClassVar[int]
    LEAST_TEACHING_YEARS_FIELD_NUMBER: _ClassVar[int]
    LEAST_TRAINEES_3Y_FIELD_NUMBER: _ClassVar[int]
    LEAST_HOSPITAL_YEARS_FIELD_NUMBER: _ClassVar[int]
    LEAST_OWN_TRAINEES_3Y_FIELD_NUMBER: _ClassVar[int]
    TRAINING_STATE_FIELD_NUMBER: _ClassVar[int]
    TRAINING_LEVEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    name: str
    department_code: str
    title: str
    least_title_years: int
    least_teaching_years: int
    least_trainees_3y: int
    least_hospital_years: int
    least_own_trainees_3y: int
    training_state: str
    training_level: str
    state: _faculty_pb2.CandidacyState
    limit: int
    page_token: str
    def __init__(self, batch_id: _Optional[str] = ..., name: _Optional[str] = ..., department_code: _Optional[str] = ..., title: _Optional[str] = ..., least_title_years: _Optional[int] = ..., least_teaching_years: _Optional[int] = ..., least_trainees_3y: _Optional[int] = ..., least_hospital_years: _Optional[int] = ..., least_own_trainees_3y: _Optional[int] = ..., training_state: _Optional[str] = ..., training_level: _Optional[str] = ..., state: _Optional[_Union[_faculty_pb2.CandidacyState, str]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCandidaciesResponse(_message.Message):
    __slots__ = ("candidacies", "total", "next_page_token")
    CANDIDACIES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    candidacies: _containers.RepeatedCompositeFieldContainer[Candidacy]
    total: int
    next_page_token: str
    def __init__(self, candidacies: _Optional[_Iterable[_Union[Candidacy, _Mapping]]] = ..., total: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OpenCandidacyRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class OpenCandidacyResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class ReturnCandidaciesRequest(_message.Message):
    __slots__ = ("wishes", "reason_code", "reason", "note", "idempotency_key")
    WISHES_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[CandidacyWish]
    reason_code: str
    reason: str
    note: str
    idempotency_key: str
    def __init__(self, wishes: _Optional[_Iterable[_Union[CandidacyWish, _Mapping]]] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ReturnCandidaciesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CandidacyResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CandidacyResult, _Mapping]]] = ...) -> None: ...

class RecommendCandidaciesRequest(_message.Message):
    __slots__ = ("wishes", "note", "from_day", "idempotency_key")
    WISHES_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[CandidacyWish]
    note: str
    from_day: str
    idempotency_key: str
    def __init__(self, wishes: _Optional[_Iterable[_Union[CandidacyWish, _Mapping]]] = ..., note: _Optional[str] = ..., from_day: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecommendCandidaciesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CandidacyResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CandidacyResult, _Mapping]]] = ...) -> None: ...

class RefuseCandidaciesRequest(_message.Message):
    __slots__ = ("wishes", "reason_code", "reason", "note", "idempotency_key")
    WISHES_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    wishes: _containers.RepeatedCompositeFieldContainer[CandidacyWish]
    reason_code: str
    reason: str
    note: str
    idempotency_key: str
    def __init__(self, wishes: _Optional[_Iterable[_Union[CandidacyWish, _Mapping]]] = ..., reason_code: _Optional[str] = ..., reason: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RefuseCandidaciesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CandidacyResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CandidacyResult, _Mapping]]] = ...) -> None: ...

class RevokeRecommendationRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "reason", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    reason: str
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RevokeRecommendationResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class ReverseRefusalRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "reason", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    reason: str
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ReverseRefusalResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class ResolveAppealRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "uphold", "reason", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPHOLD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    uphold: bool
    reason: str
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., uphold: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ResolveAppealResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class AcknowledgeRecommendationRequest(_message.Message):
    __slots__ = ("candidacy_id", "version", "idempotency_key")
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    version: int
    idempotency_key: str
    def __init__(self, candidacy_id: _Optional[str] = ..., version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AcknowledgeRecommendationResponse(_message.Message):
    __slots__ = ("candidacy",)
    CANDIDACY_FIELD_NUMBER: _ClassVar[int]
    candidacy: Candidacy
    def __init__(self, candidacy: _Optional[_Union[Candidacy, _Mapping]] = ...) -> None: ...

class GetBatchClockRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class GetBatchClockResponse(_message.Message):
    __slots__ = ("batch", "drafts", "undecided", "read_at")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    DRAFTS_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    drafts: int
    undecided: int
    read_at: _timestamp_pb2.Timestamp
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ..., drafts: _Optional[int] = ..., undecided: _Optional[int] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RemindBatchRequest(_message.Message):
    __slots__ = ("batch_id", "kind", "due_at")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    kind: str
    due_at: _timestamp_pb2.Timestamp
    def __init__(self, batch_id: _Optional[str] = ..., kind: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RemindBatchResponse(_message.Message):
    __slots__ = ("reminded",)
    REMINDED_FIELD_NUMBER: _ClassVar[int]
    reminded: int
    def __init__(self, reminded: _Optional[int] = ...) -> None: ...

class ExpireUndecidedRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class ExpireUndecidedResponse(_message.Message):
    __slots__ = ("expired", "left")
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    expired: int
    left: int
    def __init__(self, expired: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...

class ListBatchWaitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBatchWaitsResponse(_message.Message):
    __slots__ = ("batches",)
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[Batch]
    def __init__(self, batches: _Optional[_Iterable[_Union[Batch, _Mapping]]] = ...) -> None: ...
