"""Who sees which pictures of a dossier (PAP-08, PAP-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Role
from services.enrollment.domain.papers import PaperKind
from services.enrollment.handlers.running import no_cycle, not_found
from services.enrollment.records import ApplicationRecord
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.papers import PaperRecord, PaperStore
from services.enrollment.store.queries import QueryStore
from services.kit.decoding import Desk
from services.kit.domain import Caller, DomainError
from services.kit.picture_rules import Warned, no_paper

_log = structlog.get_logger("enrollment.papers")


@dataclass(frozen=True, slots=True)
class PaperView:
    """A picture without its pixels."""

    paper_id: str
    kind: PaperKind
    width: int
    height: int
    bytes: int
    sha256: str
    warnings: tuple[Warned, ...]
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures, and the submission that showed them: 0 for the draft."""

    papers: tuple[PaperView, ...]
    number: int


class PaperReading:
    """What applicants and staff see of pictures."""

    def __init__(
        self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore, papers: PaperStore, desk: Desk
    ) -> None:
        self._cycles = cycles
        self._applications = applications
        self._queries = queries
        self._papers = papers
        self._desk = desk

    async def list_papers(self, caller: Caller, application_id: str, number: int) -> Shown:
        """PAP-08: the owner's draft (number 0), or what a submission showed; staff see submissions only.

        Raises NOT_FOUND for what is not the caller's to see.
        """
        record = await self._visible(caller, application_id, not_found)
        if caller.role == Role.APPLICANT and number == 0:
            return Shown(_views(each for each in await self._papers.kept(record.id) if each.in_draft), 0)
        number = number or record.submission_number
        if not 1 <= number <= record.submission_number:
            raise not_found()
        if caller.role.startswith("base_") and number != record.submission_number:
            # An older submission may have been to another base.
            frozen = await self._queries.submission(record.id, number)
            if frozen is None or frozen.choice.base_code != caller.organisation:
                raise not_found()
        return Shown(_views(await self._papers.shown(record.id, number)), number)

    async def get_paper(
        self, caller: Caller, application_id: str, paper_id: str, *, small: bool
    ) -> tuple[bytes, PaperView]:
        """PAP-12: a picture as JPEG, whole or as a preview; what staff look at is logged by ids.

        Raises NOT_FOUND for what is not the caller's to see.
        """
        record = await self._visible(caller, application_id, no_paper)
        found = await self._found(caller, record, paper_id)
        content = await self._papers.content(found)
        if caller.role != Role.APPLICANT:
            _log.info(
                "paper shown", application_id=record.id, kind=found.kind.value, actor=caller.actor, role=caller.role
            )
        if small:
            content = await self._desk.preview(content)
        return content, view_of(found)

    async def portrait(self, application_id: str, number: int) -> bytes | None:
        """The portrait that submission `number` showed (0: the draft's), as JPEG; None when there is none.

        For what this service prints; asks nobody's permission.
        """
        papers = await (self._papers.shown(application_id, number) if number else self._papers.kept(application_id))
        portraits = [each for each in papers if each.kind is PaperKind.PORTRAIT and (number or each.in_draft)]
        return await self._papers.content(portraits[-1]) if portraits else None

    async def _visible(
        self, caller: Caller, application_id: str, otherwise: Callable[[], DomainError]
    ) -> ApplicationRecord:
        """CAP-SCOPE: the application, when it is the caller's to see; raises `otherwise()`."""
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if record is None:
            raise otherwise()
        if caller.role == Role.APPLICANT:
            visible = record.person_id == caller.person_id
        elif record.submission_number == 0 or record.state in (State.DRAFT, State.WITHDRAWN):
            visible = False
        elif caller.role.startswith("base_"):
            visible = record.submitted.base_code == caller.organisation
        else:
            cycle = await self._cycles.cycle(record.cycle_id)
            if cycle is None:
                raise no_cycle()
            province = caller.role == Role.PROVINCE_ADMINISTRATOR
            visible = province and cycle.province_code == caller.organisation
        if not visible:
            raise otherwise()
        return record

    async def _found(self, caller: Caller, record: ApplicationRecord, paper_id: str) -> PaperRecord:
        """One picture: any of one's own, to staff those of submissions to them."""
        if caller.role == Role.APPLICANT:
            papers = await self._papers.kept(record.id)
        elif caller.role.startswith("base_"):
            papers = await self._papers.shown_to(record.id, caller.organisation)
        else:
            papers = [each for each in await self._papers.kept(record.id) if each.frozen]
        for each in papers:
            if each.id == paper_id:
                return each
        raise no_paper()


def _views(papers: Iterable[PaperRecord]) -> tuple[PaperView, ...]:
    order = list(PaperKind)
    return tuple(view_of(each) for each in sorted(papers, key=lambda each: order.index(each.kind)))


def view_of(paper: PaperRecord) -> PaperView:
    """A picture as people are told of it."""
    return PaperView(
        *(paper.id, paper.kind, paper.width, paper.height, paper.bytes, paper.sha256),
        *(paper.warnings, paper.uploaded_at),
    )
