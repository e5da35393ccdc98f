"""What the province orders for its cycle as a whole: policy, plan, exceptions, programmes, reversion, deadlines.

Holds CAP-PROVINCE, PLAN-15, PLAN-16, PLAN-17, PLAN-18, PLAN-19, PLAN-20, PLAN-21 and PLAN-22.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.enrollment.domain.choice import Choice, Programme
from services.enrollment.domain.phases import P1, P2, P3, P4, P6
from services.enrollment.domain.reversion import Moved
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.extending import ExtendDeadline, ExtendingHandlers
from services.enrollment.handlers.plans import (
    DecidePlanChange,
    GrantSeatException,
    PlanHandlers,
    ProposePlanChange,
    SetPlan,
    SetProgramme,
)
from services.enrollment.handlers.policies import PolicyHandlers, SetPolicy
from services.enrollment.handlers.reverting import RevertingHandlers, RevertUnfilled
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.plans import PlanStore
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OPERATOR,
    QILU,
    SECOND,
    SKIN,
    Stage,
    cycle_order,
    key,
)

PROVINCE = Caller("province", "province_administrator", "37")
FOREIGN = Caller("foreign", "province_administrator", "11")


@dataclass
class Desk:
    """The province's handlers over a stage."""

    stage: Stage

    def __post_init__(self) -> None:
        database = self.stage.database
        runner = DeedRunner(self.stage.cycle_store, DeedStore(database, self.stage.sealing))
        self.store = PlanStore(database)
        self.policies = PolicyHandlers(runner)
        self.plans = PlanHandlers(runner, self.store)
        self.reverting = RevertingHandlers(runner, self.store)
        self.extending = ExtendingHandlers(runner, self.stage.windows, self.stage.base_windows)

    @property
    def cycle_id(self) -> str:
        return self.stage.cycle_id

    async def policy(self, reason: str = "按年度文件", *, override: bool = False, **values: Any) -> Any:
        order = SetPolicy(self.cycle_id, values, reason, 0, override, key())
        return await self.policies.set_policy(PROVINCE, order)

    async def plan(self, *rows: tuple[str, str, int], by: Caller = PROVINCE) -> Any:
        return await self.plans.set_plan(by, SetPlan(self.cycle_id, rows, "调整", key()))

    async def seats(self) -> dict[tuple[str, str], tuple[int, int]]:
        found = await self.plans.list_plan(PROVINCE, self.cycle_id, "")
        return {each.cell: (each.planned, each.taken) for each in found}

    async def audited(self) -> list[str]:
        rows = await self.stage.database.fetch(
            "SELECT command FROM audit WHERE aggregate_id = $1 ORDER BY n", self.cycle_id
        )
        return [row["command"] for row in rows]


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    await stage.stand(P1)
    return Desk(stage)


async def refused(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as found:
        await deed
    return found.value


async def granted(stage: Stage, choice: Choice) -> None:
    """Somebody who holds a place at QILU."""
    await stage.stand(P1)
    _, view = await stage.registered(choice)
    await stage.stand(P2)
    await stage.review(view, approve=True)
    await stage.grant(view)


async def test_plan_15_a_policy_is_changed_key_by_key_for_every_process(desk: Desk, stage: Stage) -> None:
    elsewhere = CycleStore(stage.database)
    before = await elsewhere.cycle(desk.cycle_id)
    assert before is not None
    view = await desk.policy(offer_hours=12, tie_rules=["interview", "submitted_at"])
    assert (view.edition, view.values["offer_hours"], view.locked) == (2, 12.0, ())
    gate = await elsewhere.gate(desk.cycle_id)
    assert gate is not None
    after = await elsewhere.cycle(desk.cycle_id, gate.edition)
    assert after is not None
    assert (after.policy.offer_hours, after.policy.tie_rules) == (12.0, ("interview", "submitted_at"))
    assert (await desk.policies.get_policy(ADMINISTRATOR, desk.cycle_id)).values == view.values
    assert (await desk.audited())[-1] == "set_policy"


async def test_plan_15_a_policy_is_refused_by_key_edition_and_lock(desk: Desk, stage: Stage) -> None:
    wrong = await refused(desk.policy(score_weights={"written": 0.4}))
    assert (wrong.kind, wrong.field, wrong.rule) == (Kind.INVALID, "policy.score_weights", "PLAN-03")
    old = SetPolicy(desk.cycle_id, {"offer_hours": 6}, "旧版本", 7, False, key())
    assert (await refused(desk.policies.set_policy(PROVINCE, old))).reason == "STALE_EDITION"
    await stage.stand(P2)
    weights = {"written": 0.5, "interview": 0.5}
    ties = ["written", "interview"]
    locked = await refused(desk.policy(score_weights=weights, tie_rules=ties))
    assert (locked.reason, locked.rule) == ("POLICY_LOCKED", "PLAN-10")
    view = await desk.policy(score_weights=weights, tie_rules=ties, override=True)
    assert set(view.locked) == {"score_weights", "score_scales", "tie_rules"}
    assert (await refused(desk.policies.get_policy(FOREIGN, desk.cycle_id))).kind is Kind.NOT_FOUND
    order = SetPolicy(desk.cycle_id, {}, "x", 0, False, key())
    assert (await refused(desk.policies.set_policy(FOREIGN, order))).kind is Kind.NOT_FOUND
    await stage.stand(P6)
    assert (await refused(desk.policy(offer_hours=1))).reason == "NOT_IN_PHASE"


async def test_plan_16_each_row_is_written_or_refused_by_itself(desk: Desk, stage: Stage) -> None:
    await granted(stage, Choice(QILU, MEDICINE, True))
    results = await desk.plan(
        (QILU, MEDICINE, 0),
        (QILU, SKIN, 4),
        (SECOND, SKIN, 2),
        (SECOND, "9999", 1),
        (QILU, SKIN, 5),
        (SECOND, MEDICINE, 2),
    )
    assert [result.reason for result in results] == ["BELOW_TAKEN", "", "", "UNKNOWN_SPECIALTY", "ROW_TWICE", ""]
    assert "1 个名额" in results[0].message
    assert await desk.seats() == {
        (QILU, MEDICINE): (3, 1),
        (QILU, SKIN): (4, 0),
        (SECOND, MEDICINE): (2, 0),
        (SECOND, SKIN): (2, 0),
    }
    catalogue = await stage.cycles.get_catalogue(desk.cycle_id)
    assert catalogue.plan[SECOND, MEDICINE] == 2
    history = await desk.plans.list_history(PROVINCE, desk.cycle_id, "", 0)
    assert {(row.base_code, row.specialty_code, row.old, row.new, row.kind, row.reason) for row in history} == {
        (QILU, SKIN, 1, 4, "set", "调整"),
        (SECOND, SKIN, 0, 2, "set", "调整"),
    }
    mine = await desk.plans.list_history(ADMINISTRATOR, desk.cycle_id, SECOND, 0)
    assert [row.base_code for row in mine] == [QILU]
    assert (await refused(desk.plan((QILU, SKIN, 1), by=FOREIGN))).kind is Kind.NOT_FOUND


async def test_plan_17_no_plan_falls_below_what_is_taken_and_the_table_holds_it_too(desk: Desk, stage: Stage) -> None:
    await granted(stage, Choice(QILU, MEDICINE, True))
    ask = ProposePlanChange(desk.cycle_id, QILU, MEDICINE, 0, "缩减", key())
    change = await desk.plans.propose_change(ADMINISTRATOR, ask)
    decide = DecidePlanChange(desk.cycle_id, change.id, True, None, "", key())
    error = await refused(desk.plans.decide_change(PROVINCE, decide))
    assert (error.reason, error.rule, error.details["taken"]) == ("BELOW_TAKEN", "PLAN-17", "1")
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.database.execute(
            "UPDATE seat SET planned = 0 WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3",
            *(desk.cycle_id, QILU, MEDICINE),
        )


async def test_a_base_asks_and_the_province_decides(desk: Desk, stage: Stage) -> None:
    """CAP-B5-QUOTA, CAP-QUOTA."""
    await stage.stand(P1)
    ask = ProposePlanChange(desk.cycle_id, QILU, SKIN, 6, "新增带教老师", key())
    change = await desk.plans.propose_change(ADMINISTRATOR, ask)
    assert (change.planned, change.wanted, change.state) == (1, 6, "open")
    again = ProposePlanChange(desk.cycle_id, QILU, SKIN, 7, "再增", key())
    assert (await refused(desk.plans.propose_change(ADMINISTRATOR, again))).reason == "PROPOSAL_OPEN"
    other = ProposePlanChange(desk.cycle_id, SECOND, SKIN, 7, "别家", key())
    assert (await refused(desk.plans.propose_change(ADMINISTRATOR, other))).kind is Kind.NOT_FOUND
    silent = DecidePlanChange(desk.cycle_id, change.id, False, None, " ", key())
    assert (await refused(desk.plans.decide_change(PROVINCE, silent))).reason == "ANSWER_REQUIRED"
    order = DecidePlanChange(desk.cycle_id, change.id, True, 4, "核定为4", key())
    decided = await desk.plans.decide_change(PROVINCE, order)
    assert await desk.plans.decide_change(PROVINCE, order) == decided
    assert (decided.state, decided.granted) == ("granted", 4)
    assert (await desk.seats())[QILU, SKIN] == (4, 0)
    twice = DecidePlanChange(desk.cycle_id, change.id, False, None, "不再考虑", key())
    assert (await refused(desk.plans.decide_change(PROVINCE, twice))).reason == "ALREADY_DECIDED"
    more = await desk.plans.propose_change(ADMINISTRATOR, again)
    no = DecidePlanChange(desk.cycle_id, more.id, False, None, "容量不足", key())
    assert (await desk.plans.decide_change(PROVINCE, no)).state == "refused"
    listed = await desk.plans.list_changes(ADMINISTRATOR, desk.cycle_id, "", 0)
    assert [(each.state, each.answer) for each in listed] == [("refused", "容量不足"), ("granted", "核定为4")]
    await stage.stand(P4)
    late = await refused(desk.plans.propose_change(ADMINISTRATOR, again.__class__(*_of(again), key())))
    assert (late.reason, late.rule) == ("NOT_IN_PHASE", "CAP-B5-QUOTA")


def _of(order: ProposePlanChange) -> tuple[str, str, str, int, str]:
    return order.cycle_id, order.base_code, order.specialty_code, order.wanted, order.reason


async def test_plan_18_an_exception_adds_places_under_a_number_known_once(desk: Desk) -> None:
    order = GrantSeatException(desk.cycle_id, QILU, SKIN, 2, "鲁卫科教字〔2023〕 8号", "援疆计划", key())
    each = await desk.plans.grant_exception(PROVINCE, order)
    assert (each.planned, (await desk.seats())[QILU, SKIN]) == (3, (3, 0))
    again = GrantSeatException(desk.cycle_id, QILU, MEDICINE, 1, "鲁卫科教字〔2023〕  8号", "重复", key())
    error = await refused(desk.plans.grant_exception(PROVINCE, again))
    assert (error.reason, error.rule) == ("NUMBER_TAKEN", "PLAN-18")
    assert await desk.plans.list_exceptions(ADMINISTRATOR, desk.cycle_id) == [each]


async def test_plan_19_a_paused_programme_takes_no_new_submissions(desk: Desk, stage: Stage) -> None:
    order = SetProgramme(desk.cycle_id, QILU, SKIN, Programme.PAUSED, "整改", key())
    assert (await desk.plans.set_programme(PROVINCE, order)).programme is Programme.PAUSED
    unplanned = SetProgramme(desk.cycle_id, SECOND, SKIN, Programme.CLOSED, "无", key())
    assert (await refused(desk.plans.set_programme(PROVINCE, unplanned))).rule == "PLAN-19"
    await stage.stand(P1)
    error = await refused(stage.registered(Choice(QILU, SKIN, True)))
    assert "PROGRAMME_PAUSED" in error.details["reasons"]
    await desk.plans.set_programme(PROVINCE, SetProgramme(desk.cycle_id, QILU, SKIN, Programme.OPEN, "恢复", key()))
    await stage.registered(Choice(QILU, SKIN, True))


async def test_plan_20_what_was_looked_at_is_what_reverts(desk: Desk, stage: Stage) -> None:
    await granted(stage, Choice(QILU, MEDICINE, True))
    rows = [{"from": [QILU, MEDICINE], "to": [SECOND, MEDICINE], "after_round": 1, "keep": 1}]
    await desk.policy(reversion=rows)
    assert (await desk.reverting.preview(PROVINCE, desk.cycle_id)).moves == ()
    await stage.stand(P3)
    preview = await desk.reverting.preview(PROVINCE, desk.cycle_id)
    assert preview.moves == (Moved((QILU, MEDICINE), (SECOND, MEDICINE), 1, 1),)
    stale = RevertUnfilled(desk.cycle_id, "0" * 32, key())
    assert (await refused(desk.reverting.revert_unfilled(PROVINCE, stale))).reason == "PREVIEW_CHANGED"
    order = RevertUnfilled(desk.cycle_id, preview.digest, key())
    assert await desk.reverting.revert_unfilled(PROVINCE, order) == preview.moves
    assert await desk.reverting.revert_unfilled(PROVINCE, order) == preview.moves
    seats = await desk.seats()
    assert (seats[QILU, MEDICINE], seats[SECOND, MEDICINE]) == ((2, 1), (3, 0))
    nothing = RevertUnfilled(desk.cycle_id, "", key())
    assert (await refused(desk.reverting.revert_unfilled(PROVINCE, nothing))).rule == "PLAN-20"


async def test_the_province_extends_a_deadline_that_has_passed(desk: Desk, stage: Stage) -> None:
    """CAP-EXTEND: and the base may decide again; its workflow hears of it."""
    await stage.stand(P1)
    _, view = await stage.registered()
    await stage.stand(P2)
    now = datetime.now(UTC)
    await stage.database.execute(
        """
        INSERT INTO base_window (cycle_id, base_code, round, review_deadline, written_exam)
        VALUES ($1, $2, 1, $3, $4)
        """,
        *(desk.cycle_id, QILU, now - timedelta(minutes=1), now + timedelta(minutes=30)),
    )
    assert (await refused(stage.review(view, approve=True))).reason == "AFTER_DEADLINE"

    def order(later: timedelta, number: int = 1) -> ExtendDeadline:
        return ExtendDeadline(desk.cycle_id, QILU, number, now + later, "停电", key())

    for later, number, reason in (
        (timedelta(hours=2), 1, "MILESTONE_OUTSIDE"),
        (timedelta(minutes=-2), 1, "NOT_LATER"),
        (timedelta(minutes=40), 1, "MILESTONE_ORDER"),
        (timedelta(minutes=10), 2, "NOT_IN_PHASE"),
    ):
        assert (await refused(desk.extending.extend_deadline(PROVINCE, order(later, number)))).reason == reason
    good = order(timedelta(minutes=10))
    window = await desk.extending.extend_deadline(PROVINCE, good)
    assert await desk.extending.extend_deadline(PROVINCE, good) == window
    assert window.milestones.review_deadline == now + timedelta(minutes=10)
    await stage.review(view, approve=True)
    told = await stage.database.fetchval(
        "SELECT count(*) FROM outbox WHERE subject LIKE '%window.milestones_set' AND aggregate_id LIKE $1",
        f"{desk.cycle_id}/%",
    )
    assert told == 1
    foreign = await refused(desk.extending.extend_deadline(FOREIGN, order(timedelta(minutes=20))))
    assert foreign.kind is Kind.NOT_FOUND


async def test_a_cycle_begins_with_its_own_policy_and_the_codes_of_its_bases(stage: Stage) -> None:
    """PLAN-09, PLAN-21, PLAN-22: what a file says of them is checked before anything is written."""
    plan = {(QILU, MEDICINE): 2}
    code = "123700004955703036"
    main = ((SECOND, QILU),)
    order = cycle_order(plan, policy={"offer_hours": 6}, main_codes=main, credit_codes=((QILU, code), (SECOND, "")))
    view = await stage.cycles.create_cycle(OPERATOR, order)
    cycle = await CycleStore(stage.database).cycle(view.cycle_id)
    assert cycle is not None
    assert (cycle.policy.offer_hours, cycle.catalogue.main_bases) == (6.0, {SECOND: QILU})
    assert cycle.catalogue.credit_codes == {QILU: code}
    for changes, rule in (
        ({"policy": {"offer_hours": -1}}, "PLAN-02"),
        ({"main_codes": ((QILU, SECOND), (SECOND, QILU))}, "PLAN-21"),
        ({"main_codes": ((QILU, "SD-NONE"),)}, "PLAN-21"),
        ({"credit_codes": ((QILU, "12370000495570303X"),)}, "PLAN-22"),
        ({"credit_codes": ((QILU, code), (SECOND, code))}, "PLAN-22"),
    ):
        error = await refused(stage.cycles.create_cycle(OPERATOR, cycle_order(plan, **changes)))
        assert error.rule == rule
