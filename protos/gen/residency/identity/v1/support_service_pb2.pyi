import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.identity.v1 import staff_service_pb2 as _staff_service_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FindPersonsRequest(_message.Message):
    __slots__ = ("login", "name", "document_number", "mobile")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    login: str
    name: str
    document_number: str
    mobile: str
    def __init__(self, login: _Optional[str] = ..., name: _Optional[str] = ..., document_number: _Optional[str] = ..., mobile: _Optional[str] = ...) -> None: ...

class FindPersonsResponse(_message.Message):
    __slots__ = ("persons",)
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    persons: _containers.RepeatedCompositeFieldContainer[FoundPerson]
    def __init__(self, persons: _Optional[_Iterable[_Union[FoundPerson, _Mapping]]] = ...) -> None: ...

class ActAsRequest(_message.Message):
    __slots__ = ("person_id", "reason", "proposal_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    proposal_id: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., proposal_id: _Optional[str] = ...) -> None: ...

class ActAsResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class ProposeActingWriteRequest(_message.Message):
    __slots__ = ("person_id", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeActingWriteResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: _staff_service_pb2.Proposal
    def __init__(self, proposal: _Optional[_Union[_staff_service_pb2.Proposal, _Mapping]] = ...) -> None: ...

class ProposeBindingOverrideRequest(_message.Message):
    __slots__ = ("person_id", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeBindingOverrideResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: _staff_service_pb2.Proposal
    def __init__(self, proposal: _Optional[_Union[_staff_service_pb2.Proposal, _Mapping]] = ...) -> None: ...

class RevealDocumentRequest(_message.Message):
    __slots__ = ("person_id", "reason")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RevealDocumentResponse(_message.Message):
    __slots__ = ("document_number", "mobile")
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    document_number: str
    mobile: str
    def __init__(self, document_number: _Optional[str] = ..., mobile: _Optional[str] = ...) -> None: ...

class SuspendAccountRequest(_message.Message):
    __slots__ = ("person_id", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SuspendAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RestoreAccountRequest(_message.Message):
    __slots__ = ("person_id", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RestoreAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResetSecondFactorRequest(_message.Message):
    __slots__ = ("person_id", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ResetSecondFactorResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListHeldRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListHeldResponse(_message.Message):
    __slots__ = ("held",)
    HELD_FIELD_NUMBER: _ClassVar[int]
    held: _containers.RepeatedCompositeFieldContainer[HeldAccount]
    def __init__(self, held: _Optional[_Iterable[_Union[HeldAccount, _Mapping]]] = ...) -> None: ...

class DecideHeldRequest(_message.Message):
    __slots__ = ("person_id", "release", "reason", "idempotency_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    release: bool
    reason: str
    idempotency_key: str
    def __init__(self, person_id: _Optional[str] = ..., release: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecideHeldResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSecurityEventsRequest(_message.Message):
    __slots__ = ("person_id", "act", "before")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    act: str
    before: int
    def __init__(self, person_id: _Optional[str] = ..., act: _Optional[str] = ..., before: _Optional[int] = ...) -> None: ...

class ListSecurityEventsResponse(_message.Message):
    __slots__ = ("events", "next_before")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[SecurityEvent]
    next_before: int
    def __init__(self, events: _Optional[_Iterable[_Union[SecurityEvent, _Mapping]]] = ..., next_before: _Optional[int] = ...) -> None: ...

class FoundPerson(_message.Message):
    __slots__ = ("person", "login", "hats", "factors")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    HATS_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    login: str
    hats: _containers.RepeatedCompositeFieldContainer[_account_pb2.Hat]
    factors: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., login: _Optional[str] = ..., hats: _Optional[_Iterable[_Union[_account_pb2.Hat, _Mapping]]] = ..., factors: _Optional[_Iterable[str]] = ...) -> None: ...

class HeldAccount(_message.Message):
    __slots__ = ("person", "alike", "registered_at")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    ALIKE_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    alike: _containers.RepeatedCompositeFieldContainer[_account_pb2.Person]
    registered_at: _timestamp_pb2.Timestamp
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., alike: _Optional[_Iterable[_Union[_account_pb2.Person, _Mapping]]] = ..., registered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SecurityEvent(_message.Message):
    __slots__ = ("position", "at", "act", "aggregate_id", "actor", "actor_role", "organisation_code", "address", "reason", "outcome", "detail")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    AGGREGATE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    position: int
    at: _timestamp_pb2.Timestamp
    act: str
    aggregate_id: str
    actor: str
    actor_role: _account_pb2.Role
    organisation_code: str
    address: str
    reason: str
    outcome: str
    detail: str
    def __init__(self, position: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., act: _Optional[str] = ..., aggregate_id: _Optional[str] = ..., actor: _Optional[str] = ..., actor_role: _Optional[_Union[_account_pb2.Role, str]] = ..., organisation_code: _Optional[str] = ..., address: _Optional[str] = ..., reason: _Optional[str] = ..., outcome: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...
