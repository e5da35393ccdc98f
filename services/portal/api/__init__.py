"""REST beside the pages: one module per resource, all below `/api/v1`; `README.md` here is the list for people."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.api import (
    applications,
    calendars,
    campaigns,
    cycles,
    decisions,
    exports,
    factors,
    faculty,
    faculty_appointments,
    faculty_batches,
    faculty_papers,
    faculty_rotations,
    faculty_standing,
    me,
    messages,
    notices,
    papers,
    places,
    province,
    registrations,
    scans,
    selection,
    service_accounts,
    sessions,
    staff,
    support,
    webhooks,
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
        notices,
        campaigns,
        service_accounts,
        webhooks,
        faculty,
        faculty_appointments,
        faculty_batches,
        faculty_papers,
        faculty_rotations,
        faculty_standing,
    ):
        whole.include_router(resource.router)
    return whole
