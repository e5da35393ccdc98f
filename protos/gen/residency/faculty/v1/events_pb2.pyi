from residency.faculty.v1 import faculty_service_pb2 as _faculty_service_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DossierSaved(_message.Message):
    __slots__ = ("person_id", "section", "dossier_complete")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    DOSSIER_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    section: _faculty_service_pb2.DossierSection
    dossier_complete: bool
    def __init__(self, person_id: _Optional[str] = ..., section: _Optional[_Union[_faculty_service_pb2.DossierSection, str]] = ..., dossier_complete: _Optional[bool] = ...) -> None: ...
