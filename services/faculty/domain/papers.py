"""FDOS-09: the pictures of a teacher's dossier, and what may be sent as which kind.

What holds for every picture stands in `services/kit/picture_rules.py` (PAP-01 to PAP-06, PAP-10).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from services.faculty.domain import dossier
from services.faculty.domain.dossier import DEFINITIONS, Section
from services.kit import picture_rules
from services.kit.picture_rules import PORTRAIT, PORTRAIT_HINT, SCAN, SCAN_HINT, Limits, field_of


class PaperKind(StrEnum):
    """What a picture is of; the value is the key of its field in the dossier."""

    ID_SCAN = dossier.ID_SCAN
    PHOTO = dossier.PHOTO
    QUALIFICATION_SCAN = dossier.QUALIFICATION_SCAN


PaperRule: TypeAlias = picture_rules.PaperRule[PaperKind, Section]


def _rule(kind: PaperKind, limits: Limits, max_papers: int, hint: str) -> PaperRule:
    """The rule of `kind` with the section and the words of its field in the dossier."""
    section, entry = field_of(DEFINITIONS, kind)
    return PaperRule(kind, Section(section), entry.label, entry.label_en, limits, max_papers, hint)


RULES: dict[PaperKind, PaperRule] = {
    PaperKind.ID_SCAN: _rule(PaperKind.ID_SCAN, SCAN, 2, f"证件正反面各一张。{SCAN_HINT}"),
    PaperKind.PHOTO: _rule(PaperKind.PHOTO, PORTRAIT, 1, PORTRAIT_HINT),
    PaperKind.QUALIFICATION_SCAN: _rule(PaperKind.QUALIFICATION_SCAN, SCAN, 4, SCAN_HINT),
}
"""FDOS-09: the kinds there are, and what each must be like; of one that may be there once, a new one replaces it."""
