"""Batches and candidacies: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.grpc_api import batches
from services.kit.grpc_server import Servicer
from services.kit.part import Part


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    return [batches.servicer(core)]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting: nothing; the scheduler calls."""
    return []
