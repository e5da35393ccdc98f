"""What the pages about faculty of 教学部 and of the province share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends

from services.portal import navigation
from services.portal.calendar import stamp
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.panels import Cell

Office = Annotated[Page, Depends(PageFor("teaching_department"))]
OfficeOrProvince = Annotated[Page, Depends(PageFor("teaching_department", "province_administrator"))]
AREA = N_("师资管理")


def tabs_of(page: Page) -> tuple[tuple[str, str], ...]:
    """The parts of the visitor's work on faculty."""
    if page.visitor.role == "teaching_department":
        return navigation.TEACHING_TABS
    return navigation.PROVINCE_FACULTY_TABS


async def titles_of(page: Page) -> tuple[tuple[str, str], ...]:
    """Codes and names of titles, from the dossier's own definition."""
    section = (await page.portal.faculty_dossiers.sections()).get("work")
    for field in section.fields if section is not None else ():
        if field.key == "title":
            return field.options
    return ()


def when(instant: Any) -> str:
    """An instant for people; empty for none."""
    return stamp(instant) if instant else ""


def span(first: str, last: str) -> str:
    """A stretch of days or months."""
    return tr("{first} 至 {last}", first=first, last=last)


def years(months: int) -> str:
    """Months as years and months."""
    whole, rest = divmod(months, 12)
    if whole and rest:
        return tr("{years} 年{months} 个月", years=whole, months=rest)
    return tr("{n} 年", n=whole) if whole else tr("{n} 个月", n=rest)


def candidacy_state(row: dict[str, Any]) -> Cell:
    """Where a candidacy stands."""
    state = row["state"]
    note = tr("已打开") if state == "submitted" and row["opened_at"] else ""
    if row["appeal_state"] == "open":
        note = tr("申诉待处理")
    return Cell(words.CANDIDACY_STATES.get(state, state), tone=words.CANDIDACY_TONES.get(state, "plain"), note=note)


def appointment_state(row: dict[str, Any]) -> Cell:
    """Where an appointment stands."""
    state = row["state"]
    note = tr("{day} 起不再带教", day=row["ends_on"]) if row["ends_on"] and state in ("active", "suspended") else ""
    tone = words.APPOINTMENT_TONES.get(state, "plain")
    return Cell(words.APPOINTMENT_STATES.get(state, state), tone=tone, note=note)


def review_state(row: dict[str, Any]) -> Cell:
    """Where the yearly review stands."""
    state = row["review"]
    if state not in words.REVIEWS or not words.REVIEWS[state]:
        return Cell("")
    note = tr("截止 {day}", day=row["review_due"]) if state in ("due", "overdue") and row["review_due"] else ""
    return Cell(words.REVIEWS[state], tone=words.REVIEW_TONES.get(state, "plain"), note=note)


def may(row: dict[str, Any], action: str) -> bool:
    """Whether the visitor may do `action` now, as the service says."""
    return any(each["action"] == action and each["allowed"] for each in row["capabilities"])


def refusals(row: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, str]]:
    """What may not be done now, and why, for the actions in `labels`."""
    return [
        (labels[each["action"]], reason_text(each["code"], each["reason"]))
        for each in row["capabilities"]
        if not each["allowed"] and each["action"] in labels and each["reason"]
    ]
