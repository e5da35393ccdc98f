from buf.validate import validate_pb2 as _validate_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListMobilesRequest(_message.Message):
    __slots__ = ("person_ids",)
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Mobile(_message.Message):
    __slots__ = ("person_id", "mobile")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    mobile: str
    def __init__(self, person_id: _Optional[str] = ..., mobile: _Optional[str] = ...) -> None: ...

class ListMobilesResponse(_message.Message):
    __slots__ = ("mobiles",)
    MOBILES_FIELD_NUMBER: _ClassVar[int]
    mobiles: _containers.RepeatedCompositeFieldContainer[Mobile]
    def __init__(self, mobiles: _Optional[_Iterable[_Union[Mobile, _Mapping]]] = ...) -> None: ...

class ListOrganisationStaffRequest(_message.Message):
    __slots__ = ("organisation_codes",)
    ORGANISATION_CODES_FIELD_NUMBER: _ClassVar[int]
    organisation_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, organisation_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class OrganisationStaff(_message.Message):
    __slots__ = ("organisation_code", "person_ids")
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    organisation_code: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, organisation_code: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListOrganisationStaffResponse(_message.Message):
    __slots__ = ("staff",)
    STAFF_FIELD_NUMBER: _ClassVar[int]
    staff: _containers.RepeatedCompositeFieldContainer[OrganisationStaff]
    def __init__(self, staff: _Optional[_Iterable[_Union[OrganisationStaff, _Mapping]]] = ...) -> None: ...
