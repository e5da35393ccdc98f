"""Audiences of a cycle: whom a province may tell something, read by notify, by ids only."""

from __future__ import annotations

from dataclasses import dataclass

from services.enrollment.domain.choice import Catalogue
from services.enrollment.handlers.running import no_cycle
from services.enrollment.records import CycleRecord
from services.enrollment.store.audiences import Audience, AudienceStore, Member, Query
from services.enrollment.store.cycles import CycleStore
from services.kit.domain import DomainError, Kind

DEFAULT_PAGE = 1000


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """Members of an audience; `next_token` is empty on the last page, `count` unless only the number was asked for."""

    province_code: str
    members: tuple[Member, ...] = ()
    next_token: str = ""
    count: int = 0


class AudienceHandlers:
    """Reads ids; nobody's data leaves by it."""

    def __init__(self, cycles: CycleStore, audiences: AudienceStore) -> None:
        self._cycles = cycles
        self._audiences = audiences

    async def list_audience(self, query: Query, page_size: int, page_token: str) -> AudiencePage:
        """MSG-33: who belongs to it at this moment, behind the place that `page_token` names.

        Whoever joins or leaves between two pages does so at their own place: nobody is named twice, nobody left out
        who was there all the time. Raises NOT_FOUND for no such cycle or a draft of one, INVALID for a base or a
        specialty that the cycle does not have.
        """
        cycle = await self._checked(query)
        size = page_size or DEFAULT_PAGE
        members = await self._audiences.page(query, page_token, size)
        token = _place(members[-1]) if len(members) == size else ""
        return AudiencePage(cycle.province_code, tuple(members), token)

    async def count_audience(self, query: Query) -> AudiencePage:
        """MSG-33: how many belong to it at this moment. Raises as `list_audience` does."""
        cycle = await self._checked(query)
        return AudiencePage(cycle.province_code, count=await self._audiences.count(query))

    async def _checked(self, query: Query) -> CycleRecord:
        gate = await self._cycles.gate(query.cycle_id)
        cycle = await self._cycles.cycle(query.cycle_id, gate.edition) if gate is not None else None
        if cycle is None or cycle.draft:
            raise no_cycle()
        _narrow(query, cycle.catalogue)
        return cycle


def _narrow(query: Query, catalogue: Catalogue) -> None:
    if query.base_code and query.base_code not in catalogue.bases:
        raise DomainError(Kind.INVALID, "UNKNOWN_BASE", "没有这个培训基地。", field="base_code", rule="MSG-33")
    if query.specialty_code and query.specialty_code not in catalogue.specialties:
        raise DomainError(
            Kind.INVALID, "UNKNOWN_SPECIALTY", "没有这个培训专业。", field="specialty_code", rule="MSG-33"
        )
    if query.audience is Audience.DRAFTS and (query.base_code or query.specialty_code):
        # What a draft names is not said to any base yet.
        message = "尚未提交的报名没有确定的基地和专业，不能按其筛选。"
        raise DomainError(Kind.INVALID, "DRAFTS_NOT_NARROWED", message, field="audience", rule="MSG-33")


def _place(member: Member) -> str:
    return member.person_id or member.organisation_code
