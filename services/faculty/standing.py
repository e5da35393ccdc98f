"""What is known of teachers, and ratings: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.grpc_api import ratings, standing
from services.faculty.handlers.eligibility import EligibilityHandlers
from services.faculty.handlers.ratings import RatingHandlers
from services.faculty.handlers.standing import StandingHandlers
from services.kit.chores import Chore
from services.kit.grpc_server import Servicer
from services.kit.part import Part

DERIVED_SECONDS = 3600.0
"""How often results of a past year are looked for."""


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    return [
        standing.servicer(StandingHandlers(core), EligibilityHandlers(core)),
        ratings.servicer(RatingHandlers(core)),
    ]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    return [Chore("yearly-results", RatingHandlers(core).derive, DERIVED_SECONDS)]
