"""Imports: lists of teachers and plans of rotations posted as files; the year's YAML and the staff list parsed."""

from __future__ import annotations

import asyncio
import base64
import json
import random

from services.cli import staff_file
from services.faculty.domain.plan_rows import COLUMNS as PLAN_COLUMNS
from services.faculty.domain.rosters import COLUMNS as ROSTER_COLUMNS
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.kit.sheets import read_sheet
from services.portal.cycle_file import request_from_file
from tests.hostile import files, words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.doors.rest import judged
from tests.hostile.wire import Hung, Wire, request

_YAML = (
    *(
        "&a [*a]",
        "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]",
        "!!python/object/apply:os.system ['id']",
        "{",
        "\t- x",
        "a: 1\na: 2",
    ),
    *(
        "cycle: {}\nprovince: {}\ncalendar: []",
        "? [a]: b",
        "%YAML 9.9\n---\n",
        "'" * 50,
        "- " * 5000,
        "x: !!binary |\n  ====",
        "1e400",
    ),
)
_SURE = (
    "zip bomb",
    "wide ratio",
    "a million rows",
    "formula cells",
    "external link",
    "macros",
    "XXE",
    "not a workbook",
)
"""Classes that no reader may take."""


class Imports(Door):
    """Two imports through the portal, and the three parsers behind all of them."""

    name = "imports"
    kinds = files.TABLES
    targets = ("rosters", "plans", "sheet (parser)", "staff list (parser)", "year (parser)")
    rounds = 2
    at_once = 3

    async def open(self, ground: Ground) -> None:
        """A connection."""
        await super().open(ground)
        self._wire = Wire(ground.stack.port, 60)

    async def close(self) -> None:
        """Close it."""
        await self._wire.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One file."""
        columns = ROSTER_COLUMNS if target == "rosters" else PLAN_COLUMNS
        name, content = files.table(kind, columns, _rows(columns), chance)
        if str(target).endswith("(parser)"):
            return await asyncio.to_thread(_parsed, str(target), kind, name, content, chance)
        told = base64.b64encode(content).decode()
        if target == "rosters":
            path = "/api/v1/faculty/rosters"
            body: dict[str, object] = {"file": told, "file_name": name.replace("\x00", "") or "a"}
        else:
            path = "/api/v1/rotation-plans/import"
            body = {"file": told, "commit": chance.random() < 0.5, "reason": "导入"}
        headers: dict[str, str | bytes] = {
            "authorization": f"Bearer {self.ground.actors.token('teaching_department')}",
            "idempotency-key": new_id(),
            "content-type": "application/json",
        }
        shown = f"{path} {name!r:.80} {len(content)} bytes"
        try:
            answer = await self._wire.send(request("POST", path, headers, json.dumps(body).encode()))
        except Hung as error:
            return Sent("hang", f"{target} {kind}: {error}", request=shown)
        fault = judged(answer, "")
        if answer.status < 300 and kind in _SURE:
            fault = f"accepted ({answer.status})"
        refused = answer.status >= 300
        return Sent(
            str(answer.status),
            fault and f"{target} {kind}: {fault}",
            answer.text if refused else "",
            shown,
            refused=refused,
        )


def _parsed(target: str, kind: str, name: str, content: bytes, chance: random.Random) -> Sent:
    try:
        if target.startswith("sheet"):
            read_sheet(content, name, columns=PLAN_COLUMNS, most_rows=2000, most_bytes=4 * 1024 * 1024)
        elif target.startswith("staff"):
            staff_file.read(_text(content, chance))
        else:
            request_from_file(chance.choice(_YAML) if chance.random() < 0.7 else _text(content, chance))
    except DomainError as error:
        fault = "" if error.kind is Kind.INVALID and error.field else f"refused without a field: {error.reason}"
        return Sent(error.reason, fault and f"{target} {kind}: {fault}", str(error), f"{name!r:.80}")
    except staff_file.StaffFileError as error:
        return Sent("StaffFileError", "", str(error), f"{name!r:.80}")
    except Exception as error:  # noqa: BLE001  (a parser must not raise anything else)
        return Sent(
            "raised", f"{target} {kind}: {type(error).__name__}: {error!s:.200}", "", f"{name!r:.80} {content[:200]!r}"
        )
    taken = target.startswith("sheet") and kind in _SURE
    return Sent("read", f"{target}: accepted {kind}" if taken else "", "", refused=False)


def _text(content: bytes, chance: random.Random) -> str:
    if chance.random() < 0.5:
        return content[:200_000].decode("utf-8", "replace")
    lines = ["name,mobile,role,organisation,until"]
    for _ in range(chance.randrange(6)):
        cells = [words.text(chance)[:50].replace("\n", " ") for _ in range(chance.randrange(3, 7))]
        lines.append(",".join(cells))
    return chance.choice(("\r\n", "\n", "\r")).join(lines)


def _rows(columns: tuple[str, ...]) -> list[list[str]]:
    if len(columns) == len(PLAN_COLUMNS):
        return [[new_id(), "SD-QILU-NK", "2026-09-01", "2026-11-30"] for _ in range(3)]
    return [
        [
            "新增",
            words.MARK_NAME,
            words.MARK_DOCUMENT,
            "110370000012345",
            words.MARK_MOBILE,
            "a@example.org",
            "2020-01-01",
        ][: len(columns)]
    ]


def door() -> Door:
    """The door."""
    return Imports()
