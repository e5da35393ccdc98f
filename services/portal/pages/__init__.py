"""Server-rendered pages, one module per audience; each is complete without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.pages import (
    account,
    applicant,
    base,
    batches,
    captcha,
    choice,
    credentials,
    decisions,
    desk,
    enrolling,
    faculty,
    helping,
    inbox,
    invitation,
    milestones,
    papers,
    placing,
    printed,
    proposals,
    province,
    proving,
    public,
    published,
    recovering,
    registering,
    scanning,
    sections,
    security_events,
    signing_in,
    staff,
    story,
    support,
    wishes,
)


def router() -> APIRouter:
    """Every page."""
    whole = APIRouter(include_in_schema=False)
    for audience in (
        public,
        signing_in,
        scanning,
        registering,
        captcha,
        recovering,
        invitation,
        proving,
        enrolling,
        account,
        credentials,
        applicant,
        sections,
        papers,
        choice,
        wishes,
        placing,
        printed,
        published,
        story,
        base,
        batches,
        decisions,
        milestones,
        province,
        faculty,
        inbox,
        desk,
        staff,
        proposals,
        helping,
        support,
        security_events,
    ):
        whole.include_router(audience.router)
    return whole
