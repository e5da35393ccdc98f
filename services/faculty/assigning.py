"""Who teaches whom in which month: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.grpc_api import assignment
from services.faculty.handlers.cell_edits import CellEdits
from services.faculty.handlers.cells import Cells
from services.faculty.handlers.leave import Leaves
from services.faculty.handlers.proposals import Proposals
from services.faculty.handlers.proposing import Proposing
from services.kit.chores import Chore
from services.kit.grpc_server import Servicer
from services.kit.part import Part

LOOK_SECONDS = 0.5
"""How often it is looked for proposals to be worked out; an index holds nothing but them."""


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    cells = Cells(core)
    return [assignment.servicer(cells, CellEdits(core, cells), Leaves(core), Proposals(core))]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    return [Chore("proposing", Proposing(core).work_all, LOOK_SECONDS)]
