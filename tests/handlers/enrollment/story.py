"""One real database, one cycle whose gate stands where a test wants it, and people in it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.enrollment.domain.calendar import PhaseDates
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import ORDER, P1, P2, P3, P4, P5, Phase
from services.enrollment.handlers.applications import (
    ApplicationHandlers,
    Identified,
    SaveChoice,
    SaveSection,
    StartApplication,
    SubmitApplication,
)
from services.enrollment.handlers.capabilities import CapabilityHandlers
from services.enrollment.handlers.carrying import CarryHandlers
from services.enrollment.handlers.cycles import CreateCycle, CycleHandlers
from services.enrollment.handlers.decisions import DecisionHandlers, GrantProvisional, ReviewApplication
from services.enrollment.handlers.paper_reading import PaperReading
from services.enrollment.handlers.papers import PaperHandlers
from services.enrollment.handlers.reading import BoardHandlers, HistoryHandlers
from services.enrollment.handlers.support import SupportHandlers
from services.enrollment.handlers.upkeep import Upkeep
from services.enrollment.handlers.windows import WindowHandlers
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.earlier import EarlierStore
from services.enrollment.store.papers import PaperStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.unlocks import UnlockStore
from services.enrollment.store.windows import WindowStore
from services.enrollment.views import ApplicationView
from services.kit.database import Database
from services.kit.decoding import Desk
from services.kit.domain import Caller
from services.kit.objects import ObjectStore
from services.kit.vault import Vault
from tests.support.objects import folder_of_objects
from tests.support.vaults import VAULT

QILU, SECOND = "SD-QILU", "SD-SLYY"
MEDICINE, SKIN = "0100", "0400"
OPERATOR = Caller("operator", "operator")
WORKER = Caller("worker", "scheduler")
REVIEWER = Caller("reviewer", "base_reviewer", QILU)
ADMINISTRATOR = Caller("administrator", "base_administrator", QILU)
OTHERS = Caller("others", "base_administrator", SECOND)

DOSSIER: Mapping[Section, Mapping[str, Any]] = {
    Section.BASIC: {
        "sex": "female",
        "birth_date": "1998-05-01",
        "ethnicity": "汉族",
        "political_status": "masses",
        "mobile": "10012345678",
        "email": "someone@example.org",
        "applicant_type": "social",
    },
    Section.EDUCATION: {
        "doctor": False,
        "master": False,
        "bachelor": True,
        "bachelor_studying": False,
        "bachelor_full_time": True,
        "bachelor_school": "某医学院",
        "bachelor_major": "临床医学",
        "bachelor_diploma": "bachelor",
        "bachelor_diploma_date": "2023-06-30",
        "bachelor_graduation_date": "2023-06-30",
        "bachelor_has_graduation_certificate": False,
        "bachelor_degree": "bachelor",
        "bachelor_has_degree_certificate": False,
        "junior_college": False,
        "secondary": False,
    },
    Section.CERTIFICATES: {
        "passed_licence_exam": False,
        "has_qualification": False,
        "has_practice_licence": False,
        "language_exam": "none",
    },
    Section.WORK: {
        "has_employer": False,
        "is_western_support": False,
        "is_military": False,
        "is_order_directed": False,
    },
}

_numbers = itertools.count(1)


def key() -> str:
    """A fresh idempotency key."""
    return f"test-key-{next(_numbers)}"


@dataclass
class Registry:
    """Stands in for identity: everybody is verified, save those named."""

    unverified: set[str] = field(default_factory=set)

    async def person(self, person_id: str) -> Identified:
        return Identified(f"测试{person_id[:4]}", "3701**********12", person_id not in self.unverified)


def dates() -> tuple[PhaseDates, ...]:
    """The calendar of Shandong 2023."""
    days = {
        P1: (date(2023, 7, 1), date(2023, 7, 10)),
        P2: (date(2023, 7, 11), date(2023, 7, 31)),
        P3: (date(2023, 8, 1), date(2023, 8, 10)),
        P4: (date(2023, 8, 11), date(2023, 8, 15)),
        P5: (date(2023, 8, 16), date(2023, 8, 31)),
    }
    return tuple(PhaseDates(phase, phase.value, *span) for phase, span in days.items())


def cycle_order(plan: Mapping[tuple[str, str], int], /, **changes: Any) -> CreateCycle:
    """An order for a whole cycle whose first day begins now, with days of a second."""
    values: dict[str, Any] = {
        "idempotency_key": key(),
        "province_code": "37",
        "year": 2023,
        "title": "测试招录",
        "time_zone": "Asia/Shanghai",
        "phases": dates(),
        "bases": ((QILU, "山东大学齐鲁医院"), (SECOND, "山东省立医院")),
        "specialties": ((MEDICINE, "内科"), (SKIN, "皮肤科")),
        "plan": tuple((*place, planned) for place, planned in plan.items()),
        "starts_at": datetime.now(UTC),
        "day_seconds": 1.0,
    }
    return CreateCycle(**{**values, **changes})


PLAN = {(QILU, MEDICINE): 3, (QILU, SKIN): 1, (SECOND, MEDICINE): 2}


class Stage:
    """Handlers over a database, and shortcuts that only go through them; `stand` alone moves the gate by hand."""

    def __init__(self, database: Database, vault: Vault = VAULT, objects: ObjectStore | None = None) -> None:
        self.database = database
        self.objects = objects or folder_of_objects()
        self.registry = Registry()
        self.sealing = Sealing(vault)
        self.cycle_store = CycleStore(database)
        self.application_store = ApplicationStore(database, self.sealing)
        self.queries = QueryStore(database, self.sealing)
        self.windows = WindowStore(database)
        self.cycles = CycleHandlers(self.cycle_store)
        self.base_windows = WindowHandlers(self.cycle_store, self.windows)
        self.paper_store = PaperStore(database, self.objects, self.sealing)
        self.applications = ApplicationHandlers(
            self.cycle_store, self.application_store, self.queries, self.registry, papers=self.paper_store
        )
        self.capabilities = CapabilityHandlers(self.cycle_store, self.application_store, self.queries, self.registry)
        self.carrying = CarryHandlers(self.cycle_store, self.application_store, EarlierStore(database, self.sealing))
        self.decisions = DecisionHandlers(self.cycle_store, self.application_store, self.queries)
        self.board = BoardHandlers(self.queries)
        self.history = HistoryHandlers(self.cycle_store, self.application_store, self.queries)
        self.support = SupportHandlers(self.cycle_store, self.application_store, UnlockStore(database))
        self.sealed = SealedStore(database, self.sealing)
        desk = Desk()
        stores = (self.cycle_store, self.application_store, self.queries, self.paper_store)
        self.papers = PaperHandlers(*stores, desk)
        self.paper_reading = PaperReading(*stores, desk)
        self.upkeep = Upkeep(self.sealed, self.paper_store)
        self.cycle_id = ""

    async def open(self, plan: Mapping[tuple[str, str], int] = PLAN, /, **changes: Any) -> None:
        """A fresh cycle in preparation; `changes` are of its order."""
        await self.objects.start()
        view = await self.cycles.create_cycle(OPERATOR, cycle_order(plan, **changes))
        self.cycle_id = view.cycle_id

    async def decree(self, **changes: Any) -> None:
        """Put changes into the cycle's policy by hand, and let every reader notice."""
        await self.database.execute(
            "UPDATE cycle SET policy = policy || $2::jsonb WHERE id = $1", self.cycle_id, json.dumps(changes)
        )
        await self.database.execute("UPDATE cycle_gate SET edition = edition + 1 WHERE cycle_id = $1", self.cycle_id)

    async def stand(self, phase: Phase, closes_in: float = 3600.0, number: int = 0) -> None:
        """Put the gate into `phase`, open for `closes_in` seconds from now (negative: over, not yet flipped).

        Where the calendar has several of the kind, `number` says which, by its round.
        """
        closes_at = None if phase is ORDER[-1] else datetime.now(UTC) + timedelta(seconds=closes_in)
        await self.database.execute(
            """
            UPDATE cycle_gate g SET phase = p.phase, sequence = p.sequence, round = p.round, closes_at = $4
            FROM cycle_phase p
            WHERE g.cycle_id = $1 AND p.cycle_id = $1 AND p.phase = $2 AND ($3 = 0 OR p.round = $3)
            """,
            self.cycle_id,
            phase.value,
            number,
            closes_at,
        )

    async def start(self, person: Caller) -> ApplicationView:
        """Start as `person`."""
        return await self.applications.start_application(person, StartApplication(self.cycle_id, key()))

    async def fill(self, person: Caller, choice: Choice | None = None, /, **basic: str) -> None:
        """Save four complete sections and a choice; `basic` replaces values of the first."""
        for section, usual in DOSSIER.items():
            body = {**usual, **basic} if section is Section.BASIC else usual
            await self.applications.save_section(person, SaveSection(self.cycle_id, section, body, 0, key()))
        await self.choose(person, choice or Choice(QILU, MEDICINE, True))

    async def choose(self, person: Caller, choice: Choice) -> ApplicationView:
        """Save a choice."""
        return await self.applications.save_choice(person, SaveChoice(self.cycle_id, choice, 0, key()))

    async def submit(self, person: Caller) -> ApplicationView:
        """Submit as `person`."""
        return await self.applications.submit_application(person, SubmitApplication(self.cycle_id, 0, key()))

    async def registered(self, choice: Choice | None = None) -> tuple[Caller, ApplicationView]:
        """Somebody new whose application is pending; the gate must stand in P1, P3 or P4."""
        person = applicant()
        await self.start(person)
        await self.fill(person, choice)
        return person, await self.submit(person)

    async def review(self, view: ApplicationView, *, approve: bool, by: Caller = REVIEWER) -> None:
        """Give a verdict on the current submission."""
        order = ReviewApplication(
            view.application_id, view.submission_number, approve, "" if approve else "OTHER", "备注", key()
        )
        await self.decisions.review_application(by, order)

    async def grant(self, view: ApplicationView, *, qualified: bool = False) -> None:
        """Grant a place on the current submission."""
        order = GrantProvisional(view.application_id, view.submission_number, qualified, "", key())
        await self.decisions.grant_provisional(ADMINISTRATOR, order)


def applicant() -> Caller:
    """Somebody new."""
    return Caller(str(uuid4()), "applicant")
