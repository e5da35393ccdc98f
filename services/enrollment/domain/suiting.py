"""At which places somebody can be, asked for very many places at once (REAL-07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.enrollment.domain.choice import Catalogue, Choice, Finding, plan_problems, type_problems
from services.enrollment.domain.dossier import Bodies
from services.enrollment.domain.eligibility import reasons
from services.enrollment.domain.reallocation import Cell


def unsuited(choice: Choice, bodies: Bodies, catalogue: Catalogue, rules: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """REAL-07: why somebody cannot be at a place: not planned or not open, barred by a rule, of another type."""
    found = plan_problems(choice, catalogue)
    found += reasons(rules, choice, bodies)
    return found + type_problems(choice, bodies, catalogue)


class Suits:
    """The same answer for one person and every place that is planned and open: what depends on less is asked once."""

    def __init__(self, bodies: Bodies, catalogue: Catalogue, rules: Sequence[Mapping[str, Any]]) -> None:
        self._bodies = bodies
        self._catalogue = catalogue
        everywhere = ({**rule, "base": [], "specialty": []} for rule in rules)
        self._unmet = [
            (frozenset(rule.get("base") or ()), frozenset(rule.get("specialty") or ()))
            for rule, wide in zip(rules, everywhere, strict=True)
            if reasons([wide], Choice("*", "*"), bodies)
        ]
        self._of_type: dict[str, bool] = {}

    def __call__(self, cell: Cell) -> bool:
        """Whether the person can be there."""
        base, specialty = cell
        known = self._of_type.get(base)
        if known is None:
            known = self._of_type[base] = not type_problems(Choice(base, specialty), self._bodies, self._catalogue)
        return known and not any(
            (not bases or base in bases) and (not specialties or specialty in specialties)
            for bases, specialties in self._unmet
        )
