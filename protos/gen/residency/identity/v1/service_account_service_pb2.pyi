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

class ListServiceAccountsRequest(_message.Message):
    __slots__ = ("after",)
    AFTER_FIELD_NUMBER: _ClassVar[int]
    after: str
    def __init__(self, after: _Optional[str] = ...) -> None: ...

class ListServiceAccountsResponse(_message.Message):
    __slots__ = ("accounts", "next")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[ServiceAccount]
    next: str
    def __init__(self, accounts: _Optional[_Iterable[_Union[ServiceAccount, _Mapping]]] = ..., next: _Optional[str] = ...) -> None: ...

class CreateServiceAccountRequest(_message.Message):
    __slots__ = ("name", "role", "scopes", "expires_at", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: _account_pb2.Role
    scopes: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., scopes: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class CreateServiceAccountResponse(_message.Message):
    __slots__ = ("account", "secret")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    account: ServiceAccount
    secret: str
    def __init__(self, account: _Optional[_Union[ServiceAccount, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class AddServiceSecretRequest(_message.Message):
    __slots__ = ("account_id", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AddServiceSecretResponse(_message.Message):
    __slots__ = ("account", "secret")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    account: ServiceAccount
    secret: str
    def __init__(self, account: _Optional[_Union[ServiceAccount, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class EndServiceSecretRequest(_message.Message):
    __slots__ = ("account_id", "secret_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    secret_id: str
    def __init__(self, account_id: _Optional[str] = ..., secret_id: _Optional[str] = ...) -> None: ...

class EndServiceSecretResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RevokeServiceAccountRequest(_message.Message):
    __slots__ = ("account_id", "reason")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    reason: str
    def __init__(self, account_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RevokeServiceAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SignInServiceAccountRequest(_message.Message):
    __slots__ = ("account_id", "secret")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    secret: str
    def __init__(self, account_id: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class SignInServiceAccountResponse(_message.Message):
    __slots__ = ("token", "scopes")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    token: _account_pb2.Token
    scopes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, token: _Optional[_Union[_account_pb2.Token, _Mapping]] = ..., scopes: _Optional[_Iterable[str]] = ...) -> None: ...

class ServiceAccount(_message.Message):
    __slots__ = ("account_id", "name", "role", "organisation_code", "scopes", "created_at", "created_by", "expires_at", "revoked_at", "last_used_at", "secrets")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_AT_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    name: str
    role: _account_pb2.Role
    organisation_code: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    created_at: _timestamp_pb2.Timestamp
    created_by: str
    expires_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    last_used_at: _timestamp_pb2.Timestamp
    secrets: _containers.RepeatedCompositeFieldContainer[ServiceSecret]
    def __init__(self, account_id: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[_account_pb2.Role, str]] = ..., organisation_code: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., secrets: _Optional[_Iterable[_Union[ServiceSecret, _Mapping]]] = ...) -> None: ...

class ServiceSecret(_message.Message):
    __slots__ = ("secret_id", "ending", "created_at", "last_used_at")
    SECRET_ID_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_AT_FIELD_NUMBER: _ClassVar[int]
    secret_id: str
    ending: str
    created_at: _timestamp_pb2.Timestamp
    last_used_at: _timestamp_pb2.Timestamp
    def __init__(self, secret_id: _Optional[str] = ..., ending: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
