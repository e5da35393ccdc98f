"""OPS-84. Province files: reading, checking, and the plan of places a rehearsal plays with.

A province file is data (`deploy/provinces/*.yaml`): calendar, specialties, bases and whatever quotas are really known.
Quotas that are not known are synthetic and come from a seed, so the same seed always plays with the same plan.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

STDIN = Path("-")
_NUMBER = re.compile(r"\[\d+\]")

PHASES = ("registration", "first_choice", "second_choice", "reallocation", "confirmation")
"""The phases a province file lists, in this order (rules-enrollment B1; preparation and closed are implied)."""
NEEDED = frozenset({"registration", "first_choice", "confirmation"})
"""Those that every year has."""
REPEATED = frozenset({"second_choice"})
"""Those that may come more than once: rounds in which everybody without a place chooses anew."""


KNOWN = {
    "": ("province", "cycle", "calendar", "policy", "applicant_types", "specialties", "bases"),
    "province": ("code", "name", "timezone"),
    "cycle": ("year", "title"),
    "calendar": ("phases", "milestones", "base_milestones"),
    "calendar.phases": ("phase", "name", "first_day", "last_day", "key", "gap_name"),
    "calendar.milestones": ("key", "phase", "name", "day", "exam"),
    "specialties": ("code", "name"),
    "bases": ("code", "name", "main_code", "credit_code", "plan", "departments"),
    "bases.departments": ("code", "name", "places", "disciplines"),
}
"""What may stand where, and `provenance` anywhere: a misspelt key would be a plan or a base left out in silence.
`applicant_types` and `base_milestones` are for readers only."""


class ProvinceFileError(Exception):
    """The province file cannot be used; the message is one line that names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """One phase with its inclusive calendar days in the province's zone."""

    phase: str
    name: str
    first_day: date
    last_day: date
    key: str = ""
    """What it is called for as long as the cycle lasts; empty: named by its place."""
    gap_name: str = ""
    """Name of the gap that follows, when one does."""

    @property
    def days(self) -> int:
        """How many calendar days the phase lasts."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day of the province inside a phase, which is named by its key; on the morning of an exam nobody is told."""

    key: str
    phase: str
    name: str
    day: date
    exam: bool


@dataclass(frozen=True, slots=True)
class Specialty:
    """A specialty of the national catalogue: four digits and a name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department of a base; `disciplines` are codes of what it trains in, which faculty knows."""

    code: str
    name: str
    disciplines: tuple[str, ...] = ()
    places: int = 0
    """How many trainees it has room for at a time; 0 for no limit."""


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """A training base; `plan` maps specialty code to places and is empty where the real quota is not known."""

    code: str
    name: str
    plan: Mapping[str, int]
    departments: tuple[Department, ...] = ()
    """Those the file names; none where nobody needs them."""
    main_code: str = ""
    """Main base, when this one is collaborative."""
    credit_code: str = ""
    """Unified social credit code, where it is known."""


@dataclass(frozen=True, slots=True)
class Province:
    """A checked province file."""

    path: Path
    code: str
    name: str
    timezone: str
    year: int
    title: str
    phases: tuple[PhaseDates, ...]
    milestones: tuple[Milestone, ...]
    specialties: tuple[Specialty, ...]
    bases: tuple[BaseEntry, ...]
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the policy that are other than usual; enrollment says what they may hold."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """On which line of the file each key of the policy stands."""

    @property
    def days(self) -> int:
        """Calendar days from the first day of registration to the last of confirmation."""
        return (self.phases[-1].last_day - self.phases[0].first_day).days + 1


def load_province(path: Path) -> Province:
    """Read and check a province file; `-` is standard input.

    Raises ProvinceFileError with one line when the file is unreadable, a field is missing, unknown or of the wrong
    shape, a phase is unknown, missing or twice, or dates are out of order (names the phase and both dates).
    """
    document = _Node(path, "", _read(path))
    province, cycle = document.node("province"), document.node("cycle")
    zone = province.text("timezone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ProvinceFileError(f"{path}: province.timezone: unknown zone {zone!r}") from error
    specialties = tuple(Specialty(s.text("code"), s.text("name")) for s in document.nodes("specialties"))
    _unique(path, "specialties", [s.code for s in specialties])
    for specialty in specialties:
        if not (len(specialty.code) == 4 and specialty.code.isdigit()):
            raise ProvinceFileError(f"{path}: specialties: code {specialty.code!r} is not four digits")
    by_name = {s.name: s.code for s in specialties}
    bases = tuple(
        BaseEntry(
            *(base.text("code"), base.text("name"), _plan(base, by_name), _departments(base)),
            *(base.text_or("main_code"), base.text_or("credit_code")),
        )
        for base in document.nodes("bases")
    )
    departments = [department.code for base in bases for department in base.departments]
    _unique(path, "bases", [base.code for base in bases] + departments)
    loaded = Province(
        path=path,
        code=province.text("code"),
        name=province.text("name"),
        timezone=zone,
        year=cycle.number("year"),
        title=cycle.text("title"),
        phases=_phases(path, document.node("calendar").nodes("phases")),
        milestones=tuple(
            Milestone(each.text("key"), each.text("phase"), each.text("name"), each.day("day"), each.flag("exam"))
            for each in document.node("calendar").nodes_or("milestones")
        ),
        specialties=specialties,
        bases=bases,
        **_policy(document),
    )
    # Last: what is missing says more than what stands in its place.
    document.only_known()
    return loaded


def _policy(document: _Node) -> dict[str, Any]:
    """The policy as JSON holds it, and the line of each of its keys."""
    if "policy" not in document.value:
        return {}
    block = document.node("policy")
    if not isinstance(block.value, _Mapping):
        raise document.fault("policy", "policy must be a mapping of keys and values")
    return {"policy": {str(key): _json(value) for key, value in block.value.items()}, "lines": block.value.lines}


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_json(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


class _Mapping(dict[Any, Any]):
    """A mapping of the file that knows its lines."""

    line: int
    lines: dict[str, int]


class _Loader(yaml.SafeLoader):
    """Safe, with lines."""


def _with_lines(loader: _Loader, node: yaml.MappingNode) -> _Mapping:
    found = _Mapping(loader.construct_mapping(node, deep=True))
    found.line = node.start_mark.line + 1
    found.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _with_lines)


def _read(path: Path) -> Any:
    try:
        text = sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8")
        return yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ProvinceFileError(f"{path}: cannot be read: {reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ProvinceFileError(f"{path}: is not valid YAML{where}") from error


def _phases(path: Path, nodes: Sequence[_Node]) -> tuple[PhaseDates, ...]:
    phases: list[PhaseDates] = []
    for node in nodes:
        name = node.text("phase")
        if name not in PHASES:
            raise node.fault("phase", f"calendar: unknown phase {name!r}; known: {', '.join(PHASES)}")
        days = (node.day("first_day"), node.day("last_day"))
        phase = PhaseDates(name, node.text("name"), *days, node.text_or("key"), node.text_or("gap_name"))
        if phase.last_day < phase.first_day:
            raise node.fault(
                "last_day", f"calendar: phase {name}: last_day {phase.last_day} is before first_day {phase.first_day}"
            )
        if phases and phase.first_day <= phases[-1].last_day:
            raise node.fault(
                "first_day",
                f"calendar: phase {name}: first_day {phase.first_day} is not after the last_day"
                f" {phases[-1].last_day} of {phases[-1].phase}",
            )
        phases.append(phase)
    found = [phase.phase for phase in phases]
    missing = [name for name in PHASES if name in NEEDED and name not in found]
    if missing:
        raise ProvinceFileError(f"{path}: calendar: phase {missing[0]} is missing")
    once = [name for place, name in enumerate(found) if name not in REPEATED or name != found[place - 1]]
    if once != [name for name in PHASES if name in found]:
        raise ProvinceFileError(
            f"{path}: calendar: phases must be in this order, only second_choice more than once: {', '.join(PHASES)}"
        )
    return tuple(phases)


def _plan(base: _Node, by_name: Mapping[str, str]) -> dict[str, int]:
    plan = base.value.get("plan", {})
    if not isinstance(plan, dict):
        raise base.fault("plan", f"{base.where}.plan must map specialty names to places")
    for name, places in plan.items():
        if name not in by_name:
            raise base.fault("plan", f"{base.where}.plan: unknown specialty {name!r}")
        if not isinstance(places, int) or isinstance(places, bool) or not 1 <= places <= 10_000:
            raise base.fault("plan", f"{base.where}.plan: {name}: {places!r} is not a number of places")
    return {by_name[name]: places for name, places in plan.items()}


def _departments(base: _Node) -> tuple[Department, ...]:
    return tuple(
        Department(each.text("code"), each.text("name"), each.texts_or("disciplines"), each.number_or("places"))
        for each in base.nodes_or("departments")
    )


def _unique(path: Path, where: str, codes: Sequence[str]) -> None:
    if not codes:
        raise ProvinceFileError(f"{path}: {where} is empty")
    for code in codes:
        if codes.count(code) > 1:
            raise ProvinceFileError(f"{path}: {where}: code {code!r} stands there twice")


@dataclass(frozen=True, slots=True)
class _Node:
    """A mapping of the file with its place, so that every complaint can name where it is."""

    path: Path
    where: str
    value: Any

    def _get(self, key: str) -> Any:
        place = self._below(key)
        if not isinstance(self.value, dict):
            raise ProvinceFileError(f"{self.path}: {self.where or 'the file'} must be a mapping")
        if self.value.get(key) is None:
            raise self.fault(key, f"{place} is missing")
        return self.value[key]

    def fault(self, key: str, message: str) -> ProvinceFileError:
        """What is wrong with `key` of this mapping, with the line of the file on which it stands or should."""
        line = self.value.lines.get(key, self.value.line) if isinstance(self.value, _Mapping) else 1
        return ProvinceFileError(f"{self.path}:{line}: {message}")

    def only_known(self) -> None:
        """Raises ProvinceFileError for a key here or below that nothing reads (OPS-84)."""
        known = KNOWN.get(self.shape)
        if known is None or not isinstance(self.value, dict):
            return
        for key, value in self.value.items():
            if key not in known and key != "provenance":
                place = self.where or "the file"
                raise self.fault(str(key), f"{place}: {key!r} is not known there; known: {', '.join(known)}")
            for below in self.nodes(key) if isinstance(value, list) else [_Node(self.path, self._below(key), value)]:
                below.only_known()

    @property
    def shape(self) -> str:
        """Where this stands, whatever its numbers."""
        return _NUMBER.sub("", self.where)

    def _below(self, key: str) -> str:
        return f"{self.where}.{key}".lstrip(".")

    def node(self, key: str) -> _Node:
        return _Node(self.path, self._below(key), self._get(key))

    def nodes(self, key: str) -> list[_Node]:
        values = self._get(key)
        place = self._below(key)
        if not isinstance(values, list):
            raise self.fault(key, f"{place} must be a list")
        return [_Node(self.path, f"{place}[{index}]", value) for index, value in enumerate(values)]

    def nodes_or(self, key: str) -> list[_Node]:
        return self.nodes(key) if key in self.value else []

    def flag(self, key: str) -> bool:
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, f"{self.where}.{key} must be true or false, not {value!r}")
        return value

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            raise self.fault(key, f"{self.where}.{key} must be text (in quotes), not {value!r}")
        return value

    def text_or(self, key: str) -> str:
        return self.text(key) if isinstance(self.value, dict) and self.value.get(key) is not None else ""

    def number(self, key: str) -> int:
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(key, f"{self.where}.{key} must be a whole number, not {value!r}")
        return value

    def number_or(self, key: str) -> int:
        return self.number(key) if key in self.value else 0

    def texts_or(self, key: str) -> tuple[str, ...]:
        values = self.value.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise self.fault(key, f"{self.where}.{key} must be a list of texts, not {values!r}")
        return tuple(values)

    def day(self, key: str) -> date:
        value = self._get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(key, f"{self.where}.{key} must be a date (YYYY-MM-DD), not {value!r}")
        return value
