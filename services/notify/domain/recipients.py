"""MSG-03 and MSG-04: to whom a message goes, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass

from services.kit.domain import Caller

STAFF = frozenset(
    {
        *("base_reviewer", "base_administrator", "province_administrator"),
        *("teaching_department", "department_director", "department_secretary"),
    }
)
"""Hats that read what is addressed to their organisation: those that do its work. Who administers accounts, keeps the
system, audits or helps people does not.
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """MSG-03: one person, or the staff of one organisation; exactly one of the two is set."""

    person_id: str = ""
    organisation_code: str = ""

    def __post_init__(self) -> None:
        if bool(self.person_id) == bool(self.organisation_code):
            raise ValueError("a message goes to a person or to an organisation")

    @property
    def address(self) -> str:
        """The recipient as a part of a message's key."""
        return f"person:{self.person_id}" if self.person_id else f"organisation:{self.organisation_code}"


def organisation_read_by(caller: Caller) -> str:
    """MSG-04: the organisation whose messages `caller` reads beside the own ones; empty for none."""
    return caller.organisation if caller.role in STAFF else ""
