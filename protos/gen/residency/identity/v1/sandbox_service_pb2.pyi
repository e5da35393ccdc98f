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

class GetCaptchaAnswerRequest(_message.Message):
    __slots__ = ("captcha_id",)
    CAPTCHA_ID_FIELD_NUMBER: _ClassVar[int]
    captcha_id: str
    def __init__(self, captcha_id: _Optional[str] = ...) -> None: ...

class GetCaptchaAnswerResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: str
    def __init__(self, answer: _Optional[str] = ...) -> None: ...

class ListTextsRequest(_message.Message):
    __slots__ = ("mobile",)
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    mobile: str
    def __init__(self, mobile: _Optional[str] = ...) -> None: ...

class ListTextsResponse(_message.Message):
    __slots__ = ("texts",)
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.RepeatedCompositeFieldContainer[SandboxText]
    def __init__(self, texts: _Optional[_Iterable[_Union[SandboxText, _Mapping]]] = ...) -> None: ...

class SandboxText(_message.Message):
    __slots__ = ("purpose", "text", "code", "sent_at")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    text: str
    code: str
    sent_at: _timestamp_pb2.Timestamp
    def __init__(self, purpose: _Optional[str] = ..., text: _Optional[str] = ..., code: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TrialAccount(_message.Message):
    __slots__ = ("name", "resident_id", "mobile", "login", "password")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    MOBILE_FIELD_NUMBER: _ClassVar[int]
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    name: str
    resident_id: str
    mobile: str
    login: str
    password: str
    def __init__(self, name: _Optional[str] = ..., resident_id: _Optional[str] = ..., mobile: _Optional[str] = ..., login: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class OpenAccountsRequest(_message.Message):
    __slots__ = ("accounts", "sign_in")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[TrialAccount]
    sign_in: bool
    def __init__(self, accounts: _Optional[_Iterable[_Union[TrialAccount, _Mapping]]] = ..., sign_in: _Optional[bool] = ...) -> None: ...

class OpenedAccount(_message.Message):
    __slots__ = ("signed_in", "reason")
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    reason: str
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class OpenAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[OpenedAccount]
    def __init__(self, accounts: _Optional[_Iterable[_Union[OpenedAccount, _Mapping]]] = ...) -> None: ...
