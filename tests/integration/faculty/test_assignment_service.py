"""自动分配 over gRPC beside identity: proposed by a director, worked out by the process itself, committed (ASG-14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from residency.faculty.v1 import assignment_service_pb2 as pb
from residency.faculty.v1.assignment_service_pb2_grpc import AssignmentServiceStub
from services.faculty import service as faculty_service
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain.cells import after, first_of
from services.faculty.settings import FacultySettings
from services.kit.auth import act_as
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from tests.support.faculty_assignment import Ward
from tests.support.people import BASE, DEPARTMENT, SECRETS, People, identity, running
from tests.support.wait import eventually


@dataclass
class Platform:
    people: People
    assignment: AssignmentServiceStub
    ward: Ward


@pytest.fixture
async def platform(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, tmp_path))
        url = database_url("faculty")
        settings = FacultySettings(
            database_url=SecretStr(url),
            nats_url=nats_url,
            identity_address=people.address,
            data_dir=tmp_path,
            machine_secret=SECRETS["faculty"],
        )
        channel = Channel(await stack.enter_async_context(running(faculty_service.parts(settings))))
        stack.push_async_callback(channel.close)
        database = Database(url, name="ward", pool_size=2)
        await database.start()
        stack.push_async_callback(database.stop)
        yield Platform(people, channel.stub(AssignmentServiceStub), Ward(database))


async def test_asg_14_a_director_proposes_reads_commits_and_changes(platform: Platform) -> None:
    ask, ward = platform.assignment, platform.ward
    director = (await platform.people.staff("department_director")).token
    following = after(first_of(datetime.now(UTC).astimezone(DAY_ZONE).date()))
    months = [f"{after(following, n):%Y-%m}" for n in range(3)]
    teachers = [await ward.teacher(f"老师{n}", DEPARTMENT, base=BASE) for n in range(2)]
    trainees = [await ward.trainee((DEPARTMENT, months[0], months[2]), base=BASE) for _ in range(5)]
    with act_as(director):
        begun = await ask.ProposeAssignment(
            pb.ProposeAssignmentRequest(from_month=months[0], until_month=months[2], idempotency_key="key-00000001")
        )
        proposal = begun.proposal.proposal_id

        async def ready() -> bool:
            found = await ask.GetProposal(pb.GetProposalRequest(proposal_id=proposal))
            return str(found.proposal.state) != "working"

        await eventually(ready, "the proposal is worked out")
        found = await ask.GetProposal(pb.GetProposalRequest(proposal_id=proposal, limit=9))
        assert (found.proposal.state, found.proposal.filled, found.proposal.unfilled) == ("ready", 12, 3)
        assert [(each.least, each.most, each.cells) for each in found.spreads] == [(2, 2, 4)] * 3
        rest = await ask.GetProposal(
            pb.GetProposalRequest(proposal_id=proposal, limit=9, page_token=found.next_page_token)
        )
        cells = [*found.cells, *rest.cells]
        assert len(cells) == 15
        assert rest.next_page_token == ""
        assert {each.reason for each in cells if not each.teacher_id} == {"可带教的老师当月人数已满。"}
        assert {each.teacher_name for each in cells} == {"老师0", "老师1", ""}
        commit = pb.CommitProposalRequest(
            proposal_id=proposal, version=found.proposal.version, idempotency_key="key-00000002"
        )
        assert (await ask.CommitProposal(commit)).proposal.state == "committed"
        grid = await ask.GetGrid(
            pb.GetGridRequest(department_code=DEPARTMENT, from_month=months[0], until_month=months[2])
        )
        assert sorted(list(each.loads) for each in grid.teachers) == [[2, 2, 2]] * 2
        cell = next(each for row in grid.rows for each in row.cells if each.teacher_id)
        edit = pb.CellEdit(
            trainee_id=cell.trainee_id,
            department_code=DEPARTMENT,
            month=cell.month,
            version=cell.version,
            action="lock",
        )
        locked = (await ask.EditCells(pb.EditCellsRequest(edits=[edit], idempotency_key="key-00000003"))).cells[0]
        assert (locked.state, list(locked.actions)) == ("locked", ["change", "unlock"])
        with pytest.raises(DomainError) as absent:
            await ask.GetProposal(pb.GetProposalRequest(proposal_id=new_id()))
        assert absent.value.reason == "PROPOSAL_NOT_FOUND"
        leave = pb.RecordLeaveRequest(
            person_id=teachers[0], from_day=f"{months[1]}-05", until_day=f"{months[1]}-05", kind="illness"
        )
        leave.idempotency_key = "key-00000004"
        await ask.RecordLeave(leave)
        first = await ask.ListOrphans(pb.ListOrphansRequest(limit=1))
        second = await ask.ListOrphans(pb.ListOrphansRequest(limit=1, page_token=first.next_page_token))
        assert (first.total, len({each.cell.trainee_id for each in (*first.cells, *second.cells)})) == (2, 2)
        assert (first.cells[0].cause, first.cells[0].left_id, first.cells[0].cell.state) == (
            "leave",
            teachers[0],
            "orphaned",
        )
    assert len(trainees) == 5
