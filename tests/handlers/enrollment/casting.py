"""Applications in any stored state, in cycles that stand in every phase, and the command behind every action."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action, Actor, Decision, Moment, Standing, decide
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import ORDER, Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.extending import ExtendingHandlers
from services.enrollment.handlers.holding import HoldHandlers
from services.enrollment.handlers.moving import MovingHandlers
from services.enrollment.handlers.offers import OfferHandlers
from services.enrollment.handlers.places import (
    PlaceHandlers,
)
from services.enrollment.handlers.plans import PlanHandlers
from services.enrollment.handlers.revocations import RevocationHandlers
from services.enrollment.records import ApplicationRecord
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.holds import HoldStore
from services.enrollment.store.objections import Objection, ObjectionState, ObjectionStore
from services.enrollment.store.offers import OfferStore
from services.enrollment.store.places import PlaceStore
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.reallocation import ReallocationStore
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from tests.handlers.enrollment.selecting import Selecting
from tests.handlers.enrollment.story import (
    DOSSIER,
    MEDICINE,
    OPERATOR,
    QILU,
    SECOND,
    SKIN,
    Stage,
    cycle_order,
    dates,
)
from tests.handlers.enrollment.tables import Row
from tests.support import rounds

THIRD = "SD-QFS"
STAFF = {
    "base_reviewer": Caller("reviewer", "base_reviewer", QILU),
    "base_administrator": Caller("administrator", "base_administrator", QILU),
    "other base": Caller("others", "base_administrator", SECOND),
    "province": Caller("province", "province_administrator", "37"),
    "other province": Caller("elsewhere", "province_administrator", "11"),
}
BY_POLICY = {"give_up_provisional": True, "confirmation_required": True, "backfill_after_rounds": True}
ACTIONS: dict[str, Action] = {
    "start": Action.START,
    "P": Action.EDIT_PROFILE,
    "S": Action.EDIT_SPECIALTY,
    "B": Action.EDIT_BASE,
    "F": Action.EDIT_REALLOCATION,
    "answer": Action.ANSWER_OFFER,
    "confirm": Action.CONFIRM_PLACE,
    "open": Action.OPEN_SUBMISSION,
    "score": Action.ENTER_SCORES,
    "grant": Action.GRANT_PROVISIONAL,
    "not selected": Action.RECORD_NOT_SELECTED,
    "report no-show": Action.REPORT_NO_SHOW,
    "set cut-off": Action.SET_CUT_OFF,
}
"""What the tables call otherwise than the code."""


@dataclass(frozen=True)
class Case:
    """A row of the tables, the application it is about, and the objection or the hold that is to be resolved."""

    row: Row
    record: ApplicationRecord
    beside_id: str = ""

    @property
    def action(self) -> Action:
        """The code's name of the action."""
        return ACTIONS.get(self.row.action) or Action(self.row.action.replace(" ", "_"))

    @property
    def caller(self) -> Caller:
        """Who acts."""
        if self.row.actor == "applicant":
            return Caller(self.record.person_id, "applicant")
        return STAFF.get(self.row.actor) or Caller(str(uuid4()), "applicant")


class World:
    """One cycle that stands in one phase, by its calendar as by its gate."""

    def __init__(self, database: Database, phase: Phase, policy: dict[str, bool]) -> None:
        self.stage = stage = Stage(database)
        self.phase = phase
        self.policy = Policy(**policy)  # type: ignore[arg-type]  # switches only
        self._changes = policy
        self.selecting = Selecting(stage)
        deeds = DeedStore(database, stage.sealing)
        stores = (stage.cycle_store, stage.application_store)
        kept = PlaceStore(database, stage.sealing)
        self.places = PlaceHandlers(*stores, stage.queries, kept)
        self.revocations = RevocationHandlers(*stores, kept)
        self.offers = OfferHandlers(*stores, OfferStore(database))
        runner = DeedRunner(stage.cycle_store, deeds)
        plans = PlanStore(database)
        self.plans = PlanHandlers(runner, plans)
        self.moving = MovingHandlers(*stores, stage.queries, plans, ReallocationStore(database, stage.sealing))
        self.holding = HoldHandlers(*stores, runner, HoldStore(database, stage.sealing))
        self.extending = ExtendingHandlers(runner, stage.windows, stage.base_windows)
        self._objections = ObjectionStore(database, stage.sealing)

    async def open(self) -> None:
        """The cycle, a day into the phase, with seats enough for everybody."""
        first = dates()[0].first_day
        began = {span.phase: (span.first_day - first).days for span in dates()}
        ended = {span.phase: (span.last_day - first).days + 1 for span in dates()}
        day = began.get(self.phase, -5 if self.phase is ORDER[0] else 62) + 1
        places = [(base, specialty) for base in (QILU, SECOND) for specialty in (MEDICINE, SKIN)]
        order = cycle_order(
            dict.fromkeys(places, 5_000),
            bases=((QILU, "山东大学齐鲁医院"), (SECOND, "山东省立医院"), (THIRD, "山东省千佛山医院")),
            starts_at=datetime.now(UTC) - timedelta(days=day),
            day_seconds=86_400.0,
        )
        stage = self.stage
        stage.cycle_id = (await stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        left = timedelta(days=ended.get(self.phase, 1) - day)
        await stage.stand(self.phase, left.total_seconds())
        if self._changes:
            await stage.decree(**self._changes)
        await stage.database.execute("UPDATE seat SET taken = 2000 WHERE cycle_id = $1", stage.cycle_id)
        if number := rounds.ROUND.get(self.phase):
            await stage.database.execute(
                "INSERT INTO base_window (cycle_id, base_code, round, review_deadline) VALUES ($1, $2, $3, $4)",
                *(stage.cycle_id, THIRD, number, datetime.now(UTC) + timedelta(hours=2)),
            )

    async def cast(self, rows: Iterable[Row]) -> list[Case]:
        """An application for each row, written into the tables as a season would have left it."""
        cases = [self._case(row) for row in rows]
        sealing, pool = self.stage.sealing, self.stage.database.pool
        await self._write(
            "application",
            [
                {
                    "id": each.id,
                    "cycle_id": each.cycle_id,
                    "person_id": each.person_id,
                    "name": each.name,
                    "masked_document": each.masked_document,
                    "version": each.version,
                    "state": each.state,
                    "round": each.round,
                    "draft_base_code": each.draft.base_code,
                    "draft_specialty_code": each.draft.specialty_code,
                    "draft_accepts_reallocation": each.draft.accepts_reallocation,
                    "submission_number": each.submission_number,
                    "base_code": each.submitted.base_code,
                    "specialty_code": each.submitted.specialty_code,
                    "accepts_reallocation": each.submitted.accepts_reallocation,
                    "submitted_at": each.submitted_at,
                    "provisional_at": each.provisional_at,
                    "audit_hash": each.audit_hash,
                    "held": each.marks.held,
                    "objected": each.marks.objected,
                    "admitted_at": each.marks.admitted_at,
                    "revocation_proposed": each.marks.revocation_proposed,
                    "offered_until": each.marks.offered_until,
                }
                for each in (case.record for case in cases)
                if each.state is not State.NONE
            ],
        )
        known = [case.record for case in cases if case.record.state is not State.NONE]
        await pool.executemany(
            "INSERT INTO dossier_section (application_id, section, body, saved_at, sealed_with)"
            " VALUES ($1, $2, $3, now(), $4)",
            [
                (each.id, section, sealing.seal_section(each.id, section, body), sealing.key)
                for each in known
                for section, body in DOSSIER.items()
            ],
        )
        await self._write("submission", [self._submission(each) for each in known if each.submission_number])
        await self._write("place_offer", [_offer(each) for each in known if each.marks.offered_until is not None])
        held = [case for case in cases if case.record.marks.held]
        await self._write("hold", [_hold(case) for case in held])
        for case in cases:
            if case.record.marks.objected:
                statement = self._objections.insert(_objection(case))
                await pool.execute(statement.sql, *statement.values)
        return cases

    def says(self, case: Case, moment: Moment) -> Decision:
        """What the pure function answers."""
        standing = case.record.standing(1) if case.row.state else Standing()
        caller = case.caller
        return decide(case.action, moment, Milestones(), standing, Actor(caller.role, caller.organisation), self.policy)

    async def moment(self) -> Moment:
        """Where the cycle stands."""
        gate = await self.stage.cycle_store.gate(self.stage.cycle_id)
        cycle = await self.stage.cycle_store.cycle(self.stage.cycle_id)
        assert gate is not None
        assert cycle is not None
        return gate.moment(cycle)

    def _case(self, row: Row) -> Case:
        now = datetime.now(UTC)
        state, number = _stored(row.state or "none", row.phase)
        submitted = state not in (State.NONE, State.DRAFT)
        placed = state in (State.PROVISIONAL, State.ADMITTED)
        choice = Choice(QILU, MEDICINE, True)
        marks = Marks(
            held="DUPLICATE" if row.action == "resolve hold" else "",
            objected=row.action == "resolve objection",
            revocation_proposed=row.action == "decide revocation",
            admitted_at=now if state is State.ADMITTED else None,
            offered_until=now + timedelta(hours=1) if row.action == "answer" else None,
        )
        record = ApplicationRecord(
            *(new_id(), self.stage.cycle_id, str(uuid4()), "张三", "3701**********12", 1, state, number),
            draft=choice,
            submission_number=1 if submitted else 0,
            submitted=choice if submitted else Choice(),
            submitted_at=now if submitted else None,
            provisional_at=now if placed else None,
            marks=marks,
        )
        return Case(row, record, new_id() if row.action.startswith("resolve") else "")

    def _submission(self, each: ApplicationRecord) -> dict[str, object]:
        sealing = self.stage.sealing
        return {
            "application_id": each.id,
            "number": 1,
            "cycle_id": each.cycle_id,
            "round": each.round,
            "base_code": QILU,
            "specialty_code": MEDICINE,
            "accepts_reallocation": True,
            "dossier": sealing.seal_dossier(each.id, 1, DOSSIER),
            "fingerprint": sealing.fingerprint(each.id, 1, DOSSIER),
            "sealed_with": sealing.key,
            "correction_of": 0,
            "gate_sequence": 1,
            "submitted_at": each.submitted_at,
        }

    async def _write(self, table: str, found: Sequence[dict[str, object]]) -> None:
        if not found:
            return
        columns = list(found[0])
        values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        await self.stage.database.pool.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})", [tuple(row.values()) for row in found]
        )


def _stored(word: str, phase: Phase) -> tuple[State, int]:
    """What is stored where the tables say `word`: a derived state lies in a round gone by."""
    under_way = rounds.standing(phase)
    if word == "reopened":
        return State.REJECTED, under_way - 1
    if word == "closed_unplaced":
        return State.APPROVED, 3
    if word == "withdrawn":
        return State.WITHDRAWN, max(under_way - 1, 1)
    return State(word), min(under_way, 3)


def _offer(each: ApplicationRecord) -> dict[str, object]:
    return {
        "application_id": each.id,
        "number": 1,
        "cycle_id": each.cycle_id,
        "base_code": QILU,
        "specialty_code": MEDICINE,
        "round": each.round,
        "waiting_rank": 1,
        "seat_offer_id": new_id(),
        "offered_at": each.submitted_at,
        "until": each.marks.offered_until,
    }


def _hold(case: Case) -> dict[str, object]:
    record = case.record
    return {
        "id": case.beside_id,
        "cycle_id": record.cycle_id,
        "application_id": record.id,
        "cause": record.marks.held,
        "alike": "{}",
    }


def _objection(case: Case) -> Objection:
    record = case.record
    where = (case.beside_id, record.id, record.cycle_id, QILU, MEDICINE)
    at = record.submitted_at
    assert at is not None
    return Objection(*where, ObjectionState.OPEN, "成绩有误", "某人", "administrator", QILU, at)
