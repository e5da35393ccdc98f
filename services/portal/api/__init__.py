"""REST beside the pages: one module per resource, all below `/api/v1`; `README.md` here is the list for people."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.api import (
    applications,
    calendars,
    cycles,
    decisions,
    exports,
    factors,
    faculty,
    me,
    messages,
    papers,
    places,
    province,
    registrations,
    scans,
    selection,
    sessions,
    staff,
    support,
)


def router() -> APIRouter:
    """Every route of the REST side."""
    whole = APIRouter()
    for resource in (
        registrations,
        sessions,
        me,
        factors,
        scans,
        staff,
        support,
        cycles,
        calendars,
        applications,
        decisions,
        papers,
        exports,
        selection,
        places,
        province,
        messages,
        faculty,
    ):
        whole.include_router(resource.router)
    return whole
