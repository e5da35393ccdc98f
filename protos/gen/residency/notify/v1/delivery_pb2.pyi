import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_INBOX: _ClassVar[Channel]
    CHANNEL_SMS: _ClassVar[Channel]
    CHANNEL_EMAIL: _ClassVar[Channel]
    CHANNEL_WECHAT: _ClassVar[Channel]
    CHANNEL_WEBHOOK: _ClassVar[Channel]

class DeliveryState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_STATE_UNSPECIFIED: _ClassVar[DeliveryState]
    DELIVERY_STATE_QUEUED: _ClassVar[DeliveryState]
    DELIVERY_STATE_HELD: _ClassVar[DeliveryState]
    DELIVERY_STATE_SENDING: _ClassVar[DeliveryState]
    DELIVERY_STATE_DELIVERED: _ClassVar[DeliveryState]
    DELIVERY_STATE_FAILED: _ClassVar[DeliveryState]
    DELIVERY_STATE_SUPPRESSED: _ClassVar[DeliveryState]
    DELIVERY_STATE_EXPIRED: _ClassVar[DeliveryState]

class NoticeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTICE_KIND_UNSPECIFIED: _ClassVar[NoticeKind]
    NOTICE_KIND_SECURITY: _ClassVar[NoticeKind]
    NOTICE_KIND_APPLICATION: _ClassVar[NoticeKind]
    NOTICE_KIND_REMINDER: _ClassVar[NoticeKind]
    NOTICE_KIND_CALENDAR: _ClassVar[NoticeKind]
    NOTICE_KIND_CAMPAIGN: _ClassVar[NoticeKind]
    NOTICE_KIND_WORK: _ClassVar[NoticeKind]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_INBOX: Channel
CHANNEL_SMS: Channel
CHANNEL_EMAIL: Channel
CHANNEL_WECHAT: Channel
CHANNEL_WEBHOOK: Channel
DELIVERY_STATE_UNSPECIFIED: DeliveryState
DELIVERY_STATE_QUEUED: DeliveryState
DELIVERY_STATE_HELD: DeliveryState
DELIVERY_STATE_SENDING: DeliveryState
DELIVERY_STATE_DELIVERED: DeliveryState
DELIVERY_STATE_FAILED: DeliveryState
DELIVERY_STATE_SUPPRESSED: DeliveryState
DELIVERY_STATE_EXPIRED: DeliveryState
NOTICE_KIND_UNSPECIFIED: NoticeKind
NOTICE_KIND_SECURITY: NoticeKind
NOTICE_KIND_APPLICATION: NoticeKind
NOTICE_KIND_REMINDER: NoticeKind
NOTICE_KIND_CALENDAR: NoticeKind
NOTICE_KIND_CAMPAIGN: NoticeKind
NOTICE_KIND_WORK: NoticeKind

class Delivery(_message.Message):
    __slots__ = ("delivery_id", "message_id", "channel", "person_id", "state", "reason", "attempts", "doubtful", "sent_to", "due_at", "delivered_at", "finished_at", "receipt", "receipt_at", "template")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    DOUBTFUL_FIELD_NUMBER: _ClassVar[int]
    SENT_TO_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_AT_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    message_id: str
    channel: Channel
    person_id: str
    state: DeliveryState
    reason: str
    attempts: int
    doubtful: int
    sent_to: str
    due_at: _timestamp_pb2.Timestamp
    delivered_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    receipt: str
    receipt_at: _timestamp_pb2.Timestamp
    template: str
    def __init__(self, delivery_id: _Optional[str] = ..., message_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., person_id: _Optional[str] = ..., state: _Optional[_Union[DeliveryState, str]] = ..., reason: _Optional[str] = ..., attempts: _Optional[int] = ..., doubtful: _Optional[int] = ..., sent_to: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., delivered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., receipt: _Optional[str] = ..., receipt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., template: _Optional[str] = ...) -> None: ...
