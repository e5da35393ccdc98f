"""What is known of teachers, and ratings."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import departments, things
from tests.authority.wire import Someone

_STANDING, _RATING = "faculty.StandingService", "faculty.RatingService"

asks_nothing(f"{_STANDING}.GetEntryRules")
asks_nothing(f"{_STANDING}.RemindEligible", on_day="2020-01-01")
asks_nothing(f"{_STANDING}.SetEligibilityReminder", wanted=True, idempotency_key="key-reminder")
asks_nothing(f"{_RATING}.GetRatingForm")
asks_nothing(f"{_RATING}.ListMyRatings")


@asks(f"{_STANDING}.GetEligibility", f"{_STANDING}.ListEvidence", f"{_STANDING}.ListIncidents", f"{_RATING}.GetRatings")
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"person_id": each} for each in things(scene, "teacher", who, relation)]


@asks(f"{_RATING}.ListRemarks")
async def _remarks(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "year": 2025} for fields in await _read(scene, method, who, relation)]


@asks(f"{_STANDING}.RecordIncident")
async def _incident(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {"kind": "damage", "degree": "partial", "occurred_on": "2024-02-29", "source": "院医字〔2024〕3号"}
    return [{**fields, **named, "idempotency_key": key()} for fields in await _read(scene, method, who, relation)]


@asks(f"{_STANDING}.RecordEvidence")
async def _evidence(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {"kind": "assessment", "outcome": "passed", "on_day": "2024-02-29", "source": "院考核〔2024〕1号"}
    return [{**fields, **named, "idempotency_key": key()} for fields in await _read(scene, method, who, relation)]


@asks(f"{_STANDING}.WithdrawIncident")
async def _withdraw(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [
        {"incident_id": each, "reason": "记录有误", "idempotency_key": key()}
        for each in things(scene, "incident", who, relation)
    ]


@asks(f"{_RATING}.RateTeacher")
async def _rate(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Next month, which nobody may rate yet; who was never taught there is told that there is no such month."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    month = (today.replace(day=1) + timedelta(days=31)).strftime("%Y-%m")
    scores = dict.fromkeys(("attitude", "rounds", "skills", "records", "feedback", "ethics"), 4)
    return [
        {
            "month": month,
            "department_code": code,
            "teacher_id": teacher,
            "scores": scores,
            "idempotency_key": key(),
        }
        for teacher in things(scene, "teacher", who, relation)
        for code in departments(who, relation)
    ]
