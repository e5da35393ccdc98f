"""Policies of bases and provinces, in editions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.directory import Places
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.store.appointment_tables import faculty_policy


async def policy_of(session: AsyncSession, places: Places, base_code: str) -> FacultyPolicy:
    """APPT-01: what holds for a base: its own newest edition, else its province's, else the defaults.

    Whether the province acknowledges recommendations is always the province's to say. For a province's code: its own.
    """
    province_code = places.province_of(base_code)
    newest = (
        select(faculty_policy)
        .where(faculty_policy.c.organisation_code.in_({base_code, province_code}))
        .ext(distinct_on(faculty_policy.c.organisation_code))
        .order_by(faculty_policy.c.organisation_code, faculty_policy.c.edition.desc())
    )
    found = {row.organisation_code: row for row in await session.execute(newest)}
    province = found.get(province_code)
    own = found.get(base_code, province)
    if own is None:
        return FacultyPolicy(organisation_code=base_code)
    content = dict(own.content) | {
        "needs_acknowledgement": bool(province is not None and province.content.get("needs_acknowledgement"))
    }
    return FacultyPolicy(own.organisation_code, own.edition, **content)


async def newest_edition(session: AsyncSession, organisation_code: str) -> int:
    """The edition of what an organisation itself has said; 0 while it said nothing."""
    newest = select(func.coalesce(func.max(faculty_policy.c.edition), 0)).where(
        faculty_policy.c.organisation_code == organisation_code
    )
    return int((await session.execute(newest)).scalar_one())


async def add_edition(
    session: AsyncSession,
    organisation_code: str,
    edition: int,
    content: Mapping[str, Any],
    *,
    reason: str,
    by: str,
    at: datetime,
) -> bool:
    """Write an edition; False when somebody else has just written it."""
    statement = (
        insert(faculty_policy)
        .values(
            organisation_code=organisation_code,
            edition=edition,
            content=dict(content),
            reason=reason,
            set_by=by,
            set_at=at,
        )
        .on_conflict_do_nothing()
        .returning(faculty_policy.c.edition)
    )
    return await session.scalar(statement) is not None
