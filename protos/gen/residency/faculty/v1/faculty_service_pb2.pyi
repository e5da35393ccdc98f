import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DossierSection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOSSIER_SECTION_UNSPECIFIED: _ClassVar[DossierSection]
    DOSSIER_SECTION_BASIC: _ClassVar[DossierSection]
    DOSSIER_SECTION_CONTACT: _ClassVar[DossierSection]
    DOSSIER_SECTION_EDUCATION: _ClassVar[DossierSection]
    DOSSIER_SECTION_WORK: _ClassVar[DossierSection]

class FieldType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_TYPE_UNSPECIFIED: _ClassVar[FieldType]
    FIELD_TYPE_TEXT: _ClassVar[FieldType]
    FIELD_TYPE_DATE: _ClassVar[FieldType]
    FIELD_TYPE_OPTION: _ClassVar[FieldType]
    FIELD_TYPE_PHONE: _ClassVar[FieldType]
    FIELD_TYPE_EMAIL: _ClassVar[FieldType]
    FIELD_TYPE_PAPER: _ClassVar[FieldType]

class PaperKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_KIND_UNSPECIFIED: _ClassVar[PaperKind]
    PAPER_KIND_ID_SCAN: _ClassVar[PaperKind]
    PAPER_KIND_PHOTO: _ClassVar[PaperKind]
    PAPER_KIND_QUALIFICATION_SCAN: _ClassVar[PaperKind]

class PaperWarning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_WARNING_UNSPECIFIED: _ClassVar[PaperWarning]
    PAPER_WARNING_GROUND_NOT_WHITE: _ClassVar[PaperWarning]

class PaperSize(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAPER_SIZE_UNSPECIFIED: _ClassVar[PaperSize]
    PAPER_SIZE_FULL: _ClassVar[PaperSize]
    PAPER_SIZE_PREVIEW: _ClassVar[PaperSize]
DOSSIER_SECTION_UNSPECIFIED: DossierSection
DOSSIER_SECTION_BASIC: DossierSection
DOSSIER_SECTION_CONTACT: DossierSection
DOSSIER_SECTION_EDUCATION: DossierSection
DOSSIER_SECTION_WORK: DossierSection
FIELD_TYPE_UNSPECIFIED: FieldType
FIELD_TYPE_TEXT: FieldType
FIELD_TYPE_DATE: FieldType
FIELD_TYPE_OPTION: FieldType
FIELD_TYPE_PHONE: FieldType
FIELD_TYPE_EMAIL: FieldType
FIELD_TYPE_PAPER: FieldType
PAPER_KIND_UNSPECIFIED: PaperKind
PAPER_KIND_ID_SCAN: PaperKind
PAPER_KIND_PHOTO: PaperKind
PAPER_KIND_QUALIFICATION_SCAN: PaperKind
PAPER_WARNING_UNSPECIFIED: PaperWarning
PAPER_WARNING_GROUND_NOT_WHITE: PaperWarning
PAPER_SIZE_UNSPECIFIED: PaperSize
PAPER_SIZE_FULL: PaperSize
PAPER_SIZE_PREVIEW: PaperSize

class SectionStatus(_message.Message):
    __slots__ = ("section", "complete", "body", "saved_at", "draft", "drafted_at", "problems")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    SAVED_AT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_AT_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    complete: bool
    body: _struct_pb2.Struct
    saved_at: _timestamp_pb2.Timestamp
    draft: _struct_pb2.Struct
    drafted_at: _timestamp_pb2.Timestamp
    problems: _containers.RepeatedCompositeFieldContainer[DossierProblem]
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., complete: _Optional[bool] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., saved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., draft: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., drafted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., problems: _Optional[_Iterable[_Union[DossierProblem, _Mapping]]] = ...) -> None: ...

class DossierProblem(_message.Message):
    __slots__ = ("key", "rule", "message", "missing")
    KEY_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    key: str
    rule: str
    message: str
    missing: bool
    def __init__(self, key: _Optional[str] = ..., rule: _Optional[str] = ..., message: _Optional[str] = ..., missing: _Optional[bool] = ...) -> None: ...

class GetDossierRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDossierResponse(_message.Message):
    __slots__ = ("sections",)
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    sections: _containers.RepeatedCompositeFieldContainer[SectionStatus]
    def __init__(self, sections: _Optional[_Iterable[_Union[SectionStatus, _Mapping]]] = ...) -> None: ...

class SaveDossierSectionRequest(_message.Message):
    __slots__ = ("section", "body", "idempotency_key")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    body: _struct_pb2.Struct
    idempotency_key: str
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveDossierSectionResponse(_message.Message):
    __slots__ = ("section",)
    SECTION_FIELD_NUMBER: _ClassVar[int]
    section: SectionStatus
    def __init__(self, section: _Optional[_Union[SectionStatus, _Mapping]] = ...) -> None: ...

class FieldOption(_message.Message):
    __slots__ = ("code", "label")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    code: str
    label: str
    def __init__(self, code: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class FieldDefinition(_message.Message):
    __slots__ = ("key", "label", "type", "required", "required_when", "options", "max_length", "label_en", "applies_when", "mandatory", "group")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_WHEN_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    APPLIES_WHEN_FIELD_NUMBER: _ClassVar[int]
    MANDATORY_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    type: FieldType
    required: bool
    required_when: str
    options: _containers.RepeatedCompositeFieldContainer[FieldOption]
    max_length: int
    label_en: str
    applies_when: _containers.RepeatedCompositeFieldContainer[FieldCondition]
    mandatory: bool
    group: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., type: _Optional[_Union[FieldType, str]] = ..., required: _Optional[bool] = ..., required_when: _Optional[str] = ..., options: _Optional[_Iterable[_Union[FieldOption, _Mapping]]] = ..., max_length: _Optional[int] = ..., label_en: _Optional[str] = ..., applies_when: _Optional[_Iterable[_Union[FieldCondition, _Mapping]]] = ..., mandatory: _Optional[bool] = ..., group: _Optional[str] = ...) -> None: ...

class FieldCondition(_message.Message):
    __slots__ = ("key", "values")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    key: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class FieldGroup(_message.Message):
    __slots__ = ("key", "label", "label_en")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    label_en: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class SectionDefinition(_message.Message):
    __slots__ = ("section", "label", "fields", "label_en", "groups")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    label: str
    fields: _containers.RepeatedCompositeFieldContainer[FieldDefinition]
    label_en: str
    groups: _containers.RepeatedCompositeFieldContainer[FieldGroup]
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., label: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[FieldDefinition, _Mapping]]] = ..., label_en: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[FieldGroup, _Mapping]]] = ...) -> None: ...

class GetDossierDefinitionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDossierDefinitionResponse(_message.Message):
    __slots__ = ("sections",)
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    sections: _containers.RepeatedCompositeFieldContainer[SectionDefinition]
    def __init__(self, sections: _Optional[_Iterable[_Union[SectionDefinition, _Mapping]]] = ...) -> None: ...

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

class SaveDossierDraftRequest(_message.Message):
    __slots__ = ("section", "body", "idempotency_key")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    body: _struct_pb2.Struct
    idempotency_key: str
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveDossierDraftResponse(_message.Message):
    __slots__ = ("drafted_at",)
    DRAFTED_AT_FIELD_NUMBER: _ClassVar[int]
    drafted_at: _timestamp_pb2.Timestamp
    def __init__(self, drafted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetDossierFormRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDossierFormResponse(_message.Message):
    __slots__ = ("pdf", "file_name")
    PDF_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    pdf: bytes
    file_name: str
    def __init__(self, pdf: _Optional[bytes] = ..., file_name: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("kind", "content", "accept_warnings", "idempotency_key")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    kind: PaperKind
    content: bytes
    accept_warnings: bool
    idempotency_key: str
    def __init__(self, kind: _Optional[_Union[PaperKind, str]] = ..., content: _Optional[bytes] = ..., accept_warnings: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UploadPaperResponse(_message.Message):
    __slots__ = ("paper",)
    PAPER_FIELD_NUMBER: _ClassVar[int]
    paper: Paper
    def __init__(self, paper: _Optional[_Union[Paper, _Mapping]] = ...) -> None: ...

class RemovePaperRequest(_message.Message):
    __slots__ = ("paper_id", "idempotency_key")
    PAPER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    paper_id: str
    idempotency_key: str
    def __init__(self, paper_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RemovePaperResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPapersRequest(_message.Message):
    __slots__ = ("candidacy_id",)
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    candidacy_id: str
    def __init__(self, candidacy_id: _Optional[str] = ...) -> None: ...

class ListPapersResponse(_message.Message):
    __slots__ = ("papers", "rules")
    PAPERS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    papers: _containers.RepeatedCompositeFieldContainer[Paper]
    rules: _containers.RepeatedCompositeFieldContainer[PaperRule]
    def __init__(self, papers: _Optional[_Iterable[_Union[Paper, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[PaperRule, _Mapping]]] = ...) -> None: ...

class GetPaperRequest(_message.Message):
    __slots__ = ("paper_id", "candidacy_id", "size")
    PAPER_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDACY_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    paper_id: str
    candidacy_id: str
    size: PaperSize
    def __init__(self, paper_id: _Optional[str] = ..., candidacy_id: _Optional[str] = ..., size: _Optional[_Union[PaperSize, str]] = ...) -> None: ...

class GetPaperResponse(_message.Message):
    __slots__ = ("content", "paper")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    PAPER_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    paper: Paper
    def __init__(self, content: _Optional[bytes] = ..., paper: _Optional[_Union[Paper, _Mapping]] = ...) -> None: ...
