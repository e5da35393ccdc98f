"""Whether a section saved under an unlock is a correction for the base to see (UNL-03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.enrollment.domain import dossier
from services.enrollment.domain.choice import check_type
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.unlock import corrected
from services.enrollment.handlers.running import not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, SavedSection, Situation
from services.enrollment.store.queries import Frozen
from services.kit.domain import DomainError

_Bodies = dict[Section, Mapping[str, Any]]


def correction(
    cycle: CycleRecord,
    now: Situation,
    before: ApplicationRecord,
    frozen: Frozen | None,
    sections: Mapping[Section, SavedSection],
    section: Section,
) -> _Bodies | None:
    """The dossier of the correction; None while another unlocked section has yet to be made to agree with this one.

    Raises INVALID when the section has gaps, or disagrees with what is not unlocked.
    """
    if frozen is None:
        raise not_found()
    saved = {name: (entry.body, entry.saved_at) for name, entry in sections.items()}
    bodies = corrected(frozen.dossier, saved, now.unlocked)
    gaps = dossier.validate(section, bodies.get(section, {}))
    if gaps:
        raise dossier.refuse(gaps, "DOSSIER_INCOMPLETE", "更正须填写完整。")
    disagreement = _disagreement(cycle, before, bodies)
    if disagreement is None:
        return bodies
    if len(now.unlocked) == 1:
        raise disagreement
    return None


def _disagreement(cycle: CycleRecord, before: ApplicationRecord, bodies: _Bodies) -> DomainError | None:
    problems = dossier.check_consistency(bodies, cycle.year)
    if problems:
        return dossier.refuse(problems, "DOSSIER_INCOMPLETE", "更正后的信息与其他部分不一致。")
    try:
        check_type(before.submitted, bodies, cycle.catalogue)
    except DomainError as error:
        return error
    return None
