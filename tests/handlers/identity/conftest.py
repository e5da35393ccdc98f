"""Identity's use cases on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import insert

from residency.identity.v1 import session_service_pb2
from services.identity import keys
from services.identity.challenges import Challenges
from services.identity.core import Core
from services.identity.domain import factors as rules
from services.identity.domain.factors import FactorKind
from services.identity.domain.organisation import OrganisationKind
from services.identity.domain.roles import HOLDS_IN, Role
from services.identity.factors import Factors
from services.identity.opening import Opened, SessionOpener
from services.identity.passwords import Passwords
from services.identity.records import Hat, Person, PersonState
from services.identity.settings import IdentitySettings
from services.identity.store.factors import Factor, FactorStore
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.tables import organisation
from services.identity.throttle import Throttle
from services.identity.tokens import TokenIssuer
from services.kit import vault
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.kit.vault import Vault
from tests.support.people import SECRETS

PASSWORD = "Correct-horse7-battery"
PLACES = {
    OrganisationKind.PROVINCE: "37",
    OrganisationKind.BASE: "SD-QILU",
    OrganisationKind.DEPARTMENT: "SD-QILU-NK",
}


class MovableClock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.instant = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def forward(self, by: timedelta) -> None:
        self.instant += by


@dataclass
class World:
    """Identity with what a test may look at."""

    core: Core
    ring: keys.KeyRing
    issuer: TokenIssuer
    clock: MovableClock
    opener: SessionOpener = field(init=False)
    throttle: Throttle = field(init=False)
    factors: Factors = field(init=False)
    challenges: Challenges = field(init=False)
    numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.opener = SessionOpener(self.core, self.issuer)
        self.throttle = Throttle(self.core)
        self.factors = Factors(self.core)
        self.challenges = Challenges(self.core, self.factors, self.throttle)

    @property
    def database(self) -> Database:
        return self.core.database

    @property
    def vault(self) -> Vault:
        return self.core.vault

    async def person(self, *roles: Role, login: str = "", state: PersonState = PersonState.ACTIVE) -> Person:
        """Somebody with these hats (an applicant's when none is named), straight into the tables."""
        async with self.core.passwords.slot() as slot:
            password_hash = await slot.hash(PASSWORD)
        now = self.clock.now()
        person = Person(
            person_id=new_id(),
            login=login or f"login{next(self.numbers)}",
            name="张三",
            password_hash=password_hash,
            password_set_at=now,
            state=state,
            document_type=None,
            document_lookup=None,
            document_sealed=None,
            birth_lookup=None,
            mobile_lookup=None,
            mobile_sealed=None,
            bound_at=None,
            last_bound_at=None,
            override_until=None,
            created_at=now,
            seen_at=now,
        )
        async with self.database.unit_of_work() as uow:
            assert await People(uow.session).add(person)
        for role in roles or (Role.APPLICANT,):
            await self.hat(person, role)
        return person

    async def hat(self, person: Person, role: Role, **values: Any) -> Hat:
        """One more hat."""
        place = PLACES[HOLDS_IN[role]] if role in HOLDS_IN else ""
        hat = Hat(new_id(), person.person_id, role, place, "", self.clock.now(), **values)
        async with self.database.unit_of_work() as uow:
            assert await Hats(uow.session).add(hat)
        return hat

    async def enrol(self, person: Person) -> str:
        """An authenticator app that counts; its secret."""
        now, secret, factor_id = self.clock.now(), rules.new_secret(), new_id()
        sealed = self.vault.seal(secret, factor_id)
        app = Factor(factor_id, person.person_id, FactorKind.TOTP, "手机", now, now, secret_sealed=sealed)
        async with self.database.unit_of_work() as uow:
            await FactorStore(uow.session).add(app)
        return secret

    def code(self, secret: str, steps: int = 0) -> session_service_pb2.Proof:
        """What the app shows now, or some half minutes later."""
        step = int(self.clock.now().timestamp()) // rules.STEP_SECONDS + steps
        return session_service_pb2.Proof(totp=pyotp.TOTP(secret).generate_otp(step))

    async def open(self, person: Person, **options: Any) -> Opened:
        """A session."""
        async with self.database.unit_of_work() as uow:
            return await self.opener.open(uow, person, **options)

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        """Rows of a query."""
        return [dict(row) for row in await self.database.fetch(sql, *args)]

    async def acts(self, person_id: str, act: str = "") -> list[tuple[str, str]]:
        """Act and outcome of the person's audit, in order; only one sort of act when it is named."""
        rows = await self.rows("SELECT act, outcome FROM audit WHERE aggregate_id = $1 ORDER BY n", person_id)
        return [(row["act"], row["outcome"]) for row in rows if act in ("", row["act"])]

    async def facts(self, name: str) -> list[dict[str, Any]]:
        """Facts of one subject (`session.ended`), in order."""
        subject = f"residency.identity.v1.{name}"
        return await self.rows("SELECT aggregate_id, body FROM outbox WHERE subject = $1 ORDER BY position", subject)


def caller_of(opened: Opened) -> Caller:
    """Who calls with the access token of a session."""
    return Caller(opened.person.person_id, opened.role.value, opened.organisation_code, opened.session_id)


@pytest.fixture
async def world(database_url: Callable[[str], str], tmp_path: Path) -> AsyncIterator[World]:
    database = Database(database_url("identity"), name="identity", pool_size=8)
    await database.start()
    clock = MovableClock()
    settings = IdentitySettings(data_dir=tmp_path, machine_secrets=SECRETS, argon2_memory_kib=8 * 1024)
    document = keys.document_of(settings)
    ring = keys.KeyRing(keys.parse(document))
    passwords = Passwords(settings.argon2_memory_kib, settings.sign_in_queue, clock)
    core = Core(database, Vault(vault.parse(document)), passwords, clock, settings)
    async with database.unit_of_work() as uow:
        await uow.session.execute(insert(organisation), list(_organisations()))
    yield World(core, ring, TokenIssuer(ring, settings.token_life, clock), clock)
    await passwords.stop()
    await database.stop()


def _organisations() -> list[dict[str, object]]:
    parents = {OrganisationKind.PROVINCE: None, OrganisationKind.BASE: "37", OrganisationKind.DEPARTMENT: "SD-QILU"}
    return [
        {"code": code, "name": code, "kind": kind.value, "parent_code": parents[kind]} for kind, code in PLACES.items()
    ]
