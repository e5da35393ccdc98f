"""An application as its owner sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.enrollment.domain import dossier
from services.enrollment.domain.application import State, effective_state, is_overdue
from services.enrollment.domain.carrying import to_check
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Problem, Section
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, SavedSection, Situation
from services.enrollment.views import ApplicationView, ProblemView, SectionView


def own_view(
    cycle: CycleRecord,
    now: Situation,
    record: ApplicationRecord,
    sections: Mapping[Section, SavedSection],
    papers: Mapping[str, int] | None = None,
    *,
    complete: bool = False,
) -> ApplicationView:
    """The application as its owner sees it, state as of the gate.

    `papers` are how many of each kind there are; None when the province asks for none. What was just found `complete`,
    because it was submitted, is not looked through again.
    """
    bodies = {section: saved.body for section, saved in sections.items()}
    problems = {} if complete else _problems(cycle, bodies, papers)
    aged = to_check(bodies, _today(cycle, now.gate), cycle.policy.language_years)
    return ApplicationView(
        record.id,
        cycle.id,
        effective_state(record.state, record.round, now.gate.standing),
        record.round,
        record.version,
        record.draft,
        record.submission_number,
        record.submitted_at,
        tuple(_section_view(section, sections.get(section), problems.get(section, []), aged) for section in Section),
        record.remark,
        record.reason_code,
        record.not_selected,
        is_overdue(record.state, now.gate.phase),
        record.name,
        record.masked_document,
    )


def _today(cycle: CycleRecord, gate: GateRecord) -> date:
    """The day of the cycle's calendar; its last one once it is over, however long ago."""
    ends = [window.closes_at for window in cycle.calendar.phases if window.closes_at is not None]
    return cycle.calendar.day_of(min(gate.now, max(ends)))


def _section_view(
    section: Section, saved: SavedSection | None, problems: Sequence[Problem], aged: Sequence[Problem]
) -> SectionView:
    body = dict(saved.body) if saved is not None else {}
    saved_at = saved.saved_at if saved is not None else None
    checked = _told([each for each in aged if each.section == section])
    return SectionView(section, not problems, body, saved_at, _told(problems), checked)


def _problems(
    cycle: CycleRecord, bodies: Mapping[Section, Mapping[str, Any]], papers: Mapping[str, int] | None
) -> dict[Section, list[Problem]]:
    """What is wrong with each section, its papers included."""
    missing = dossier.missing_papers(bodies, cycle.policy.required_papers, papers) if papers is not None else []
    return {
        section: [
            *dossier.validate(section, bodies.get(section, {})),
            *(each for each in missing if each.section == section),
        ]
        for section in Section
    }


def _told(problems: Sequence[Problem]) -> tuple[ProblemView, ...]:
    return tuple(ProblemView(problem.key, problem.rule, problem.message) for problem in problems)


def no_view(cycle_id: str) -> ApplicationView:
    """The same for somebody who has none."""
    return ApplicationView("", cycle_id, State.NONE, 0, 0, Choice(), 0, None, ())
