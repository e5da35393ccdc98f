"""AUD-05: who was refused something that is watched stands in the audit as well, under who asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from services.identity.core import Core
from services.kit.audit import note
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind

_TOLD = (Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.EXHAUSTED)
"""Refusals of authority; slips of the pen and races are nobody's business."""
_log = structlog.get_logger("identity.refusals")


@asynccontextmanager
async def watched(core: Core, act: str, about: str = "") -> AsyncIterator[None]:
    """Run a use case; when it refuses, write the act with the reason into the caller's own chain.

    Args:
        core: Has the database; the row gets a transaction of its own, for that of the act is gone.
        act: What was asked for, as it is called when it is done.
        about: Id of what it was about.
    """
    try:
        yield
    except DomainError as error:
        if error.kind in _TOLD:
            await _note(core, act, about, error.reason)
        raise


async def _note(core: Core, act: str, about: str, reason: str) -> None:
    who = caller()
    try:
        async with core.database.unit_of_work() as uow:
            await note(uow, core.clock, act, who.actor, who=who, outcome=reason, detail={"about": about})
    except DomainError as error:
        # The caller is owed the refusal, not the failure to write it down.
        _log.error("refusal not written", act=act, error=error.reason)
