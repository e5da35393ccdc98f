"""PaperService on the wire: files as large as they may be, and larger ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from joserfc.jwk import KeySet

from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1 import paper_service_pb2 as pb
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.paper_service_pb2_grpc import PaperServiceStub
from services.enrollment.domain.phases import P1
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.auth import TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from tests.handlers.enrollment.story import REVIEWER, Registry, Stage, applicant, key
from tests.integration.enrollment.test_enrollment_service import KEY, token
from tests.support import pictures
from tests.support.objects import folder_of_objects
from tests.support.vaults import VAULT

MEGABYTE = 1024 * 1024


@dataclass
class Wire:
    """A stub, and a stage over the same database and store."""

    stage: Stage
    papers: PaperServiceStub
    decisions: DecisionServiceStub


@pytest.fixture
async def wire(database_url: Callable[[str], str]) -> AsyncIterator[Wire]:
    """Enrollment's server on a free port, and a cycle in its first days."""

    async def published() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    database, objects = Database(database_url("enrollment"), name="wire"), folder_of_objects()
    await database.start()
    server = GrpcServer(0, servicers(database, Registry(), Sealing(VAULT), objects), TokenVerifier(published))
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}")
    stage = Stage(database, objects=objects)
    await stage.open()
    await stage.stand(P1)
    yield Wire(stage, channel.stub(PaperServiceStub), channel.stub(DecisionServiceStub))
    await channel.close()
    await server.stop()
    await database.stop()


async def test_a_picture_travels_both_ways(wire: Wire) -> None:
    """PAP-02: 10 MB to the last byte are taken, a byte more is told as such, and what comes back fits an answer."""
    person = applicant()
    await wire.stage.start(person)
    await wire.stage.fill(person)
    scan = pictures.scan("PNG")
    pad = 10 * MEGABYTE - len(scan)
    heavy = scan + bytes(pad)

    async def upload(content: bytes, who: Caller = person) -> pb.UploadPaperResponse:
        request = pb.UploadPaperRequest(
            cycle_id=wire.stage.cycle_id,
            kind=pb.PAPER_KIND_QUALIFICATION_SCAN,
            content=content,
            idempotency_key=key(),
        )
        with act_as(token(who)):
            answer: pb.UploadPaperResponse = await wire.papers.UploadPaper(request)
        return answer

    sent = await upload(heavy)
    assert (sent.paper.width, sent.paper.height, sent.paper.kind) == (800, 1000, pb.PAPER_KIND_QUALIFICATION_SCAN)
    with pytest.raises(DomainError) as refusal:
        await upload(heavy + b"\0")
    assert (refusal.value.reason, refusal.value.field, refusal.value.rule) == ("FILE_TOO_LARGE", "content", "PAP-02")
    with pytest.raises(DomainError) as refusal:
        await upload(bytes(13 * MEGABYTE))
    assert refusal.value.kind is Kind.EXHAUSTED
    with pytest.raises(DomainError, match="ROLE_NOT_ALLOWED"):
        await upload(scan, REVIEWER)
    await wire.stage.submit(person)
    with act_as(token(REVIEWER)):
        listed = await wire.papers.ListPapers(pb.ListPapersRequest(application_id=sent.application_id))
        asked = pb.GetPaperRequest(application_id=sent.application_id, paper_id=listed.papers[0].paper_id)
        shown = await wire.papers.GetPaper(asked)
        asked.size = pb.PAPER_SIZE_PREVIEW
        small = await wire.papers.GetPaper(asked)
    assert (list(listed.papers), listed.submission_number) == ([sent.paper], 1)
    assert {rule.kind for rule in listed.rules} == set(pb.PaperKind.values()) - {0}
    assert hashlib.sha256(shown.content).hexdigest() == shown.paper.sha256 == sent.paper.sha256
    assert len(small.content) < len(shown.content)


async def test_other_services_take_no_large_requests(wire: Wire) -> None:
    """A neighbour on the same port still takes 4 MB at most."""
    large = decisions.GetSubmissionRequest(application_id=new_id() * 150_000)
    with act_as(token(REVIEWER)), pytest.raises(DomainError, match="MESSAGE_TOO_LARGE"):
        await wire.decisions.GetSubmission(large)
