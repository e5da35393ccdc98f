import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.enrollment.v1 import cycle_pb2 as _cycle_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StoryRow(_message.Message):
    __slots__ = ("number", "at", "command", "role", "organisation_code", "person_id", "acted", "phase", "calendar_version", "rule", "state_before", "state_after", "submission_number", "reason_code", "remark", "hash")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ACTED_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_VERSION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    STATE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    STATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    number: int
    at: _timestamp_pb2.Timestamp
    command: str
    role: str
    organisation_code: str
    person_id: str
    acted: bool
    phase: _cycle_pb2.Phase
    calendar_version: int
    rule: str
    state_before: _application_pb2.ApplicationState
    state_after: _application_pb2.ApplicationState
    submission_number: int
    reason_code: str
    remark: str
    hash: str
    def __init__(self, number: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., command: _Optional[str] = ..., role: _Optional[str] = ..., organisation_code: _Optional[str] = ..., person_id: _Optional[str] = ..., acted: _Optional[bool] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., calendar_version: _Optional[int] = ..., rule: _Optional[str] = ..., state_before: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., state_after: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., submission_number: _Optional[int] = ..., reason_code: _Optional[str] = ..., remark: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("state", "submission_number", "choice", "submitted_at", "in_hand_of", "holds_place", "phase", "version")
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    IN_HAND_OF_FIELD_NUMBER: _ClassVar[int]
    HOLDS_PLACE_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    state: _application_pb2.ApplicationState
    submission_number: int
    choice: _application_pb2.Choice
    submitted_at: _timestamp_pb2.Timestamp
    in_hand_of: str
    holds_place: bool
    phase: _cycle_pb2.Phase
    version: int
    def __init__(self, state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., submission_number: _Optional[int] = ..., choice: _Optional[_Union[_application_pb2.Choice, _Mapping]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., in_hand_of: _Optional[str] = ..., holds_place: _Optional[bool] = ..., phase: _Optional[_Union[_cycle_pb2.Phase, str]] = ..., version: _Optional[int] = ...) -> None: ...

class GetStoryRequest(_message.Message):
    __slots__ = ("application_id", "as_of")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, application_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetStoryResponse(_message.Message):
    __slots__ = ("rows", "standing", "as_of")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[StoryRow]
    standing: Standing
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, rows: _Optional[_Iterable[_Union[StoryRow, _Mapping]]] = ..., standing: _Optional[_Union[Standing, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
