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

class SignInRequest(_message.Message):
    __slots__ = ("login", "password")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    login: str
    password: str
    def __init__(self, login: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class SignInResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class GetPasskeyChallengeRequest(_message.Message):
    __slots__ = ("challenge_id",)
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    def __init__(self, challenge_id: _Optional[str] = ...) -> None: ...

class GetPasskeyChallengeResponse(_message.Message):
    __slots__ = ("options_json",)
    OPTIONS_JSON_FIELD_NUMBER: _ClassVar[int]
    options_json: str
    def __init__(self, options_json: _Optional[str] = ...) -> None: ...

class ProveSecondFactorRequest(_message.Message):
    __slots__ = ("challenge_id", "proof")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    proof: Proof
    def __init__(self, challenge_id: _Optional[str] = ..., proof: _Optional[_Union[Proof, _Mapping]] = ...) -> None: ...

class ProveSecondFactorResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class BeginStepUpRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BeginStepUpResponse(_message.Message):
    __slots__ = ("challenge_id", "factors")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    factors: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, challenge_id: _Optional[str] = ..., factors: _Optional[_Iterable[str]] = ...) -> None: ...

class StepUpRequest(_message.Message):
    __slots__ = ("challenge_id", "proof")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    proof: Proof
    def __init__(self, challenge_id: _Optional[str] = ..., proof: _Optional[_Union[Proof, _Mapping]] = ...) -> None: ...

class StepUpResponse(_message.Message):
    __slots__ = ("access",)
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    access: _account_pb2.Token
    def __init__(self, access: _Optional[_Union[_account_pb2.Token, _Mapping]] = ...) -> None: ...

class ChooseHatRequest(_message.Message):
    __slots__ = ("hat_id",)
    HAT_ID_FIELD_NUMBER: _ClassVar[int]
    hat_id: str
    def __init__(self, hat_id: _Optional[str] = ...) -> None: ...

class ChooseHatResponse(_message.Message):
    __slots__ = ("signed_in",)
    SIGNED_IN_FIELD_NUMBER: _ClassVar[int]
    signed_in: _account_pb2.SignedIn
    def __init__(self, signed_in: _Optional[_Union[_account_pb2.SignedIn, _Mapping]] = ...) -> None: ...

class ListHatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListHatsResponse(_message.Message):
    __slots__ = ("hats", "current_hat_id")
    HATS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_HAT_ID_FIELD_NUMBER: _ClassVar[int]
    hats: _containers.RepeatedCompositeFieldContainer[_account_pb2.Hat]
    current_hat_id: str
    def __init__(self, hats: _Optional[_Iterable[_Union[_account_pb2.Hat, _Mapping]]] = ..., current_hat_id: _Optional[str] = ...) -> None: ...

class RefreshSessionRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class RefreshSessionResponse(_message.Message):
    __slots__ = ("tokens",)
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    tokens: _account_pb2.Tokens
    def __init__(self, tokens: _Optional[_Union[_account_pb2.Tokens, _Mapping]] = ...) -> None: ...

class SignOutRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SignOutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions",)
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[Session]
    def __init__(self, sessions: _Optional[_Iterable[_Union[Session, _Mapping]]] = ...) -> None: ...

class EndSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class EndSessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndAllSessionsRequest(_message.Message):
    __slots__ = ("keep_this",)
    KEEP_THIS_FIELD_NUMBER: _ClassVar[int]
    keep_this: bool
    def __init__(self, keep_this: _Optional[bool] = ...) -> None: ...

class EndAllSessionsResponse(_message.Message):
    __slots__ = ("ended",)
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ended: int
    def __init__(self, ended: _Optional[int] = ...) -> None: ...

class SignInMachineRequest(_message.Message):
    __slots__ = ("machine", "secret")
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    machine: str
    secret: str
    def __init__(self, machine: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class SignInMachineResponse(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: _account_pb2.Token
    def __init__(self, token: _Optional[_Union[_account_pb2.Token, _Mapping]] = ...) -> None: ...

class GetKeySetRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetKeySetResponse(_message.Message):
    __slots__ = ("key_set_json",)
    KEY_SET_JSON_FIELD_NUMBER: _ClassVar[int]
    key_set_json: str
    def __init__(self, key_set_json: _Optional[str] = ...) -> None: ...

class Proof(_message.Message):
    __slots__ = ("totp", "recovery_code", "passkey_json", "password")
    TOTP_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CODE_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_JSON_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    totp: str
    recovery_code: str
    passkey_json: str
    password: str
    def __init__(self, totp: _Optional[str] = ..., recovery_code: _Optional[str] = ..., passkey_json: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("session_id", "browser", "address", "began_at", "seen_at", "hat", "current")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BEGAN_AT_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    HAT_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    browser: str
    address: str
    began_at: _timestamp_pb2.Timestamp
    seen_at: _timestamp_pb2.Timestamp
    hat: _account_pb2.Hat
    current: bool
    def __init__(self, session_id: _Optional[str] = ..., browser: _Optional[str] = ..., address: _Optional[str] = ..., began_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hat: _Optional[_Union[_account_pb2.Hat, _Mapping]] = ..., current: _Optional[bool] = ...) -> None: ...
