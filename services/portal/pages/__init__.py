"""Server-rendered pages, one module per audience; each is complete without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.pages import (
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
    signing_in,
)


def router() -> APIRouter:
    """Every page."""
    whole = APIRouter(include_in_schema=False)
    for audience in (
        public,
        signing_in,
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
