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

class ChannelStatus(_message.Message):
    __slots__ = ("channel", "adapter", "queued", "held", "sending", "oldest_seconds", "delivered_last_minute", "failed_last_day", "doubtful", "limit_per_second", "down")
    class FailedLastDayEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    SENDING_FIELD_NUMBER: _ClassVar[int]
    OLDEST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_LAST_MINUTE_FIELD_NUMBER: _ClassVar[int]
    FAILED_LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    DOUBTFUL_FIELD_NUMBER: _ClassVar[int]
    LIMIT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    DOWN_FIELD_NUMBER: _ClassVar[int]
    channel: _delivery_pb2.Channel
    adapter: str
    queued: int
    held: int
    sending: int
    oldest_seconds: float
    delivered_last_minute: int
    failed_last_day: _containers.ScalarMap[str, int]
    doubtful: int
    limit_per_second: float
    down: str
    def __init__(self, channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., adapter: _Optional[str] = ..., queued: _Optional[int] = ..., held: _Optional[int] = ..., sending: _Optional[int] = ..., oldest_seconds: _Optional[float] = ..., delivered_last_minute: _Optional[int] = ..., failed_last_day: _Optional[_Mapping[str, int]] = ..., doubtful: _Optional[int] = ..., limit_per_second: _Optional[float] = ..., down: _Optional[str] = ...) -> None: ...

class GetDeliveryStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDeliveryStatusResponse(_message.Message):
    __slots__ = ("channels", "unrouted")
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    UNROUTED_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[ChannelStatus]
    unrouted: int
    def __init__(self, channels: _Optional[_Iterable[_Union[ChannelStatus, _Mapping]]] = ..., unrouted: _Optional[int] = ...) -> None: ...

class TemplateInfo(_message.Message):
    __slots__ = ("template", "title", "kind", "channels", "parameters", "edition")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    template: str
    title: str
    kind: _delivery_pb2.NoticeKind
    channels: _containers.RepeatedScalarFieldContainer[_delivery_pb2.Channel]
    parameters: _containers.ScalarMap[str, str]
    edition: str
    def __init__(self, template: _Optional[str] = ..., title: _Optional[str] = ..., kind: _Optional[_Union[_delivery_pb2.NoticeKind, str]] = ..., channels: _Optional[_Iterable[_Union[_delivery_pb2.Channel, str]]] = ..., parameters: _Optional[_Mapping[str, str]] = ..., edition: _Optional[str] = ...) -> None: ...

class ListTemplatesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTemplatesResponse(_message.Message):
    __slots__ = ("templates",)
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[TemplateInfo]
    def __init__(self, templates: _Optional[_Iterable[_Union[TemplateInfo, _Mapping]]] = ...) -> None: ...

class PreviewTemplateRequest(_message.Message):
    __slots__ = ("template", "language", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    template: str
    language: str
    parameters: _containers.ScalarMap[str, str]
    def __init__(self, template: _Optional[str] = ..., language: _Optional[str] = ..., parameters: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ChannelText(_message.Message):
    __slots__ = ("channel", "title", "body", "html")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    channel: _delivery_pb2.Channel
    title: str
    body: str
    html: str
    def __init__(self, channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., title: _Optional[str] = ..., body: _Optional[str] = ..., html: _Optional[str] = ...) -> None: ...

class PreviewTemplateResponse(_message.Message):
    __slots__ = ("texts",)
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.RepeatedCompositeFieldContainer[ChannelText]
    def __init__(self, texts: _Optional[_Iterable[_Union[ChannelText, _Mapping]]] = ...) -> None: ...

class ListToldRequest(_message.Message):
    __slots__ = ("person_id", "application_id", "template", "page_size", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    application_id: str
    template: str
    page_size: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., application_id: _Optional[str] = ..., template: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Told(_message.Message):
    __slots__ = ("message_id", "key", "template", "edition", "title", "body", "written_at", "release_at", "dropped_at", "read_at", "deliveries", "texts", "language", "organisation_code")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_AT_FIELD_NUMBER: _ClassVar[int]
    RELEASE_AT_FIELD_NUMBER: _ClassVar[int]
    DROPPED_AT_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_CODE_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    key: str
    template: str
    edition: str
    title: str
    body: str
    written_at: _timestamp_pb2.Timestamp
    release_at: _timestamp_pb2.Timestamp
    dropped_at: _timestamp_pb2.Timestamp
    read_at: _timestamp_pb2.Timestamp
    deliveries: _containers.RepeatedCompositeFieldContainer[_delivery_pb2.Delivery]
    texts: _containers.RepeatedCompositeFieldContainer[ChannelText]
    language: str
    organisation_code: str
    def __init__(self, message_id: _Optional[str] = ..., key: _Optional[str] = ..., template: _Optional[str] = ..., edition: _Optional[str] = ..., title: _Optional[str] = ..., body: _Optional[str] = ..., written_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., release_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dropped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deliveries: _Optional[_Iterable[_Union[_delivery_pb2.Delivery, _Mapping]]] = ..., texts: _Optional[_Iterable[_Union[ChannelText, _Mapping]]] = ..., language: _Optional[str] = ..., organisation_code: _Optional[str] = ...) -> None: ...

class ListToldResponse(_message.Message):
    __slots__ = ("told", "next_page_token")
    TOLD_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    told: _containers.RepeatedCompositeFieldContainer[Told]
    next_page_token: str
    def __init__(self, told: _Optional[_Iterable[_Union[Told, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListFailedRequest(_message.Message):
    __slots__ = ("channel", "reason", "page_size", "page_token")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    channel: _delivery_pb2.Channel
    reason: str
    page_size: int
    page_token: str
    def __init__(self, channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., reason: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFailedResponse(_message.Message):
    __slots__ = ("deliveries", "next_page_token")
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deliveries: _containers.RepeatedCompositeFieldContainer[_delivery_pb2.Delivery]
    next_page_token: str
    def __init__(self, deliveries: _Optional[_Iterable[_Union[_delivery_pb2.Delivery, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RedriveDeliveriesRequest(_message.Message):
    __slots__ = ("delivery_ids", "channel", "reason")
    DELIVERY_IDS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    delivery_ids: _containers.RepeatedScalarFieldContainer[str]
    channel: _delivery_pb2.Channel
    reason: str
    def __init__(self, delivery_ids: _Optional[_Iterable[str]] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RedriveDeliveriesResponse(_message.Message):
    __slots__ = ("queued", "expired")
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    queued: int
    expired: int
    def __init__(self, queued: _Optional[int] = ..., expired: _Optional[int] = ...) -> None: ...

class ListKeptRequest(_message.Message):
    __slots__ = ("everybody", "channel", "page_size", "page_token")
    EVERYBODY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    everybody: bool
    channel: _delivery_pb2.Channel
    page_size: int
    page_token: str
    def __init__(self, everybody: _Optional[bool] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Kept(_message.Message):
    __slots__ = ("delivery", "text")
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    text: ChannelText
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ..., text: _Optional[_Union[ChannelText, _Mapping]] = ...) -> None: ...

class ListKeptResponse(_message.Message):
    __slots__ = ("kept", "next_page_token")
    KEPT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kept: _containers.RepeatedCompositeFieldContainer[Kept]
    next_page_token: str
    def __init__(self, kept: _Optional[_Iterable[_Union[Kept, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordReceiptRequest(_message.Message):
    __slots__ = ("channel", "signature", "body")
    class SignatureEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    channel: _delivery_pb2.Channel
    signature: _containers.ScalarMap[str, str]
    body: bytes
    def __init__(self, channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., signature: _Optional[_Mapping[str, str]] = ..., body: _Optional[bytes] = ...) -> None: ...

class RecordReceiptResponse(_message.Message):
    __slots__ = ("recorded", "answer", "media_type")
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    recorded: int
    answer: bytes
    media_type: str
    def __init__(self, recorded: _Optional[int] = ..., answer: _Optional[bytes] = ..., media_type: _Optional[str] = ...) -> None: ...
