"""Trainees, standards and rotation plans: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.grpc_api.rotations import RotationApi, servicer
from services.faculty.handlers.disciplines import Disciplines
from services.faculty.handlers.plan_imports import PlanImports
from services.faculty.handlers.plans import Plans
from services.faculty.handlers.trainees import Trainees
from services.faculty.handlers.views import Views
from services.faculty.standards import standards
from services.kit.chores import Chore
from services.kit.grpc_server import Servicer
from services.kit.once import OnceConsumer
from services.kit.part import Part

NAMING_SECONDS = 3.0
"""How soon a trainee who arrived is called by name."""


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it. Raises StandardsWrong: no process starts with standards that are wrong."""
    standards()
    return [
        servicer(RotationApi(Trainees(core), Disciplines(core), Plans(core), PlanImports(core), Views(core))),
    ]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    trainees = Trainees(core)
    return [
        OnceConsumer(core.messaging, "ENROLLMENT", "faculty-enrollment", trainees.hear, database=core.database),
        Chore("trainee-names", trainees.name_some, NAMING_SECONDS),
    ]
