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

class SectionStatus(_message.Message):
    __slots__ = ("section", "complete", "body", "saved_at")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    SAVED_AT_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    complete: bool
    body: _struct_pb2.Struct
    saved_at: _timestamp_pb2.Timestamp
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., complete: _Optional[bool] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., saved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("key", "label", "type", "required", "required_when", "options", "max_length")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_WHEN_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    type: FieldType
    required: bool
    required_when: str
    options: _containers.RepeatedCompositeFieldContainer[FieldOption]
    max_length: int
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., type: _Optional[_Union[FieldType, str]] = ..., required: _Optional[bool] = ..., required_when: _Optional[str] = ..., options: _Optional[_Iterable[_Union[FieldOption, _Mapping]]] = ..., max_length: _Optional[int] = ...) -> None: ...

class SectionDefinition(_message.Message):
    __slots__ = ("section", "label", "fields")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    section: DossierSection
    label: str
    fields: _containers.RepeatedCompositeFieldContainer[FieldDefinition]
    def __init__(self, section: _Optional[_Union[DossierSection, str]] = ..., label: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[FieldDefinition, _Mapping]]] = ...) -> None: ...

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
