import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
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

class OrganisationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORGANISATION_KIND_UNSPECIFIED: _ClassVar[OrganisationKind]
    ORGANISATION_KIND_PROVINCE: _ClassVar[OrganisationKind]
    ORGANISATION_KIND_BASE: _ClassVar[OrganisationKind]
ROLE_UNSPECIFIED: Role
ROLE_APPLICANT: Role
ROLE_FACULTY: Role
ROLE_BASE_REVIEWER: Role
ROLE_BASE_ADMINISTRATOR: Role
ROLE_PROVINCE_ADMINISTRATOR: Role
ROLE_SCHEDULER: Role
ROLE_SERVICE: Role
ROLE_OPERATOR: Role
ORGANISATION_KIND_UNSPECIFIED: OrganisationKind
ORGANISATION_KIND_PROVINCE: OrganisationKind
ORGANISATION_KIND_BASE: OrganisationKind

class Organisation(_message.Message):
    __slots__ = ("code", "name", "kind", "parent_code")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARENT_CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    kind: OrganisationKind
    parent_code: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[OrganisationKind, str]] = ..., parent_code: _Optional[str] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("person_id", "name", "role", "organisation_code", "masked_document", "verified")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    name: str
    role: Role
    organisation_code: str
    masked_document: str
    verified: bool
    def __init__(self, person_id: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., organisation_code: _Optional[str] = ..., masked_document: _Optional[str] = ..., verified: _Optional[bool] = ...) -> None: ...

class Token(_message.Message):
    __slots__ = ("value", "expires_at")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    value: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, value: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
