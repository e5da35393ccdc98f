from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class MessageWritten(_message.Message):
    __slots__ = ("person_id", "organisation_code")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    organisation_code: str
    def __init__(self, person_id: _Optional[str] = ..., organisation_code: _Optional[str] = ...) -> None: ...
