"""Whom a province may tell something: ids page by page, or only their number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.kit.database import Database


class Audience(StrEnum):
    """MSG-33: who is meant: people with a live application in a cycle, or its bases."""

    EVERYBODY = "everybody"
    DRAFTS = "drafts"
    SUBMITTED = "submitted"
    UNPLACED = "unplaced"
    PLACED = "placed"
    BASES = "bases"


_STANDING = {
    Audience.EVERYBODY: "",
    Audience.DRAFTS: "AND state = 'draft' AND submission_number = 0",
    Audience.SUBMITTED: "AND submission_number > 0",
    Audience.UNPLACED: "AND submission_number > 0 AND state NOT IN ('provisional', 'admitted')",
    Audience.PLACED: "AND state IN ('provisional', 'admitted')",
}
# Pages go by person: whoever withdraws and begins anew while they are read keeps the place, and is named once.
_PEOPLE = "SELECT person_id, id FROM application WHERE {where} AND person_id > $2 ORDER BY person_id LIMIT $3"
_BASES = "SELECT code FROM base b WHERE {where} AND code > $2 ORDER BY code LIMIT $3"


@dataclass(frozen=True, slots=True)
class Query:
    """An audience of one cycle, narrowed to a base or a specialty where those are not empty."""

    cycle_id: str
    audience: Audience
    base_code: str = ""
    specialty_code: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One of an audience: a person with their application, or a base."""

    person_id: str = ""
    application_id: str = ""
    organisation_code: str = ""


class AudienceStore:
    """Reads who belongs to an audience at this moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: Query, after: str, limit: int) -> list[Member]:
        """MSG-33: up to `limit` members behind the person or base `after` (empty: the first), each once, in order."""
        sql, values = page_statement(query, after, limit)
        found = await self._database.fetch(sql, *values)
        if query.audience is Audience.BASES:
            return [Member(organisation_code=row["code"]) for row in found]
        return [Member(row["person_id"], str(row["id"])) for row in found]

    async def count(self, query: Query) -> int:
        """How many belong to it."""
        if query.audience is Audience.BASES:
            where, values = _bases(query, first=2)
            sql = f"SELECT count(*) FROM base b WHERE {where}"  # noqa: S608 (parts of our own, values apart)
        else:
            where, values = _people(query, first=2)
            sql = f"SELECT count(*) FROM application WHERE {where}"  # noqa: S608 (as above)
        return int(await self._database.fetchval(sql, query.cycle_id, *values))


def page_statement(query: Query, after: str, limit: int) -> tuple[str, tuple[object, ...]]:
    """The statement that reads a page, with its values."""
    template, narrowed = (_BASES, _bases) if query.audience is Audience.BASES else (_PEOPLE, _people)
    where, values = narrowed(query, first=4)
    return template.format(where=where), (query.cycle_id, after, limit, *values)


def _people(query: Query, first: int) -> tuple[str, list[str]]:
    """The condition on applications, with what its parameters from `$first` on hold.

    What is not asked for is not in it: one statement for every question would be planned for none.
    """
    where, values = f"cycle_id = $1 AND live {_STANDING[query.audience]}", list[str]()
    for column, wanted in (("base_code", query.base_code), ("specialty_code", query.specialty_code)):
        if wanted:
            where += f" AND {column} = ${first + len(values)}"
            values.append(wanted)
    return where, values


def _bases(query: Query, first: int) -> tuple[str, list[str]]:
    """As `_people`, on bases: a specialty means those that have it in their plan."""
    where, values = "b.cycle_id = $1", list[str]()
    if query.base_code:
        where += f" AND code = ${first}"
        values.append(query.base_code)
    if query.specialty_code:
        seats = "SELECT FROM seat s WHERE s.cycle_id = b.cycle_id AND s.base_code = b.code"
        where += f" AND EXISTS ({seats} AND s.specialty_code = ${first + len(values)})"
        values.append(query.specialty_code)
    return where, values
