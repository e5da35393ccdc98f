"""OPS-80: a list of staff to invite, as CSV; read and checked as a whole before anybody is invited."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.identity.domain.roles import HOLDS_IN, Role

COLUMNS = ("name", "mobile", "role", "organisation")
OPTIONAL = ("until",)
MOST = 5000


class StaffFileError(Exception):
    """The list cannot be used; the message is one line that names the row, and no mobile number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row: whom to invite to which hat. `until` is the last day on which the hat holds, none without an end."""

    row: int
    name: str
    mobile: str = field(repr=False)
    role: str
    organisation: str
    until: date | None = None

    @property
    def masked(self) -> str:
        """The mobile number as it may be shown."""
        return f"{self.mobile[:3]}****{self.mobile[-4:]}"


def read(text: str) -> list[Wanted]:
    """The rows of a CSV with a header of COLUMNS and perhaps `until` (YYYY-MM-DD), as a spreadsheet writes it.

    Raises StaffFileError for a header that lacks or invents a column, a row that is short, a role that no staff wears,
    a day that is none, the same hat twice for one number, or no row at all.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    if not set(COLUMNS) <= set(header) or set(header) - {*COLUMNS, *OPTIONAL}:
        raise StaffFileError(f"the first line must name the columns {', '.join(COLUMNS)}, and may name until")
    found = [_row(number, values) for number, values in enumerate(reader, 2)]
    if not found:
        raise StaffFileError("nobody stands below the first line")
    if len(found) > MOST:
        raise StaffFileError(f"{len(found)} rows: at most {MOST} at a time")
    seen: dict[tuple[str, str, str], int] = {}
    for each in found:
        former = seen.setdefault((each.mobile, each.role, each.organisation), each.row)
        if former != each.row:
            raise StaffFileError(f"row {each.row} says again what row {former} says")
    return found


def end_of(day: date) -> datetime:
    """The moment at which a hat ends whose last day is `day`, as provinces count days (Asia/Shanghai)."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Asia/Shanghai"))


def _row(number: int, values: dict[str, str | None]) -> Wanted:
    if None in values:
        raise StaffFileError(f"row {number} has more fields than the first line names")
    told = {name: (value or "").strip() for name, value in values.items()}
    for name in COLUMNS:
        if not told[name]:
            raise StaffFileError(f"row {number}: {name} is empty")
    if told["role"] not in {role.value for role in HOLDS_IN}:
        known = ", ".join(sorted(role.value for role in HOLDS_IN))
        raise StaffFileError(f"row {number}: no role {told['role']!r} of staff; there are {known}")
    try:
        until = date.fromisoformat(told["until"]) if told.get("until") else None
    except ValueError:
        raise StaffFileError(f"row {number}: until {told['until']!r} is no day (YYYY-MM-DD)") from None
    return Wanted(number, told["name"], told["mobile"], Role(told["role"]).value, told["organisation"], until)
