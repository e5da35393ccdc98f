"""What is looked up about a person before a start or a submission counts: bars and suspected doubles (B7 32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.enrollment.domain.dossier import Section
from services.enrollment.records import ApplicationRecord, CycleRecord, Statement
from services.kit.domain import Caller


@dataclass(frozen=True, slots=True)
class Screened:
    """What was found; nothing by default."""

    penalised_until: datetime | None = None
    """The person is barred until then (aware UTC): start and submission are refused with `PENALISED`."""
    held: str = ""
    """Why the application waits for the province (`Marks.held`); it is accepted all the same."""
    also: tuple[Statement, ...] = ()
    """Rows that are written with the submission (`Write.also`), so that the next one finds it."""


class Screening(Protocol):
    """Looks a person up. Raises UNAVAILABLE when that cannot be done; nothing is accepted then."""

    async def at_start(self, cycle: CycleRecord, caller: Caller) -> Screened:
        """Before somebody starts an application."""
        ...

    async def at_submit(
        self, cycle: CycleRecord, application: ApplicationRecord, bodies: Mapping[Section, Mapping[str, Any]]
    ) -> Screened:
        """Before a draft is frozen into a submission; `bodies` are what it says."""
        ...


class PaperCounts(Protocol):
    """Knows which papers have been uploaded."""

    async def kinds(self, application_id: str) -> Mapping[str, int]:
        """How many papers of each kind an application has now; kinds without any may be left out."""
        ...
