from buf.validate import validate_pb2 as _validate_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RegisterAccountRequest(_message.Message):
    __slots__ = ("role", "name", "resident_id", "login", "password", "idempotency_key")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    role: _account_pb2.Role
    name: str
    resident_id: str
    login: str
    password: str
    idempotency_key: str
    def __init__(self, role: _Optional[_Union[_account_pb2.Role, str]] = ..., name: _Optional[str] = ..., resident_id: _Optional[str] = ..., login: _Optional[str] = ..., password: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RegisterAccountResponse(_message.Message):
    __slots__ = ("person", "token")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    token: _account_pb2.Token
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., token: _Optional[_Union[_account_pb2.Token, _Mapping]] = ...) -> None: ...

class SignInRequest(_message.Message):
    __slots__ = ("login", "password")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    login: str
    password: str
    def __init__(self, login: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class SignInResponse(_message.Message):
    __slots__ = ("person", "token")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    token: _account_pb2.Token
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., token: _Optional[_Union[_account_pb2.Token, _Mapping]] = ...) -> None: ...

class SignInMachineRequest(_message.Message):
    __slots__ = ("machine", "secret")
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    machine: str
    secret: str
    def __init__(self, machine: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class SignInMachineResponse(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: _account_pb2.Token
    def __init__(self, token: _Optional[_Union[_account_pb2.Token, _Mapping]] = ...) -> None: ...

class GetKeySetRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetKeySetResponse(_message.Message):
    __slots__ = ("key_set_json",)
    KEY_SET_JSON_FIELD_NUMBER: _ClassVar[int]
    key_set_json: str
    def __init__(self, key_set_json: _Optional[str] = ...) -> None: ...

class GetPersonRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class GetPersonResponse(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ...) -> None: ...

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

class AppointStaffRequest(_message.Message):
    __slots__ = ("login", "password", "name", "role", "organisation_code")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    login: str
    password: str
    name: str
    role: _account_pb2.Role
    organisation_code: str
    def __init__(self, login: _Optional[str] = ..., password: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., organisation_code: _Optional[str] = ...) -> None: ...

class AppointStaffResponse(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ...) -> None: ...
