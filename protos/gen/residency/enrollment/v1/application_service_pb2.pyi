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
    FIELD_TYPE_CREDIT_CODE: _ClassVar[FieldType]
    FIELD_TYPE_PAPER: _ClassVar[FieldType]
FIELD_TYPE_UNSPECIFIED: FieldType
FIELD_TYPE_TEXT: FieldType
FIELD_TYPE_DATE: FieldType
FIELD_TYPE_YES_NO: FieldType
FIELD_TYPE_OPTION: FieldType
FIELD_TYPE_PHONE: FieldType
FIELD_TYPE_EMAIL: FieldType
FIELD_TYPE_NUMBER: FieldType
FIELD_TYPE_CREDIT_CODE: FieldType
FIELD_TYPE_PAPER: FieldType

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

class GetCapabilitiesRequest(_message.Message):
    __slots__ = ("cycle_id", "application_id")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    application_id: str
    def __init__(self, cycle_id: _Optional[str] = ..., application_id: _Optional[str] = ...) -> None: ...

class FieldCapability(_message.Message):
    __slots__ = ("field", "capability")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    field: str
    capability: _application_pb2.Capability
    def __init__(self, field: _Optional[str] = ..., capability: _Optional[_Union[_application_pb2.Capability, _Mapping]] = ...) -> None: ...

class GetCapabilitiesResponse(_message.Message):
    __slots__ = ("actions", "fields")
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedCompositeFieldContainer[_application_pb2.Capability]
    fields: _containers.RepeatedCompositeFieldContainer[FieldCapability]
    def __init__(self, actions: _Optional[_Iterable[_Union[_application_pb2.Capability, _Mapping]]] = ..., fields: _Optional[_Iterable[_Union[FieldCapability, _Mapping]]] = ...) -> None: ...

class ListSelectableRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ...) -> None: ...

class Selectable(_message.Message):
    __slots__ = ("base_code", "specialty_code", "planned", "allowed", "problems")
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    specialty_code: str
    planned: int
    allowed: bool
    problems: _containers.RepeatedCompositeFieldContainer[_application_pb2.FieldProblem]
    def __init__(self, base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., planned: _Optional[int] = ..., allowed: _Optional[bool] = ..., problems: _Optional[_Iterable[_Union[_application_pb2.FieldProblem, _Mapping]]] = ...) -> None: ...

class ListSelectableResponse(_message.Message):
    __slots__ = ("places",)
    PLACES_FIELD_NUMBER: _ClassVar[int]
    places: _containers.RepeatedCompositeFieldContainer[Selectable]
    def __init__(self, places: _Optional[_Iterable[_Union[Selectable, _Mapping]]] = ...) -> None: ...

class CarryOverRequest(_message.Message):
    __slots__ = ("cycle_id", "from_cycle_id", "idempotency_key")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    from_cycle_id: str
    idempotency_key: str
    def __init__(self, cycle_id: _Optional[str] = ..., from_cycle_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CarryOverResponse(_message.Message):
    __slots__ = ("application", "carried", "papers")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    CARRIED_FIELD_NUMBER: _ClassVar[int]
    PAPERS_FIELD_NUMBER: _ClassVar[int]
    application: _application_pb2.Application
    carried: _containers.RepeatedScalarFieldContainer[_application_pb2.Section]
    papers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, application: _Optional[_Union[_application_pb2.Application, _Mapping]] = ..., carried: _Optional[_Iterable[_Union[_application_pb2.Section, str]]] = ..., papers: _Optional[_Iterable[str]] = ...) -> None: ...

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

class FieldOption(_message.Message):
    __slots__ = ("code", "label", "label_en")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    code: str
    label: str
    label_en: str
    def __init__(self, code: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class FieldDefinition(_message.Message):
    __slots__ = ("key", "label", "type", "required", "required_when", "options", "max_length", "label_en", "applies_when", "mandatory", "least", "greatest", "group")
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
    LEAST_FIELD_NUMBER: _ClassVar[int]
    GREATEST_FIELD_NUMBER: _ClassVar[int]
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
    least: float
    greatest: float
    group: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., type: _Optional[_Union[FieldType, str]] = ..., required: _Optional[bool] = ..., required_when: _Optional[str] = ..., options: _Optional[_Iterable[_Union[FieldOption, _Mapping]]] = ..., max_length: _Optional[int] = ..., label_en: _Optional[str] = ..., applies_when: _Optional[_Iterable[_Union[FieldCondition, _Mapping]]] = ..., mandatory: _Optional[bool] = ..., least: _Optional[float] = ..., greatest: _Optional[float] = ..., group: _Optional[str] = ...) -> None: ...

class SectionDefinition(_message.Message):
    __slots__ = ("section", "label", "fields", "label_en", "groups")
    SECTION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    section: _application_pb2.Section
    label: str
    fields: _containers.RepeatedCompositeFieldContainer[FieldDefinition]
    label_en: str
    groups: _containers.RepeatedCompositeFieldContainer[FieldGroup]
    def __init__(self, section: _Optional[_Union[_application_pb2.Section, str]] = ..., label: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[FieldDefinition, _Mapping]]] = ..., label_en: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[FieldGroup, _Mapping]]] = ...) -> None: ...

class GetDossierDefinitionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDossierDefinitionResponse(_message.Message):
    __slots__ = ("sections",)
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    sections: _containers.RepeatedCompositeFieldContainer[SectionDefinition]
    def __init__(self, sections: _Optional[_Iterable[_Union[SectionDefinition, _Mapping]]] = ...) -> None: ...
