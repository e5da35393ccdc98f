"""Pages made of panels: tables, and forms that ask for the fields of a request. One template shows them all.

What a desk of the province or a base needs is mostly a list and a few forms below; these are the pieces. A form names
its questions after the fields of the request it becomes (`request_of`), so that a refusal finds its input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.calendar import CycleCalendar
from services.portal.cycles import CycleView
from services.portal.forms import Posted, Refusal
from services.portal.i18n.language import N_
from services.portal.wire import rfc3339

_LOCAL = "%Y-%m-%dT%H:%M"
PICK = "pick."
"""Prefix of the check boxes in a table: `pick.<id>`, with what the row was seen at as the value."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `kind` is text, number, decimal, date, moment, lines, select, yes_no, tick or area."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    required: bool = True
    rows: int = 3
    most: int = 1000
    """At most this many characters."""


@dataclass(frozen=True, slots=True)
class Button:
    """What sends a form; `value` is sent as `then`."""

    text: str
    value: str = ""
    tone: str = "main"


@dataclass(frozen=True, slots=True)
class FileAsk:
    """A file to choose: `kind` names it to `uploads.read_file`, `accept` as in HTML."""

    kind: str
    label: str
    accept: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form to post, or to get with when `get` is set."""

    action: str
    asks: tuple[Ask, ...] = ()
    buttons: tuple[Button, ...] = (Button("保存"),)
    title: str = ""
    lead: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    """Makes the ids of its inputs unlike those of other forms on the page."""
    folded: bool = False
    """Behind its title until it is opened."""
    get: bool = False
    file: FileAsk | None = None
    key: str = field(default_factory=new_id)

    def refused(self, refusal: Refusal | None, posted: Posted | None) -> Form:
        """The same form with what was typed and what was wrong with it, unfolded; itself when nothing was posted."""
        if posted is None:
            return self
        errors = refusal.errors if refusal is not None else {}
        return replace(self, values=posted.shown(), errors=errors, folded=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table; a bare string stands for itself."""

    text: str
    href: str = ""
    tone: str = ""
    """Shown as a tag of this colour; `plain` for one without."""
    number: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; the first cell is its heading."""

    cells: Sequence[Cell | str]
    pick: tuple[str, str] | None = None
    """Id and value of its check box."""
    picked: bool = False
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; with `form` around it the rows can be ticked and dealt with together."""

    caption: str
    columns: Sequence[str]
    lines: Sequence[Line]
    empty: str = N_("还没有内容。")
    form: Form | None = None
    next_href: str = ""
    id: str = ""
    live: str = ""
    """Topics on whose news the table is fetched again."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page under a heading."""

    title: str = ""
    lead: str = ""
    table: Table | None = None
    form: Form | None = None
    pairs: Sequence[tuple[str, str]] = ()
    links: Sequence[tuple[str, str]] = ()
    """Address and text."""
    notice: bool = False


def request_of(asks: Iterable[Ask], posted: Posted, view: CycleView | None = None) -> dict[str, Any]:
    """What was posted as the fields of a request; empty answers are left out.

    `moment` is read in the calendar time of `view`, of real dates in China without one. Raises INVALID `FIELD_FORMAT`
    for what is no number or no time.
    """
    values: dict[str, Any] = {}
    for ask in asks:
        text = posted.get(ask.name)
        if ask.kind == "tick":
            values[ask.name] = posted.checked(ask.name)
        elif text:
            values[ask.name] = _read(ask, text, view)
    return values


def typed_moment(view: CycleView, instant: datetime | None) -> str:
    """An instant as the value of a `moment` input, in calendar time; empty for none."""
    return view.calendar.local(instant).strftime(_LOCAL) if instant is not None else ""


def picked(posted: Posted) -> dict[str, str]:
    """Id → value of the rows that were ticked. Raises INVALID `NOTHING_PICKED` when none was."""
    found = {name.removeprefix(PICK): value for name, value in posted.values.items() if name.startswith(PICK)}
    if not found:
        raise DomainError(Kind.INVALID, "NOTHING_PICKED", "请先勾选要办理的人员。")
    return found


def _read(ask: Ask, text: str, view: CycleView | None) -> Any:
    try:
        match ask.kind:
            case "number":
                return int(text)
            case "decimal":
                return float(text)
            case "yes_no":
                return text == "yes"
            case "lines":
                return [line.strip() for line in text.splitlines() if line.strip()]
            case "moment":
                calendar = view.calendar if view is not None else CycleCalendar.usual()
                return rfc3339(calendar.instant(datetime.fromisoformat(text).replace(tzinfo=None)))
    except (ValueError, OverflowError) as error:
        wanted = "日期和时间，如 2023-07-20T17:00" if ask.kind == "moment" else "数字"  # no-message: in the refusal
        raise DomainError(Kind.INVALID, "FIELD_FORMAT", f"{ask.label}须为{wanted}。", field=ask.name) from error
    return text
