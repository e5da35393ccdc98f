import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetPersonRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class GetPersonResponse(_message.Message):
    __slots__ = ("person", "document_key")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    document_key: str
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., document_key: _Optional[str] = ...) -> None: ...

class GetDocumentKeyRequest(_message.Message):
    __slots__ = ("document_type", "document_number")
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    document_type: _account_pb2.DocumentType
    document_number: str
    def __init__(self, document_type: _Optional[_Union[_account_pb2.DocumentType, str]] = ..., document_number: _Optional[str] = ...) -> None: ...

class GetDocumentKeyResponse(_message.Message):
    __slots__ = ("document_key", "masked_document")
    DOCUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document_key: str
    masked_document: str
    def __init__(self, document_key: _Optional[str] = ..., masked_document: _Optional[str] = ...) -> None: ...

class FindPersonRequest(_message.Message):
    __slots__ = ("document_type", "document_number")
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    document_type: _account_pb2.DocumentType
    document_number: str
    def __init__(self, document_type: _Optional[_Union[_account_pb2.DocumentType, str]] = ..., document_number: _Optional[str] = ...) -> None: ...

class FindPersonResponse(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class GetMeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetMeResponse(_message.Message):
    __slots__ = ("person", "hat", "login", "bound_at", "bindable_from")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    HAT_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    BOUND_AT_FIELD_NUMBER: _ClassVar[int]
    BINDABLE_FROM_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    hat: _account_pb2.Hat
    login: str
    bound_at: _timestamp_pb2.Timestamp
    bindable_from: _timestamp_pb2.Timestamp
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ..., hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ..., login: _Optional[str] = ..., bound_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., bindable_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BindRealNameRequest(_message.Message):
    __slots__ = ("name", "document_type", "document_number", "birth_date", "sex")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    name: str
    document_type: _account_pb2.DocumentType
    document_number: str
    birth_date: str
    sex: _account_pb2.Sex
    def __init__(self, name: _Optional[str] = ..., document_type: _Optional[_Union[_account_pb2.DocumentType, str]] = ..., document_number: _Optional[str] = ..., birth_date: _Optional[str] = ..., sex: _Optional[_Union[_account_pb2.Sex, str]] = ...) -> None: ...

class BindRealNameResponse(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: _account_pb2.Person
    def __init__(self, person: _Optional[_Union[_account_pb2.Person, _Mapping]] = ...) -> None: ...

class UnbindRealNameRequest(_message.Message):
    __slots__ = ("password",)
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    password: str
    def __init__(self, password: _Optional[str] = ...) -> None: ...

class UnbindRealNameResponse(_message.Message):
    __slots__ = ("bindable_from",)
    BINDABLE_FROM_FIELD_NUMBER: _ClassVar[int]
    bindable_from: _timestamp_pb2.Timestamp
    def __init__(self, bindable_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExportMyDataRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportMyDataResponse(_message.Message):
    __slots__ = ("json",)
    JSON_FIELD_NUMBER: _ClassVar[int]
    json: str
    def __init__(self, json: _Optional[str] = ...) -> None: ...

class EraseExpiredRequest(_message.Message):
    __slots__ = ("dry_run", "limit")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    limit: int
    def __init__(self, dry_run: _Optional[bool] = ..., limit: _Optional[int] = ...) -> None: ...

class EraseExpiredResponse(_message.Message):
    __slots__ = ("found", "erased")
    FOUND_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    found: int
    erased: int
    def __init__(self, found: _Optional[int] = ..., erased: _Optional[int] = ...) -> None: ...

class RewrapSealedRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class RewrapSealedResponse(_message.Message):
    __slots__ = ("rewrapped", "left")
    REWRAPPED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    rewrapped: int
    left: int
    def __init__(self, rewrapped: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...
