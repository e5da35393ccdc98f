"""Appointments: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.grpc_api import appointments as api
from services.faculty.handlers.appointment_clock import AppointmentClock
from services.faculty.handlers.appointments import Appointments
from services.faculty.handlers.dismissals import Dismissals
from services.faculty.handlers.policies import Policies
from services.faculty.handlers.reviews import Reviews
from services.faculty.handlers.sanctions import Sanctions
from services.kit.grpc_server import Servicer
from services.kit.part import Part


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    return [api.servicer(use_cases(core))]


def use_cases(core: Core) -> api.UseCases:
    """Everything that is done with appointments."""
    return api.UseCases(
        appointments=Appointments(core),
        reviews=Reviews(core),
        dismissals=Dismissals(core),
        sanctions=Sanctions(core),
        policies=Policies(core),
        clock=AppointmentClock(core),
    )


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    return []
