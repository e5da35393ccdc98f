"""One line of `residency doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

INCIDENTS = "docs/operations/incidents"


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    DEGRADED = "degraded"
    """Everything is answered; something waits, or will go wrong."""
    BROKEN = "broken"
    UNASKED = "unasked"
    """Nothing says where it is; no fault."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and where it is amiss what to do and the page that tells more."""

    grade: Grade
    what: str
    says: str
    advice: str = ""
    page: str = ""

    def lines(self) -> list[str]:
        """For people: the finding, and below it what to do."""
        told = [f"{self.grade:<9} {self.what}: {self.says}"]
        if self.grade in (Grade.DEGRADED, Grade.BROKEN):
            told.append(f"{'':<9} → {self.advice} ({INCIDENTS}/{self.page}.md)")
        return told

    def told(self) -> dict[str, str]:
        """For programs."""
        page = f"{INCIDENTS}/{self.page}.md" if self.page else ""
        return {**asdict(self), "grade": self.grade.value, "page": page}


def ok(what: str, says: str) -> Finding:
    """All is well."""
    return Finding(Grade.OK, what, says)


def unasked(what: str, variable: str) -> Finding:
    """Not looked at for want of `variable`."""
    return Finding(Grade.UNASKED, what, f"set {variable} to have it looked at")


def degraded(what: str, says: str, advice: str, page: str) -> Finding:
    """Something waits, or will go wrong."""
    return Finding(Grade.DEGRADED, what, says, advice, page)


def broken(what: str, says: str, advice: str, page: str) -> Finding:
    """Something is not done."""
    return Finding(Grade.BROKEN, what, says, advice, page)
