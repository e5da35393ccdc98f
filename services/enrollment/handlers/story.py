"""The audit story: everything that was done about one application, and how it stood at any moment."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.domain.application import IN_REVIEW, PLACED, State, effective_state
from services.enrollment.domain.audit import AuditRow
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import Phase, standing_round
from services.enrollment.handlers.running import not_found
from services.enrollment.records import ApplicationRecord
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.story import StoryStore, Submission
from services.kit.domain import Caller

_HASH_BYTES = 6


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One accepted command."""

    number: int
    at: datetime
    command: str
    role: str
    organisation: str
    person_id: str
    acted: bool
    phase: Phase
    calendar_version: int
    rule: str
    state_before: State
    state_after: State
    submission_number: int
    reason_code: str
    remark: str = field(repr=False)
    hash: str


@dataclass(frozen=True, slots=True)
class StandingThen:
    """How an application stood at a moment."""

    state: State
    phase: Phase
    version: int = 0
    submission: Submission | None = None
    in_hand_of: str = ""

    @property
    def holds_place(self) -> bool:
        """True when a place of the base chosen was taken for it."""
        return self.state in PLACED


@dataclass(frozen=True, slots=True)
class Story:
    """The rows up to a moment, and how the application stood then."""

    rows: list[StoryRow]
    standing: StandingThen
    as_of: datetime


class StoryHandlers:
    """Tells stories."""

    def __init__(
        self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore, stories: StoryStore
    ) -> None:
        self._cycles = cycles
        self._applications = applications
        self._queries = queries
        self._stories = stories

    async def get_story(self, caller: Caller, application_id: str, as_of: datetime | None = None) -> Story:
        """EXP-09: the rows of the audit up to `as_of` (None: now), oldest first, and the standing they led to.

        Its applicant, its province and the auditor see all of it; a base its own deeds and the applicant's, and no
        choice of another base. Who did it is told to the province and the auditor only. Raises NOT_FOUND for an
        application that is not the caller's to see.
        """
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if situation is None or record is None or not await self._visible(caller, record):
            raise not_found()
        moment = min(as_of, situation.gate.now) if as_of is not None else situation.gate.now
        written = [row for row in await self._queries.audit(application_id) if row.at <= moment]
        submissions = await self._stories.submissions(application_id)
        if as_of is None:
            phase, standing = situation.gate.phase, situation.gate.standing
        else:
            phase, standing = await self._stood(record.cycle_id, situation.gate.edition, written, moment)
        base = caller.organisation if caller.role.startswith("base_") else ""
        named = caller.role in ("province_administrator", "auditor")
        rows = [_row(row, named=named) for row in written if not base or row.organisation in ("", base)]
        return Story(rows, _standing(written, submissions, phase, standing, base), moment)

    async def _stood(self, cycle_id: str, edition: int, written: list[AuditRow], moment: datetime) -> tuple[Phase, int]:
        """Phase and round of a moment: the last that the gate had entered, and no earlier one than of the last row.

        What was entered keeps its number however the calendar is changed afterwards.
        """
        cycle = await self._cycles.cycle(cycle_id, edition)
        if cycle is None:
            raise not_found()
        entered = await self._stories.entered(cycle_id, moment)
        window = cycle.calendar.phases[max([entered, *(row.gate_sequence for row in written[-1:])])]
        return window.phase, standing_round(window.phase, window.round)

    async def _visible(self, caller: Caller, record: ApplicationRecord) -> bool:
        if caller.role == "applicant":
            return record.person_id == caller.person_id
        if caller.role.startswith("base_"):
            shown = record.state not in (State.DRAFT, State.WITHDRAWN)
            return shown and record.submitted.base_code == caller.organisation
        cycle = await self._cycles.cycle(record.cycle_id)
        watching = caller.role in ("province_administrator", "auditor")
        return watching and cycle is not None and cycle.province_code == caller.organisation


def _row(row: AuditRow, *, named: bool) -> StoryRow:
    detail = json.loads(row.detail)
    return StoryRow(
        row.n,
        row.at,
        row.command,
        row.role,
        row.organisation,
        row.actor if named else "",
        row.acted_for != "",
        Phase(row.phase),
        row.calendar_version,
        row.rule,
        State(row.state_before),
        State(row.state_after),
        row.submission_number,
        str(detail.get("reason_code", "")),
        str(detail.get("remark", "")),
        row.hash[:_HASH_BYTES].hex(),
    )


def _standing(
    written: list[AuditRow], submissions: dict[int, Submission], phase: Phase, standing: int, only_base: str
) -> StandingThen:
    """What the last row says; the round of a state under review is that of its submission (APP-02)."""
    if not written:
        return StandingThen(State.NONE, phase)
    last = written[-1]
    submission = submissions.get(last.submission_number)
    state = effective_state(State(last.state_after), submission.round if submission is not None else 0, standing)
    if submission is not None and only_base and submission.choice.base_code != only_base:
        submission = None
    choice = submission.choice if submission is not None else Choice()
    return StandingThen(state, phase, last.n, submission, _in_hand_of(state, choice))


def _in_hand_of(state: State, choice: Choice) -> str:
    """Whose move it was: the applicant's while something may be edited, the base's while it is reviewed or placed."""
    if state in (State.DRAFT, State.REJECTED, State.REOPENED):
        return "applicant"
    return choice.base_code if state in IN_REVIEW | PLACED else ""
