"""Papers: the pictures of a dossier, and what may be sent as which kind (rules PAP-01 to PAP-10).

What holds for every picture stands in `services/kit/picture_rules.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TypeAlias

from services.enrollment.domain import fields
from services.enrollment.domain.fields import DEFINITIONS, Section
from services.kit import picture_rules
from services.kit.picture_rules import PORTRAIT, PORTRAIT_HINT, SCAN, SCAN_HINT, Limits, field_of


class PaperKind(StrEnum):
    """What a picture is of; the value is the key of its field in the dossier."""

    PORTRAIT = fields.PORTRAIT
    QUALIFICATION_SCAN = fields.QUALIFICATION_SCAN
    PRACTICE_SCAN = fields.PRACTICE_SCAN
    EDUCATION_SCAN = fields.EDUCATION_SCAN


PaperRule: TypeAlias = picture_rules.PaperRule[PaperKind, Section]
"""PAP-07: adding or removing a picture is an edit of its section."""


def _rule(kind: PaperKind, limits: Limits, max_papers: int, hint: str) -> PaperRule:
    """The rule of `kind` with the section and the words of its field in the dossier."""
    section, entry = field_of(DEFINITIONS, kind)
    return PaperRule(kind, Section(section), entry.label, entry.label_en, limits, max_papers, hint)


RULES: dict[PaperKind, PaperRule] = {
    PaperKind.PORTRAIT: _rule(PaperKind.PORTRAIT, PORTRAIT, 1, PORTRAIT_HINT),
    PaperKind.QUALIFICATION_SCAN: _rule(PaperKind.QUALIFICATION_SCAN, SCAN, 4, SCAN_HINT),
    PaperKind.PRACTICE_SCAN: _rule(PaperKind.PRACTICE_SCAN, SCAN, 4, SCAN_HINT),
    PaperKind.EDUCATION_SCAN: _rule(PaperKind.EDUCATION_SCAN, SCAN, 12, SCAN_HINT),
}
"""PAP-01: the kinds there are, and what each must be like."""


def kinds_of(sections: Collection[Section]) -> list[PaperKind]:
    """The kinds that belong to these sections."""
    return [rule.kind for rule in RULES.values() if rule.section in sections]
