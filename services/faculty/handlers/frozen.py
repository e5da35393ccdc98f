"""What other areas ask of a dossier: a frozen copy, what is missing in it, the facts that rules count from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain import dossier
from services.faculty.domain.dossier import Section
from services.faculty.store import papers
from services.faculty.store.dossiers import Dossiers, SavedSection, Sealing
from services.kit.forms import Problem


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What the entry rules (C4) and the filters of the queue count from, as the person saved it."""

    title: str = ""
    """Code of the title; empty while it was not saved."""
    title_since: date | None = None
    hospital_since: date | None = None
    teaching_since: date | None = None
    has_qualification: str = ""
    """`yes`, `no`, `passed` (passed, not yet issued); empty while it was not saved."""


async def frozen(session: AsyncSession, sealing: Sealing, person_id: str, record_id: str) -> dict[str, dict[str, Any]]:
    """C7.8: the saved sections by key, for a record that keeps them: sensitive fields are sealed for `record_id`.

    Store `sealing.vault.current_key` beside it; `thawed` opens it again.
    """
    saved = await Dossiers(session, person_id, sealing).sections()
    return {
        section.value: sealing.forms.seal(record_id, section, saved[section].body)
        for section in Section
        if section in saved
    }


def thawed(sealing: Sealing, record_id: str, kept: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What `frozen` made for this record, opened. Raises SealBroken."""
    return {section: sealing.forms.open(record_id, section, body) for section, body in kept.items()}


def refrozen(sealing: Sealing, record_id: str, kept: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same, sealed anew with the current key. Raises SealBroken."""
    return {section: sealing.forms.rewrap(record_id, section, body) for section, body in kept.items()}


async def problems_of(session: AsyncSession, sealing: Sealing, person_id: str, today: date) -> list[Problem]:
    """Everything that keeps the dossier from being complete, in the order of the form; empty when it is."""
    saved = await Dossiers(session, person_id, sealing).sections()
    kinds = await papers.kinds(session, person_id)
    return [problem for section in Section for problem in problems_in(section, saved.get(section), today, kinds)]


def problems_in(section: Section, saved: SavedSection | None, today: date, kinds: Collection[str]) -> list[Problem]:
    """Everything that keeps one section from being complete, beside the kinds of papers that are there."""
    if saved is None:
        return dossier.problems(section, {}, today, kinds)
    return dossier.problems(section, saved.body, today, kinds, mobile_verified=not saved.unverified)


async def work_facts(session: AsyncSession, sealing: Sealing, person_id: str) -> WorkFacts:
    """What the person saved of title, dates and qualification; empty where nothing was."""
    saved = await Dossiers(session, person_id, sealing).sections()
    work = saved[Section.WORK].body if Section.WORK in saved else {}
    basic = saved[Section.BASIC].body if Section.BASIC in saved else {}
    return WorkFacts(
        title=str(work.get("title") or ""),
        title_since=_day(work, "title_since"),
        hospital_since=_day(work, "hospital_since"),
        teaching_since=_day(work, "teaching_since"),
        has_qualification=str(basic.get("has_qualification") or ""),
    )


def _day(body: Mapping[str, object], key: str) -> date | None:
    text = body.get(key)
    return date.fromisoformat(text) if isinstance(text, str) and text else None
