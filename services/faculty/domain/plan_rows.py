"""ROT-17: rows of a list of plans: each is one stay, and everything wrong with any of them is found at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.faculty.domain.rotations import Fault, Stretch, faults
from services.faculty.domain.trainees import State, Trainee

COLUMNS = ("学员编号", "科室代码", "起", "止")
"""The headings of the file."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row that can be read: its number in the file, whose it is, and the stay."""

    number: int
    trainee_id: str
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row of the file."""

    row: int
    column: str
    code: str
    message: str
    rule: str = "ROT-17"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: rows that can be read, what is wrong with the others, and whose those are."""

    rows: list[PlanRow]
    faults: list[RowFault]
    spoilt: frozenset[str]
    """Trainees with a row that cannot be read: their plan is not whole."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of one trainee are checked against."""

    trainee: Trainee
    present: Sequence[Stretch]
    departments: frozenset[str]


def read(cells: Iterable[tuple[int, Mapping[str, str]]]) -> Reading:
    """ROT-17: every row, by its number in the file; every empty cell and every day that is none is a fault."""
    rows, found, spoilt = [], [], set()
    for number, row in cells:
        wrong = [
            RowFault(number, column, "CELL_EMPTY", f"请填写{column}。") for column in COLUMNS if not row.get(column)
        ]
        days = {column: _day(row.get(column, "")) for column in ("起", "止")}
        wrong += [
            RowFault(number, column, "DAY_MALFORMED", "日期应写作 2026-09-01 的样子，并且确有这一天。")
            for column, day in days.items()
            if row.get(column) and day is None
        ]
        trainee_id = row.get("学员编号", "").lower()
        first, last = days["起"], days["止"]
        if wrong or first is None or last is None:
            found += wrong
            spoilt.add(trainee_id)
        else:
            rows.append(PlanRow(number, trainee_id, Stretch(first, last, row["科室代码"])))
    return Reading(rows, found, frozenset(spoilt))


def by_trainee(reading: Reading) -> dict[str, list[PlanRow]]:
    """The readable rows of each trainee, in their order."""
    found: dict[str, list[PlanRow]] = {}
    for row in reading.rows:
        found.setdefault(row.trainee_id, []).append(row)
    return found


def checked(reading: Reading, grounds: Mapping[str, Ground], today: date, caller_id: str) -> list[RowFault]:
    """ROT-17: every fault of every row, by row; empty when the whole file can be taken over.

    `grounds` has the trainees in the caller's reach: the rows of any other are faults.
    """
    found = list(reading.faults)
    for trainee_id, rows in by_trainee(reading).items():
        ground = grounds.get(trainee_id)
        refusal = _refusal(ground, caller_id)
        if refusal is not None:
            found += [RowFault(row.number, "学员编号", *refusal) for row in rows]
        elif ground is not None:
            stretches = [row.stretch for row in rows]
            wrong = faults(stretches, ground.present, ground.trainee.days, ground.departments, today)
            found += [
                _of_row(rows[each.n].number, each)
                for each in wrong
                # A plan with an unreadable row lacks it: whether its past is as it was cannot be told.
                if each.code != "PAST_STAYS" or trainee_id not in reading.spoilt
            ]
    return sorted(found, key=lambda fault: (fault.row, COLUMNS.index(fault.column)))


def _refusal(ground: Ground | None, caller_id: str) -> tuple[str, str, str] | None:
    if ground is None:
        return "TRAINEE_NOT_FOUND", "没有这名学员。", "ROT-05"
    if ground.trainee.person_id == caller_id:
        return "OWN_CASE", "不能办理本人的事项。", "ROT-05"
    if ground.trainee.state is State.LEFT:
        return "TRAINEE_LEFT", "该学员已不在培。", "ROT-02"
    return None


def _of_row(number: int, fault: Fault) -> RowFault:
    return RowFault(number, fault.column, fault.code, fault.message, fault.rule)


def _day(text: str) -> date | None:
    """A day as people write it in a list: 2026-09-01, 2026/9/1 or 2026.9.1; None when it is none."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts) or len(parts[0]) != 4:
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None
