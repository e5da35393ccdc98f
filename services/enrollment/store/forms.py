"""Submissions as they are printed, and the codes of their forms."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.forms import Submitted
from services.enrollment.store import rows
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

CODE_LENGTH = 48
_MARK_BYTES, _NAMED_BYTES = 12, 18

_COLUMNS = """
    a.id, a.cycle_id, a.person_id, a.name, a.masked_document, a.state, a.submission_number AS current_number,
    a.base_code AS current_base, s.number, s.base_code, s.specialty_code, s.accepts_reallocation,
    s.dossier::text AS dossier, s.fingerprint, s.correction_of, s.submitted_at
"""
_ONE = f"""
    SELECT {_COLUMNS} FROM application a JOIN submission s ON s.application_id = a.id
        AND s.number = CASE WHEN $2 = 0 THEN a.submission_number ELSE $2 END
    WHERE a.id = $1 AND s.dossier IS NOT NULL
"""  # noqa: S608 (constants of this module)
_OWN = "SELECT id FROM application WHERE cycle_id = $1 AND person_id = $2 ORDER BY live DESC, id DESC LIMIT 1"
_CURRENT = "a.cycle_id = $1 AND a.live AND a.submission_number > 0 AND ($2 = '' OR a.base_code = $2)"
_PAGE = f"""
    SELECT {_COLUMNS} FROM application a
    JOIN submission s ON s.application_id = a.id AND s.number = a.submission_number
    WHERE {_CURRENT} AND s.dossier IS NOT NULL AND a.id > $3::uuid ORDER BY a.id LIMIT $4
"""  # noqa: S608 (constants of this module)
_COUNT = f"SELECT count(*) FROM application a WHERE {_CURRENT} AND a.name <> ''"  # noqa: S608 (as above)
_STATUS = """
    SELECT c.province_code, c.year, s.submitted_at, n.submitted_at AS followed_at,
        CASE WHEN NOT a.live THEN (SELECT max(e.at) FROM audit e WHERE e.aggregate_id = a.id) END AS ended_at
    FROM application a
    JOIN cycle c ON c.id = a.cycle_id
    JOIN submission s ON s.application_id = a.id AND s.number = $2
    LEFT JOIN submission n ON n.application_id = a.id AND n.number = $2 + 1
    WHERE a.id = $1 AND s.dossier IS NOT NULL
"""
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class FormRecord:
    """A submission with what decides who may have its form."""

    submitted: Submitted
    cycle_id: str
    person_id: str
    state: State
    current_number: int
    current_base: str


@dataclass(frozen=True, slots=True)
class FormStatusRecord:
    """What a code may say to anybody."""

    province_code: str
    year: int
    number: int
    submitted_at: datetime
    superseded_at: datetime | None
    """When a later submission took its place or the application ended; None while it counts."""


class FormStore:
    """Reads only."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def form(self, application_id: str, number: int) -> FormRecord | None:
        """A frozen submission, 0 for the current one; None when there is none or the person was erased.

        Raises SealBroken when the dossier is not what was submitted.
        """
        row = await self._database.fetchrow(_ONE, application_id, number)
        return None if row is None else self._record(row)

    async def own_id(self, cycle_id: str, person_id: str) -> str | None:
        """The person's application in a cycle: the live one, else the newest."""
        found = await self._database.fetchval(_OWN, cycle_id, person_id)
        return None if found is None else str(found)

    async def count(self, cycle_id: str, base_code: str) -> int:
        """How many current submissions there are, to one base or (empty) to all."""
        return int(await self._database.fetchval(_COUNT, cycle_id, base_code))

    async def page(self, cycle_id: str, base_code: str, after: str, limit: int) -> list[FormRecord]:
        """Current submissions by application, those after `after` (empty: from the start)."""
        found = await self._database.fetch(_PAGE, cycle_id, base_code, after or _NOBODY, limit)
        return [self._record(row) for row in found]

    async def status(self, application_id: str, number: int) -> FormStatusRecord | None:
        """Whether that submission still counts; None when there is none or the person was erased."""
        row = await self._database.fetchrow(_STATUS, application_id, number)
        if row is None:
            return None
        return FormStatusRecord(
            *(row["province_code"], row["year"], number, row["submitted_at"]),
            row["followed_at"] or row["ended_at"],
        )

    def code(self, application_id: str, number: int) -> str:
        """FORM-03: a form's code: a keyed mark of 96 bits, and the submission's name hidden under a key of that mark.

        Who has no keys can neither make one nor learn anything from it, and no table of codes is needed.
        """
        named = UUID(application_id).bytes + number.to_bytes(2, "big")
        mark = self._mark(named)
        return base64.b32encode(mark + self._hidden(mark, named)).decode()

    def named_by(self, code: str) -> tuple[str, int] | None:
        """The submission that a code names; None when it is none of ours. Case, spaces and hyphens do not matter."""
        bare = "".join(code.split()).replace("-", "").upper()
        if len(bare) != CODE_LENGTH:
            return None
        try:
            raw = base64.b32decode(bare)
        except ValueError:
            return None
        mark = raw[:_MARK_BYTES]
        named = self._hidden(mark, raw[_MARK_BYTES:])
        if not hmac.compare_digest(self._mark(named), mark):
            return None
        return str(UUID(bytes=named[:16])), int.from_bytes(named[16:], "big")

    def _mark(self, named: bytes) -> bytes:
        return self._sealing.keyed("form", named.hex())[:_MARK_BYTES]

    def _hidden(self, mark: bytes, named: bytes) -> bytes:
        veil = self._sealing.keyed("form veil", mark.hex())[:_NAMED_BYTES]
        return bytes(one ^ other for one, other in zip(named, veil, strict=True))

    def _record(self, row: rows.Row) -> FormRecord:
        id_, number = str(row["id"]), row["number"]
        submitted = Submitted(
            id_,
            number,
            row["name"],
            row["masked_document"],
            Choice(row["base_code"], row["specialty_code"], row["accepts_reallocation"]),
            self._sealing.open_dossier(id_, number, row["dossier"], row["fingerprint"]),
            row["submitted_at"],
            row["fingerprint"],
            row["correction_of"],
        )
        return FormRecord(
            *(submitted, str(row["cycle_id"]), row["person_id"], State(row["state"])),
            *(row["current_number"], row["current_base"]),
        )
