"""A province without a database: answers the part of enrollment and notify that workflows call, by the same rules.

It stands behind the real activities, keeps enrollment's clock (its gate refuses what is not due), and writes down
what it was told to do, so that a test can ask what happened and when.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import calendar_service_pb2, cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.domain import DomainError, Kind
from services.notify.domain.templates import render_from_text
from tests.support.listing import PublishedLists
from tests.support.moments import NOTICE, Moments
from tests.support.waiting import WaitingList
from tests.support.windows import Desk, concerned, fill

DAY = timedelta(days=1)
_REVIEWING = ("first_choice", "second_choice", "reallocation")


@dataclass
class Province:
    """One cycle with its gate, bases and windows. `behind` is how far its clock lags behind the workflow server's."""

    cycle_id: str
    moments: Moments
    clock: Callable[[], Awaitable[datetime]]
    bases: Sequence[str] = ("SD-QILU", "SD-SLYY", "SD-SDEY")
    behind: timedelta = timedelta(0)
    sequence: int = 0
    entered: list[int] = field(default_factory=list)
    entered_at: dict[int, datetime] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    moved: dict[int, datetime] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    review_deadlines: dict[str, datetime] = field(default_factory=dict)
    closed_windows: list[tuple[str, int]] = field(default_factory=list)
    closed_at: dict[tuple[str, int], datetime] = field(default_factory=dict)
    notices: dict[str, notify.SendNoticeRequest] = field(default_factory=dict)
    sent_at: dict[str, datetime] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    """Keys of the notices in the order in which they were asked for, repeats too."""
    rows: list[tuple[int, str, int, date, date]] = field(default_factory=lambda: list(NOTICE))
    """The calendar as it stands: sequence, phase, review round, first and last day."""
    changes: int = 0
    epoch: int = 1
    held_since: datetime | None = None
    drafts: list[str] = field(default_factory=list)
    """Ids of the people who have a draft and never submitted it."""
    quiet: bool = False
    """Whether the province has quiet hours, 21:30 to 08:00, as most have."""
    reminder_hours: Sequence[float] = (72.0, 24.0)
    desks: dict[str, Desk] = field(default_factory=dict)
    """How bases stand beside what waits for them."""

    def __post_init__(self) -> None:
        self.waiting = WaitingList(self.now)
        self.lists = PublishedLists(
            self.cycle_id,
            self.now,
            lambda: self.opens_at(self.rows[-1][0] + 1),
            self.moments.registration_opens,
            lambda: self.held_since is not None,
        )

    def opens_at(self, sequence: int) -> datetime:
        """When a phase opens by the calendar as it stands now."""
        if sequence in self.moved:
            return self.moved[sequence]
        last = self.rows[-1]
        if sequence > last[0]:
            return self.moments.midnight(last[4] + DAY)
        return self.moments.midnight(self.rows[sequence - 1][3])

    def closes_at(self, sequence: int) -> datetime:
        """When it closes: with the opening of the next, unless a gap follows."""
        if sequence == 0 or sequence + 1 in self.moved:
            return self.opens_at(sequence + 1)
        return self.moments.midnight(self.rows[sequence - 1][4] + DAY)

    def sequence_of(self, round_number: int) -> int:
        """The number of the phase in which a round is reviewed."""
        return next(row[0] for row in self.rows if row[2] == round_number)

    def amend(self, *phases: tuple[str, date, date]) -> int:
        """Another calendar holds from now on; phases and rounds are counted anew. Answers its version."""
        self.rows = [
            (number, phase, sum(one[0] in _REVIEWING for one in phases[:number]) * (phase in _REVIEWING), first, last)
            for number, (phase, first, last) in enumerate(phases, start=1)
        ]
        return self._changed()

    async def hold(self) -> int:
        """Everything stops."""
        self.held_since = await self.now()
        return self._changed()

    async def resume(self) -> int:
        """Everything goes on; what has not ended ends later by as many whole days as it was held."""
        assert self.held_since is not None
        held, self.held_since = self.held_since, None
        days = -((held - await self.now()) // DAY) * DAY
        self.rows = [
            (
                *row[:3],
                row[3] + (days if self.moments.midnight(row[3]) > held else timedelta(0)),
                row[4] + (days if self.moments.midnight(row[4] + DAY) > held else timedelta(0)),
            )
            for row in self.rows
        ]
        return self._changed()

    def restored(self, epoch: int, version: int) -> None:
        """Enrollment's database is an older one, with this version of the calendar, and goes on in another epoch."""
        self.epoch, self.changes = epoch, version - 1 - len(self.moved)

    def _changed(self) -> int:
        self.changes += 1
        return self.version

    @property
    def version(self) -> int:
        """Version of the calendar."""
        return 1 + len(self.moved) + self.changes

    async def now(self) -> datetime:
        """The province's own clock."""
        return await self.clock() - self.behind

    async def GetCycle(self, _: wire.GetCycleRequest) -> wire.GetCycleResponse:
        return wire.GetCycleResponse(cycle=await self._cycle())

    async def ListCycles(self, _: wire.ListCyclesRequest) -> wire.ListCyclesResponse:
        return wire.ListCyclesResponse(cycles=[await self._cycle()])

    async def GetCatalogue(self, _: wire.GetCatalogueRequest) -> wire.GetCatalogueResponse:
        return wire.GetCatalogueResponse(bases=[cycle_pb2.Base(code=code, name=code) for code in self.bases])

    async def EnterPhase(self, request: wire.EnterPhaseRequest) -> wire.EnterPhaseResponse:
        if request.sequence > self.sequence + 1:
            raise DomainError(Kind.CONFLICT, "NOT_NEXT_PHASE", "阶段须依次进入。")
        if request.sequence == self.sequence + 1:
            now = await self.now()
            if self.held_since is not None or now < self.opens_at(request.sequence):
                self.refused.append(request.sequence)
                raise DomainError(Kind.NOT_NOW, "TOO_EARLY", "未到该阶段的开始时间。")
            self.sequence = request.sequence
            self.entered.append(request.sequence)
            self.entered_at[request.sequence] = now
        return wire.EnterPhaseResponse(cycle=await self._cycle())

    async def GetWindow(self, request: wire.GetWindowRequest) -> wire.GetWindowResponse:
        if request.round not in {row[2] for row in self.rows}:
            raise DomainError(Kind.NOT_FOUND, "WINDOW_NOT_FOUND", "没有这个审核窗口。")
        phase = self.sequence_of(request.round)
        kind = next(row[1] for row in self.rows if row[2] == request.round)
        window = cycle_pb2.Window(
            cycle_id=self.cycle_id,
            base_code=request.base_code,
            base_name=request.base_code,
            province_code="SD",
            phase=f"PHASE_{kind.upper()}",
            phase_name=kind,
            round=request.round,
            opens_at=_stamp(self.opens_at(phase)),
            closes_at=_stamp(self.closes_at(phase)),
            pending=self.pending.get(request.base_code, 0),
            over=self.sequence > phase,
            closed=(request.base_code, request.round) in self.closed_windows,
            day_seconds=DAY.total_seconds(),
        )
        if request.base_code in self.review_deadlines:
            window.milestones.review_deadline.CopyFrom(_stamp(self.review_deadlines[request.base_code]))
        if self.held_since is not None:
            window.held_since.CopyFrom(_stamp(self.held_since))
        window.time_policy.reminder_hours.extend(self.reminder_hours)
        if self.quiet:
            window.time_policy.quiet.CopyFrom(_quiet(self.moments.registration_opens))
        fill(window, self.desks.get(request.base_code, Desk()), await self.now())
        return wire.GetWindowResponse(window=window)

    async def CloseWindow(self, request: wire.CloseWindowRequest) -> wire.CloseWindowResponse:
        if self.held_since is not None or await self.now() < self.closes_at(self.sequence_of(request.round)):
            raise DomainError(Kind.NOT_NOW, "WINDOW_OPEN", "本轮尚未结束。")
        window = (request.base_code, request.round)
        if window not in self.closed_windows:
            self.closed_windows.append(window)
            self.closed_at[window] = await self.now()
        return wire.CloseWindowResponse(unreviewed=self.pending.get(request.base_code, 0))

    async def SendNotice(self, request: notify.SendNoticeRequest) -> notify.SendNoticeResponse:
        render_from_text(request.template, dict(request.parameters))  # refuses what the real one refuses
        written = request.key not in self.notices
        self.sent_at.setdefault(request.key, await self.now())
        self.sent.append(request.key)
        self.notices.setdefault(request.key, request)
        return notify.SendNoticeResponse(written=written)

    async def ListConcerned(self, request: wire.ListConcernedRequest) -> wire.ListConcernedResponse:
        if request.concern == wire.CONCERN_FIXABLE:
            people = self.desks.get(request.base_code, Desk()).still_fixable(await self.now())
            return concerned(people, request.page_token)
        begin = int(request.page_token or 0)
        some = self.drafts[begin : begin + 2]
        return wire.ListConcernedResponse(
            persons=[wire.ConcernedPerson(person_id=person_id) for person_id in some],
            next_page_token=str(begin + 2) if begin + 2 < len(self.drafts) else "",
        )

    async def PrepareNextCycle(self, request: wire.PrepareNextCycleRequest) -> wire.PrepareNextCycleResponse:
        return wire.PrepareNextCycleResponse(cycle_id=f"draft-{request.year}", title="下一年度招录")

    async def GetPhaseReport(self, request: wire.GetPhaseReportRequest) -> wire.GetPhaseReportResponse:
        closed = [base for base, number in self.closed_windows if number == request.round]
        desks = {base: self.desks.get(base, Desk()) for base in closed}
        unselected = {base: desk.approved - desk.not_selected for base, desk in desks.items()}
        return wire.GetPhaseReportResponse(
            unreviewed=sum(self.pending.get(base, 0) for base in closed),
            unselected=sum(unselected.values()),
            bases=sum(bool(self.pending.get(base) or unselected[base]) for base in closed),
            open=len(self.bases) - len(closed),
            closed=len(closed),
        )

    async def ListCalendarVersions(
        self, _: calendar_service_pb2.ListCalendarVersionsRequest
    ) -> calendar_service_pb2.ListCalendarVersionsResponse:
        newest = calendar_service_pb2.CalendarVersion(number=self.version, reason="台风")
        return calendar_service_pb2.ListCalendarVersionsResponse(versions=[newest])

    async def _cycle(self) -> cycle_pb2.Cycle:
        cycle = cycle_pb2.Cycle(
            cycle_id=self.cycle_id,
            sequence=self.sequence,
            calendar_version=self.version,
            epoch=self.epoch,
            year=(await self.now()).year,
            province_code="SD",
            day_seconds=DAY.total_seconds(),
            read_at=_stamp(await self.now()),
        )
        names = ["preparation", *[row[1] for row in self.rows], "closed"]
        for sequence, name in enumerate(names):
            phase = cycle.phases.add(sequence=sequence, phase=cycle_pb2.Phase.Value(f"PHASE_{name.upper()}"))
            phase.name = name
            phase.key = name if name not in names[:sequence] else f"{name}.2"
            phase.round = self.rows[sequence - 1][2] if 1 <= sequence <= len(self.rows) else 0
            if sequence > 0:
                phase.opens_at.CopyFrom(_stamp(self.opens_at(sequence)))
            if sequence <= len(self.rows):
                phase.closes_at.CopyFrom(_stamp(self.closes_at(sequence)))
        if self.held_since is not None:
            cycle.held_since.CopyFrom(_stamp(self.held_since))
        cycle.time_policy.reminder_hours.extend(self.reminder_hours)
        if self.quiet:
            cycle.time_policy.quiet.CopyFrom(_quiet(self.moments.registration_opens))
        return cycle


def _quiet(anchor: datetime) -> cycle_pb2.QuietHours:
    return cycle_pb2.QuietHours(
        anchor=_stamp(anchor), day_seconds=DAY.total_seconds(), from_minute=21 * 60 + 30, until_minute=8 * 60
    )


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
