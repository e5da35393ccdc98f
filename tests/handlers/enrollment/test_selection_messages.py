"""SelectionService in messages: a round from the score sheet to a resolved objection, as programs see it."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from protovalidate import Validator

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import selection_service_pb2 as pb
from services.enrollment.grpc_api.selection import Selection
from services.enrollment.handlers.list_progress import ListProgressHandlers
from services.enrollment.store.list_progress import ListProgressStore
from services.kit import auth
from services.kit.database import Database
from services.kit.domain import Caller
from tests.handlers.enrollment.selecting import PROVINCE, Selecting
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, REVIEWER, Stage, key

NOBODY = Caller("", "")


@pytest.fixture
async def desk(database: Database) -> Selecting:
    """A round with two places and a publicity of three working days."""
    desk = Selecting(Stage(database))
    await desk.open({(QILU, MEDICINE): 2}, publicity_working_days=3)
    return desk


class Door:
    """Calls the servicer as somebody, with requests that the contract accepts."""

    def __init__(self, desk: Selecting) -> None:
        progress = ListProgressHandlers(desk.stage.cycle_store, ListProgressStore(desk.database))
        self._servicer = Selection(desk.scores, desk.ranking, desk.lists, desk.objections, progress)
        self._validator = Validator()

    async def ask(self, who: Caller, method: str, request: Message) -> Any:
        self._validator.validate(request)
        with auth.serving(who):
            return await getattr(self._servicer, method)(request, None)


async def test_a_round_in_messages(desk: Selecting) -> None:
    door, cycle = Door(desk), desk.stage.cycle_id
    ids = await desk.people(3)
    rows = [
        pb.ScoreRow(application_id=each, submission_number=1, parts=dict.fromkeys(("written", "skills"), marks))
        for each, marks in zip(ids, ("90", "80", "x"), strict=True)
    ]
    for row in rows[:2]:
        row.parts["interview"] = row.parts["written"]
    entered = await door.ask(
        REVIEWER, "EnterScores", pb.EnterScoresRequest(cycle_id=cycle, rows=rows, idempotency_key=key())
    )
    assert [(each.accepted, each.version, each.total) for each in entered.results] == [
        (True, 1, "90.00"),
        (True, 1, "80.00"),
        (False, 0, ""),
    ]
    refused = entered.results[2]
    assert (refused.reason, refused.field, refused.rule) == ("BAD_MARKS", "parts.written", "SCO-03")
    assert refused.message.startswith("笔试成绩")
    [version] = (await door.ask(PROVINCE, "ListScores", pb.ListScoresRequest(application_id=ids[0]))).versions
    assert (dict(version.parts)["skills"], version.entered_by, version.round) == ("90", "reviewer", 1)
    assert version.HasField("entered_at")

    cut_off = pb.CutOff(total="85", minimums={"written": "60"})
    order = pb.SetCutOffRequest(cycle_id=cycle, specialty_code=MEDICINE, cut_off=cut_off, idempotency_key=key())
    assert (await door.ask(ADMINISTRATOR, "SetCutOff", order)).cut_off.version == 1
    asked = pb.GetRankingRequest(cycle_id=cycle, specialty_code=MEDICINE)
    ranking = await door.ask(REVIEWER, "GetRanking", asked)
    assert [(row.application_id, row.rank, row.standing, row.name) for row in ranking.rows] == [
        (ids[0], 1, pb.RANK_STANDING_SUGGESTED, "张三"),
        (ids[1], 2, pb.RANK_STANDING_BELOW, "张三"),
        (ids[2], 0, pb.RANK_STANDING_UNSCORED, "张三"),
    ]
    assert ranking.rows[0].state == application_pb2.APPLICATION_STATE_APPROVED
    assert (ranking.planned, ranking.free, ranking.round, ranking.cut_off.total) == (2, 2, 1, "85.00")
    assert [(part.key, part.weight, part.full_marks) for part in ranking.scheme] == [
        ("written", "0.4", "100"),
        ("skills", "0.4", "100"),
        ("interview", "0.2", "100"),
    ]
    assert list(ranking.tie_rules) == ["written", "skills", "interview", "submitted_at"]

    await desk.database.execute("UPDATE seat SET taken = 2 WHERE cycle_id = $1", cycle)
    fixed = await door.ask(
        ADMINISTRATOR,
        "SetWaitingList",
        pb.SetWaitingListRequest(cycle_id=cycle, specialty_code=MEDICINE, idempotency_key=key()),
    )
    assert [(each.rank, each.application_id) for each in fixed.positions] == [(1, ids[0])]


async def test_a_list_and_an_objection_in_messages(desk: Selecting) -> None:
    door, cycle = Door(desk), desk.stage.cycle_id
    [one] = await desk.people(1, "provisional")
    waiting = await door.ask(REVIEWER, "ListUnpublished", pb.ListUnpublishedRequest(cycle_id=cycle))
    assert [(each.application_id, each.name, each.round) for each in waiting.rows] == [(one, "张三", 1)]
    assert waiting.HasField("would_end_at")
    assert (waiting.working_days, waiting.problem) == (3, "")
    order = pb.PublishListRequest(cycle_id=cycle, idempotency_key=key())
    made = await door.ask(ADMINISTRATOR, "PublishList", order)
    assert (made.list.number, made.list.entries, made.list.base_name, made.unpublished) == (
        *(1, 1, "山东大学齐鲁医院"),
        0,
    )
    listed = await door.ask(NOBODY, "ListPublishedLists", pb.ListPublishedListsRequest(cycle_id=cycle))
    assert list(listed.lists) == [made.list]
    read = await door.ask(NOBODY, "GetPublishedList", pb.GetPublishedListRequest(list_id=made.list.list_id))
    assert read.list == made.list
    [entry] = read.entries
    assert (entry.masked_name, entry.specialty_name, len(entry.hash)) == ("张*", "内科", 64)
    assert one not in str(read), "nobody is shown which application it is"

    filing = pb.FileObjectionRequest(application_id=one, grounds="与事实不符", idempotency_key=key())
    filed = (await door.ask(ADMINISTRATOR, "FileObjection", filing)).objection
    assert (filed.state, filed.filed_for) == (pb.OBJECTION_STATE_OPEN, QILU)
    page = await door.ask(PROVINCE, "ListObjections", pb.ListObjectionsRequest(cycle_id=cycle, open_only=True))
    assert [(each.objection_id, each.name) for each in page.objections] == [(filed.objection_id, "张三")]
    assert page.next_page_token == ""
    resolving = pb.ResolveObjectionRequest(objection_id=filed.objection_id, reason="已核实", idempotency_key=key())
    resolved = (await door.ask(PROVINCE, "ResolveObjection", resolving)).objection
    assert (resolved.state, resolved.resolution) == (pb.OBJECTION_STATE_DISMISSED, "已核实")
    assert resolved.HasField("resolved_at")
