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

class PaperKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_KIND_UNSPECIFIED: _ClassVar[PaperKind]
    PAPER_KIND_PORTRAIT: _ClassVar[PaperKind]
    PAPER_KIND_QUALIFICATION_SCAN: _ClassVar[PaperKind]
    PAPER_KIND_PRACTICE_SCAN: _ClassVar[PaperKind]
    PAPER_KIND_EDUCATION_SCAN: _ClassVar[PaperKind]

class PaperWarning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_WARNING_UNSPECIFIED: _ClassVar[PaperWarning]
    PAPER_WARNING_GROUND_NOT_WHITE: _ClassVar[PaperWarning]

class PaperSize(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_SIZE_UNSPECIFIED: _ClassVar[PaperSize]
    PAPER_SIZE_FULL: _ClassVar[PaperSize]
    PAPER_SIZE_PREVIEW: _ClassVar[PaperSize]
PAPER_KIND_UNSPECIFIED: PaperKind
PAPER_KIND_PORTRAIT: PaperKind
PAPER_KIND_QUALIFICATION_SCAN: PaperKind
PAPER_KIND_PRACTICE_SCAN: PaperKind
PAPER_KIND_EDUCATION_SCAN: PaperKind
PAPER_WARNING_UNSPECIFIED: PaperWarning
PAPER_WARNING_GROUND_NOT_WHITE: PaperWarning
PAPER_SIZE_UNSPECIFIED: PaperSize
PAPER_SIZE_FULL: PaperSize
PAPER_SIZE_PREVIEW: PaperSize

class Paper(_message.Message):
    __slots__ = ("paper_id", "kind", "width", "height", "bytes", "sha256", "warnings", "uploaded_at")
    PAPER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    UPLOADED_AT_FIELD_NUMBER: _ClassVar[int]
    paper_id: str
    kind: PaperKind
    width: int
    height: int
    bytes: int
    sha256: str
    warnings: _containers.RepeatedScalarFieldContainer[PaperWarning]
    uploaded_at: _timestamp_pb2.Timestamp
    def __init__(self, paper_id: _Optional[str] = ..., kind: _Optional[_Union[PaperKind, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., warnings: _Optional[_Iterable[_Union[PaperWarning, str]]] = ..., uploaded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaperRule(_message.Message):
    __slots__ = ("kind", "label", "label_en", "media_types", "min_bytes", "max_bytes", "min_width", "min_height", "max_papers", "hint")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPES_FIELD_NUMBER: _ClassVar[int]
    MIN_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    MIN_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MIN_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    MAX_PAPERS_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    kind: PaperKind
    label: str
    label_en: str
    media_types: _containers.RepeatedScalarFieldContainer[str]
    min_bytes: int
    max_bytes: int
    min_width: int
    min_height: int
    max_papers: int
    hint: str
    def __init__(self, kind: _Optional[_Union[PaperKind, str]] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ..., media_types: _Optional[_Iterable[str]] = ..., min_bytes: _Optional[int] = ..., max_bytes: _Optional[int] = ..., min_width: _Optional[int] = ..., min_height: _Optional[int] = ..., max_papers: _Optional[int] = ..., hint: _Optional[str] = ...) -> None: ...

class UploadPaperRequest(_message.Message):
    __slots__ = ("cycle_id", "kind", "content", "accept_warnings", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    kind: PaperKind
    content: bytes
    accept_warnings: bool
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., kind: _Optional[_Union[PaperKind, str]] = ..., content: _Optional[bytes] = ..., accept_warnings: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UploadPaperResponse(_message.Message):
    __slots__ = ("paper", "application_id", "version")
    PAPER_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    paper: Paper
    application_id: str
    version: int
    def __init__(self, paper: _Optional[_Union[Paper, _Mapping]] = ..., application_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class RemovePaperRequest(_message.Message):
    __slots__ = ("cycle_id", "paper_id", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    PAPER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    paper_id: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., paper_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RemovePaperResponse(_message.Message):
    __slots__ = ("application_id", "version")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    version: int
    def __init__(self, application_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ListPapersRequest(_message.Message):
    __slots__ = ("application_id", "submission_number")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ...) -> None: ...

class ListPapersResponse(_message.Message):
    __slots__ = ("papers", "rules", "submission_number")
    PAPERS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    papers: _containers.RepeatedCompositeFieldContainer[Paper]
    rules: _containers.RepeatedCompositeFieldContainer[PaperRule]
    submission_number: int
    def __init__(self, papers: _Optional[_Iterable[_Union[Paper, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[PaperRule, _Mapping]]] = ..., submission_number: _Optional[int] = ...) -> None: ...

class GetPaperRequest(_message.Message):
    __slots__ = ("application_id", "paper_id", "size")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAPER_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    paper_id: str
    size: PaperSize
    def __init__(self, application_id: _Optional[str] = ..., paper_id: _Optional[str] = ..., size: _Optional[_Union[PaperSize, str]] = ...) -> None: ...

class GetPaperResponse(_message.Message):
    __slots__ = ("content", "paper")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    PAPER_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    paper: Paper
    def __init__(self, content: _Optional[bytes] = ..., paper: _Optional[_Union[Paper, _Mapping]] = ...) -> None: ...
