"""Identity's use cases on a real database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.identity import keys
from services.identity.handlers import Identity
from services.identity.passwords import Passwords
from services.identity.tokens import TokenIssuer
from services.identity.vault import Vault
from services.kit.database import Database

MACHINE_SECRETS = {"worker": SecretStr("worker-secret-0123456789"), "portal": SecretStr("portal-secret-0123456789")}


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

    identity: Identity
    database: Database
    vault: Vault
    clock: MovableClock


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("identity"), name="identity", pool_size=8)
    await database.start()
    clock = MovableClock()
    held = keys.parse(json.dumps(keys.generate()))
    vault = Vault(held)
    passwords = Passwords(8 * 1024, 64, clock)
    issuer = TokenIssuer(held, timedelta(hours=12), clock)
    yield World(Identity(database, vault, passwords, issuer, MACHINE_SECRETS, clock), database, vault, clock)
    await passwords.stop()
    await database.stop()
