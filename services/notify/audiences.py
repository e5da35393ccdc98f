"""What notify asks of enrollment: who belongs to an audience now, and when nobody may be disturbed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from residency.enrollment.v1 import audience_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from residency.enrollment.v1.audience_service_pb2_grpc import AudienceServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from services.kit.grpc_client import Channel
from services.kit.quiet import NEVER, QuietHours
from services.notify.domain.campaigns import Audience
from services.notify.domain.recipients import Recipient

QUIET_SECONDS = 60.0
"""How long the quiet hours of a cycle are taken to be the same."""
_AUDIENCES = {
    Audience.EVERYBODY: pb.AUDIENCE_EVERYBODY,
    Audience.DRAFTS: pb.AUDIENCE_DRAFTS,
    Audience.SUBMITTED: pb.AUDIENCE_SUBMITTED,
    Audience.UNPLACED: pb.AUDIENCE_UNPLACED,
    Audience.PLACED: pb.AUDIENCE_PLACED,
    Audience.BASES: pb.AUDIENCE_BASES,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An audience of one cycle, narrowed to a base or a specialty where those are not empty."""

    cycle_id: str
    audience: Audience
    base_code: str = ""
    specialty_code: str = ""


@dataclass(frozen=True, slots=True)
class Members:
    """One page of an audience; `cursor` is empty on the last."""

    members: tuple[Recipient, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many belong to an audience, and whose cycle it is."""

    count: int
    province_code: str


class Source(Protocol):
    """Who knows the audiences of a cycle."""

    async def page(self, asked: Asked, cursor: str, size: int) -> Members:
        """Up to `size` members from `cursor` on (empty: the first), each once over all pages.

        Raises DomainError UNAVAILABLE, NOT_FOUND for no such cycle, INVALID for what the cycle does not have.
        """
        ...

    async def count(self, asked: Asked) -> Counted:
        """How many there are now. Raises as `page` does."""
        ...

    async def quiet(self, cycle_id: str) -> QuietHours:
        """When nobody of a cycle is disturbed, at most a minute old. Raises DomainError UNAVAILABLE or NOT_FOUND."""
        ...


class Audiences:
    """MSG-33: enrollment's AudienceService, asked with the service's own token, never inside a transaction."""

    def __init__(self, channel: Channel) -> None:
        self._audiences = channel.stub(AudienceServiceStub)
        self._cycles = channel.stub(CycleServiceStub)
        self._quiet: dict[str, tuple[float, QuietHours]] = {}

    async def page(self, asked: Asked, cursor: str, size: int) -> Members:
        """As `Source.page`."""
        request = _request(asked)
        request.page_token, request.page_size = cursor, size
        answer = await self._audiences.ListAudience(request)
        members = (Recipient(each.person_id, each.organisation_code) for each in answer.members)
        return Members(tuple(members), answer.next_page_token)

    async def count(self, asked: Asked) -> Counted:
        """As `Source.count`."""
        request = _request(asked)
        request.count_only = True
        answer = await self._audiences.ListAudience(request)
        return Counted(answer.count, answer.province_code)

    async def quiet(self, cycle_id: str) -> QuietHours:
        """As `Source.quiet`."""
        now = time.monotonic()
        self._quiet = {known: kept for known, kept in self._quiet.items() if kept[0] > now}
        if cycle_id not in self._quiet:
            answer = await self._cycles.GetCycle(cycle_service_pb2.GetCycleRequest(cycle_id=cycle_id))
            self._quiet[cycle_id] = now + QUIET_SECONDS, _quiet_of(answer.cycle.time_policy.quiet)
        return self._quiet[cycle_id][1]


def _request(asked: Asked) -> pb.ListAudienceRequest:
    return pb.ListAudienceRequest(
        cycle_id=asked.cycle_id,
        audience=_AUDIENCES[asked.audience],
        base_code=asked.base_code,
        specialty_code=asked.specialty_code,
    )


def _quiet_of(said: cycle_pb2.QuietHours) -> QuietHours:
    """MSG-08: a policy that says nothing is never quiet."""
    if not said.HasField("anchor") or said.day_seconds <= 0:
        return NEVER
    return QuietHours(
        said.anchor.ToDatetime(tzinfo=UTC),
        said.day_seconds,
        said.from_minute,
        said.until_minute,
        said.exam_until_minute,
        frozenset(day.ToDatetime(tzinfo=UTC) for day in said.exam_days),
    )
