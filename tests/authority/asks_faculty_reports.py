"""Reports on teaching faculty, tables to take away, certificates."""

from __future__ import annotations

from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import bases, things
from tests.authority.wire import Someone

_REPORT = "faculty.FacultyReportService"

asks_nothing(f"{_REPORT}.ListFacultyDictionary")
asks_nothing(f"{_REPORT}.CheckCertificate", code="AAAA-BBBB-CCCC")


@asks(f"{_REPORT}.GetFacultyReport")
async def _report(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """By the base; to oneself also without one."""
    named: list[Fields] = [{"report": "level", "base_code": each} for each in bases(who, relation)]
    whole: list[Fields] = [{"report": "department"}] if relation is Relation.OWN else []
    return [*named, *whole]


@asks(f"{_REPORT}.CreateFacultyExport")
async def _export(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Of what the caller reaches: another's cannot be named."""
    tables = ("faculty", "candidacies", "appointments", "trainees", "plans", "assignments", "ratings")
    order = {"format": "csv", "unmasked": True, "reason": "年度师资统计上报使用"}
    named: list[Fields] = [{**order, "table": table, "idempotency_key": key()} for table in tables]
    return named if relation is Relation.OWN else []


@asks(f"{_REPORT}.GetCertificate")
async def _certificate(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"appointment_id": each} for each in things(scene, "appointment", who, relation)]
