import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReportRow(_message.Message):
    __slots__ = ("key", "label", "numbers")
    class NumbersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    numbers: _containers.ScalarMap[str, float]
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., numbers: _Optional[_Mapping[str, float]] = ...) -> None: ...

class DictionaryColumn(_message.Message):
    __slots__ = ("table", "key", "label", "label_en", "meaning", "personal")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_FIELD_NUMBER: _ClassVar[int]
    table: str
    key: str
    label: str
    label_en: str
    meaning: str
    personal: bool
    def __init__(self, table: _Optional[str] = ..., key: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ..., meaning: _Optional[str] = ..., personal: _Optional[bool] = ...) -> None: ...

class GetFacultyReportRequest(_message.Message):
    __slots__ = ("report", "base_code", "month")
    REPORT_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    report: str
    base_code: str
    month: str
    def __init__(self, report: _Optional[str] = ..., base_code: _Optional[str] = ..., month: _Optional[str] = ...) -> None: ...

class GetFacultyReportResponse(_message.Message):
    __slots__ = ("rows", "read_at")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ReportRow]
    read_at: _timestamp_pb2.Timestamp
    def __init__(self, rows: _Optional[_Iterable[_Union[ReportRow, _Mapping]]] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateFacultyExportRequest(_message.Message):
    __slots__ = ("table", "format", "unmasked", "reason", "idempotency_key")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    UNMASKED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    table: str
    format: str
    unmasked: bool
    reason: str
    idempotency_key: str
    def __init__(self, table: _Optional[str] = ..., format: _Optional[str] = ..., unmasked: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateFacultyExportResponse(_message.Message):
    __slots__ = ("file", "file_name", "media_type", "rows", "sha256")
    FILE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    file_name: str
    media_type: str
    rows: int
    sha256: str
    def __init__(self, file: _Optional[bytes] = ..., file_name: _Optional[str] = ..., media_type: _Optional[str] = ..., rows: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...

class ListFacultyDictionaryRequest(_message.Message):
    __slots__ = ("table",)
    TABLE_FIELD_NUMBER: _ClassVar[int]
    table: str
    def __init__(self, table: _Optional[str] = ...) -> None: ...

class ListFacultyDictionaryResponse(_message.Message):
    __slots__ = ("columns",)
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[DictionaryColumn]
    def __init__(self, columns: _Optional[_Iterable[_Union[DictionaryColumn, _Mapping]]] = ...) -> None: ...

class GetCertificateRequest(_message.Message):
    __slots__ = ("appointment_id",)
    APPOINTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    appointment_id: str
    def __init__(self, appointment_id: _Optional[str] = ...) -> None: ...

class GetCertificateResponse(_message.Message):
    __slots__ = ("pdf", "file_name", "code")
    PDF_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    pdf: bytes
    file_name: str
    code: str
    def __init__(self, pdf: _Optional[bytes] = ..., file_name: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class CheckCertificateRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class CheckCertificateResponse(_message.Message):
    __slots__ = ("genuine", "holds", "masked_name", "hospital", "department", "from_day", "until_day")
    GENUINE_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    MASKED_NAME_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    genuine: bool
    holds: bool
    masked_name: str
    hospital: str
    department: str
    from_day: str
    until_day: str
    def __init__(self, genuine: _Optional[bool] = ..., holds: _Optional[bool] = ..., masked_name: _Optional[str] = ..., hospital: _Optional[str] = ..., department: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ...) -> None: ...
