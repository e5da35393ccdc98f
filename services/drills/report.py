"""The account of a drill: what was done and when, what was seen, and whether that is what was promised."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, `at` seconds after the drill began."""

    at: float
    what: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen, and whether it is as promised."""

    title: str
    seen: str
    holds: bool


@dataclass
class Report:
    """The account of one drill; `hear` gets each line of it as it comes about."""

    drill: str
    hear: Callable[[str], None] = lambda _line: None
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    """What was measured, by name: JSON values with stable keys, times in seconds."""
    _began: float = field(default_factory=time.monotonic)

    @property
    def ok(self) -> bool:
        """Whether something was looked at and all of it was as promised."""
        return bool(self.findings) and all(finding.holds for finding in self.findings)

    def did(self, what: str) -> None:
        """Write down what was just done."""
        step = Step(time.monotonic() - self._began, what)
        self.steps.append(step)
        self.hear(f"{step.at:7.1f} s  {what}")

    def found(self, title: str, seen: object, *, holds: bool) -> None:
        """Write down what was looked at, what was seen, and whether it is as promised."""
        finding = Finding(title, str(seen), holds)
        self.findings.append(finding)
        self.hear(_told(finding))

    def as_json(self) -> dict[str, Any]:
        """One object with stable keys; times in seconds."""
        return {
            "drill": self.drill,
            "ok": self.ok,
            "steps": [{"at": round(step.at, 1), "what": step.what} for step in self.steps],
            "findings": [
                {"title": finding.title, "seen": finding.seen, "holds": finding.holds} for finding in self.findings
            ],
            "figures": self.figures,
        }

    def closing(self) -> list[str]:
        """What is left to say to people who have heard the rest: figures and verdict, one line each."""
        figures = [f"{name}: {value}" for name, value in self.figures.items()]
        return [*figures, f"drill {self.drill}: {'passed' if self.ok else 'FAILED'}"]


def _told(finding: Finding) -> str:
    return f"{'holds ' if finding.holds else 'BROKEN'}     {finding.title}: {finding.seen}"
