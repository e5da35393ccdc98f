"""I9: who acted was allowed to: applicants on their own, staff on their base's, with a hat that they held then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.verifier.finding import Finding, tell
from services.verifier.notice_queries import RESTORED_SINCE
from services.verifier.snapshot import Rows

TITLE = "everybody acted on what is theirs, in a role that they held"
STILL_GOOD = timedelta(minutes=15)
"""How long a token may outlive the hat it was given for, where identity could not tell of its end."""
CLOCKS = timedelta(seconds=30)
"""How far the clocks of two databases may be apart: no process is ready beyond."""

FOREIGN_APPLICATIONS = """
SELECT au.aggregate_id, au.n, au.command, au.role FROM audit au
JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE au.role = 'applicant' AND a.person_id NOT IN (au.actor, au.acted_for)
"""
"""An act of an applicant on somebody else's application."""

FOREIGN_BASES = """
SELECT au.aggregate_id, au.n, au.command, au.role, au.organisation, s.base_code FROM audit au
JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
JOIN submission s ON s.application_id = a.id AND s.number = au.submission_number
JOIN base b ON b.cycle_id = a.cycle_id AND b.code = s.base_code
WHERE au.role IN ('base_reviewer', 'base_administrator')
    AND au.organisation NOT IN (s.base_code, b.main_code, coalesce(a.base_code, ''))
"""
"""An act of base staff on an application to another base; the main base signs for those that train with it."""

FOREIGN_PROVINCES = """
SELECT au.aggregate_id, au.n, au.command, au.role, au.organisation, c.province_code FROM audit au
JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
JOIN cycle c ON c.id = a.cycle_id
WHERE au.role LIKE 'province%' AND au.organisation <> c.province_code
"""
"""An act of one province in another's season."""

ACTORS = """
SELECT au.actor, au.role, au.organisation, min(au.at) AS first, max(au.at) AS last, count(*) AS acts FROM audit au
WHERE au.role <> 'applicant' AND au.actor ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'
    AND (au.aggregate_id = $1 OR au.aggregate_id IN (SELECT id FROM application WHERE cycle_id = $1))
GROUP BY 1, 2, 3
"""
"""Everybody who decided something, as whom, and from when to when."""

MACHINES_AS_PEOPLE = """
SELECT au.aggregate_id, au.n, au.command, au.actor, au.role FROM audit au
JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE au.actor LIKE 'machine:%' AND au.role IN ('applicant', 'base_reviewer', 'base_administrator')
"""
"""A process of the platform that acted as a person."""

HATS = """
SELECT person_id::text AS actor, role, organisation_code AS organisation, given_at, ended_at FROM hat
WHERE person_id = ANY($1::uuid[])
"""


async def check(rows: Rows, later: Rows, cycle: UUID) -> Finding:
    """Hold the audit of a cycle, as `rows` reads it, against identity's hats as `later` does."""
    broken = [
        tell(row)
        for query in (FOREIGN_APPLICATIONS, FOREIGN_BASES, FOREIGN_PROVINCES, MACHINES_AS_PEOPLE)
        for row in await rows("enrollment", query, cycle)
    ]
    actors = await rows("enrollment", ACTORS, cycle)
    hats: dict[tuple[str, str, str], list[Record]] = {}
    for hat in await later("identity", HATS, [UUID(each) for each in {row["actor"] for row in actors}]):
        hats.setdefault((hat["actor"], hat["role"], hat["organisation"]), []).append(hat)
    restored = await later("identity", RESTORED_SINCE)
    since = restored[0]["since"] if restored else None
    broken += [line for row in actors if (line := _without_hat(row, hats, since))]
    return Finding.of("I9", TITLE, sum(row["acts"] for row in actors), broken)


def _without_hat(row: Record, hats: Mapping[tuple[str, str, str], Sequence[Record]], since: datetime | None) -> str:
    """What an actor did without a hat; a restored identity may have lost those of before `since`."""
    worn = hats.get((row["actor"], row["role"], row["organisation"]), [])
    for at in (row["first"], row["last"]):
        if since is not None and at < since:
            continue
        if not any(
            hat["given_at"] <= at + CLOCKS and (hat["ended_at"] is None or at <= hat["ended_at"] + STILL_GOOD)
            for hat in worn
        ):
            return f"{row['actor']} acted as {row['role']} of {row['organisation']} at {at:%F %T}Z and was none"
    return ""
