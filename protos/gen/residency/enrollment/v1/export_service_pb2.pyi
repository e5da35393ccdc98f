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

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_XLSX: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CSV: _ClassVar[ExportFormat]
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_XLSX: ExportFormat
EXPORT_FORMAT_CSV: ExportFormat

class ExportOrder(_message.Message):
    __slots__ = ("cycle_id", "table", "format", "base_code", "specialty_code", "states", "language", "reason")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    table: str
    format: ExportFormat
    base_code: str
    specialty_code: str
    states: _containers.RepeatedScalarFieldContainer[str]
    language: str
    reason: str
    def __init__(self, cycle_id: _Optional[str] = ..., table: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., states: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Export(_message.Message):
    __slots__ = ("export_id", "cycle_id", "table", "format", "base_code", "unmasked", "rows", "size", "parts", "sha256", "reason", "person_id", "role", "organisation_code", "made_at", "expires_at", "file_name")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    UNMASKED_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    cycle_id: str
    table: str
    format: ExportFormat
    base_code: str
    unmasked: bool
    rows: int
    size: int
    parts: int
    sha256: str
    reason: str
    person_id: str
    role: str
    organisation_code: str
    made_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    file_name: str
    def __init__(self, export_id: _Optional[str] = ..., cycle_id: _Optional[str] = ..., table: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ..., base_code: _Optional[str] = ..., unmasked: _Optional[bool] = ..., rows: _Optional[int] = ..., size: _Optional[int] = ..., parts: _Optional[int] = ..., sha256: _Optional[str] = ..., reason: _Optional[str] = ..., person_id: _Optional[str] = ..., role: _Optional[str] = ..., organisation_code: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., file_name: _Optional[str] = ...) -> None: ...

class CreateExportRequest(_message.Message):
    __slots__ = ("order", "idempotency_key")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    order: ExportOrder
    idempotency_key: str
    def __init__(self, order: _Optional[_Union[ExportOrder, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateExportResponse(_message.Message):
    __slots__ = ("export",)
    EXPORT_FIELD_NUMBER: _ClassVar[int]
    export: Export
    def __init__(self, export: _Optional[_Union[Export, _Mapping]] = ...) -> None: ...

class CreateUnmaskedExportRequest(_message.Message):
    __slots__ = ("order", "idempotency_key")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    order: ExportOrder
    idempotency_key: str
    def __init__(self, order: _Optional[_Union[ExportOrder, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateUnmaskedExportResponse(_message.Message):
    __slots__ = ("export",)
    EXPORT_FIELD_NUMBER: _ClassVar[int]
    export: Export
    def __init__(self, export: _Optional[_Union[Export, _Mapping]] = ...) -> None: ...

class GetExportRequest(_message.Message):
    __slots__ = ("export_id", "part")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    part: int
    def __init__(self, export_id: _Optional[str] = ..., part: _Optional[int] = ...) -> None: ...

class GetExportResponse(_message.Message):
    __slots__ = ("content", "export")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    EXPORT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    export: Export
    def __init__(self, content: _Optional[bytes] = ..., export: _Optional[_Union[Export, _Mapping]] = ...) -> None: ...

class ListExportsRequest(_message.Message):
    __slots__ = ("cycle_id", "page_size", "page_token")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    page_size: int
    page_token: str
    def __init__(self, cycle_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExportsResponse(_message.Message):
    __slots__ = ("exports", "next_page_token")
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    exports: _containers.RepeatedCompositeFieldContainer[Export]
    next_page_token: str
    def __init__(self, exports: _Optional[_Iterable[_Union[Export, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetDictionaryRequest(_message.Message):
    __slots__ = ("table",)
    TABLE_FIELD_NUMBER: _ClassVar[int]
    table: str
    def __init__(self, table: _Optional[str] = ...) -> None: ...

class ExportColumn(_message.Message):
    __slots__ = ("key", "label", "label_en", "type", "meaning", "personal")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    label_en: str
    type: str
    meaning: str
    personal: bool
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ..., type: _Optional[str] = ..., meaning: _Optional[str] = ..., personal: _Optional[bool] = ...) -> None: ...

class ExportTable(_message.Message):
    __slots__ = ("table", "label", "label_en", "columns")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    table: str
    label: str
    label_en: str
    columns: _containers.RepeatedCompositeFieldContainer[ExportColumn]
    def __init__(self, table: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[ExportColumn, _Mapping]]] = ...) -> None: ...

class GetDictionaryResponse(_message.Message):
    __slots__ = ("tables",)
    TABLES_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[ExportTable]
    def __init__(self, tables: _Optional[_Iterable[_Union[ExportTable, _Mapping]]] = ...) -> None: ...
