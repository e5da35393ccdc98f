import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportOrganisationsRequest(_message.Message):
    __slots__ = ("organisations",)
    ORGANISATIONS_FIELD_NUMBER: _ClassVar[int]
    organisations: _containers.RepeatedCompositeFieldContainer[_account_pb2.Organisation]
    def __init__(self, organisations: _Optional[_Iterable[_Union[_account_pb2.Organisation, _Mapping]]] = ...) -> None: ...

class ImportOrganisationsResponse(_message.Message):
    __slots__ = ("changed",)
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: int
    def __init__(self, changed: _Optional[int] = ...) -> None: ...

class ListOrganisationsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListOrganisationsResponse(_message.Message):
    __slots__ = ("organisations",)
    ORGANISATIONS_FIELD_NUMBER: _ClassVar[int]
    organisations: _containers.RepeatedCompositeFieldContainer[_account_pb2.Organisation]
    def __init__(self, organisations: _Optional[_Iterable[_Union[_account_pb2.Organisation, _Mapping]]] = ...) -> None: ...

class InviteStaffRequest(_message.Message):
    __slots__ = ("name", "mobile", "role", "organisation_code", "expires_at", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    mobile: str
    role: _account_pb2.Role
    organisation_code: str
    expires_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., mobile: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., organisation_code: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class InviteStaffResponse(_message.Message):
    __slots__ = ("invitation_id", "secret", "proposal_id")
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    invitation_id: str
    secret: str
    proposal_id: str
    def __init__(self, invitation_id: _Optional[str] = ..., secret: _Optional[str] = ..., proposal_id: _Optional[str] = ...) -> None: ...

class GetInvitationRequest(_message.Message):
    __slots__ = ("secret",)
    SECRET_FIELD_NUMBER: _ClassVar[int]
    secret: str
    def __init__(self, secret: _Optional[str] = ...) -> None: ...

class GetInvitationResponse(_message.Message):
    __slots__ = ("name", "role", "organisation_name", "expires_at", "masked_mobile")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_NAME_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    MASKED_MOBILE_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: _account_pb2.Role
    organisation_name: str
    expires_at: _timestamp_pb2.Timestamp
    masked_mobile: str
    def __init__(self, name: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., organisation_name: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., masked_mobile: _Optional[str] = ...) -> None: ...

class AcceptInvitationRequest(_message.Message):
    __slots__ = ("secret", "login", "password")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    secret: str
    login: str
    password: str
    def __init__(self, secret: _Optional[str] = ..., login: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class AcceptInvitationResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class AcceptInvitationAsMeRequest(_message.Message):
    __slots__ = ("secret",)
    SECRET_FIELD_NUMBER: _ClassVar[int]
    secret: str
    def __init__(self, secret: _Optional[str] = ...) -> None: ...

class AcceptInvitationAsMeResponse(_message.Message):
    __slots__ = ("hat",)
    HAT_FIELD_NUMBER: _ClassVar[int]
    hat: _account_pb2.Hat
    def __init__(self, hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ...) -> None: ...

class ListStaffRequest(_message.Message):
    __slots__ = ("organisation_code", "after")
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    organisation_code: str
    after: str
    def __init__(self, organisation_code: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class ListStaffResponse(_message.Message):
    __slots__ = ("staff", "next")
    STAFF_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    staff: _containers.RepeatedCompositeFieldContainer[StaffMember]
    next: str
    def __init__(self, staff: _Optional[_Iterable[_Union[StaffMember, _Mapping]]] = ..., next: _Optional[str] = ...) -> None: ...

class SuspendHatRequest(_message.Message):
    __slots__ = ("hat_id", "reason", "idempotency_key")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    reason: str
    idempotency_key: str
    def __init__(self, hat_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SuspendHatResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RestoreHatRequest(_message.Message):
    __slots__ = ("hat_id", "reason", "idempotency_key")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    reason: str
    idempotency_key: str
    def __init__(self, hat_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RestoreHatResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndHatRequest(_message.Message):
    __slots__ = ("hat_id", "reason", "idempotency_key")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    reason: str
    idempotency_key: str
    def __init__(self, hat_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EndHatResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MoveHatRequest(_message.Message):
    __slots__ = ("hat_id", "organisation_code", "reason", "idempotency_key")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    organisation_code: str
    reason: str
    idempotency_key: str
    def __init__(self, hat_id: _Optional[str] = ..., organisation_code: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class MoveHatResponse(_message.Message):
    __slots__ = ("hat",)
    HAT_FIELD_NUMBER: _ClassVar[int]
    hat: _account_pb2.Hat
    def __init__(self, hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ...) -> None: ...

class SetHatExpiryRequest(_message.Message):
    __slots__ = ("hat_id", "expires_at", "reason", "idempotency_key")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    expires_at: _timestamp_pb2.Timestamp
    reason: str
    idempotency_key: str
    def __init__(self, hat_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetHatExpiryResponse(_message.Message):
    __slots__ = ("hat",)
    HAT_FIELD_NUMBER: _ClassVar[int]
    hat: _account_pb2.Hat
    def __init__(self, hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ...) -> None: ...

class ListProposalsRequest(_message.Message):
    __slots__ = ("decided",)
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    decided: bool
    def __init__(self, decided: _Optional[bool] = ...) -> None: ...

class ListProposalsResponse(_message.Message):
    __slots__ = ("proposals",)
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    proposals: _containers.RepeatedCompositeFieldContainer[Proposal]
    def __init__(self, proposals: _Optional[_Iterable[_Union[Proposal, _Mapping]]] = ...) -> None: ...

class DecideProposalRequest(_message.Message):
    __slots__ = ("proposal_id", "approve", "reason", "idempotency_key")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    approve: bool
    reason: str
    idempotency_key: str
    def __init__(self, proposal_id: _Optional[str] = ..., approve: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecideProposalResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ...) -> None: ...

class StaffMember(_message.Message):
    __slots__ = ("hat", "person_id", "name", "given_by", "given_at", "ended_at", "second_factor", "invited_until")
    HAT_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    GIVEN_BY_FIELD_NUMBER: _ClassVar[int]
    GIVEN_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SECOND_FACTOR_FIELD_NUMBER: _ClassVar[int]
    INVITED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    hat: _account_pb2.Hat
    person_id: str
    name: str
    given_by: str
    given_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    second_factor: bool
    invited_until: _timestamp_pb2.Timestamp
    def __init__(self, hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., given_by: _Optional[str] = ..., given_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., second_factor: _Optional[bool] = ..., invited_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Proposal(_message.Message):
    __slots__ = ("proposal_id", "kind", "summary", "proposed_by", "proposed_as", "proposed_at", "reason", "state", "decided_by", "expires_at")
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AS_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    proposal_id: str
    kind: str
    summary: str
    proposed_by: str
    proposed_as: _account_pb2.Role
    proposed_at: _timestamp_pb2.Timestamp
    reason: str
    state: str
    decided_by: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, proposal_id: _Optional[str] = ..., kind: _Optional[str] = ..., summary: _Optional[str] = ..., proposed_by: _Optional[str] = ..., proposed_as: _Optional[_Union[_account_pb2.Role, str]] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., state: _Optional[str] = ..., decided_by: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
