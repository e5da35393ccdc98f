"""REST beside the pages: one module per resource, all below `/api/v1`; `README.md` here is the list for people."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.api import applications, cycles, decisions, faculty, messages, registrations, sessions


def router() -> APIRouter:
    """Every route of the REST side."""
    whole = APIRouter()
    for resource in (registrations, sessions, cycles, applications, decisions, messages, faculty):
        whole.include_router(resource.router)
    return whole
