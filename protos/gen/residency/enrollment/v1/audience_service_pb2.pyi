from buf.validate import validate_pb2 as _validate_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Audience(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIENCE_UNSPECIFIED: _ClassVar[Audience]
    AUDIENCE_EVERYBODY: _ClassVar[Audience]
    AUDIENCE_DRAFTS: _ClassVar[Audience]
    AUDIENCE_SUBMITTED: _ClassVar[Audience]
    AUDIENCE_UNPLACED: _ClassVar[Audience]
    AUDIENCE_PLACED: _ClassVar[Audience]
    AUDIENCE_BASES: _ClassVar[Audience]
AUDIENCE_UNSPECIFIED: Audience
AUDIENCE_EVERYBODY: Audience
AUDIENCE_DRAFTS: Audience
AUDIENCE_SUBMITTED: Audience
AUDIENCE_UNPLACED: Audience
AUDIENCE_PLACED: Audience
AUDIENCE_BASES: Audience

class ListAudienceRequest(_message.Message):
    __slots__ = ("cycle_id", "audience", "base_code", "specialty_code", "page_size", "page_token", "count_only")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    COUNT_ONLY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    audience: Audience
    base_code: str
    specialty_code: str
    page_size: int
    page_token: str
    count_only: bool
    def __init__(self, cycle_id: _Optional[str] = ..., audience: _Optional[_Union[Audience, str]] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., count_only: _Optional[bool] = ...) -> None: ...

class AudienceMember(_message.Message):
    __slots__ = ("person_id", "application_id", "organisation_code")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    application_id: str
    organisation_code: str
    def __init__(self, person_id: _Optional[str] = ..., application_id: _Optional[str] = ..., organisation_code: _Optional[str] = ...) -> None: ...

class ListAudienceResponse(_message.Message):
    __slots__ = ("members", "next_page_token", "count", "province_code")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_CODE_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[AudienceMember]
    next_page_token: str
    count: int
    province_code: str
    def __init__(self, members: _Optional[_Iterable[_Union[AudienceMember, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., count: _Optional[int] = ..., province_code: _Optional[str] = ...) -> None: ...
