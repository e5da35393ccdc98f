"""64 members of staff at once, each over gRPC, for one place; and 64 times the same command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from joserfc.jwk import KeySet, OKPKey

from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.auth import TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from tests.bench.province import token
from tests.handlers.enrollment.story import MEDICINE, QILU, Registry, key
from tests.integration.enrollment.crowd import WRITERS, Crowd
from tests.support.objects import folder_of_objects
from tests.support.vaults import VAULT

KEY = OKPKey.generate_key("Ed25519", {"kid": "last-seat"})


@dataclass
class Hall:
    """A real server, and a crowd over the same database."""

    crowd: Crowd
    stub: DecisionServiceStub
    database: Database

    async def grant(self, application_id: str, idempotency_key: str) -> decisions.QueueRow:
        """Grant a place as the base's administrator."""
        order = decisions.GrantProvisionalRequest(
            application_id=application_id, submission_number=1, idempotency_key=idempotency_key
        )
        with act_as(token(KEY, "staff", "base_administrator", QILU)):
            response = await self.stub.GrantProvisional(order)
        row: decisions.QueueRow = response.row
        return row


@pytest.fixture
async def hall(database_url: Callable[[str], str]) -> AsyncIterator[Hall]:
    """The server as it is served: token, contract, handlers, database."""

    async def published() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    url = database_url("enrollment")
    database = Database(url, name="hall", pool_size=8)
    await database.start()
    served = servicers(database, Registry(), Sealing(VAULT), folder_of_objects())
    server = GrpcServer(0, served, TokenVerifier(published))
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}")
    crowd = await Crowd.gather(url, database, database)
    yield Hall(crowd, channel.stub(DecisionServiceStub), database)
    await channel.close()
    await server.stop()
    await database.stop()


async def test_seat_04_one_gets_the_last_place_and_63_learn_who_has_it(hall: Hall) -> None:
    """SEAT-01, SEAT-04: exactly one; each other one is told the application and the masked name."""
    await hall.crowd.begin({(QILU, MEDICINE): 1})
    waiting = await hall.crowd.applications(WRITERS, "approved")
    await hall.database.execute("UPDATE application SET name = '张三' WHERE cycle_id = $1", hall.crowd.stage.cycle_id)
    found = await asyncio.gather(*(hall.grant(each, key()) for each in waiting), return_exceptions=True)
    placed = [each for each in found if isinstance(each, decisions.QueueRow)]
    refused = [each for each in found if isinstance(each, DomainError)]
    assert (len(placed), len(refused)) == (1, WRITERS - 1), found
    assert {(error.reason, error.rule, error.kind) for error in refused} == {("SEAT_FULL", "SEAT-01", Kind.NOT_NOW)}
    assert {(error.details["taken_by"], error.details["taken_by_name"]) for error in refused} == {
        (placed[0].application_id, "张*")
    }
    assert not any("张" in str(error) for error in refused), "the sentence names nobody"


async def test_app_12_64_equal_commands_over_the_wire_have_one_effect(hall: Hall) -> None:
    """APP-12: one decision, one row of the audit, one fact; the same answer to all."""
    (application_id,) = await hall.crowd.applications(1, "approved")
    same = key()
    found = await asyncio.gather(*(hall.grant(application_id, same) for _ in range(WRITERS)))
    assert all(row == found[0] for row in found)
    for table, column in (("decision", "application_id"), ("audit", "aggregate_id"), ("outbox", "aggregate_id")):
        sql = f"SELECT count(*) FROM {table} WHERE {column}::text = $1"
        assert await hall.database.fetchval(sql, application_id) == 1, table
    assert await hall.database.fetchval("SELECT sum(taken) FROM seat") == 1
