import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ApplicationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPLICATION_STATE_UNSPECIFIED: _ClassVar[ApplicationState]
    APPLICATION_STATE_NONE: _ClassVar[ApplicationState]
    APPLICATION_STATE_DRAFT: _ClassVar[ApplicationState]
    APPLICATION_STATE_PENDING: _ClassVar[ApplicationState]
    APPLICATION_STATE_REJECTED: _ClassVar[ApplicationState]
    APPLICATION_STATE_APPROVED: _ClassVar[ApplicationState]
    APPLICATION_STATE_PROVISIONAL: _ClassVar[ApplicationState]
    APPLICATION_STATE_ADMITTED: _ClassVar[ApplicationState]
    APPLICATION_STATE_REOPENED: _ClassVar[ApplicationState]
    APPLICATION_STATE_WITHDRAWN: _ClassVar[ApplicationState]
    APPLICATION_STATE_ANNULLED: _ClassVar[ApplicationState]
    APPLICATION_STATE_CLOSED_UNPLACED: _ClassVar[ApplicationState]

class Section(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECTION_UNSPECIFIED: _ClassVar[Section]
    SECTION_BASIC: _ClassVar[Section]
    SECTION_EDUCATION: _ClassVar[Section]
    SECTION_CERTIFICATES: _ClassVar[Section]
    SECTION_WORK: _ClassVar[Section]
APPLICATION_STATE_UNSPECIFIED: ApplicationState
APPLICATION_STATE_NONE: ApplicationState
APPLICATION_STATE_DRAFT: ApplicationState
APPLICATION_STATE_PENDING: ApplicationState
APPLICATION_STATE_REJECTED: ApplicationState
APPLICATION_STATE_APPROVED: ApplicationState
APPLICATION_STATE_PROVISIONAL: ApplicationState
APPLICATION_STATE_ADMITTED: ApplicationState
APPLICATION_STATE_REOPENED: ApplicationState
APPLICATION_STATE_WITHDRAWN: ApplicationState
APPLICATION_STATE_ANNULLED: ApplicationState
APPLICATION_STATE_CLOSED_UNPLACED: ApplicationState
SECTION_UNSPECIFIED: Section
SECTION_BASIC: Section
SECTION_EDUCATION: Section
SECTION_CERTIFICATES: Section
SECTION_WORK: Section

class SectionStatus(_message.Message):
    __slots__ = ("section", "complete", "body", "saved_at", "problems", "to_check")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    SAVED_AT_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    TO_CHECK_FIELD_NUMBER: _ClassVar[int]
    section: Section
    complete: bool
    body: _struct_pb2.Struct
    saved_at: _timestamp_pb2.Timestamp
    problems: _containers.RepeatedCompositeFieldContainer[FieldProblem]
    to_check: _containers.RepeatedCompositeFieldContainer[FieldProblem]
    def __init__(self, section: _Optional[_Union[Section, str]] = ..., complete: _Optional[bool] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., saved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., problems: _Optional[_Iterable[_Union[FieldProblem, _Mapping]]] = ..., to_check: _Optional[_Iterable[_Union[FieldProblem, _Mapping]]] = ...) -> None: ...

class FieldProblem(_message.Message):
    __slots__ = ("key", "rule", "message")
    KEY_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    key: str
    rule: str
    message: str
    def __init__(self, key: _Optional[str] = ..., rule: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Choice(_message.Message):
    __slots__ = ("base_code", "specialty_code", "accepts_reallocation")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_REALLOCATION_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    accepts_reallocation: bool
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., accepts_reallocation: _Optional[bool] = ...) -> None: ...

class Application(_message.Message):
    __slots__ = ("application_id", "cycle_id", "state", "round", "version", "choice", "submission_number", "submitted_at", "sections", "remark", "reason_code", "not_selected", "overdue", "name", "masked_document")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    NOT_SELECTED_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    cycle_id: str
    state: ApplicationState
    round: int
    version: int
    choice: Choice
    submission_number: int
    submitted_at: _timestamp_pb2.Timestamp
    sections: _containers.RepeatedCompositeFieldContainer[SectionStatus]
    remark: str
    reason_code: str
    not_selected: bool
    overdue: bool
    name: str
    masked_document: str
    def __init__(self, application_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., state: _Optional[_Union[ApplicationState, str]] = ..., round: _Optional[int] = ..., version: _Optional[int] = ..., choice: _Optional[_Union[Choice, _Mapping]] = ..., submission_number: _Optional[int] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sections: _Optional[_Iterable[_Union[SectionStatus, _Mapping]]] = ..., remark: _Optional[str] = ..., reason_code: _Optional[str] = ..., not_selected: _Optional[bool] = ..., overdue: _Optional[bool] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ...) -> None: ...

class Capability(_message.Message):
    __slots__ = ("action", "allowed", "reason", "rule", "until", "changed_by", "message")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    action: str
    allowed: bool
    reason: str
    rule: str
    until: _timestamp_pb2.Timestamp
    changed_by: str
    message: str
    def __init__(self, action: _Optional[str] = ..., allowed: _Optional[bool] = ..., reason: _Optional[str] = ..., rule: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class HistoryEntry(_message.Message):
    __slots__ = ("number", "at", "command", "role", "organisation_code", "phase", "state", "rule", "remark", "acted")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    ACTED_FIELD_NUMBER: _ClassVar[int]
    number: int
    at: _timestamp_pb2.Timestamp
    command: str
    role: str
    organisation_code: str
    phase: _cycle_pb2.Phase
    state: ApplicationState
    rule: str
    remark: str
    acted: bool
    def __init__(self, number: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., command: _Optional[str] = ..., role: _Optional[str] = ..., organisation_code: _Optional[str] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., state: _Optional[_Union[ApplicationState, str]] = ..., rule: _Optional[str] = ..., remark: _Optional[str] = ..., acted: _Optional[bool] = ...) -> None: ...
