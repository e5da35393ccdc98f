"""What every concern of faculty is composed of."""

from __future__ import annotations

from dataclasses import dataclass

from services.faculty.deeds import Deeds
from services.faculty.directory import Directory
from services.faculty.people import People
from services.faculty.settings import FacultySettings
from services.faculty.store.dossiers import Sealing
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging


@dataclass(frozen=True, slots=True)
class Core:
    """The parts that concerns share; all of them live as long as the process."""

    settings: FacultySettings
    database: Database
    messaging: Messaging
    clock: Clock
    sealing: Sealing
    directory: Directory
    people: People
    identity: Channel
    deeds: Deeds
