"""A fault plan: which faults, and when in the season each begins. And what became of each."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from services.drills.faults import FAULTS, Fault
from services.stack.problems import StackProblem

_RANGE = re.compile(r"(?P<first>[0-9]{1,3})(-(?P<last>[0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: it begins when the share `at` (0 to 1) of the season has passed, after the ones before it."""

    fault: Fault
    at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault; instants ISO 8601 UTC, lengths in seconds."""

    number: int
    title: str
    survived: bool
    began_at: str
    seconds: float
    """From its beginning until it had looked at everything."""
    recovered_seconds: float | None
    """From the end of the disturbance until everything was whole; None where nothing was to recover."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    """`title`, `seen`, `holds` of everything that was looked at."""
    figures: dict[str, Any] = field(default_factory=dict)
    scaled: str = ""
    """In what it was less than the plan asks for, in a few words; empty when in nothing."""

    def as_json(self) -> dict[str, Any]:
        """One object with stable keys."""
        return asdict(self)


def read(file: Path) -> list[Planned]:
    """The plan in a YAML file: a list of `{fault: NUMBER, at: SHARE}` in the order of `at`.

    Raises StackProblem naming the row, the field and the rule.
    """
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise StackProblem(f"{file}: cannot be read as YAML: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise StackProblem(f"{file}: a plan is a list of {{fault: NUMBER, at: SHARE}}")
    planned = [_row(file, number, row) for number, row in enumerate(rows, 1)]
    if [each.at for each in planned] != sorted(each.at for each in planned):
        raise StackProblem(f"{file}: `at` must rise from row to row")
    return planned


def _row(file: Path, number: int, row: Any) -> Planned:
    if not isinstance(row, dict) or set(row) != {"fault", "at"}:
        raise StackProblem(f"{file}, row {number}: has to be {{fault: NUMBER, at: SHARE}} and nothing else")
    if row["fault"] not in FAULTS:
        raise StackProblem(f"{file}, row {number}, fault: {row['fault']!r} is none of {', '.join(map(str, FAULTS))}")
    at = row["at"]
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1:
        raise StackProblem(f"{file}, row {number}, at: {at!r} is no share of the season from 0 to 1")
    return Planned(FAULTS[row["fault"]], float(at))


def numbers(text: str) -> list[int]:
    """The faults that `text` names (`1,2,5-9`), in their order; all when it names none.

    Raises StackProblem naming the part that is no number or range of the plan.
    """
    found: set[int] = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise StackProblem(f"{part!r} is no number of a fault and no range of them: write 1,2,5-9")
        wanted = range(int(match["first"]), int(match["last"] or match["first"]) + 1)
        if not wanted or not set(wanted) <= FAULTS.keys():
            raise StackProblem(f"{part!r}: faults are numbered {min(FAULTS)} to {max(FAULTS)}")
        found.update(wanted)
    return sorted(found) or list(FAULTS)
