"""Pictures added to a dossier, and taken out again (PAP-06, PAP-07, PAP-09, PAP-10)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Role, decide
from services.enrollment.domain.papers import RULES, PaperKind
from services.enrollment.domain.refusals import require
from services.enrollment.domain.unlock import RULE as UNLOCKED
from services.enrollment.domain.unlock import WITH_BASE
from services.enrollment.handlers.correcting import correction
from services.enrollment.handlers.paper_reading import PaperView, view_of
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    FrozenDossier,
    SectionWrite,
    Situation,
    Statement,
    Write,
)
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.papers import PaperRecord, PaperStore, added, corrected_papers, removed
from services.enrollment.store.queries import QueryStore
from services.kit.decoding import Desk
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id
from services.kit.picture_rules import UPLOADS_AN_HOUR, check_number, check_weight, no_paper, refused, too_often

if TYPE_CHECKING:
    from services.kit.pictures import Picture


@dataclass(frozen=True, slots=True)
class PaperEditView:
    """What became of the dossier: its version, and the picture that was added, if one was."""

    application_id: str
    version: int
    paper: PaperView | None


_VIEW: TypeAdapter[PaperEditView] = TypeAdapter(PaperEditView)
_Order = TypeVar("_Order", "UploadPaper", "RemovePaper")


@dataclass(frozen=True, slots=True)
class UploadPaper:
    """Add a picture to the draft; the file itself goes beside the order, which names it by its hash."""

    cycle_id: str
    kind: PaperKind
    sent: str
    """SHA-256 of the file as it was sent, in hexadecimal."""
    accept_warnings: bool
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RemovePaper:
    """Take a picture out of the draft."""

    cycle_id: str
    paper_id: str
    idempotency_key: str


class PaperHandlers:
    """What applicants do with their pictures."""

    def __init__(
        self,
        cycles: CycleStore,
        applications: ApplicationStore,
        queries: QueryStore,
        papers: PaperStore,
        desk: Desk,
    ) -> None:
        self._applications = applications
        self._queries = queries
        self._papers = papers
        self._desk = desk
        self._runner = Runner(cycles, applications)

    async def upload_paper(
        self, caller: Caller, cycle_id: str, kind: PaperKind, content: bytes, accept_warnings: bool, key: str
    ) -> PaperEditView:
        """Add a picture to the caller's draft; a portrait takes the place of the one before.

        Whether the edit is open at all is looked at before the file is. Raises INVALID with what is wrong with the
        file, EXHAUSTED when there were too many; a refused file leaves nothing behind.
        """
        sent = await asyncio.to_thread(hashlib.sha256, content)
        order = UploadPaper(cycle_id, kind, sent.hexdigest(), accept_warnings, key)
        upload = _Upload(new_id(), kind, content, accept_warnings)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[PaperEditView]:
            return await self._added(caller, order, upload, cycle, now)

        try:
            view = await self._run(caller, order, decided)
        except DomainError as error:
            # While the database is away it is unknown whether the row was written: the sweep will know.
            if error.kind is not Kind.UNAVAILABLE or error.reason == "CONTENDED":
                await self._discard(upload)
            raise
        if view.paper is None or view.paper.paper_id != upload.paper_id:
            # An equal command was faster, and answered with its own picture.
            await self._discard(upload)
        return view

    async def remove_paper(self, caller: Caller, order: RemovePaper) -> PaperEditView:
        """Take a picture out of the caller's draft. Raises NOT_FOUND when it is not there."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[PaperEditView]:
            before = _own(now)
            papers = await self._papers.kept(before.id)
            paper = next((each for each in papers if each.id == order.paper_id and each.in_draft), None)
            if paper is None:
                raise no_paper()
            decision = _allow(cycle, now, paper.kind)
            detail = {"kind": paper.kind.value, "paper": paper.id}
            return await self._edited(
                caller, order, cycle, now, decision, paper.kind, detail, (removed(paper),), None, "remove_paper"
            )

        return await self._run(caller, order, decided)

    async def _run(
        self,
        caller: Caller,
        order: _Order,
        decided: Callable[[CycleRecord, Situation], Awaitable[Outcome[PaperEditView]]],
    ) -> PaperEditView:
        async def read() -> Situation | None:
            return await self._applications.read_own(
                order.cycle_id, caller.person_id, caller.actor, order.idempotency_key
            )

        return await self._runner.run(caller, order, _VIEW, read, decided, order.cycle_id)

    async def _added(
        self, caller: Caller, order: UploadPaper, upload: _Upload, cycle: CycleRecord, now: Situation
    ) -> Outcome[PaperEditView]:
        before, rule = _own(now), RULES[upload.kind]
        decision = _allow(cycle, now, upload.kind)
        if await self._papers.uploads_lately(before.id) >= UPLOADS_AN_HOUR:
            raise too_often()
        kept = await self._papers.kept(before.id)
        of_kind = [each for each in kept if each.kind is upload.kind and each.in_draft]
        replaced = of_kind if rule.max_papers == 1 else []
        stay = [each for each in kept if each.frozen or each not in replaced]
        check_number(rule, len(of_kind) - len(replaced), len(stay))
        picture = await self._picture(upload)
        check_weight(sum(each.bytes for each in stay) + len(picture.content))
        if not upload.stored:
            upload.stored = await self._papers.keep(before.id, picture.content)
        object_key, sealed_with = upload.stored
        paper = PaperRecord(
            upload.paper_id,
            before.id,
            upload.kind,
            object_key,
            sealed_with,
            picture.width,
            picture.height,
            len(picture.content),
            picture.sha256,
            picture.warnings,
            now.gate.now,
        )
        detail = {"kind": paper.kind.value, "paper": paper.id, "sha256": paper.sha256}
        rows = (*map(removed, replaced), added(paper))
        return await self._edited(
            caller, order, cycle, now, decision, upload.kind, detail, rows, view_of(paper), "upload_paper"
        )

    async def _picture(self, upload: _Upload) -> Picture:
        """The file drawn anew, once. Raises INVALID; PAP-06: also for a warning that nobody overruled."""
        if upload.picture is None:
            upload.picture = await self._desk.redrawn(RULES[upload.kind].limits, upload.content)
        if upload.picture.warnings and not upload.accept_warnings:
            raise refused(upload.picture.warnings[0].value, "accept_warnings")
        return upload.picture

    async def _edited(
        self,
        caller: Caller,
        order: UploadPaper | RemovePaper,
        cycle: CycleRecord,
        now: Situation,
        decision: Decision,
        kind: PaperKind,
        detail: dict[str, Any],
        also: tuple[Statement, ...],
        paper: PaperView | None,
        name: str,
    ) -> Outcome[PaperEditView]:
        """PAP-07: one more version of the dossier; UNL-03: a correction for the base, where it has the application."""
        before = _own(now)
        after = replace(before, version=before.version + 1)
        frozen: FrozenDossier | None = None
        saved: SectionWrite | None = None
        fact: Fact | None = None
        section = RULES[kind].section
        if decision.rule == UNLOCKED and _state(now) in WITH_BASE:
            shown = await self._queries.submission(before.id, before.submission_number)
            dossier = correction(cycle, now, before, shown, now.sections, section)
            if dossier is not None:
                number = before.submission_number + 1
                fingerprint = self._applications.sealing.fingerprint(before.id, number, dossier)
                frozen = FrozenDossier(dossier, fingerprint, before.submission_number)
                after = replace(after, submission_number=number)
                # A correction is dated by the section that was saved for it.
                saved = SectionWrite(section, dossier[section], now.gate.now)
                detail = {**detail, "dossier": fingerprint.hex(), "correction_of": frozen.correction_of}
                fact = facts.corrected(cycle, after, section)
                also = (*also, *corrected_papers(before.id, number, now.unlocked))
        entry = audit_entry(caller, name, order.idempotency_key, cycle, now.gate, decision, before, detail)
        write = Write(after, entry, decision.until, fact, saved, frozen, also=also)
        return Outcome(write, PaperEditView(before.id, after.version, paper))

    async def _discard(self, upload: _Upload) -> None:
        if upload.stored:
            await self._papers.discard(upload.stored[0])


@dataclass
class _Upload:
    """One file on its way; drawn and stored at most once, however often the command is decided."""

    paper_id: str
    kind: PaperKind
    content: bytes
    accept_warnings: bool
    picture: Picture | None = None
    stored: tuple[str, str] | None = None


def _own(now: Situation) -> ApplicationRecord:
    if now.application is None:
        raise not_found()
    return now.application


def _state(now: Situation) -> State:
    found = _own(now)
    return effective_state(found.state, found.round, now.gate.standing)


def _allow(cycle: CycleRecord, now: Situation, kind: PaperKind) -> Decision:
    """PAP-07: the decision that lets the section of `kind` be edited; raises why not."""
    standing = _own(now).standing(unlocked=now.unlocked)
    section = RULES[kind].section
    decision = decide(
        Action.EDIT_PROFILE,
        now.gate.moment(cycle),
        now.milestones,
        standing,
        Actor(Role.APPLICANT),
        cycle.policy,
        section,
    )
    require(decision)
    return decision
