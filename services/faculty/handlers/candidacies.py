"""What the owner of a candidacy does with it: begins, edits, submits, recalls, discards, appeals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.candidacy import Action, Actor, Appeal, Case, State, may
from services.faculty.domain.candidacy_checks import Post, check_post
from services.faculty.domain.entry_rules import full_months
from services.faculty.handlers import candidacy_facts as facts
from services.faculty.handlers.batch_reach import require_visible
from services.faculty.handlers.candidacy_facts import Found, complete, fact_of, locked
from services.faculty.handlers.frozen import WorkFacts, frozen, work_facts
from services.faculty.people import Known
from services.faculty.store import batches, candidacies
from services.faculty.store.batches import Batch
from services.faculty.store.candidacies import Candidacy
from services.faculty.store.papers import freeze
from services.faculty.store.standing import standing_numbers
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Order:
    """A command on one candidacy, as it was looked at. `body` stands for its content."""

    candidacy_id: str
    version: int
    key: str
    body: bytes = field(repr=False)


class CandidacyHandlers:
    """Commands of faculty on their own candidacies; each answers with its id."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def begin(self, caller: Caller, batch_id: str, post: Post, key: str, body: bytes) -> str:
        """CAND-05: 我要报名: a draft in an open batch; one that was discarded begins anew.

        Raises NOT_FOUND BATCH_NOT_FOUND; INVALID of CAND-06, CAND-07; NOT_NOW NOT_VERIFIED and those of `may`.
        """
        core = self._core
        places = await core.directory.know(post.hospital_code, post.department_code, *post.extra_departments)
        person = await core.people.person(caller.person_id)

        async def work(deed: Deed) -> str:
            session = deed.session
            batch = await batches.lock(session, batch_id, share=True)
            batch = await require_visible(session, places, caller, batch)
            _check_verified(person)
            _check_post(places, batch, post)
            before = await candidacies.in_batch(session, batch_id, caller.person_id, lock=True)
            case = Case(
                state=State(before.state) if before else State.NONE,
                dates=batch.dates,
                complete=await complete(session, core, deed.today, caller.person_id),
                other_open=await candidacies.has_open(session, caller.person_id)
                and (before is None or before.state == State.DISCARDED.value),
            )
            following = may(Actor.OWNER, Action.BEGIN, case, deed.now).require()
            values = _post_values(places, post) | {"name": person.name, "masked_document": person.masked_document}
            if before is None:
                row = Candidacy(new_id(), batch_id, caller.person_id, deed.now, state=following.value, **values)
                if not await candidacies.begin(session, row):
                    # Somebody was faster with the same account.
                    raise candidacies.another_open()
                candidacy_id, version = row.candidacy_id, row.version
            else:
                values |= facts.UNDECIDED | {"state": following.value}
                now = await candidacies.change(session, before.candidacy_id, **values)
                candidacy_id, version = now.candidacy_id, now.version
            detail: dict[str, str | int | bool] = {"batch": batch_id, "version": version}
            await deed.note("candidacy_begun", candidacy_id, detail=detail)
            return candidacy_id

        return await core.deeds.run(caller, key, body, work)

    async def edit(self, caller: Caller, order: Order, post: Post) -> str:
        """Change employer and departments of a draft or returned one. Raises as `begin`, CONFLICT VERSION_MOVED."""
        places = await self._core.directory.know(post.hospital_code, post.department_code, *post.extra_departments)

        async def work(deed: Deed, found: Found) -> None:
            _check_post(places, found.batch, post)
            now = await candidacies.change(deed.session, order.candidacy_id, **_post_values(places, post))
            await deed.note("candidacy_edited", order.candidacy_id, detail={"version": now.version})

        return await self._command(caller, order, Action.EDIT, work)

    async def submit(self, caller: Caller, order: Order) -> str:
        """CAND-08 (C7.8): 提交: the dossier as it is now is frozen with it; what is edited later counts for the next.

        Raises NOT_NOW DOSSIER_INCOMPLETE, NOT_VERIFIED; INVALID when the employer fits the batch no more.
        """
        core = self._core
        places = await core.directory.know(caller.organisation)
        person = await core.people.person(caller.person_id)

        async def work(deed: Deed, found: Found) -> None:
            _check_verified(person)
            row, session = found.row, deed.session
            post = Post(row.hospital_code, row.department_code, tuple(row.extra_departments))
            _check_post(places, found.batch, post)
            known = await work_facts(session, core.sealing, caller.person_id)
            frozen_copy = await frozen(session, core.sealing, caller.person_id, row.candidacy_id)
            await freeze(session, caller.person_id, row.candidacy_id)
            values = {
                "state": found.next.value,
                "name": person.name,
                "masked_document": person.masked_document,
                "base_code": places.deciding_base(row.hospital_code),
                "snapshot": frozen_copy,
                # An appeal sealed with an older key stays to be found by who seals anew.
                "sealed_with": row.sealed_with if row.appeal else core.sealing.vault.current_key,
                "submitted_at": deed.now,
                "opened_at": None,
                **facts.UNDECIDED,
                **await self._standing(deed, row, found.batch, known),
            }
            now = await candidacies.change(session, row.candidacy_id, **values)
            await deed.note("candidacy_submitted", row.candidacy_id, detail={"version": now.version})
            body = events_pb2.CandidacySubmitted(candidacy=fact_of(now, found.batch))
            deed.fact("candidacy.submitted", body, row.candidacy_id, now.version)

        return await self._command(caller, order, Action.SUBMIT, work)

    async def recall(self, caller: Caller, order: Order) -> str:
        """CAND-09: take it back before 教学部 has opened it; the frozen copy is gone with it."""
        return await self._command(caller, order, Action.RECALL, self._withdraw("recalled"))

    async def discard(self, caller: Caller, order: Order) -> str:
        """Give up a draft or a returned one; in an open batch one may begin anew."""
        return await self._command(caller, order, Action.DISCARD, self._withdraw("discarded"))

    async def appeal(self, caller: Caller, order: Order, grounds: str) -> str:
        """CAND-14 (C7.21): one appeal to 教学部 against 不推荐, in so many days."""

        async def work(deed: Deed, found: Found) -> None:
            row, vault = found.row, self._core.sealing.vault
            now = await candidacies.change(
                *(deed.session, row.candidacy_id),
                appeal_state=Appeal.OPEN.value,
                appeal=vault.seal_text(grounds, f"{row.candidacy_id}/appeal"),
                sealed_with=row.sealed_with if row.snapshot else vault.current_key,
            )
            await deed.note("candidacy_appealed", row.candidacy_id, detail={"version": now.version})
            body = events_pb2.CandidacyAppealed(candidacy=fact_of(now, found.batch))
            deed.fact("candidacy.appealed", body, row.candidacy_id, now.version)

        return await self._command(caller, order, Action.APPEAL, work)

    def _withdraw(self, kind: str) -> Callable[[Deed, Found], Awaitable[None]]:
        async def work(deed: Deed, found: Found) -> None:
            row = found.row
            values: dict[str, Any] = {"state": found.next.value, "snapshot": None, "submitted_at": None}
            now = await candidacies.change(deed.session, row.candidacy_id, **values, opened_at=None)
            await deed.note(f"candidacy_{kind}", row.candidacy_id, detail={"version": now.version})
            body = events_pb2.CandidacyWithdrawn(candidacy=fact_of(now, found.batch))
            deed.fact("candidacy.withdrawn", body, row.candidacy_id, now.version)

        return work

    async def _command(
        self, caller: Caller, order: Order, action: Action, work: Callable[[Deed, Found], Awaitable[None]]
    ) -> str:
        core = self._core
        places = await core.directory.know(caller.organisation)

        async def run(deed: Deed) -> str:
            await work(deed, await locked(deed, core, places, order.candidacy_id, order.version, action))
            return order.candidacy_id

        return await core.deeds.run(caller, order.key, order.body, run)

    async def _standing(self, deed: Deed, row: Candidacy, batch: Batch, known: WorkFacts) -> dict[str, Any]:
        """CAND-25: what the list is filtered by, on the reference date."""
        base, reference = row.base_code, batch.reference_date
        numbers = (await standing_numbers(deed.session, [row.person_id], base, reference))[row.person_id]
        months = months_of(known, reference)
        return {
            "title": known.title,
            "title_since": known.title_since,
            "hospital_since": known.hospital_since,
            "teaching_since": known.teaching_since,
            "has_qualification": known.has_qualification,
            **months,
            "teaching_months": max(months["teaching_months"], numbers.teaching_months),
            "trainees_3y": numbers.trainees_3y,
            "own_trainees_3y": numbers.own_trainees_3y,
            "training_state": numbers.training_state,
            "training_level": numbers.training_level,
        }


def months_of(known: WorkFacts | Candidacy, reference: date) -> dict[str, Any]:
    """CAND-25: whole months of title, in the hospital and of teaching on a day; 0 where it is not said."""
    since = {
        "title_months": known.title_since,
        "hospital_months": known.hospital_since,
        "teaching_months": known.teaching_since,
    }
    return {name: full_months(day, reference) if day else 0 for name, day in since.items()}


def _post_values(places: Places, post: Post) -> dict[str, Any]:
    return {
        "hospital_code": post.hospital_code,
        "base_code": places.deciding_base(post.hospital_code),
        "department_code": post.department_code,
        "extra_departments": list(post.extra_departments),
    }


def _check_post(places: Places, batch: Batch, post: Post) -> None:
    hospitals = facts.hospitals_for(places, batch.organisation_code)
    departments = {post.hospital_code: facts.departments_for(places, post.hospital_code)}
    check_post(post, hospitals, departments)


def _check_verified(person: Known) -> None:
    """CAND-27: who applies is bound to a checked document."""
    if not person.verified:
        raise DomainError(Kind.NOT_NOW, "NOT_VERIFIED", "请先完成实名认证。", rule="CAND-27")
