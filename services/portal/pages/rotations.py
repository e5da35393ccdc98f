"""轮转培训: what the pages about rotations and assignment share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends

from residency.faculty.v1 import rotation_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page, PageFor
from services.portal.panels import Ask

Viewer = Annotated[Page, Depends(PageFor("department_director", "department_secretary", "teaching_department"))]
Director = Annotated[Page, Depends(PageFor("department_director"))]
Planner = Annotated[Page, Depends(PageFor("department_director", "teaching_department"))]
Office = Annotated[Page, Depends(PageFor("teaching_department"))]
AREA = N_("轮转培训")
MONTHS = 6
"""Months shown unless the address asks for others."""
_ZONE = ZoneInfo("Asia/Shanghai")


def tabs_of(page: Page) -> tuple[tuple[str, str], ...]:
    """The parts of the visitor's work on rotations."""
    if page.visitor.role == "teaching_department":
        return navigation.TRAINING_OFFICE_TABS
    return navigation.ROTATION_TABS


def today() -> date:
    """The present day in China."""
    return datetime.now(UTC).astimezone(_ZONE).date()


def month_after(month: str, count: int) -> str:
    """The month `count` later, `YYYY-MM`."""
    year, number = (int(part) for part in month.split("-"))
    whole = year * 12 + number - 1 + count
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"


def span_of(page: Page) -> tuple[str, str]:
    """First and last month asked for; half a year from now on. Raises INVALID `FIELD_FORMAT`."""
    query = page.request.query_params
    first = query.get("from_month", "") or f"{today():%Y-%m}"
    last = query.get("until_month", "")
    for name, text in (("from_month", first), ("until_month", last)):
        if text and not (len(text) == 7 and text[4] == "-" and text.replace("-", "").isdigit()):
            raise DomainError(Kind.INVALID, "FIELD_FORMAT", "月份须为 2026-09 这样的格式。", field=name)
    return first, last or month_after(first, MONTHS - 1)


async def department_of(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """The department asked for, and those to choose from: one's own, for 教学部 all of the base."""
    own, places = page.visitor.require().organisation, await page.portal.organisations()
    if page.visitor.role != "teaching_department":
        return own, [(own, places.name(own))]
    there = places.departments(own)
    wanted = page.request.query_params.get("department_code", "")[:32]
    return wanted or (there[0][0] if there else ""), there


async def specialties_of(page: Page) -> list[tuple[str, str]]:
    """Codes and names of the specialties that trainees may have."""
    answer = await page.clients.rotations.ListStandards(rotation_service_pb2.ListStandardsRequest())
    return [(each.specialty_code, known_name(each.name)) for each in answer.standards]


def filters(departments: list[tuple[str, str]], specialties: list[tuple[str, str]]) -> tuple[Ask, ...]:
    """What the grid and the department's view are filtered by."""
    kinds = tuple((key, name) for key, name in words.TRAINEE_KINDS.items() if key)
    choose = (Ask("department_code", "科室", "select", options=departments),) if len(departments) > 1 else ()
    return (
        *choose,
        Ask("from_month", "从月份", hint="如 2026-09", required=False, most=7),
        Ask("until_month", "到月份", required=False, most=7),
        Ask("cohort", "招收届别", "number", required=False),
        Ask("specialty_code", "培训专业", "select", options=specialties, required=False),
        Ask("kind", "人员类型", "select", options=kinds, required=False),
        Ask("name", "姓名", required=False, most=32),
    )


def asked_of(page: Page) -> dict[str, str]:
    """What stands in the address, without what only the page itself reads."""
    return {name: value for name, value in page.request.query_params.items() if value and name != "done"}


def cohort_of(trainee: dict[str, Any]) -> str:
    """The year in which a trainee began, in words; empty when nobody knows."""
    return tr("{year} 届", year=trainee["cohort"]) if trainee["cohort"] else ""


def version_of(number: int) -> str:
    """Which version of a plan it is; empty for none."""
    return tr("第 {version} 版", version=number) if number else ""


def load_of(row: dict[str, Any], place: int) -> int:
    """The load of a teacher in the month at `place`."""
    loads = row["loads"]
    return int(loads[place]) if place < len(loads) else 0
