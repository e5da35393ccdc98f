import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_APPLICANT: _ClassVar[Role]
    ROLE_FACULTY: _ClassVar[Role]
    ROLE_BASE_REVIEWER: _ClassVar[Role]
    ROLE_BASE_ADMINISTRATOR: _ClassVar[Role]
    ROLE_PROVINCE_ADMINISTRATOR: _ClassVar[Role]
    ROLE_SCHEDULER: _ClassVar[Role]
    ROLE_SERVICE: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]
    ROLE_TEACHING_DEPARTMENT: _ClassVar[Role]
    ROLE_DEPARTMENT_DIRECTOR: _ClassVar[Role]
    ROLE_DEPARTMENT_SECRETARY: _ClassVar[Role]
    ROLE_AUDITOR: _ClassVar[Role]
    ROLE_SUPPORT: _ClassVar[Role]
    ROLE_SYSTEM_ADMINISTRATOR: _ClassVar[Role]
    ROLE_SECURITY_ADMINISTRATOR: _ClassVar[Role]
    ROLE_UNCHOSEN: _ClassVar[Role]
    ROLE_ENROLLING: _ClassVar[Role]

class DocumentType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOCUMENT_TYPE_UNSPECIFIED: _ClassVar[DocumentType]
    DOCUMENT_TYPE_RESIDENT_ID: _ClassVar[DocumentType]
    DOCUMENT_TYPE_PASSPORT: _ClassVar[DocumentType]
    DOCUMENT_TYPE_HONG_KONG_MACAO_PERMIT: _ClassVar[DocumentType]
    DOCUMENT_TYPE_TAIWAN_PERMIT: _ClassVar[DocumentType]
    DOCUMENT_TYPE_MILITARY_OFFICER_CARD: _ClassVar[DocumentType]

class Sex(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEX_UNSPECIFIED: _ClassVar[Sex]
    SEX_MALE: _ClassVar[Sex]
    SEX_FEMALE: _ClassVar[Sex]

class AccountState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCOUNT_STATE_UNSPECIFIED: _ClassVar[AccountState]
    ACCOUNT_STATE_ACTIVE: _ClassVar[AccountState]
    ACCOUNT_STATE_HELD: _ClassVar[AccountState]
    ACCOUNT_STATE_SUSPENDED: _ClassVar[AccountState]
    ACCOUNT_STATE_ERASED: _ClassVar[AccountState]

class OrganisationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORGANISATION_KIND_UNSPECIFIED: _ClassVar[OrganisationKind]
    ORGANISATION_KIND_PROVINCE: _ClassVar[OrganisationKind]
    ORGANISATION_KIND_BASE: _ClassVar[OrganisationKind]
    ORGANISATION_KIND_DEPARTMENT: _ClassVar[OrganisationKind]
ROLE_UNSPECIFIED: Role
ROLE_APPLICANT: Role
ROLE_FACULTY: Role
ROLE_BASE_REVIEWER: Role
ROLE_BASE_ADMINISTRATOR: Role
ROLE_PROVINCE_ADMINISTRATOR: Role
ROLE_SCHEDULER: Role
ROLE_SERVICE: Role
ROLE_OPERATOR: Role
ROLE_TEACHING_DEPARTMENT: Role
ROLE_DEPARTMENT_DIRECTOR: Role
ROLE_DEPARTMENT_SECRETARY: Role
ROLE_AUDITOR: Role
ROLE_SUPPORT: Role
ROLE_SYSTEM_ADMINISTRATOR: Role
ROLE_SECURITY_ADMINISTRATOR: Role
ROLE_UNCHOSEN: Role
ROLE_ENROLLING: Role
DOCUMENT_TYPE_UNSPECIFIED: DocumentType
DOCUMENT_TYPE_RESIDENT_ID: DocumentType
DOCUMENT_TYPE_PASSPORT: DocumentType
DOCUMENT_TYPE_HONG_KONG_MACAO_PERMIT: DocumentType
DOCUMENT_TYPE_TAIWAN_PERMIT: DocumentType
DOCUMENT_TYPE_MILITARY_OFFICER_CARD: DocumentType
SEX_UNSPECIFIED: Sex
SEX_MALE: Sex
SEX_FEMALE: Sex
ACCOUNT_STATE_UNSPECIFIED: AccountState
ACCOUNT_STATE_ACTIVE: AccountState
ACCOUNT_STATE_HELD: AccountState
ACCOUNT_STATE_SUSPENDED: AccountState
ACCOUNT_STATE_ERASED: AccountState
ORGANISATION_KIND_UNSPECIFIED: OrganisationKind
ORGANISATION_KIND_PROVINCE: OrganisationKind
ORGANISATION_KIND_BASE: OrganisationKind
ORGANISATION_KIND_DEPARTMENT: OrganisationKind

class Hat(_message.Message):
    __slots__ = ("hat_id", "role", "organisation_code", "organisation_name", "expires_at", "suspended")
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_NAME_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    role: Role
    organisation_code: str
    organisation_name: str
    expires_at: _timestamp_pb2.Timestamp
    suspended: bool
    def __init__(self, hat_id: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., organisation_code: _Optional[str] = ..., organisation_name: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., suspended: _Optional[bool] = ...) -> None: ...

class Organisation(_message.Message):
    __slots__ = ("code", "name", "kind", "parent_code", "main_base_code")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARENT_CODE_FIELD_NUMBER: _ClassVar[int]
    MAIN_BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    kind: OrganisationKind
    parent_code: str
    main_base_code: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[OrganisationKind, str]] = ..., parent_code: _Optional[str] = ..., main_base_code: _Optional[str] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("person_id", "name", "role", "organisation_code", "masked_document", "verified", "document_type", "masked_mobile", "state")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    MASKED_MOBILE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    name: str
    role: Role
    organisation_code: str
    masked_document: str
    verified: bool
    document_type: DocumentType
    masked_mobile: str
    state: AccountState
    def __init__(self, person_id: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., organisation_code: _Optional[str] = ..., masked_document: _Optional[str] = ..., verified: _Optional[bool] = ..., document_type: _Optional[_Union[DocumentType, str]] = ..., masked_mobile: _Optional[str] = ..., state: _Optional[_Union[AccountState, str]] = ...) -> None: ...

class Token(_message.Message):
    __slots__ = ("value", "expires_at")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    value: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, value: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Tokens(_message.Message):
    __slots__ = ("access", "refresh", "session_id")
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    REFRESH_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    access: Token
    refresh: Token
    session_id: str
    def __init__(self, access: _Optional[_Union[Token, _Mapping]] = ..., refresh: _Optional[_Union[Token, _Mapping]] = ..., session_id: _Optional[str] = ...) -> None: ...

class SignedIn(_message.Message):
    __slots__ = ("person", "tokens", "challenge_id", "hats", "hat", "factors")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    HATS_FIELD_NUMBER: _ClassVar[int]
    HAT_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    person: Person
    tokens: Tokens
    challenge_id: str
    hats: _containers.RepeatedCompositeFieldContainer[Hat]
    hat: Hat
    factors: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person: _Optional[_Union[Person, _Mapping]] = ..., tokens: _Optional[_Union[Tokens, _Mapping]] = ..., challenge_id: _Optional[str] = ..., hats: _Optional[_Iterable[_Union[Hat, _Mapping]]] = ..., hat: _Optional[_Union[Hat, _Mapping]] = ..., factors: _Optional[_Iterable[str]] = ...) -> None: ...
