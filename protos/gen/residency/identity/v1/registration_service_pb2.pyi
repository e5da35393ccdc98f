import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCaptchaRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateCaptchaResponse(_message.Message):
    __slots__ = ("captcha_id",)
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    captcha_id: str
    def __init__(self, captcha_id: _Optional[str] = ...) -> None: ...

class GetCaptchaPictureRequest(_message.Message):
    __slots__ = ("captcha_id", "audio")
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    captcha_id: str
    audio: bool
    def __init__(self, captcha_id: _Optional[str] = ..., audio: _Optional[bool] = ...) -> None: ...

class GetCaptchaPictureResponse(_message.Message):
    __slots__ = ("content", "media_type")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    media_type: str
    def __init__(self, content: _Optional[bytes] = ..., media_type: _Optional[str] = ...) -> None: ...

class VerifyIdentityRequest(_message.Message):
    __slots__ = ("role", "name", "document_type", "document_number", "birth_date", "sex", "captcha_id", "captcha_answer")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ANSWER_FIELD_NUMBER: _ClassVar[int]
    role: _account_pb2.Role
    name: str
    document_type: _account_pb2.DocumentType
    document_number: str
    birth_date: str
    sex: _account_pb2.Sex
    captcha_id: str
    captcha_answer: str
    def __init__(self, role: _Optional[_Union[_account_pb2.Role, str]] = ..., name: _Optional[str] = ..., document_type: _Optional[_Union[_account_pb2.DocumentType, str]] = ..., document_number: _Optional[str] = ..., birth_date: _Optional[str] = ..., sex: _Optional[_Union[_account_pb2.Sex, str]] = ..., captcha_id: _Optional[str] = ..., captcha_answer: _Optional[str] = ...) -> None: ...

class VerifyIdentityResponse(_message.Message):
    __slots__ = ("registration_id", "expires_at", "masked_document", "held")
    REGISTRATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    registration_id: str
    expires_at: _timestamp_pb2.Timestamp
    masked_document: str
    held: bool
    def __init__(self, registration_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., masked_document: _Optional[str] = ..., held: _Optional[bool] = ...) -> None: ...

class SendRegistrationCodeRequest(_message.Message):
    __slots__ = ("registration_id", "mobile")
    REGISTRATION_ID_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    registration_id: str
    mobile: str
    def __init__(self, registration_id: _Optional[str] = ..., mobile: _Optional[str] = ...) -> None: ...

class SendRegistrationCodeResponse(_message.Message):
    __slots__ = ("expires_at", "again_at")
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    AGAIN_AT_FIELD_NUMBER: _ClassVar[int]
    expires_at: _timestamp_pb2.Timestamp
    again_at: _timestamp_pb2.Timestamp
    def __init__(self, expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., again_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateAccountRequest(_message.Message):
    __slots__ = ("registration_id", "login", "password", "mobile", "code", "idempotency_key")
    REGISTRATION_ID_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    registration_id: str
    login: str
    password: str
    mobile: str
    code: str
    idempotency_key: str
    def __init__(self, registration_id: _Optional[str] = ..., login: _Optional[str] = ..., password: _Optional[str] = ..., mobile: _Optional[str] = ..., code: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateAccountResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class CancelRegistrationRequest(_message.Message):
    __slots__ = ("registration_id",)
    REGISTRATION_ID_FIELD_NUMBER: _ClassVar[int]
    registration_id: str
    def __init__(self, registration_id: _Optional[str] = ...) -> None: ...

class CancelRegistrationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class InviteToRegisterRequest(_message.Message):
    __slots__ = ("mobile", "hospital_name", "idempotency_key")
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_NAME_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    mobile: str
    hospital_name: str
    idempotency_key: str
    def __init__(self, mobile: _Optional[str] = ..., hospital_name: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class InviteToRegisterResponse(_message.Message):
    __slots__ = ("sent",)
    SENT_FIELD_NUMBER: _ClassVar[int]
    sent: bool
    def __init__(self, sent: _Optional[bool] = ...) -> None: ...
