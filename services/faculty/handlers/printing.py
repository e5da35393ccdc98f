"""One's own dossier as a printed page (FDOS-13)."""

from __future__ import annotations

import json

from services.faculty.deeds import DAY_ZONE
from services.faculty.domain.printing import content
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.people import People
from services.faculty.store.dossiers import Dossiers, Sealing
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.press import Press, Sheet


class Printing:
    """Prints dossiers."""

    def __init__(
        self, database: Database, clock: Clock, sealing: Sealing, people: People, papers: PaperHandlers, press: Press
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._people = people
        self._papers = papers
        self._press = press

    async def dossier_form(self, caller: Caller) -> bytes:
        """FDOS-13: the caller's dossier as it is saved, as PDF/A. Raises UNAVAILABLE when identity is away."""
        known = await self._people.person(caller.person_id)
        async with self._database.unit_of_work() as uow:
            saved = await Dossiers(uow.session, caller.person_id, self._sealing).sections()
        bodies = {section.value: dict(each.body) for section, each in saved.items()}
        newest = max((each.saved_at for each in saved.values()), default=None)
        # Dated by what it shows: the same dossier is the same file.
        made = (newest or self._clock.now()).astimezone(DAY_ZONE)
        digest = self._sealing.vault.lookup("dossier", json.dumps([caller.person_id, bodies], sort_keys=True))
        page = content(
            known.name,
            known.masked_document,
            bodies,
            newest.astimezone(DAY_ZONE) if newest is not None else None,
            digest,
            made,
        )
        return await self._press.print(Sheet(page, "", made, await self._papers.photo(caller.person_id)))
