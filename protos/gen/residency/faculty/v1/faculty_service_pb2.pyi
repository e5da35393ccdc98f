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
DOSSIER_SECTION_UNSPECIFIED: DossierSection
DOSSIER_SECTION_BASIC: DossierSection
DOSSIER_SECTION_CONTACT: DossierSection
DOSSIER_SECTION_EDUCATION: DossierSection
DOSSIER_SECTION_WORK: DossierSection

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
