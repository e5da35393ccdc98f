"""AssignmentService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import grpc

from residency.faculty.v1 import assignment_service_pb2, assignment_service_pb2_grpc
from services.faculty.domain.assignment import REASONS
from services.faculty.domain.cells import parse_month, parse_months
from services.faculty.handlers.cell_edits import CellEdits, Edit
from services.faculty.handlers.cells import Cells, Line, Load, Shown, Waiting, Wanted
from services.faculty.handlers.leave import Leaves
from services.faculty.handlers.proposals import Page, Proposals
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = assignment_service_pb2
_USUAL = 50


class AssignmentApi(assignment_service_pb2_grpc.AssignmentServiceServicer):
    """Answers AssignmentService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, cells: Cells, edits: CellEdits, leaves: Leaves, proposals: Proposals) -> None:
        self._cells = cells
        self._edits = edits
        self._leaves = leaves
        self._proposals = proposals

    async def GetGrid(self, request: pb.GetGridRequest, context: Context) -> pb.GetGridResponse:
        """The cells of a department."""
        months = parse_months(request.from_month, request.until_month)
        wanted = Wanted(request.cohort, request.specialty_code, request.kind, request.name, request.plan)
        grid = await self._cells.get_grid(caller(), request.department_code, months, wanted)
        return pb.GetGridResponse(
            rows=map(_line, grid.lines),
            teachers=map(_load, grid.teachers),
            months=[f"{month:%Y-%m}" for month in grid.months],
        )

    async def EditCells(self, request: pb.EditCellsRequest, context: Context) -> pb.EditCellsResponse:
        """Assigns, changes, clears, locks, unlocks."""
        edits = [
            Edit(
                trainee_id=_id(each.trainee_id),
                department_code=each.department_code,
                month=parse_month(each.month, "month"),
                version=each.version,
                action=each.action,
                teacher_id=_id(each.teacher_id),
                assistant_ids=tuple(_id(person) for person in each.assistant_ids),
            )
            for each in request.edits
        ]
        found = await self._edits.edit_cells(caller(), edits, request.reason, request.idempotency_key)
        return pb.EditCellsResponse(cells=map(_cell, found))

    async def ProposeAssignment(
        self, request: pb.ProposeAssignmentRequest, context: Context
    ) -> pb.ProposeAssignmentResponse:
        """Begins a proposal."""
        months = parse_months(request.from_month, request.until_month)
        codes = list(request.department_codes)
        found = await self._proposals.propose(caller(), codes, months, request.idempotency_key)
        return pb.ProposeAssignmentResponse(proposal=_proposal(found))

    async def GetProposal(self, request: pb.GetProposalRequest, context: Context) -> pb.GetProposalResponse:
        """Reads a proposal."""
        limit = request.limit or _USUAL
        behind = _number(_read_token(request.page_token, 1))
        page = await self._proposals.read(caller(), _id(request.proposal_id), limit, behind)
        full = len(page.cells) == limit
        return pb.GetProposalResponse(
            proposal=_proposal(page.proposal),
            cells=[_proposed(row, page) for row in page.cells],
            spreads=[
                pb.LoadSpread(department_code=code, month=month, least=least, most=most, teachers=able, cells=cells)
                for code, month, least, most, able, cells in page.proposal.spreads or ()
            ],
            next_page_token=_write_token(str(page.cells[-1].n)) if full else "",
        )

    async def CommitProposal(self, request: pb.CommitProposalRequest, context: Context) -> pb.CommitProposalResponse:
        """Takes a proposal over."""
        named = (_id(request.proposal_id), request.version, request.idempotency_key)
        return pb.CommitProposalResponse(proposal=_proposal(await self._proposals.commit(caller(), *named)))

    async def DiscardProposal(self, request: pb.DiscardProposalRequest, context: Context) -> pb.DiscardProposalResponse:
        """Throws a proposal away."""
        named = (_id(request.proposal_id), request.version, request.idempotency_key)
        return pb.DiscardProposalResponse(proposal=_proposal(await self._proposals.discard(caller(), *named)))

    async def ListOrphans(self, request: pb.ListOrphansRequest, context: Context) -> pb.ListOrphansResponse:
        """Months without their teacher."""
        limit = request.limit or _USUAL
        place = _read_token(request.page_token, 3)
        behind = (_day(place[0]), place[1], _id(place[2])) if place else None
        found, total = await self._cells.list_orphans(caller(), limit, behind)
        last = found[-1].cell.slot if len(found) == limit else None
        return pb.ListOrphansResponse(
            cells=map(_waiting, found),
            total=total,
            next_page_token=_write_token(last.month.isoformat(), last.department_code, last.trainee_id) if last else "",
        )

    async def RecordLeave(self, request: pb.RecordLeaveRequest, context: Context) -> pb.RecordLeaveResponse:
        """Somebody is away."""
        days = (_given_day(request.from_day, "from_day"), _given_day(request.until_day, "until_day"))
        named = (_id(request.person_id), days, request.kind, request.idempotency_key)
        return pb.RecordLeaveResponse(leave=_leave(await self._leaves.record_leave(caller(), *named)))

    async def EndLeave(self, request: pb.EndLeaveRequest, context: Context) -> pb.EndLeaveResponse:
        """An absence ends sooner, or never was."""
        until = _given_day(request.until_day, "until_day") if request.until_day else None
        found = await self._leaves.end_leave(caller(), _id(request.leave_id), until, request.idempotency_key)
        return pb.EndLeaveResponse(leave=_leave(found))

    async def ListLeave(self, request: pb.ListLeaveRequest, context: Context) -> pb.ListLeaveResponse:
        """Absences in reach."""
        limit = request.limit or _USUAL
        place = _read_token(request.page_token, 2)
        behind = (_day(place[0]), _id(place[1])) if place else None
        found = await self._leaves.list_leave(caller(), _id(request.person_id), limit, behind)
        full = len(found) == limit
        return pb.ListLeaveResponse(
            leave=map(_leave, found),
            next_page_token=_write_token(found[-1].from_day.isoformat(), found[-1].leave_id) if full else "",
        )

    async def ListMyMonths(self, request: pb.ListMyMonthsRequest, context: Context) -> pb.ListMyMonthsResponse:
        """One's own months and trainees."""
        found, names = await self._cells.list_my_months(caller())
        return pb.ListMyMonthsResponse(cells=map(_cell, found), trainee_names=names)


def servicer(cells: Cells, edits: CellEdits, leaves: Leaves, proposals: Proposals) -> Servicer:
    """What the server needs to serve AssignmentService."""
    descriptor = pb.DESCRIPTOR.services_by_name["AssignmentService"]
    api = AssignmentApi(cells, edits, leaves, proposals)
    return Servicer(descriptor, assignment_service_pb2_grpc.add_AssignmentServiceServicer_to_server, api)


def _cell(shown: Shown) -> pb.Cell:
    slot = shown.slot
    return pb.Cell(
        trainee_id=slot.trainee_id,
        department_code=slot.department_code,
        month=f"{slot.month:%Y-%m}",
        teacher_id=slot.teacher_id,
        teacher_name=shown.teacher_name,
        assistant_ids=slot.assistant_ids,
        origin=slot.origin,
        locked=slot.locked,
        state=shown.state,
        version=slot.version,
        actions=shown.actions,
        partial=shown.partial,
    )


def _line(line: Line) -> pb.GridRow:
    trainee = line.trainee
    return pb.GridRow(
        trainee_id=trainee.trainee_id,
        name=trainee.name,
        cohort=trainee.cohort,
        specialty_code=trainee.specialty_code,
        kind=trainee.kind,
        cells=map(_cell, line.cells),
        plan_from=trainee.from_day.isoformat() if trainee.from_day else "",
        plan_until=trainee.until_day.isoformat() if trainee.until_day else "",
    )


def _load(load: Load) -> pb.TeacherLoad:
    teacher = load.teacher
    return pb.TeacherLoad(
        person_id=teacher.person_id,
        name=teacher.name,
        loads=load.loads,
        cap=load.cap,
        available=load.available,
        title=teacher.title,
        level=teacher.level,
    )


def _waiting(each: Waiting) -> pb.OrphanedCell:
    slot = each.cell.slot
    return pb.OrphanedCell(
        cell=_cell(each.cell),
        trainee_name=each.trainee_name,
        left_id=slot.left_id,
        left_name=each.left_name,
        cause=slot.orphan_cause,
    )


def _proposal(row: Any) -> pb.Proposal:
    message = pb.Proposal(
        proposal_id=row.proposal_id,
        base_code=row.base_code,
        department_codes=row.department_codes,
        from_month=f"{row.from_month:%Y-%m}",
        until_month=f"{row.until_month:%Y-%m}",
        state=row.state,
        percent=row.percent,
        filled=row.filled,
        changed=row.changed,
        unfilled=row.unfilled,
        fingerprint=row.fingerprint,
        made_by=row.made_by,
        version=row.version,
        milliseconds=row.milliseconds,
    )
    message.made_at.FromDatetime(row.made_at)
    return message


def _proposed(row: Any, page: Page) -> pb.ProposedCell:
    return pb.ProposedCell(
        trainee_id=row.trainee_id,
        trainee_name=page.names.get(row.trainee_id, ""),
        department_code=row.department_code,
        month=f"{row.month:%Y-%m}",
        teacher_id=row.teacher_id or "",
        teacher_name=page.names.get(row.teacher_id or "", ""),
        before_id=row.before_id or "",
        reason_code=row.reason_code,
        reason=REASONS[row.reason_code],
    )


def _leave(row: Any) -> pb.Leave:
    message = pb.Leave(
        leave_id=row.leave_id,
        person_id=row.person_id,
        name=row.name,
        from_day=row.from_day.isoformat(),
        until_day=row.until_day.isoformat(),
        kind=row.kind,
        recorded_by=row.recorded_by,
    )
    message.recorded_at.FromDatetime(row.recorded_at)
    return message


def _id(text: str) -> str:
    """An id as it is stored; empty for none. The contract has looked at its form, but for those in page tokens."""
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise _bad_token() from None


def _given_day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(Kind.INVALID, "BAD_DAY", "日期有误。", field=field, rule="ASG-13") from None


def _write_token(*place: str) -> str:
    return base64.urlsafe_b64encode("\n".join(place).encode()).decode()


def _read_token(token: str, parts: int) -> tuple[str, ...]:
    """The place in a list that a token names; empty for the start. Raises INVALID for one that is not ours."""
    if not token:
        return ()
    try:
        place = tuple(base64.urlsafe_b64decode(token.encode()).decode().split("\n"))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise _bad_token() from error
    if len(place) != parts:
        raise _bad_token()
    return place


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad_token() from None


def _number(place: tuple[str, ...]) -> int:
    if not place:
        return 0
    if not place[0].isascii() or not place[0].isdecimal() or len(place[0]) > 9:
        raise _bad_token()
    return int(place[0])


def _bad_token() -> DomainError:
    return DomainError(Kind.INVALID, "BAD_PAGE_TOKEN", "翻页标记无效。", field="page_token")
