"""A province without a database: answers the part of enrollment and notify that workflows call, by the same rules.

It stands behind the real activities, keeps enrollment's clock (its gate refuses what is not due), and writes down
what it was told to do, so that a test can ask what happened and when.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.domain import DomainError, Kind
from tests.support.moments import NOTICE, Moments
from tests.support.waiting import WaitingList

DAY = timedelta(days=1)


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
    notices: dict[str, notify.SendNoticeRequest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = WaitingList(self.now)

    def opens_at(self, sequence: int) -> datetime:
        """When a phase opens by the calendar as it stands now."""
        if sequence in self.moved:
            return self.moved[sequence]
        last = NOTICE[-1]
        if sequence > last[0]:
            return self.moments.midnight(last[4] + DAY)
        return self.moments.midnight(NOTICE[sequence - 1][3])

    async def now(self) -> datetime:
        """The province's own clock."""
        return await self.clock() - self.behind

    async def GetCycle(self, _: wire.GetCycleRequest) -> wire.GetCycleResponse:
        return wire.GetCycleResponse(cycle=await self._cycle())

    async def ListCycles(self, request: wire.ListCyclesRequest) -> wire.ListCyclesResponse:
        return wire.ListCyclesResponse(cycles=[await self._cycle()] if request.open_only else [])

    async def GetCatalogue(self, _: wire.GetCatalogueRequest) -> wire.GetCatalogueResponse:
        return wire.GetCatalogueResponse(bases=[cycle_pb2.Base(code=code, name=code) for code in self.bases])

    async def EnterPhase(self, request: wire.EnterPhaseRequest) -> wire.EnterPhaseResponse:
        if request.sequence > self.sequence + 1:
            raise DomainError(Kind.CONFLICT, "NOT_NEXT_PHASE", "阶段须依次进入。")
        if request.sequence == self.sequence + 1:
            now = await self.now()
            if now < self.opens_at(request.sequence):
                self.refused.append(request.sequence)
                raise DomainError(Kind.NOT_NOW, "TOO_EARLY", "未到该阶段的开始时间。")
            self.sequence = request.sequence
            self.entered.append(request.sequence)
            self.entered_at[request.sequence] = now
        return wire.EnterPhaseResponse(cycle=await self._cycle())

    async def GetWindow(self, request: wire.GetWindowRequest) -> wire.GetWindowResponse:
        phase = request.round + 1
        window = cycle_pb2.Window(
            cycle_id=self.cycle_id,
            base_code=request.base_code,
            round=request.round,
            opens_at=_stamp(self.opens_at(phase)),
            closes_at=_stamp(self.opens_at(phase + 1)),
            pending=self.pending.get(request.base_code, 0),
            over=self.sequence > phase,
            closed=(request.base_code, request.round) in self.closed_windows,
            day_seconds=DAY.total_seconds(),
        )
        if request.base_code in self.review_deadlines:
            window.milestones.review_deadline.CopyFrom(_stamp(self.review_deadlines[request.base_code]))
        return wire.GetWindowResponse(window=window)

    async def CloseWindow(self, request: wire.CloseWindowRequest) -> wire.CloseWindowResponse:
        if await self.now() < self.opens_at(request.round + 2):
            raise DomainError(Kind.NOT_NOW, "WINDOW_OPEN", "本轮尚未结束。")
        window = (request.base_code, request.round)
        if window not in self.closed_windows:
            self.closed_windows.append(window)
        return wire.CloseWindowResponse(unreviewed=self.pending.get(request.base_code, 0))

    async def SendNotice(self, request: notify.SendNoticeRequest) -> notify.SendNoticeResponse:
        written = request.key not in self.notices
        self.notices.setdefault(request.key, request)
        return notify.SendNoticeResponse(written=written)

    async def _cycle(self) -> cycle_pb2.Cycle:
        cycle = cycle_pb2.Cycle(
            cycle_id=self.cycle_id,
            sequence=self.sequence,
            calendar_version=1 + len(self.moved),
            day_seconds=DAY.total_seconds(),
            read_at=_stamp(await self.now()),
        )
        names = ["preparation", *[row[1] for row in NOTICE], "closed"]
        for sequence, name in enumerate(names):
            phase = cycle.phases.add(sequence=sequence, phase=cycle_pb2.Phase.Value(f"PHASE_{name.upper()}"))
            phase.round = NOTICE[sequence - 1][2] if 1 <= sequence <= len(NOTICE) else 0
            if sequence > 0:
                phase.opens_at.CopyFrom(_stamp(self.opens_at(sequence)))
            if sequence <= len(NOTICE):
                phase.closes_at.CopyFrom(_stamp(self.opens_at(sequence + 1)))
        return cycle


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
