import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.identity.v1 import account_pb2 as _account_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChangePasswordRequest(_message.Message):
    __slots__ = ("current_password", "new_password")
    CURRENT_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    current_password: str
    new_password: str
    def __init__(self, current_password: _Optional[str] = ..., new_password: _Optional[str] = ...) -> None: ...

class ChangePasswordResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendRecoveryCodeRequest(_message.Message):
    __slots__ = ("login", "mobile", "captcha_id", "captcha_answer")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ANSWER_FIELD_NUMBER: _ClassVar[int]
    login: str
    mobile: str
    captcha_id: str
    captcha_answer: str
    def __init__(self, login: _Optional[str] = ..., mobile: _Optional[str] = ..., captcha_id: _Optional[str] = ..., captcha_answer: _Optional[str] = ...) -> None: ...

class SendRecoveryCodeResponse(_message.Message):
    __slots__ = ("recovery_id", "expires_at", "again_at")
    RECOVERY_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    AGAIN_AT_FIELD_NUMBER: _ClassVar[int]
    recovery_id: str
    expires_at: _timestamp_pb2.Timestamp
    again_at: _timestamp_pb2.Timestamp
    def __init__(self, recovery_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., again_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ResetPasswordRequest(_message.Message):
    __slots__ = ("recovery_id", "code", "new_password")
    RECOVERY_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    recovery_id: str
    code: str
    new_password: str
    def __init__(self, recovery_id: _Optional[str] = ..., code: _Optional[str] = ..., new_password: _Optional[str] = ...) -> None: ...

class ResetPasswordResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListFactorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListFactorsResponse(_message.Message):
    __slots__ = ("factors", "recovery_codes_left")
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CODES_LEFT_FIELD_NUMBER: _ClassVar[int]
    factors: _containers.RepeatedCompositeFieldContainer[Factor]
    recovery_codes_left: int
    def __init__(self, factors: _Optional[_Iterable[_Union[Factor, _Mapping]]] = ..., recovery_codes_left: _Optional[int] = ...) -> None: ...

class BeginTotpRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BeginTotpResponse(_message.Message):
    __slots__ = ("otpauth_uri", "secret")
    OTPAUTH_URI_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    otpauth_uri: str
    secret: str
    def __init__(self, otpauth_uri: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class ConfirmTotpRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class ConfirmTotpResponse(_message.Message):
    __slots__ = ("recovery_codes", "signed_in")
    RECOVERY_CODES_FIELD_NUMBER: _ClassVar[int]
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    recovery_codes: _containers.RepeatedScalarFieldContainer[str]
    signed_in: _account_pb2.SignedIn
    def __init__(self, recovery_codes: _Optional[_Iterable[str]] = ..., signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class BeginPasskeyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BeginPasskeyResponse(_message.Message):
    __slots__ = ("options_json",)
    OPTIONS_JSON_FIELD_NUMBER: _ClassVar[int]
    options_json: str
    def __init__(self, options_json: _Optional[str] = ...) -> None: ...

class ConfirmPasskeyRequest(_message.Message):
    __slots__ = ("passkey_json", "label")
    PASSKEY_JSON_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    passkey_json: str
    label: str
    def __init__(self, passkey_json: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class ConfirmPasskeyResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class RemoveFactorRequest(_message.Message):
    __slots__ = ("factor_id",)
    FACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    factor_id: str
    def __init__(self, factor_id: _Optional[str] = ...) -> None: ...

class RemoveFactorResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendMobileCodeRequest(_message.Message):
    __slots__ = ("mobile", "captcha_id", "captcha_answer")
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    CAPTCHA_ANSWER_FIELD_NUMBER: _ClassVar[int]
    mobile: str
    captcha_id: str
    captcha_answer: str
    def __init__(self, mobile: _Optional[str] = ..., captcha_id: _Optional[str] = ..., captcha_answer: _Optional[str] = ...) -> None: ...

class SendMobileCodeResponse(_message.Message):
    __slots__ = ("expires_at", "again_at")
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    AGAIN_AT_FIELD_NUMBER: _ClassVar[int]
    expires_at: _timestamp_pb2.Timestamp
    again_at: _timestamp_pb2.Timestamp
    def __init__(self, expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., again_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ChangeMobileRequest(_message.Message):
    __slots__ = ("mobile", "code", "password")
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    mobile: str
    code: str
    password: str
    def __init__(self, mobile: _Optional[str] = ..., code: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class ChangeMobileResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Factor(_message.Message):
    __slots__ = ("factor_id", "kind", "label", "enrolled_at")
    FACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_AT_FIELD_NUMBER: _ClassVar[int]
    factor_id: str
    kind: str
    label: str
    enrolled_at: _timestamp_pb2.Timestamp
    def __init__(self, factor_id: _Optional[str] = ..., kind: _Optional[str] = ..., label: _Optional[str] = ..., enrolled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
