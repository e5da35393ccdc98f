"""The portal before a real faculty on a real database: what pages send is what it takes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from services.faculty import service
from services.faculty.core import Core
from services.faculty.directory import Organisation, Places
from services.faculty.grpc_api import dossier
from services.faculty.handlers.dossier import Faculty
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.handlers.printing import Printing
from services.faculty.handlers.proposing import Proposing
from services.faculty.handlers.upkeep import Upkeep
from services.faculty.people import Known
from services.faculty.settings import FacultySettings
from services.kit.database import Database
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from services.kit.objects import ObjectStore
from services.kit.press import FORM, Press
from services.kit.sealed_objects import SealedObjects
from tests.support.faculty import KnownPeople, Settled, core_of
from tests.support.portal_upstream import Upstream

HOSPITAL, WARD = "SD-QILU", "SD-QILU-NK"
PLACES = (
    Organisation("37", "山东省", "province"),
    Organisation(HOSPITAL, "山东大学齐鲁医院", "base", "37"),
    Organisation(WARD, "内科", "department", HOSPITAL),
)


class Told(Settled):
    """The organisations that the stand-in of identity knows."""

    def __init__(self) -> None:
        self.places = Places(PLACES)


@dataclass
class Teaching:
    """The portal with faculty behind it."""

    upstream: Upstream
    core: Core
    people: KnownPeople

    async def trainee(self, name: str, first: date, last: date) -> str:
        """Somebody in training who rotates in the ward from `first` to `last`."""
        trainee_id, person_id = new_id(), new_id()
        self.people.known[person_id] = Known(name, "3700**********02", "key", True)
        execute = self.core.database.execute
        await execute(
            "INSERT INTO trainee (trainee_id, person_id, name, base_code, specialty_code, specialty_name,"
            " application_id, cohort, from_day, until_day, state, plan_version, arrived_at)"
            " VALUES ($1, $2, $3, $4, '0100', '内科', $5, 2026, $6, $7, 'in_training', 1, now())",
            *(trainee_id, person_id, name, HOSPITAL, new_id(), first, last),
        )
        await execute(
            "INSERT INTO rotation (trainee_id, from_day, until_day, department_code) VALUES ($1, $2, $3, $4)",
            *(trainee_id, first, last, WARD),
        )
        return trainee_id

    async def work(self) -> None:
        """Work out what was proposed."""
        await Proposing(self.core).work_all()


@contextlib.asynccontextmanager
async def taught(url: str, folder: Path) -> AsyncIterator[Teaching]:
    """Faculty over the database at `url`, and the portal before it."""
    database, upstream, people = Database(url, name="teaching"), Upstream(), KnownPeople()
    for login in ("teacher", "applicant"):
        people.known[upstream.identity.people[login][0]] = Known("李老师", "3700**********01", "key", True)
    store = ObjectStore(f"file://{folder}")
    nobody = Channel("127.0.0.1:1")
    core = replace(core_of(database, people=people), settings=FacultySettings(), directory=Told(), identity=nobody)
    core.clock.instant = datetime.now(UTC)  # type: ignore[attr-defined]  # the clock of tests stands
    objects = SealedObjects(database, store, core.sealing)
    papers = PaperHandlers(database, objects, core.sealing, core.directory, core.deeds)
    printing = Printing(database, core.clock, core.sealing, core.people, papers, Press(FORM, 1))
    faculty = Faculty(database, core.clock, core.sealing)
    servicers = [
        dossier.servicer(faculty, papers, printing, Upkeep(database, core.sealing, objects)),
        *(each for concern in service.CONCERNS for each in concern.servicers(core)),
    ]
    server = GrpcServer(0, servicers, upstream.verifier())
    async with contextlib.AsyncExitStack() as stack:
        for part in (database, store, server):
            await part.start()
            stack.push_async_callback(part.stop)
        upstream.faculty_address = f"127.0.0.1:{server.port}"
        await upstream.start()
        stack.push_async_callback(upstream.stop)
        stack.push_async_callback(nobody.close)
        yield Teaching(upstream, core, people)
