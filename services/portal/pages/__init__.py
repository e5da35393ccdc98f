"""Server-rendered pages, one module per audience; each is complete without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.pages import (
    account,
    applicant,
    base,
    choice,
    decisions,
    faculty,
    inbox,
    milestones,
    province,
    public,
    sections,
)


def router() -> APIRouter:
    """Every page."""
    whole = APIRouter(include_in_schema=False)
    for audience in (
        public,
        account,
        applicant,
        sections,
        choice,
        base,
        decisions,
        milestones,
        province,
        faculty,
        inbox,
    ):
        whole.include_router(audience.router)
    return whole
