"""Lists of secretaries: composed of the core."""

from __future__ import annotations

from services.faculty.accounts import IdentityAccounts
from services.faculty.core import Core
from services.faculty.grpc_api.rosters import servicer
from services.faculty.handlers.rosters import RosterHandlers
from services.kit.chores import Chore
from services.kit.grpc_server import Servicer
from services.kit.part import Part

INVITED_SECONDS = 15.0
"""How soon invitations of a committed list leave."""
FADED_SECONDS = 3600.0
"""How often old lists are looked for."""


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    return [servicer(_handlers(core))]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    rosters = _handlers(core)
    return [
        Chore("roster-invitations", rosters.invite_some, INVITED_SECONDS),
        Chore("old-rosters", rosters.fade, FADED_SECONDS),
    ]


def _handlers(core: Core) -> RosterHandlers:
    return RosterHandlers(core, IdentityAccounts(core.identity))
