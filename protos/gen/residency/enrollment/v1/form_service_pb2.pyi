import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FormStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORM_STATUS_UNSPECIFIED: _ClassVar[FormStatus]
    FORM_STATUS_CURRENT: _ClassVar[FormStatus]
    FORM_STATUS_SUPERSEDED: _ClassVar[FormStatus]
    FORM_STATUS_UNKNOWN: _ClassVar[FormStatus]
FORM_STATUS_UNSPECIFIED: FormStatus
FORM_STATUS_CURRENT: FormStatus
FORM_STATUS_SUPERSEDED: FormStatus
FORM_STATUS_UNKNOWN: FormStatus

class Form(_message.Message):
    __slots__ = ("application_id", "number", "pdf", "sha256", "code", "current", "file_name")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PDF_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    pdf: bytes
    sha256: str
    code: str
    current: bool
    file_name: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ..., pdf: _Optional[bytes] = ..., sha256: _Optional[str] = ..., code: _Optional[str] = ..., current: _Optional[bool] = ..., file_name: _Optional[str] = ...) -> None: ...

class GetFormRequest(_message.Message):
    __slots__ = ("application_id", "cycle_id", "number", "language")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    cycle_id: str
    number: int
    language: str
    def __init__(self, application_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., number: _Optional[int] = ..., language: _Optional[str] = ...) -> None: ...

class GetFormResponse(_message.Message):
    __slots__ = ("form",)
    FORM_FIELD_NUMBER: _ClassVar[int]
    form: Form
    def __init__(self, form: _Optional[_Union[Form, _Mapping]] = ...) -> None: ...

class CheckFormRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class CheckFormResponse(_message.Message):
    __slots__ = ("status", "province_code", "year", "number", "submitted_at", "superseded_at")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_AT_FIELD_NUMBER: _ClassVar[int]
    status: FormStatus
    province_code: str
    year: int
    number: int
    submitted_at: _timestamp_pb2.Timestamp
    superseded_at: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[_Union[FormStatus, str]] = ..., province_code: _Optional[str] = ..., year: _Optional[int] = ..., number: _Optional[int] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., superseded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PrintFormsRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "language", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    language: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., language: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PrintFormsResponse(_message.Message):
    __slots__ = ("print_id", "forms")
    PRINT_ID_FIELD_NUMBER: _ClassVar[int]
    FORMS_FIELD_NUMBER: _ClassVar[int]
    print_id: str
    forms: int
    def __init__(self, print_id: _Optional[str] = ..., forms: _Optional[int] = ...) -> None: ...

class GetPrintedFormsRequest(_message.Message):
    __slots__ = ("print_id", "page_token", "page_size")
    PRINT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    print_id: str
    page_token: str
    page_size: int
    def __init__(self, print_id: _Optional[str] = ..., page_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class GetPrintedFormsResponse(_message.Message):
    __slots__ = ("forms", "next_page_token")
    FORMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    forms: _containers.RepeatedCompositeFieldContainer[Form]
    next_page_token: str
    def __init__(self, forms: _Optional[_Iterable[_Union[Form, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
