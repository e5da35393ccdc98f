"""SCO-04, SCO-05, SCO-08, SCO-09, SCO-10 over a real database: sheets of scores, rankings, waiting lists."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import asyncpg
import pytest

from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.phases import P1, P2, P3, P4, P5
from services.enrollment.domain.ranking import RankStanding
from services.enrollment.handlers.ranking import SetCutOff, SetWaitingList
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.vault import SealBroken
from tests.handlers.enrollment.selecting import OTHER_PROVINCE, PROVINCE, Selecting, sheet
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OTHERS,
    QILU,
    REVIEWER,
    SECOND,
    Stage,
    key,
)
from tests.support.vaults import NEXT

PLAN = {(QILU, MEDICINE): 2, (SECOND, MEDICINE): 2}


@pytest.fixture
async def desk(database: Database) -> Selecting:
    """A fresh cycle in its first review round."""
    desk = Selecting(Stage(database))
    await desk.open(PLAN)
    return desk


async def test_sco_05_a_score_is_sealed_and_audited_and_every_version_stays(desk: Selecting) -> None:
    [one] = await desk.people(1)
    [first] = await desk.enter([sheet(one, "77.25")])
    assert first.accepted is not None
    assert (first.accepted.version, first.accepted.total) == (1, "77.25")
    stored = await desk.one("SELECT * FROM score WHERE application_id = $1", one)
    assert b"77.25" not in stored["body"]
    with pytest.raises(SealBroken):
        desk.stage.sealing.open_record("another/score", stored["body"])
    entry = await desk.one("SELECT * FROM audit WHERE aggregate_id = $1 AND n = 2", one)
    assert (entry["command"], entry["rule"], entry["actor"]) == ("enter_scores", "CAP-B5-SCORES", "reviewer")
    assert json.loads(entry["detail"]) == {"correction": False, "round": 1, "score_version": 1}

    [refused] = await desk.enter([sheet(one, "78")])
    assert refused.refusal is not None
    assert (refused.refusal.reason, refused.refusal.rule) == ("REASON_REQUIRED", "SCO-04")
    [second] = await desk.enter([sheet(one, "78", reason="登分有误")], by=ADMINISTRATOR)
    assert second.accepted is not None
    assert (second.accepted.version, second.accepted.total) == (2, "78.00")
    versions = await desk.scores.list_scores(PROVINCE, one)
    assert [(each.version, each.correction, each.reason, each.entered_by) for each in versions] == [
        (1, False, "", "reviewer"),
        (2, True, "登分有误", "administrator"),
    ]
    assert await desk.scores.list_scores(REVIEWER, one) == versions
    for stranger in (OTHERS, OTHER_PROVINCE, Caller("x", "applicant")):
        with pytest.raises(DomainError) as caught:
            await desk.scores.list_scores(stranger, one)
        assert caught.value.kind is Kind.NOT_FOUND
    with pytest.raises(asyncpg.PostgresError, match="written once"):
        await desk.database.execute("UPDATE score SET entered_by = 'x' WHERE application_id = $1", one)
    with pytest.raises(asyncpg.PostgresError, match="written once"):
        await desk.database.execute("DELETE FROM score WHERE application_id = $1", one)


async def test_sco_05_scores_are_sealed_anew_and_forgotten_with_the_person(desk: Selecting) -> None:
    """PRIV-04 and PRIV-05 for scores."""
    [one] = await desk.people(1)
    await desk.scored([one], "80")
    anew = SealedStore(desk.database, Sealing(NEXT))
    while await anew.rewrap(50):
        pass
    assert await anew.left() == 0
    after = Selecting(Stage(desk.database, NEXT))
    [version] = await after.score_store.versions(one)
    assert str(version.score.total) == "80.00"
    person = (await desk.row(one))["person_id"]
    async with desk.database.unit_of_work() as work:
        await anew.forget(work, person)
    [version] = await after.score_store.versions(one)
    assert (version.score.parts, version.score.total, version.reason) == ({}, None, "")


async def test_sco_10_each_row_stands_or_falls_on_its_own(desk: Selecting) -> None:
    good, other, _ = await desk.people(3)
    [pending] = await desk.people(1, "pending")
    [elsewhere] = await desk.people(1, base=SECOND)
    absent = str(uuid4())
    results = await desk.enter(
        [
            sheet(good, "80"),
            sheet(good, "81"),
            sheet(other, "80", submission_number=2),
            sheet(pending, "80"),
            sheet(elsewhere, "80"),
            sheet(absent, "80"),
            sheet(other, "101"),
        ]
    )
    assert [(result.accepted is not None, result.refusal and result.refusal.reason) for result in results] == [
        (True, None),
        (False, "ROW_TWICE"),
        (False, "SUPERSEDED"),
        (False, "WRONG_STATE"),
        (False, "APPLICATION_NOT_FOUND"),
        (False, "APPLICATION_NOT_FOUND"),
        (False, "ROW_TWICE"),
    ]
    [over] = await desk.enter([sheet(other, "101")])
    assert over.refusal is not None
    assert (over.refusal.reason, over.refusal.field, over.refusal.rule) == (
        "OVER_FULL_MARKS",
        "parts.written",
        "SCO-03",
    )
    with pytest.raises(DomainError) as caught:
        await desk.enter([sheet(good, "80")], by=Caller("x", "base_reviewer", "BJ-XIEHE"))
    assert caught.value.reason == "CYCLE_NOT_FOUND"


async def test_sco_10_a_sheet_sent_again_writes_nothing_twice(desk: Selecting) -> None:
    ids = await desk.people(2)
    rows, name = [sheet(each, "80") for each in ids], key()
    assert await desk.enter(rows, name) == await desk.enter(rows, name)
    [reused, _] = await desk.enter([sheet(ids[0], "81"), rows[1]], name)
    assert reused.refusal is not None
    assert reused.refusal.reason == "KEY_REUSED"
    [same, _] = await desk.enter(rows)
    assert same.accepted is not None
    assert (same.accepted.unchanged, same.accepted.version) == (True, 1)
    assert (await desk.row(ids[0]))["version"] == 2
    assert await desk.database.fetchval("SELECT count(*) FROM score WHERE application_id = $1", ids[0]) == 1


async def test_sco_04_parts_come_one_after_the_other(desk: Selecting) -> None:
    [one] = await desk.people(1)
    [first] = await desk.enter([sheet(one, "", parts={"written": "80"})])
    [second] = await desk.enter([sheet(one, "", parts={"skills": "90", "interview": "70"})])
    assert first.accepted is not None
    assert second.accepted is not None
    assert (first.accepted.total, second.accepted.total) == ("", "82.00")
    assert [each.correction for each in await desk.scores.list_scores(REVIEWER, one)] == [False, False]


@pytest.mark.parametrize(
    ("phase", "round_", "state", "reason"),
    [
        (P1, 1, "approved", "NOT_IN_PHASE"),
        (P3, 1, "approved", "WRONG_STATE"),
        (P3, 2, "approved", ""),
        (P4, 3, "pending", ""),
        (P5, 1, "provisional", "NOT_IN_PHASE"),
    ],
)
async def test_cap_b5_scores_are_entered_while_a_round_is_reviewed(
    desk: Selecting, phase: object, round_: int, state: str, reason: str
) -> None:
    [one] = await desk.people(1, state, round_=round_)
    await desk.stage.stand(phase)  # type: ignore[arg-type]
    [result] = await desk.enter([sheet(one, "80")])
    assert (result.refusal.reason if result.refusal else "") == reason
    if not reason:
        assert (await desk.ranked()).rows[0].ranked.rank == 1


async def test_three_hundred_rows_at_once(desk: Selecting) -> None:
    ids = await desk.people(300)
    results = await desk.enter([sheet(each, str(50 + number % 50)) for number, each in enumerate(ids)])
    assert all(result.accepted for result in results)
    view = await desk.ranked()
    assert len(view.rows) == 300
    assert len([row for row in view.rows if row.ranked.standing is RankStanding.SUGGESTED]) <= view.free == 2


async def test_sco_08_a_ranking_suggests_what_the_plan_leaves(desk: Selecting) -> None:
    """I1: suggested and taken together never exceed the plan."""
    ids = await desk.people(4)
    [placed] = await desk.people(1, "provisional")
    await desk.scored(ids, "70", "90", "80", "60")
    view = await desk.ranked()
    assert (view.planned, view.free, view.cut_off.version) == (2, 1, 0)
    assert [(row.application.id, row.ranked.rank, row.ranked.standing.value) for row in view.rows] == [
        (ids[1], 1, "suggested"),
        (ids[2], 2, "waiting"),
        (ids[0], 3, "waiting"),
        (ids[3], 4, "waiting"),
        (placed, 0, "placed"),
    ]
    order = SetCutOff(desk.stage.cycle_id, MEDICINE, "70", {"written": "75"}, key())
    cut_off = await desk.ranking.set_cut_off(ADMINISTRATOR, order)
    assert (cut_off.total, cut_off.minimums, cut_off.version) == ("70.00", {"written": "75"}, 1)
    assert await desk.ranking.set_cut_off(ADMINISTRATOR, order) == cut_off
    standings = [row.ranked.standing.value for row in (await desk.ranked()).rows]
    assert standings == ["suggested", "waiting", "below", "below", "placed"]
    both = await asyncio.gather(
        *(
            desk.ranking.set_cut_off(ADMINISTRATOR, SetCutOff(desk.stage.cycle_id, MEDICINE, total, {}, key()))
            for total in ("50", "")
        )
    )
    assert {each.version for each in both} == {2, 3}


async def test_sco_06_all_are_ranked_by_the_weights_that_hold_now(desk: Selecting) -> None:
    ids = await desk.people(2)
    await desk.enter([sheet(ids[0], "", parts={"written": "90", "skills": "50", "interview": "50"})])
    await desk.enter([sheet(ids[1], "", parts={"written": "60", "skills": "80", "interview": "80"})])
    assert [row.application.id for row in (await desk.ranked()).rows] == [ids[1], ids[0]]
    await desk.policy(score_weights={"written": 0.9, "skills": 0.1})
    rows = (await desk.ranked()).rows
    assert [(row.application.id, str(row.ranked.candidate.score.total)) for row in rows] == [
        (ids[0], "86.00"),
        (ids[1], "62.00"),
    ]


async def test_cap_cut_off_is_the_administrators_of_the_base_while_a_round_is_reviewed(desk: Selecting) -> None:
    async def refused(caller: Caller, specialty: str = MEDICINE, total: str = "60", **minimums: str) -> DomainError:
        with pytest.raises(DomainError) as caught:
            await desk.ranking.set_cut_off(caller, SetCutOff(desk.stage.cycle_id, specialty, total, minimums, key()))
        return caught.value

    assert (await refused(REVIEWER)).reason == "ROLE_NOT_ALLOWED"
    assert (await refused(Caller("x", "base_administrator", "BJ-XIEHE"))).reason == "CYCLE_NOT_FOUND"
    unknown = await refused(ADMINISTRATOR, "9999")
    assert (unknown.reason, unknown.field, unknown.rule) == ("UNKNOWN_SPECIALTY", "specialty_code", "APP-04")
    assert (await refused(ADMINISTRATOR, total="100.5")).field == "cut_off.total"
    assert (await refused(ADMINISTRATOR, dance="1")).field == "cut_off.minimums.dance"
    await desk.stage.stand(P5)
    late = await refused(ADMINISTRATOR)
    assert (late.reason, late.rule) == ("NOT_IN_PHASE", "CAP-CUT-OFF")


async def test_sco_09_a_waiting_list_is_fixed_and_fixed_anew_until_a_place_is_offered(desk: Selecting) -> None:
    ids = await desk.people(5)
    with pytest.raises(DomainError) as caught:
        await desk.wait()
    assert (caught.value.reason, caught.value.rule) == ("NOBODY_WAITS", "SCO-09")
    await desk.scored(ids, "90", "80", "70", "60", "50")
    first = await desk.wait()
    assert (first.version, first.application_ids) == (1, ids[2:])
    assert [(await desk.row(each))["waiting_rank"] for each in ids] == [0, 0, 1, 2, 3]
    assert [(await desk.row(each))["version"] for each in ids] == [2, 2, 3, 3, 3]
    assert [row.waiting_rank for row in (await desk.ranked()).rows] == [0, 0, 1, 2, 3]

    await desk.ranking.set_cut_off(ADMINISTRATOR, SetCutOff(desk.stage.cycle_id, MEDICINE, "60", {}, key()))
    order = SetWaitingList(desk.stage.cycle_id, MEDICINE, (), key())
    second = await desk.ranking.set_waiting_list(ADMINISTRATOR, order)
    assert (second.version, second.application_ids) == (2, ids[2:4])
    assert await desk.ranking.set_waiting_list(ADMINISTRATOR, order) == second
    assert [(await desk.row(each))["waiting_rank"] for each in ids] == [0, 0, 1, 2, 0]
    assert [(await desk.row(each))["version"] for each in ids] == [2, 2, 3, 3, 4]
    last = await desk.one("SELECT * FROM audit WHERE aggregate_id = $1 ORDER BY n DESC LIMIT 1", ids[4])
    assert (last["command"], last["rule"], last["actor"]) == ("set_waiting_list", "CAP-CUT-OFF", "administrator")
    assert json.loads(last["detail"]) == {"list_version": 2, "waiting_rank": 0}

    await desk.database.execute("UPDATE waiting_list SET state = 'offered' WHERE application_id = $1", ids[2])
    with pytest.raises(DomainError) as caught:
        await desk.wait()
    assert caught.value.reason == "OFFERS_BEGUN"
    with pytest.raises(DomainError) as caught:
        await desk.ranking.set_waiting_list(REVIEWER, SetWaitingList(desk.stage.cycle_id, MEDICINE, (), key()))
    assert caught.value.reason == "ROLE_NOT_ALLOWED"
    await desk.stage.stand(P4)
    with pytest.raises(DomainError) as caught:
        await desk.wait()
    assert caught.value.reason == "NO_WAITING_LIST"


async def test_sco_09_equals_wait_in_the_order_that_the_base_decided_on(desk: Selecting) -> None:
    await desk.policy(tie_rules=["written"])
    ids = await desk.people(4)
    await desk.scored(ids, "90", "80", "80", "80")
    assert (await desk.ranked()).tied_at_limit == 3
    with pytest.raises(DomainError) as caught:
        await desk.wait()
    assert (caught.value.reason, caught.value.details) == ("TIES_OPEN", {"count": "3"})
    assert (await desk.wait(ids[3], ids[1], ids[2])).application_ids == [ids[3], ids[1], ids[2]]


async def test_sco_09_the_chains_of_those_marked_stay_whole(desk: Selecting) -> None:
    """APP-11 for a deed that touches many."""
    await desk.open({(QILU, MEDICINE): 1})
    await desk.stage.stand(P1)
    people = [await desk.stage.registered() for _ in range(3)]
    await desk.stage.stand(P2)
    for _, view in people:
        await desk.stage.review(view, approve=True)
    await desk.scored([view.application_id for _, view in people], "90", "80", "70")
    waiting = await desk.wait()
    assert len(waiting.application_ids) == 2
    for _, view in people:
        row = await desk.row(view.application_id)
        entries = await desk.stage.queries.audit(view.application_id)
        assert broken_at(entries, row["version"], row["audit_hash"]) == 0
    cycle = await desk.one("SELECT * FROM cycle WHERE id = $1", desk.stage.cycle_id)
    entries = await desk.stage.queries.audit(desk.stage.cycle_id)
    assert broken_at(entries, cycle["version"], cycle["audit_hash"]) == 0


async def test_sco_09_two_who_fix_a_list_at_once_fix_two_versions(desk: Selecting) -> None:
    ids = await desk.people(4)
    await desk.scored(ids, "90", "80", "70", "60")
    both = await asyncio.gather(desk.wait(), desk.wait())
    assert {each.version for each in both} == {1, 2}
    assert await desk.database.fetchval("SELECT count(*) FROM waiting_list WHERE application_id = $1", ids[2]) == 1
