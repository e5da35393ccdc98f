"""Appointments of teaching faculty, their yearly review, dismissals, sanctions, policies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import bases, departments, things
from tests.authority.wire import Someone
from tests.support.people import BASE, OTHER_PROVINCE, PROVINCE

_APPOINTMENT = "faculty.AppointmentService"
_REASON = {"reason_code": "other", "reason": "按规定办理"}
_DAY = {"effective_day": "2099-12-31"}
"""Beyond every term: refused for that, and never for whose it is."""
_MORE: dict[str, Fields] = {
    "CorrectReview": {"title": "attending"},
    "ProposeDismissal": {**_REASON, **_DAY},
    "CommitDismissal": {**_REASON, **_DAY, "fingerprint": "0"},
    "RecordSanction": {**_REASON, "source": "院发〔2026〕1号"},
    "LiftSanction": {"reason": "整改完成"},
    "TransferAppointment": {"reason": "调往外院", **_DAY},
    "SetLevel": {"level": "key", "reason": "考核优秀"},
}
"""What each command on one appointment says beside it."""
_CLOCK: dict[str, Fields] = {
    "GetAppointmentClock": {},
    "OpenReview": {"year": 2026},
    "RemindReview": {"kind": "term", "due_at": datetime(2026, 3, 1, tzinfo=UTC)},
    "MarkOverdue": {"year": 2026},
    "EndAppointment": {},
}
_LIMITS: Fields = {
    "term_months": 12,
    "grace_days": 60,
    "cap": 2,
    "review_opens": "03-27",
    "review_due": "04-27",
    "rating_days": 14,
    "least_ratings": 3,
    "title_months": 36,
}

asks_nothing(
    *(f"{_APPOINTMENT}.{name}" for name in ("ListMyAppointments", "ListDismissalCases", "ListAppointmentWaits"))
)


@asks(f"{_APPOINTMENT}.GetAppointment", f"{_APPOINTMENT}.PreviewDismissal")
async def _one(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"appointment_id": each} for each in things(scene, "appointment", who, relation)]


@asks(*(f"{_APPOINTMENT}.{verb}" for verb in _MORE))
async def _command(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {**_MORE[method.rsplit(".", 1)[1]], "version": 1, "idempotency_key": key()}
    return [{**named, "appointment_id": each} for each in things(scene, "appointment", who, relation)]


@asks(*(f"{_APPOINTMENT}.{verb}" for verb in _CLOCK))
async def _by_the_clock(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = _CLOCK[method.rsplit(".", 1)[1]]
    return [{**more, "appointment_id": each} for each in things(scene, "appointment", who, relation)]


@asks(f"{_APPOINTMENT}.ConfirmReviews")
async def _confirm(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Rows are refused one by one: another's appointment among one's own is told as one that does not exist."""
    if relation is not Relation.OWN:
        return []
    named = [scene.ids[f"{prefix}appointment"] for prefix in ("", "neighbour_", "other_")]
    return [{"wishes": [{"appointment_id": each, "version": 1} for each in named], "idempotency_key": key()}]


@asks(f"{_APPOINTMENT}.RefuseDismissal")
async def _refuse(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {"version": 99, "reason": "继续聘任", "idempotency_key": key()}
    return [{**named, "case_id": each} for each in things(scene, "case", who, relation)]


@asks(f"{_APPOINTMENT}.ListAppointments")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """What is named narrows one's own; another's base or department finds nothing."""
    by: dict[str, Callable[[Someone, Relation], list[str]]] = {"base_code": bases, "department_code": departments}
    return [{name: each} for name, found in by.items() for each in found(who, relation)]


@asks(f"{_APPOINTMENT}.GetFacultyPolicy")
async def _policy(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A province reads what holds for its bases, and for itself."""
    own: list[Fields] = [{}] if relation is Relation.OWN else []
    return [*own, *({"base_code": each} for each in bases(who, relation))]


@asks(f"{_APPOINTMENT}.SetFacultyPolicy")
async def _set_policy(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Everybody their own organisation's: a province configures no base's."""
    if who.role == "province_administrator":
        by_relation = {Relation.OWN: [PROVINCE], Relation.OTHER: [OTHER_PROVINCE, BASE]}
    else:
        by_relation = {Relation.OWN: [BASE], Relation.OTHER: [*bases(who, Relation.OTHER), PROVINCE]}
    codes = by_relation.get(relation, [new_id()[:8]])
    named = {"reason": "按院发文件调整", "idempotency_key": key()}
    return [{**named, "policy": {**_LIMITS, "organisation_code": each}} for each in codes]
