"""Dossiers of earlier cycles, for those whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.enrollment.domain.dossier import Section
from services.enrollment.records import ApplicationRecord, SavedSection, Statement
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

_EARLIER = """
    SELECT a.id, a.cycle_id,
        (SELECT jsonb_object_agg(d.section, jsonb_build_object('body', d.body, 'saved_at', d.saved_at))
         FROM dossier_section d WHERE d.application_id = a.id)::text AS sections
    FROM application a JOIN cycle c ON c.id = a.cycle_id
    WHERE a.person_id = $1 AND a.cycle_id <> $2 AND ($3 = '' OR a.cycle_id::text = $3)
        AND EXISTS (SELECT FROM dossier_section d WHERE d.application_id = a.id)
    ORDER BY c.year DESC, c.created_at DESC, a.live DESC LIMIT 1
"""
_SAVE = """
    INSERT INTO dossier_section (application_id, section, body, saved_at, sealed_with)
    VALUES ($1, $2, $3::jsonb, $4, $5)
    ON CONFLICT (application_id, section) DO UPDATE
    SET body = excluded.body, saved_at = excluded.saved_at, sealed_with = excluded.sealed_with
"""


@dataclass(frozen=True, slots=True)
class EarlierDossier:
    """The sections of the application of an earlier cycle, as they were last saved."""

    application_id: str
    cycle_id: str
    bodies: Mapping[Section, Mapping[str, Any]] = field(repr=False)


class EarlierStore:
    """Reads what somebody filled in before; says how it is written again."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def of_person(self, person_id: str, cycle_id: str, from_cycle_id: str) -> EarlierDossier | None:
        """The person's dossier of `from_cycle_id`, or of the latest cycle beside `cycle_id` that has one; None if none.

        Raises SealBroken.
        """
        row = await self._database.fetchrow(_EARLIER, person_id, cycle_id, from_cycle_id)
        if row is None:
            return None
        sections = self._sealing.open_sections(str(row["id"]), row["sections"])
        bodies = {section: saved.body for section, saved in sections.items()}
        return EarlierDossier(str(row["id"]), str(row["cycle_id"]), bodies)

    def saving(self, application: ApplicationRecord, sections: Mapping[Section, SavedSection]) -> tuple[Statement, ...]:
        """The sections as rows of the live draft of `application`, sealed for it."""
        sealing = self._sealing
        return tuple(
            Statement(
                _SAVE,
                (
                    *(application.id, section.value, sealing.seal_section(application.id, section, saved.body)),
                    *(saved.saved_at, sealing.key),
                ),
                rows=1,
            )
            for section, saved in sections.items()
        )
