"""Published lists without a database: answers the part of SelectionService that workflows call, by the same rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from residency.enrollment.v1 import selection_service_pb2 as wire
from services.kit.domain import DomainError, Kind

DAY = timedelta(days=1)
OPEN = ("provisional", "objected")


@dataclass
class Listed:
    """One list: how each of its people stands (`provisional`, `objected`, `admitted` or `gone`)."""

    list_id: str
    base_code: str
    number: int
    ends_at: datetime
    people: dict[str, str]
    undo_until: datetime | None = None


@dataclass
class PublishedLists:
    """The lists of one cycle. It is quiet from ten in the evening until eight, days counted from `anchor`."""

    cycle_id: str
    clock: Callable[[], Awaitable[datetime]]
    closes_at: Callable[[], datetime]
    anchor: datetime
    stopped: Callable[[], bool]
    """Whether the province is held."""
    held: bool = False
    reminder_days: Sequence[float] = (7.0, 3.0, 1.0)
    lists: dict[str, Listed] = field(default_factory=dict)
    asked: list[datetime] = field(default_factory=list)

    def publish(self, list_id: str, base_code: str, people: Sequence[str], ends_at: datetime) -> Listed:
        """A base publishes a list of people who are provisional."""
        number = 1 + sum(each.base_code == base_code for each in self.lists.values())
        published = Listed(list_id, base_code, number, ends_at, dict.fromkeys(people, "provisional"))
        self.lists[list_id] = published
        return published

    async def GetListProgress(self, request: wire.GetListProgressRequest) -> wire.GetListProgressResponse:
        found = self.lists.get(request.list_id)
        if found is None:
            raise DomainError(Kind.NOT_FOUND, "LIST_NOT_FOUND", "没有这份名单。")
        now = await self.clock()
        self.asked.append(now)
        counted = Counter(found.people.values())
        answer = wire.GetListProgressResponse(
            cycle_id=self.cycle_id,
            base_code=found.base_code,
            province_code="37",
            number=found.number,
            entries=len(found.people),
            admissible=counted["provisional"],
            objected=counted["objected"],
            admitted=counted["admitted"],
            held=self.held or self.stopped(),
            day_seconds=DAY.total_seconds(),
            base_provisional=sum(
                state in OPEN
                for each in self.lists.values()
                if each.base_code == found.base_code
                for state in each.people.values()
            ),
        )
        answer.time_policy.verification_reminder_days.extend(self.reminder_days)
        quiet = answer.time_policy.quiet
        quiet.day_seconds, quiet.from_minute, quiet.until_minute = DAY.total_seconds(), 22 * 60, 8 * 60
        quiet.anchor.FromDatetime(self.anchor)
        answer.ends_at.FromDatetime(found.ends_at)
        answer.verification_closes_at.FromDatetime(self.closes_at())
        answer.read_at.FromDatetime(now)
        if found.undo_until is not None and now < found.undo_until:
            answer.undo_until.FromDatetime(found.undo_until)
        return answer

    async def ListOpenLists(self, request: wire.ListOpenListsRequest) -> wire.ListOpenListsResponse:
        return wire.ListOpenListsResponse(
            lists=[
                wire.OpenList(list_id=each.list_id, cycle_id=self.cycle_id, base_code=each.base_code)
                for each in self.lists.values()
                if any(state in OPEN for state in each.people.values())
            ]
        )
