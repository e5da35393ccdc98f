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

class Trainee(_message.Message):
    __slots__ = ("trainee_id", "person_id", "name", "base_code", "specialty_code", "specialty_name", "cohort", "kind", "from_day", "until_day", "state", "plan_version", "version")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_NAME_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    person_id: str
    name: str
    base_code: str
    specialty_code: str
    specialty_name: str
    cohort: int
    kind: str
    from_day: str
    until_day: str
    state: str
    plan_version: int
    version: int
    def __init__(self, trainee_id: _Optional[str] = ..., person_id: _Optional[str] = ..., name: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., specialty_name: _Optional[str] = ..., cohort: _Optional[int] = ..., kind: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ..., state: _Optional[str] = ..., plan_version: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class Rotation(_message.Message):
    __slots__ = ("department_code", "from_day", "until_day")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    from_day: str
    until_day: str
    def __init__(self, department_code: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ...) -> None: ...

class Standard(_message.Message):
    __slots__ = ("specialty_code", "name", "months", "items", "edition")
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    specialty_code: str
    name: str
    months: int
    items: _containers.RepeatedCompositeFieldContainer[StandardItem]
    edition: int
    def __init__(self, specialty_code: _Optional[str] = ..., name: _Optional[str] = ..., months: _Optional[int] = ..., items: _Optional[_Iterable[_Union[StandardItem, _Mapping]]] = ..., edition: _Optional[int] = ...) -> None: ...

class StandardItem(_message.Message):
    __slots__ = ("discipline", "name", "months", "elective")
    DISCIPLINE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    ELECTIVE_FIELD_NUMBER: _ClassVar[int]
    discipline: str
    name: str
    months: int
    elective: bool
    def __init__(self, discipline: _Optional[str] = ..., name: _Optional[str] = ..., months: _Optional[int] = ..., elective: _Optional[bool] = ...) -> None: ...

class Discipline(_message.Message):
    __slots__ = ("code", "name")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class DepartmentDiscipline(_message.Message):
    __slots__ = ("department_code", "name", "disciplines", "places")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISCIPLINES_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    name: str
    disciplines: _containers.RepeatedScalarFieldContainer[str]
    places: int
    def __init__(self, department_code: _Optional[str] = ..., name: _Optional[str] = ..., disciplines: _Optional[_Iterable[str]] = ..., places: _Optional[int] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("trainee_id", "plan_version", "rotations", "origin", "reason", "made_by", "made_at")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    ROTATIONS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    plan_version: int
    rotations: _containers.RepeatedCompositeFieldContainer[Rotation]
    origin: str
    reason: str
    made_by: str
    made_at: _timestamp_pb2.Timestamp
    def __init__(self, trainee_id: _Optional[str] = ..., plan_version: _Optional[int] = ..., rotations: _Optional[_Iterable[_Union[Rotation, _Mapping]]] = ..., origin: _Optional[str] = ..., reason: _Optional[str] = ..., made_by: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class StandardGap(_message.Message):
    __slots__ = ("discipline", "name", "months")
    DISCIPLINE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    discipline: str
    name: str
    months: int
    def __init__(self, discipline: _Optional[str] = ..., name: _Optional[str] = ..., months: _Optional[int] = ...) -> None: ...

class PlanMonth(_message.Message):
    __slots__ = ("month", "department_code", "teacher_id", "teacher_name", "partial")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    TEACHER_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    month: str
    department_code: str
    teacher_id: str
    teacher_name: str
    partial: bool
    def __init__(self, month: _Optional[str] = ..., department_code: _Optional[str] = ..., teacher_id: _Optional[str] = ..., teacher_name: _Optional[str] = ..., partial: _Optional[bool] = ...) -> None: ...

class PlannedTrainee(_message.Message):
    __slots__ = ("trainee_id", "name", "rotations", "gaps", "refusal")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROTATIONS_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    name: str
    rotations: _containers.RepeatedCompositeFieldContainer[Rotation]
    gaps: _containers.RepeatedCompositeFieldContainer[StandardGap]
    refusal: str
    def __init__(self, trainee_id: _Optional[str] = ..., name: _Optional[str] = ..., rotations: _Optional[_Iterable[_Union[Rotation, _Mapping]]] = ..., gaps: _Optional[_Iterable[_Union[StandardGap, _Mapping]]] = ..., refusal: _Optional[str] = ...) -> None: ...

class PlanFault(_message.Message):
    __slots__ = ("row", "column", "code", "message", "rule")
    ROW_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    row: int
    column: str
    code: str
    message: str
    rule: str
    def __init__(self, row: _Optional[int] = ..., column: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., rule: _Optional[str] = ...) -> None: ...

class ViewRow(_message.Message):
    __slots__ = ("trainee", "months")
    TRAINEE_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    trainee: Trainee
    months: _containers.RepeatedCompositeFieldContainer[PlanMonth]
    def __init__(self, trainee: _Optional[_Union[Trainee, _Mapping]] = ..., months: _Optional[_Iterable[_Union[PlanMonth, _Mapping]]] = ...) -> None: ...

class DayRow(_message.Message):
    __slots__ = ("trainee", "department_code", "teacher_id", "teacher_name")
    TRAINEE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    TEACHER_ID_FIELD_NUMBER: _ClassVar[int]
    TEACHER_NAME_FIELD_NUMBER: _ClassVar[int]
    trainee: Trainee
    department_code: str
    teacher_id: str
    teacher_name: str
    def __init__(self, trainee: _Optional[_Union[Trainee, _Mapping]] = ..., department_code: _Optional[str] = ..., teacher_id: _Optional[str] = ..., teacher_name: _Optional[str] = ...) -> None: ...

class ListTraineesRequest(_message.Message):
    __slots__ = ("cohort", "specialty_code", "kind", "name", "base_code", "limit", "page_token")
    COHORT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cohort: int
    specialty_code: str
    kind: str
    name: str
    base_code: str
    limit: int
    page_token: str
    def __init__(self, cohort: _Optional[int] = ..., specialty_code: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., base_code: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTraineesResponse(_message.Message):
    __slots__ = ("trainees", "total", "next_page_token")
    TRAINEES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    trainees: _containers.RepeatedCompositeFieldContainer[Trainee]
    total: int
    next_page_token: str
    def __init__(self, trainees: _Optional[_Iterable[_Union[Trainee, _Mapping]]] = ..., total: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetTraineeRequest(_message.Message):
    __slots__ = ("trainee_id", "version", "kind", "from_day", "until_day", "idempotency_key")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    version: int
    kind: str
    from_day: str
    until_day: str
    idempotency_key: str
    def __init__(self, trainee_id: _Optional[str] = ..., version: _Optional[int] = ..., kind: _Optional[str] = ..., from_day: _Optional[str] = ..., until_day: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetTraineeResponse(_message.Message):
    __slots__ = ("trainee",)
    TRAINEE_FIELD_NUMBER: _ClassVar[int]
    trainee: Trainee
    def __init__(self, trainee: _Optional[_Union[Trainee, _Mapping]] = ...) -> None: ...

class ListStandardsRequest(_message.Message):
    __slots__ = ("specialty_code",)
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    specialty_code: str
    def __init__(self, specialty_code: _Optional[str] = ...) -> None: ...

class ListStandardsResponse(_message.Message):
    __slots__ = ("standards",)
    STANDARDS_FIELD_NUMBER: _ClassVar[int]
    standards: _containers.RepeatedCompositeFieldContainer[Standard]
    def __init__(self, standards: _Optional[_Iterable[_Union[Standard, _Mapping]]] = ...) -> None: ...

class ListDisciplinesRequest(_message.Message):
    __slots__ = ("base_code",)
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    base_code: str
    def __init__(self, base_code: _Optional[str] = ...) -> None: ...

class ListDisciplinesResponse(_message.Message):
    __slots__ = ("departments", "disciplines")
    DEPARTMENTS_FIELD_NUMBER: _ClassVar[int]
    DISCIPLINES_FIELD_NUMBER: _ClassVar[int]
    departments: _containers.RepeatedCompositeFieldContainer[DepartmentDiscipline]
    disciplines: _containers.RepeatedCompositeFieldContainer[Discipline]
    def __init__(self, departments: _Optional[_Iterable[_Union[DepartmentDiscipline, _Mapping]]] = ..., disciplines: _Optional[_Iterable[_Union[Discipline, _Mapping]]] = ...) -> None: ...

class SetDisciplineRequest(_message.Message):
    __slots__ = ("department_code", "disciplines", "places", "idempotency_key")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    DISCIPLINES_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    disciplines: _containers.RepeatedScalarFieldContainer[str]
    places: int
    idempotency_key: str
    def __init__(self, department_code: _Optional[str] = ..., disciplines: _Optional[_Iterable[str]] = ..., places: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetDisciplineResponse(_message.Message):
    __slots__ = ("department",)
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    department: DepartmentDiscipline
    def __init__(self, department: _Optional[_Union[DepartmentDiscipline, _Mapping]] = ...) -> None: ...

class PreviewPlansRequest(_message.Message):
    __slots__ = ("trainee_ids", "from_day")
    TRAINEE_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    trainee_ids: _containers.RepeatedScalarFieldContainer[str]
    from_day: str
    def __init__(self, trainee_ids: _Optional[_Iterable[str]] = ..., from_day: _Optional[str] = ...) -> None: ...

class PreviewPlansResponse(_message.Message):
    __slots__ = ("plans", "fingerprint")
    PLANS_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[PlannedTrainee]
    fingerprint: str
    def __init__(self, plans: _Optional[_Iterable[_Union[PlannedTrainee, _Mapping]]] = ..., fingerprint: _Optional[str] = ...) -> None: ...

class GeneratePlansRequest(_message.Message):
    __slots__ = ("trainee_ids", "from_day", "fingerprint", "idempotency_key")
    TRAINEE_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    trainee_ids: _containers.RepeatedScalarFieldContainer[str]
    from_day: str
    fingerprint: str
    idempotency_key: str
    def __init__(self, trainee_ids: _Optional[_Iterable[str]] = ..., from_day: _Optional[str] = ..., fingerprint: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class GeneratePlansResponse(_message.Message):
    __slots__ = ("plans",)
    PLANS_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[PlannedTrainee]
    def __init__(self, plans: _Optional[_Iterable[_Union[PlannedTrainee, _Mapping]]] = ...) -> None: ...

class EditPlanRequest(_message.Message):
    __slots__ = ("trainee_id", "plan_version", "rotations", "reason", "idempotency_key")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    ROTATIONS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    plan_version: int
    rotations: _containers.RepeatedCompositeFieldContainer[Rotation]
    reason: str
    idempotency_key: str
    def __init__(self, trainee_id: _Optional[str] = ..., plan_version: _Optional[int] = ..., rotations: _Optional[_Iterable[_Union[Rotation, _Mapping]]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EditPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: Plan
    def __init__(self, plan: _Optional[_Union[Plan, _Mapping]] = ...) -> None: ...

class ImportPlansRequest(_message.Message):
    __slots__ = ("file", "commit", "reason", "idempotency_key")
    FILE_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    commit: bool
    reason: str
    idempotency_key: str
    def __init__(self, file: _Optional[bytes] = ..., commit: _Optional[bool] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ImportPlansResponse(_message.Message):
    __slots__ = ("rows", "trainees", "faults", "committed")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TRAINEES_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_FIELD_NUMBER: _ClassVar[int]
    rows: int
    trainees: int
    faults: _containers.RepeatedCompositeFieldContainer[PlanFault]
    committed: bool
    def __init__(self, rows: _Optional[int] = ..., trainees: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[PlanFault, _Mapping]]] = ..., committed: _Optional[bool] = ...) -> None: ...

class GetPlanRequest(_message.Message):
    __slots__ = ("trainee_id", "plan_version")
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    plan_version: int
    def __init__(self, trainee_id: _Optional[str] = ..., plan_version: _Optional[int] = ...) -> None: ...

class GetPlanResponse(_message.Message):
    __slots__ = ("trainee", "plan", "gaps", "months")
    TRAINEE_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    trainee: Trainee
    plan: Plan
    gaps: _containers.RepeatedCompositeFieldContainer[StandardGap]
    months: _containers.RepeatedCompositeFieldContainer[PlanMonth]
    def __init__(self, trainee: _Optional[_Union[Trainee, _Mapping]] = ..., plan: _Optional[_Union[Plan, _Mapping]] = ..., gaps: _Optional[_Iterable[_Union[StandardGap, _Mapping]]] = ..., months: _Optional[_Iterable[_Union[PlanMonth, _Mapping]]] = ...) -> None: ...

class ListPlanVersionsRequest(_message.Message):
    __slots__ = ("trainee_id",)
    TRAINEE_ID_FIELD_NUMBER: _ClassVar[int]
    trainee_id: str
    def __init__(self, trainee_id: _Optional[str] = ...) -> None: ...

class ListPlanVersionsResponse(_message.Message):
    __slots__ = ("plans",)
    PLANS_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[Plan]
    def __init__(self, plans: _Optional[_Iterable[_Union[Plan, _Mapping]]] = ...) -> None: ...

class GetDepartmentViewRequest(_message.Message):
    __slots__ = ("department_code", "from_month", "until_month", "cohort", "specialty_code", "kind", "name")
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MONTH_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    department_code: str
    from_month: str
    until_month: str
    cohort: int
    specialty_code: str
    kind: str
    name: str
    def __init__(self, department_code: _Optional[str] = ..., from_month: _Optional[str] = ..., until_month: _Optional[str] = ..., cohort: _Optional[int] = ..., specialty_code: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetDepartmentViewResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ViewRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[ViewRow, _Mapping]]] = ...) -> None: ...

class GetDayViewRequest(_message.Message):
    __slots__ = ("on_day", "department_code")
    ON_DAY_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    on_day: str
    department_code: str
    def __init__(self, on_day: _Optional[str] = ..., department_code: _Optional[str] = ...) -> None: ...

class GetDayViewResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[DayRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[DayRow, _Mapping]]] = ...) -> None: ...
