"""What commands on candidacies share: finding and locking one, its case, its evaluation, its decisions and facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.candidacy import Action, Actor, Appeal, Case, State, may
from services.faculty.domain.candidacy_checks import label_of
from services.faculty.domain.entry_rules import Evaluation, evaluate
from services.faculty.handlers.frozen import problems_of
from services.faculty.store import batches, candidacies
from services.faculty.store.batches import Batch
from services.faculty.store.candidacies import Candidacy, Decided
from services.faculty.store.policies import policy_of
from services.faculty.store.standing import facts_of
from services.kit.domain import Caller, DomainError, Kind

ACTORS: Mapping[str, Actor] = {
    "faculty": Actor.OWNER,
    "teaching_department": Actor.OFFICE,
    "province_administrator": Actor.PROVINCE,
    "scheduler": Actor.CLOCK,
}
"""By role, as whom somebody acts."""


UNDECIDED: dict[str, Any] = {"decided_at": None, "decided_by": "", "reason_code": "", "reason": ""}
"""Columns of a candidacy on which nothing is decided."""


@dataclass(frozen=True, slots=True)
class Found:
    """A locked candidacy that the caller reaches, and its batch, which nobody changes meanwhile."""

    row: Candidacy
    batch: Batch
    next: State
    """What comes next: it is allowed."""
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says with a decision."""

    code: str = ""
    reason: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


def not_found() -> DomainError:
    """There is none, or not for the caller: the same."""
    return DomainError(Kind.NOT_FOUND, "CANDIDACY_NOT_FOUND", "没有这份报名。", rule="CAND-01")


def reaches(places: Places, caller: Caller, row: Candidacy) -> bool:
    """CAND-22: the owner, 教学部 of the base that decides, and its province."""
    if ACTORS.get(caller.role) is Actor.OWNER:
        return row.person_id == caller.person_id
    return places.reaches(caller, row.base_code)


def case_of(
    row: Candidacy,
    batch: Batch,
    caller: Caller,
    *,
    complete: bool = True,
    other_open: bool = False,
    passes: bool = True,
) -> Case:
    """What `may` reads."""
    return Case(
        state=State(row.state),
        dates=batch.dates,
        published=batch.published_at is not None,
        submitted=row.submitted_at is not None,
        opened=row.opened_at is not None,
        needs_acknowledgement=batch.needs_acknowledgement,
        acknowledged=row.acknowledged_at is not None,
        appeal=Appeal(row.appeal_state),
        decided_at=row.decided_at,
        own=row.person_id in (caller.person_id, caller.actor),
        complete=complete,
        other_open=other_open,
        passes=passes,
    )


async def evaluations(
    session: AsyncSession, core: Core, places: Places, rows: Sequence[Candidacy], batches_: Mapping[str, Batch]
) -> dict[str, Evaluation]:
    """CAND-10: the entry rules on the reference date of each batch, by candidacy id.

    CAND-08: title and certificate of what was submitted count as frozen with it; the employer as it is recorded now.
    """
    found: dict[str, Evaluation] = {}
    now = await core.deeds.now(session)
    by_base: dict[str, list[Candidacy]] = {}
    for row in rows:
        by_base.setdefault(row.base_code, []).append(row)
    for base, its in by_base.items():
        policy = await policy_of(session, places, base)
        people = [row.person_id for row in its]
        facts = await facts_of(session, core.sealing, people, base)
        elsewhere = await candidacies.appointed_elsewhere(session, places, people, base)
        for row in its:
            employed = row.hospital_code in places.hospitals(base) and row.person_id not in elsewhere
            known = replace(facts[row.person_id], employed=employed)
            if row.submitted_at is not None:
                known = replace(
                    known, title=row.title, title_since=row.title_since, has_qualification=row.has_qualification
                )
            reference = batches_[row.batch_id].reference_date
            found[row.candidacy_id] = evaluate(known, reference, policy).at(now)
    return found


async def complete(session: AsyncSession, core: Core, today: date, person_id: str) -> bool:
    """CAND-03: whether the person's dossier is complete today."""
    return not await problems_of(session, core.sealing, person_id, today)


async def locked(deed: Deed, core: Core, places: Places, candidacy_id: str, version: int, action: Action) -> Found:
    """One candidacy on which the caller may do that now, locked.

    Its batch is locked first, as whoever amends or publishes does. Raises NOT_FOUND CANDIDACY_NOT_FOUND, CONFLICT
    VERSION_MOVED, and the refusal of `may`.
    """
    session, caller = deed.session, deed.caller
    seen = await candidacies.get(session, candidacy_id)
    if seen is None or not reaches(places, caller, seen):
        raise not_found()
    batch = await batches.lock(session, seen.batch_id, share=True)
    row = await candidacies.get(session, candidacy_id, lock=True)
    if batch is None or row is None:  # Neither is ever deleted.
        raise not_found()
    actor = ACTORS[caller.role]
    may(actor, Action.VIEW, case_of(row, batch, caller), deed.now).require()
    if row.version != version:
        message = "报名信息已经变化，请刷新后再办理。"
        raise DomainError(Kind.CONFLICT, "VERSION_MOVED", message, rule="CAND-26")
    evaluation = None
    if actor is not Actor.OWNER and action is not Action.OPEN:
        evaluation = (await evaluations(session, core, places, [row], {batch.batch_id: batch}))[candidacy_id]
    case = case_of(
        *(row, batch, caller),
        complete=action is not Action.SUBMIT or await complete(session, core, deed.today, row.person_id),
        other_open=candidacy_id in await candidacies.with_other_open(session, [row]),
        passes=evaluation is None or evaluation.passes,
    )
    return Found(row, batch, may(actor, action, case, deed.now).require(), evaluation)


async def decide(deed: Deed, core: Core, found: Found, kind: str, words: Words = Words(), **values: Any) -> Candidacy:
    """CAND-10: write a decision with everything it was made on, and tell of it.

    `values` are further columns of the candidacy. Raises INVALID REASON_NUMBERS (AUD-06).
    """
    session, vault, row = deed.session, core.sealing.vault, found.row
    n = await candidacies.next_number(session, row.candidacy_id)
    now = await candidacies.change(session, row.candidacy_id, state=found.next.value, **values)
    note = vault.seal_text(words.note, f"{row.candidacy_id}/note/{n}") if words.note else ""
    await candidacies.add_decision(
        session,
        Decided(
            *(row.candidacy_id, n, kind, deed.now, now.version, words.code, words.reason, note),
            sealed_with=vault.current_key if note else "",
            by=deed.caller.actor,
            evaluation=found.evaluation.to_json() if found.evaluation else None,
        ),
    )
    detail: dict[str, str | int | bool] = {
        "batch": row.batch_id,
        "state": now.state,
        "version": now.version,
        "code": words.code,
    }
    await deed.note(f"candidacy_{kind}", row.candidacy_id, reason=words.reason, detail=detail)
    body = events_pb2.CandidacyDecided(
        candidacy=fact_of(now, found.batch), kind=kind, reason_code=words.code, reason=label_of(words.code)
    )
    deed.fact("candidacy.decided", body, row.candidacy_id, now.version)
    return now


def fact_of(row: Candidacy, batch: Batch) -> events_pb2.CandidacyFact:
    """What every fact about it carries."""
    return events_pb2.CandidacyFact(
        candidacy_id=row.candidacy_id,
        batch_id=row.batch_id,
        batch_name=batch.name,
        person_id=row.person_id,
        base_code=row.base_code,
        department_code=row.department_code,
        version=row.version,
        state=state_name(row.state),
    )


def state_name(state: str) -> str:
    """A state as the contract names it."""
    return f"CANDIDACY_STATE_{state.upper()}"


def hospitals_for(places: Places, organisation: str) -> Collection[str]:
    """CAND-06: whom a batch is for: people of the base and its collaborative units, or of a whole province."""
    found = places.find(organisation)
    if found is not None and found.kind == "base":
        return places.hospitals(organisation)
    return [unit for base in places.bases(organisation) for unit in places.hospitals(base)]


def departments_for(places: Places, hospital: str) -> list[str]:
    """CAND-07: departments in which somebody of this hospital may teach: its own and those of the deciding base."""
    codes = dict.fromkeys((hospital, places.deciding_base(hospital)))
    return [department.code for code in codes for department in places.departments(code)]
