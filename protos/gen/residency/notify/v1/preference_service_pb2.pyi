import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from residency.notify.v1 import delivery_pb2 as _delivery_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Preference(_message.Message):
    __slots__ = ("kind", "channel", "wanted", "mandatory", "why")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    MANDATORY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    kind: _delivery_pb2.NoticeKind
    channel: _delivery_pb2.Channel
    wanted: bool
    mandatory: bool
    why: str
    def __init__(self, kind: _Optional[_Union[_delivery_pb2.NoticeKind, str]] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., wanted: _Optional[bool] = ..., mandatory: _Optional[bool] = ..., why: _Optional[str] = ...) -> None: ...

class Address(_message.Message):
    __slots__ = ("address_id", "channel", "masked", "verified_at", "blocked")
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    MASKED_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    address_id: str
    channel: _delivery_pb2.Channel
    masked: str
    verified_at: _timestamp_pb2.Timestamp
    blocked: str
    def __init__(self, address_id: _Optional[str] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., masked: _Optional[str] = ..., verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., blocked: _Optional[str] = ...) -> None: ...

class GetPreferencesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPreferencesResponse(_message.Message):
    __slots__ = ("preferences", "addresses", "language")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    preferences: _containers.RepeatedCompositeFieldContainer[Preference]
    addresses: _containers.RepeatedCompositeFieldContainer[Address]
    language: str
    def __init__(self, preferences: _Optional[_Iterable[_Union[Preference, _Mapping]]] = ..., addresses: _Optional[_Iterable[_Union[Address, _Mapping]]] = ..., language: _Optional[str] = ...) -> None: ...

class SetPreferenceRequest(_message.Message):
    __slots__ = ("kind", "channel", "wanted")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    kind: _delivery_pb2.NoticeKind
    channel: _delivery_pb2.Channel
    wanted: bool
    def __init__(self, kind: _Optional[_Union[_delivery_pb2.NoticeKind, str]] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., wanted: _Optional[bool] = ...) -> None: ...

class SetPreferenceResponse(_message.Message):
    __slots__ = ("preference",)
    PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    preference: Preference
    def __init__(self, preference: _Optional[_Union[Preference, _Mapping]] = ...) -> None: ...

class SetLanguageRequest(_message.Message):
    __slots__ = ("language",)
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    language: str
    def __init__(self, language: _Optional[str] = ...) -> None: ...

class SetLanguageResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StartAddressRequest(_message.Message):
    __slots__ = ("channel", "address", "idempotency_key")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    channel: _delivery_pb2.Channel
    address: str
    idempotency_key: str
    def __init__(self, channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., address: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class StartAddressResponse(_message.Message):
    __slots__ = ("address", "scan_url", "expires_at")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SCAN_URL_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    address: Address
    scan_url: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, address: _Optional[_Union[Address, _Mapping]] = ..., scan_url: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConfirmAddressRequest(_message.Message):
    __slots__ = ("address_id", "code")
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    address_id: str
    code: str
    def __init__(self, address_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class ConfirmAddressResponse(_message.Message):
    __slots__ = ("address",)
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    address: Address
    def __init__(self, address: _Optional[_Union[Address, _Mapping]] = ...) -> None: ...

class RemoveAddressRequest(_message.Message):
    __slots__ = ("address_id",)
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    address_id: str
    def __init__(self, address_id: _Optional[str] = ...) -> None: ...

class RemoveAddressResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UnsubscribeRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class UnsubscribeResponse(_message.Message):
    __slots__ = ("preference",)
    PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    preference: Preference
    def __init__(self, preference: _Optional[_Union[Preference, _Mapping]] = ...) -> None: ...

class GetUnsubscriptionRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class GetUnsubscriptionResponse(_message.Message):
    __slots__ = ("preference",)
    PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    preference: Preference
    def __init__(self, preference: _Optional[_Union[Preference, _Mapping]] = ...) -> None: ...
