from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FieldType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_TYPE_UNSPECIFIED: _ClassVar[FieldType]
    FIELD_TYPE_TEXT: _ClassVar[FieldType]
    FIELD_TYPE_DATE: _ClassVar[FieldType]
    FIELD_TYPE_YES_NO: _ClassVar[FieldType]
    FIELD_TYPE_OPTION: _ClassVar[FieldType]
    FIELD_TYPE_PHONE: _ClassVar[FieldType]
    FIELD_TYPE_EMAIL: _ClassVar[FieldType]
    FIELD_TYPE_NUMBER: _ClassVar[FieldType]
FIELD_TYPE_UNSPECIFIED: FieldType
FIELD_TYPE_TEXT: FieldType
FIELD_TYPE_DATE: FieldType
FIELD_TYPE_YES_NO: FieldType
FIELD_TYPE_OPTION: FieldType
FIELD_TYPE_PHONE: FieldType
FIELD_TYPE_EMAIL: FieldType
FIELD_TYPE_NUMBER: FieldType

class GetMyApplicationRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class GetMyApplicationResponse(_message.Message):
    __slots__ = ("application", "capabilities")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    capabilities: _containers.RepeatedCompositeFieldContainer[_application_pb2.Capability]
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ..., capabilities: _Optional[_Iterable[_Union[_application_pb2.Capability, _Mapping]]] = ...) -> None: ...

class StartApplicationRequest(_message.Message):
    __slots__ = ("cycle_id", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class StartApplicationResponse(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ...) -> None: ...

class SaveSectionRequest(_message.Message):
    __slots__ = ("cycle_id", "section", "body", "expected_version", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    section: _application_pb2.Section
    body: _struct_pb2.Struct
    expected_version: int
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., section: _Optional[_Union[_application_pb2.Section, str]] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveSectionResponse(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ...) -> None: ...

class SaveChoiceRequest(_message.Message):
    __slots__ = ("cycle_id", "choice", "expected_version", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    choice: _application_pb2.Choice
    expected_version: int
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., choice: _Optional[_Union[_application_pb2.Choice, _Mapping]] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveChoiceResponse(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ...) -> None: ...

class SubmitApplicationRequest(_message.Message):
    __slots__ = ("cycle_id", "expected_version", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    expected_version: int
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SubmitApplicationResponse(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ...) -> None: ...

class WithdrawApplicationRequest(_message.Message):
    __slots__ = ("cycle_id", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class WithdrawApplicationResponse(_message.Message):
    __slots__ = ("application",)
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ...) -> None: ...

class ListHistoryRequest(_message.Message):
    __slots__ = ("application_id",)
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    def __init__(self, application_id: _Optional[str] = ...) -> None: ...

class ListHistoryResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_application_pb2.HistoryEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[_application_pb2.HistoryEntry, _Mapping]]] = ...) -> None: ...

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
    section: _application_pb2.Section
    label: str
    fields: _containers.RepeatedCompositeFieldContainer[FieldDefinition]
    def __init__(self, section: _Optional[_Union[_application_pb2.Section, str]] = ..., label: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[FieldDefinition, _Mapping]]] = ...) -> None: ...

class GetDossierDefinitionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDossierDefinitionResponse(_message.Message):
    __slots__ = ("sections",)
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    sections: _containers.RepeatedCompositeFieldContainer[SectionDefinition]
    def __init__(self, sections: _Optional[_Iterable[_Union[SectionDefinition, _Mapping]]] = ...) -> None: ...
