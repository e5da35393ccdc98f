"""An application as its owner sees it."""

from __future__ import annotations

from collections.abc import Mapping

from services.enrollment.domain import dossier
from services.enrollment.domain.application import State, effective_state, is_overdue
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.records import ApplicationRecord, CycleRecord, SavedSection, Situation
from services.enrollment.views import ApplicationView, ProblemView, SectionView


def own_view(
    cycle: CycleRecord, now: Situation, record: ApplicationRecord, sections: Mapping[Section, SavedSection]
) -> ApplicationView:
    """The application as its owner sees it, state as of the gate."""
    return ApplicationView(
        record.id,
        cycle.id,
        effective_state(record.state, record.round, now.gate.phase),
        record.round,
        record.version,
        record.draft,
        record.submission_number,
        record.submitted_at,
        tuple(_section_view(section, sections.get(section)) for section in Section),
        record.remark,
        record.reason_code,
        record.not_selected,
        is_overdue(record.state, now.gate.phase),
        record.name,
        record.masked_document,
    )


def _section_view(section: Section, saved: SavedSection | None) -> SectionView:
    body = dict(saved.body) if saved is not None else {}
    problems = tuple(ProblemView(p.key, p.rule, p.message) for p in dossier.validate(section, body))
    return SectionView(section, not problems, body, saved.saved_at if saved is not None else None, problems)


def no_view(cycle_id: str) -> ApplicationView:
    """The same for somebody who has none."""
    return ApplicationView("", cycle_id, State.NONE, 0, 0, Choice(), 0, None, ())
