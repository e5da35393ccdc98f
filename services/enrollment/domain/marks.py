"""What stands beside an application's state: holds, objections, offers, deadlines of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ending(StrEnum):
    """How a place was lost, or that it is taken up later; told beside the state."""

    NONE = ""
    REVOKED = "revoked"
    NO_SHOW = "no_show"
    QUIT = "quit"
    ANNULLED = "annulled"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Marks:
    """Instants are aware UTC, by the database's clock; None or empty where there is nothing of the kind."""

    held: str = ""
    """Why the application waits for the province (`DUPLICATE`, `PENALTY`); bases decide nothing meanwhile."""
    objected: bool = False
    """An objection is open or was upheld: no final admission."""
    publicity_ends_at: datetime | None = None
    """When the publicity of the list that names the provisional admission ends; None while no list names it."""
    admitted_at: datetime | None = None
    confirmed_at: datetime | None = None
    """When the applicant took the place, where the policy asks for that."""
    fix_until: datetime | None = None
    """Until when somebody rejected at the last moment may repair and resubmit, whatever the base's deadline."""
    revocation_proposed: bool = False
    """The base asks the province to take the place back."""
    waiting_rank: int = 0
    """Position on the waiting list of base and specialty in the round, from 1; 0 when on none."""
    offered_until: datetime | None = None
    """Until when a freed place, held meanwhile, is offered to this applicant."""
    ending: Ending = Ending.NONE
