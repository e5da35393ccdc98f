"""Faculty's core over a real database, with organisations and people as a test says they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from services.faculty.core import Core
from services.faculty.deeds import Deeds
from services.faculty.directory import Directory, Organisation, Places
from services.faculty.people import Known
from services.faculty.settings import FacultySettings
from services.faculty.store.dossiers import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from tests.support.vaults import VAULT

PROVINCE, QILU, UNIT, OTHER, FAR = "37", "SD-QILU", "SD-UNIT", "SD-OTHER", "ZJ-FAR"
NEURO, CARDIO, UNIT_WARD, OTHER_WARD = "SD-QILU-NEURO", "SD-QILU-CARDIO", "SD-UNIT-WARD", "SD-OTHER-WARD"
PLACES = (
    Organisation(PROVINCE, "山东省", "province"),
    Organisation("33", "浙江省", "province"),
    Organisation(QILU, "山东大学齐鲁医院", "base", PROVINCE),
    Organisation(UNIT, "协同医院", "base", PROVINCE, QILU),
    Organisation(OTHER, "山东省立医院", "base", PROVINCE),
    Organisation(FAR, "浙江大学医学院附属第二医院", "base", "33"),
    Organisation(NEURO, "神经内科", "department", QILU),
    Organisation(CARDIO, "心内科", "department", QILU),
    Organisation(UNIT_WARD, "协同医院内科", "department", UNIT),
    Organisation(OTHER_WARD, "省立医院内科", "department", OTHER),
)
"""A province with a main base and its collaborative unit, another base, and another province."""

OFFICE = Caller(new_id(), "teaching_department", QILU)
DIRECTOR = Caller(new_id(), "department_director", NEURO)
SECRETARY = Caller(new_id(), "department_secretary", NEURO)
PROVINCE_STAFF = Caller(new_id(), "province_administrator", PROVINCE)
OTHER_OFFICE = Caller(new_id(), "teaching_department", OTHER)
OTHER_DIRECTOR = Caller(new_id(), "department_director", CARDIO)
OTHER_SECRETARY = Caller(new_id(), "department_secretary", CARDIO)
FAR_PROVINCE = Caller(new_id(), "province_administrator", "33")


class At:
    """A clock that stands where a test puts it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def goes(self, by: timedelta) -> None:
        self.instant += by


class Settled(Directory):
    """A directory whose organisations are given, in place of identity's."""

    def __init__(self) -> None:
        self.places = Places(PLACES)

    async def start(self) -> None:
        """Nothing to read."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def know(self, *codes: str) -> Places:
        return self.places


@dataclass
class KnownPeople:
    """Whom identity knows."""

    known: dict[str, Known] = field(default_factory=dict)

    def add(self, name: str, *, verified: bool = True) -> str:
        """A new person's id."""
        person_id = new_id()
        self.known[person_id] = Known(name, "3700**********01", person_id.replace("-", ""), verified)
        return person_id

    async def person(self, person_id: str) -> Known:
        found = self.known.get(person_id)
        if found is None:
            raise DomainError(Kind.NOT_FOUND, "PERSON_NOT_FOUND", "没有这个人。")
        return found


NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""A Monday, noon in Shanghai."""


def core_of(database: Database, clock: At | None = None, people: KnownPeople | None = None) -> Core:
    """A core as the process composes it; without a broker and without identity."""
    now = clock or At(NOON)
    return Core(
        settings=cast(FacultySettings, None),
        database=database,
        messaging=cast(Messaging, None),
        clock=now,
        sealing=Sealing(VAULT),
        directory=Settled(),
        people=people or KnownPeople(),
        identity=cast(Channel, None),
        deeds=Deeds(database, now),
    )


def faculty_member() -> Caller:
    """Somebody with the hat of faculty."""
    return Caller(new_id(), "faculty")
