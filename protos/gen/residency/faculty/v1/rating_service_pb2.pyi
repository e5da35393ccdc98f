import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RatingItem(_message.Message):
    __slots__ = ("key", "label", "label_en")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    label_en: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class RatedMonth(_message.Message):
    __slots__ = ("month", "department_code", "teacher_id", "teacher_name", "rated_at", "until")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    TEACHER_NAME_FIELD_NUMBER: _ClassVar[int]
    RATED_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    month: str
    department_code: str
    teacher_id: str
    teacher_name: str
    rated_at: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    def __init__(self, month: _Optional[str] = ..., department_code: _Optional[str] = ..., teacher_id: _Optional[str] = ..., teacher_name: _Optional[str] = ..., rated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class YearOfRatings(_message.Message):
    __slots__ = ("year", "count", "mean", "items", "result")
    class ItemsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    YEAR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    year: int
    count: int
    mean: float
    items: _containers.ScalarMap[str, float]
    result: str
    def __init__(self, year: _Optional[int] = ..., count: _Optional[int] = ..., mean: _Optional[float] = ..., items: _Optional[_Mapping[str, float]] = ..., result: _Optional[str] = ...) -> None: ...

class ListMyRatingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMyRatingsResponse(_message.Message):
    __slots__ = ("months",)
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    months: _containers.RepeatedCompositeFieldContainer[RatedMonth]
    def __init__(self, months: _Optional[_Iterable[_Union[RatedMonth, _Mapping]]] = ...) -> None: ...

class RateTeacherRequest(_message.Message):
    __slots__ = ("month", "department_code", "teacher_id", "scores", "remark", "idempotency_key")
    class ScoresEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    month: str
    department_code: str
    teacher_id: str
    scores: _containers.ScalarMap[str, int]
    remark: str
    idempotency_key: str
    def __init__(self, month: _Optional[str] = ..., department_code: _Optional[str] = ..., teacher_id: _Optional[str] = ..., scores: _Optional[_Mapping[str, int]] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RateTeacherResponse(_message.Message):
    __slots__ = ("month",)
    MONTH_FIELD_NUMBER: _ClassVar[int]
    month: RatedMonth
    def __init__(self, month: _Optional[_Union[RatedMonth, _Mapping]] = ...) -> None: ...

class GetRatingFormRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRatingFormResponse(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RatingItem]
    def __init__(self, items: _Optional[_Iterable[_Union[RatingItem, _Mapping]]] = ...) -> None: ...

class GetRatingsRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class GetRatingsResponse(_message.Message):
    __slots__ = ("years",)
    YEARS_FIELD_NUMBER: _ClassVar[int]
    years: _containers.RepeatedCompositeFieldContainer[YearOfRatings]
    def __init__(self, years: _Optional[_Iterable[_Union[YearOfRatings, _Mapping]]] = ...) -> None: ...

class ListRemarksRequest(_message.Message):
    __slots__ = ("person_id", "year")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    year: int
    def __init__(self, person_id: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListRemarksResponse(_message.Message):
    __slots__ = ("remarks",)
    REMARKS_FIELD_NUMBER: _ClassVar[int]
    remarks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, remarks: _Optional[_Iterable[str]] = ...) -> None: ...
