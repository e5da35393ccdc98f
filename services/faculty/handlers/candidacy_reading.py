"""Candidacies as somebody sees them: with the entry rules beside them, and what they may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.directory import Places
from services.faculty.domain.candidacy import Action, Actor, Decision, State, actions_of, may
from services.faculty.domain.dossier import BY_SECTION
from services.faculty.domain.entry_rules import Evaluation
from services.faculty.handlers import candidacy_facts as facts
from services.faculty.handlers.candidacies import months_of
from services.faculty.handlers.candidacy_facts import ACTORS, case_of, complete, not_found, reaches
from services.faculty.handlers.frozen import thawed, work_facts
from services.faculty.store import batches, candidacies, candidacy_list
from services.faculty.store.batches import Batch, Position
from services.faculty.store.candidacies import Candidacy, Decided
from services.faculty.store.candidacy_list import Filters
from services.kit.domain import Caller

USUAL_PAGE = 50
_KEPT = (State.RECOMMENDED, State.NOT_RECOMMENDED, State.EXPIRED)
"""States whose evaluation is that of their decision."""


@dataclass(frozen=True, slots=True)
class CandidacyView:
    """One candidacy, for one caller at one instant."""

    row: Candidacy
    batch: Batch
    evaluation: Evaluation | None = None
    capabilities: Sequence[tuple[Action, Decision]] = ()
    appeal: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CandidacyDetail:
    """One candidacy with its history and its frozen dossier. Notes are empty for whom they are not."""

    view: CandidacyView
    decisions: Sequence[Decided] = ()
    dossier: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class CandidacyPage:
    """Some of a list, how many there are in all, and where to go on."""

    views: Sequence[CandidacyView]
    total: int
    following: Position | None


class ReadingHandlers:
    """Reads candidacies; reading leaves no trace."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def mine(self, caller: Caller) -> list[CandidacyView]:
        """One's own, newest first."""
        core = self._core
        places = await core.directory.know()
        async with core.database.unit_of_work() as uow:
            rows = await candidacies.mine(uow.session, caller.person_id)
            return await self._views(uow.session, places, caller, rows)

    async def several(self, caller: Caller, candidacy_ids: Collection[str]) -> dict[str, CandidacyView]:
        """Those of these that the caller sees, by id."""
        core = self._core
        places = await core.directory.know(caller.organisation)
        async with core.database.unit_of_work() as uow:
            found = await candidacies.several(uow.session, candidacy_ids)
            rows = [row for row in found.values() if reaches(places, caller, row)]
            views = await self._views(uow.session, places, caller, rows)
            now = await core.deeds.now(uow.session)
        return {view.row.candidacy_id: view for view in views if _sees(caller, view, now)}

    async def one(self, caller: Caller, candidacy_id: str) -> CandidacyView:
        """One. Raises NOT_FOUND CANDIDACY_NOT_FOUND."""
        found = await self.several(caller, [candidacy_id])
        if candidacy_id not in found:
            raise not_found()
        return found[candidacy_id]

    async def detail(self, caller: Caller, candidacy_id: str) -> CandidacyDetail:
        """CAND-24: one with every decision and the frozen dossier; the internal note for 教学部 only, never for whom
        it is about.

        Raises NOT_FOUND CANDIDACY_NOT_FOUND.
        """
        core, view = self._core, await self.one(caller, candidacy_id)
        row, vault = view.row, core.sealing.vault
        noted = ACTORS[caller.role] is Actor.OFFICE and row.person_id not in (caller.person_id, caller.actor)
        async with core.database.unit_of_work() as uow:
            decided = await candidacies.decisions(uow.session, candidacy_id)
        told = [
            replace(each, note=vault.open_text(each.note, f"{candidacy_id}/note/{each.n}") if noted else "")
            for each in decided
        ]
        dossier = thawed(core.sealing, candidacy_id, row.snapshot or {})
        if ACTORS[caller.role] is Actor.PROVINCE:
            dossier = {section: _bare(section, body) for section, body in dossier.items()}
        return CandidacyDetail(view, told, dossier)

    async def listed(self, caller: Caller, filters: Filters, limit: int, after: Position | None) -> CandidacyPage:
        """CAND-25: those that the caller decides on or acknowledges, who waits longest first."""
        core, limit = self._core, limit or USUAL_PAGE
        places = await core.directory.know(caller.organisation)
        own = places.find(caller.organisation)
        bases = places.bases(caller.organisation) if own and own.kind == "province" else [places.own_base(caller)]
        async with core.database.unit_of_work() as uow:
            session = uow.session
            found = await candidacy_list.page(session, bases, filters, limit + 1, after)
            total = await candidacy_list.count(session, bases, filters)
            views = await self._views(session, places, caller, found[:limit])
        last = views[-1].row if len(found) > limit else None
        following = (last.submitted_at, last.candidacy_id) if last and last.submitted_at else None
        return CandidacyPage(views, total, following)

    async def _views(
        self, session: AsyncSession, places: Places, caller: Caller, rows: Sequence[Candidacy]
    ) -> list[CandidacyView]:
        core, actor = self._core, ACTORS[caller.role]
        if not rows:
            return []
        now = await core.deeds.now(session)
        its = await batches.by_ids(session, {row.batch_id for row in rows})
        kept = {row.candidacy_id for row in rows if row.state in _KEPT}
        kept_evaluations = await candidacies.last_evaluations(session, kept)
        known = {each: Evaluation.from_json(body) for each, body in kept_evaluations.items()}
        undecided = [row for row in rows if row.candidacy_id not in kept and row.state != State.DISCARDED]
        known |= await facts.evaluations(session, core, places, undecided, its)
        elsewhere = await candidacies.with_other_open(session, rows)
        whole = True
        if actor is Actor.OWNER and undecided:
            today = now.astimezone(DAY_ZONE).date()
            whole = await complete(session, core, today, caller.person_id)
        views = []
        for row in rows:
            batch, evaluation = its[row.batch_id], known.get(row.candidacy_id)
            case = case_of(
                *(row, batch, caller),
                complete=whole,
                other_open=row.candidacy_id in elsewhere,
                passes=evaluation is not None and evaluation.passes,
            )
            able = [
                (action, may(actor, action, case, now))
                for action in actions_of(actor)
                if action not in (Action.VIEW, Action.BEGIN)
            ]
            shown = await self._as_saved(session, row, batch)
            appeal = core.sealing.vault.open_text(row.appeal, f"{row.candidacy_id}/appeal")
            views.append(CandidacyView(shown, batch, evaluation, able, appeal))
        return views

    async def _as_saved(self, session: AsyncSession, row: Candidacy, batch: Batch) -> Candidacy:
        """A draft shows what would be frozen with it."""
        if row.state != State.DRAFT:
            return row
        known = await work_facts(session, self._core.sealing, row.person_id)
        return replace(row, title=known.title, **months_of(known, batch.reference_date))


def _bare(section: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """CAND-24: without numbers and addresses: the province acknowledges, it does not examine."""
    sensitive = {field.key for field in BY_SECTION[section].fields if field.sensitive}
    return {key: value for key, value in body.items() if key not in sensitive}


def _sees(caller: Caller, view: CandidacyView, now: datetime) -> bool:
    case = case_of(view.row, view.batch, caller)
    return may(ACTORS[caller.role], Action.VIEW, case, now).allowed
