"""A year in a test: Shandong 2023 with three bases and thirty applications, every clock event of rules-enrollment B6.

The diary beside it is what a clerk would have written down; it is compared as text. To write it anew after a change
that is meant: `WRITE_DIARY=1 pytest tests/workflow/test_year.py`, and let the diff be reviewed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from tests.support.diary import Diary
from tests.support.listing import Listed
from tests.support.temporal import Stage, a_stage
from tests.support.windows import Desk
from workflows.base_window.contract import Decision, DecisionKind
from workflows.published_list.contract import Objection, ObjectionKind, ObjectionNews
from workflows.published_list.workflow import PublishedList
from workflows.seat_offer.contract import OfferAnswered
from workflows.seat_offer.workflow import SeatOffer

DIARY = Path(__file__).with_name("year.story")
QILU, SLYY, SDEY = "SD-QILU", "SD-SLYY", "SD-SDEY"
LIMIT = 20.0
"""Seconds of real time (issue 5, must show 1)."""


class Life:
    """What the people of three bases and thirty applicants do, each at their time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.province = stage.province
        self.diary = Diary(stage)
        self.lists: dict[str, Listed] = {}

    def at(self, month: int, day: int, hour: float = 0.0) -> datetime:
        return self.province.moments.midnight(date(2023, month, day)) + timedelta(hours=hour)

    async def do(self, month: int, day: int, hour: float, text: str, deed: Callable[[], Awaitable[None]]) -> None:
        await self.stage.until(self.at(month, day, hour))
        await deed()
        await self.diary.note(text)

    async def decide(self, base: str, number: int, kind: DecisionKind, *people: str) -> None:
        """The base's staff decide; its window hears of it."""
        news = [Decision(person, number + 2, kind, await self.province.now()) for person in people]
        await self.stage.tell(self.stage.window(base, number), *news)

    async def publish(self, base: str, people: list[str], ends: datetime) -> None:
        list_id = f"{self.province.cycle_id[:-2]}{len(self.lists):02}"
        self.lists[base] = self.province.lists.publish(list_id, base, people, ends)
        await self.stage.start_list(base, list_id)

    async def object(self, base: str, kind: ObjectionKind, version: int) -> None:
        handle = self.stage.client.get_workflow_handle_for(
            PublishedList.run, f"list/{self.province.cycle_id}/{self.lists[base].list_id}"
        )
        self.lists[base].people["a3"] = "objected" if kind is ObjectionKind.FILED else "provisional"
        frozen = kind is ObjectionKind.FILED
        news = ObjectionNews([Objection("a3", version, kind, frozen, await self.province.now())])
        await handle.signal(PublishedList.objections, news)

    async def live(self) -> None:
        """Thirty people: twelve choose one base, ten the second, eight the third, which does as little as it can."""
        await self.register()
        await self.first_round()
        await self.second_round()
        await self.last_round()
        await self.verify()
        await self.stage.until(self.at(11, 1, 9))
        assert (await (await self.stage.start_next_cycle()).result()).drafts == 1

    async def register(self) -> None:
        people = [f"person-{number:02}" for number in range(30)]

        async def draft() -> None:
            self.province.drafts = people

        async def most_submit() -> None:
            self.province.drafts = people[:5]

        async def all_submit() -> None:
            self.province.drafts = []
            self.province.pending = {QILU: 12, SLYY: 10, SDEY: 8}
            self.province.review_deadlines = {SLYY: self.at(7, 20, 17)}
            self.province.desks[SLYY] = Desk(
                written_exam=self.at(7, 23, 9), interview=self.at(7, 25, 9), pre_admission=self.at(7, 28, 12)
            )

        await self.do(7, 3, 10, "30人填写报名，均未提交", draft)
        await self.do(7, 8, 12, "25人提交报名", most_submit)
        await self.do(7, 10, 9, "其余5人提交报名；省立医院定下本院日程", all_submit)

    async def first_round(self) -> None:
        province, people = self.province, [f"a{number}" for number in range(12)]

        async def review_all() -> None:
            ends = self.at(8, 1)
            province.pending[QILU] = 0
            province.desks[QILU] = Desk(approved=9, rejected=3, fixable=[(one, ends) for one in people[:3]])
            await self.decide(QILU, 1, DecisionKind.APPROVED, *people[3:])
            await self.decide(QILU, 1, DecisionKind.REJECTED, *people[:3])

        async def review_some() -> None:
            province.pending[SLYY] = 3
            late = self.at(7, 21, 16)
            province.desks[SLYY].approved, province.desks[SLYY].rejected = 6, 1
            province.desks[SLYY].fixable, province.desks[SLYY].fix_until = [("b6", late)], late
            await self.decide(SLYY, 1, DecisionKind.APPROVED, *[f"b{number}" for number in range(6)])
            await self.decide(SLYY, 1, DecisionKind.REJECTED, "b6")

        async def repair_late() -> None:
            province.pending[SLYY] = 4
            province.desks[SLYY].late_pending, province.desks[SLYY].fixable = 1, []
            await self.decide(SLYY, 1, DecisionKind.SUBMITTED, "b6")

        async def publish() -> None:
            province.desks[QILU] = Desk(approved=2, not_selected=2, rejected=1, provisional=9)
            await self.publish(QILU, people[3:], self.at(8, 4))
            await self.decide(QILU, 1, DecisionKind.PROVISIONALLY_ADMITTED, *people[3:])

        async def grant() -> None:
            province.desks[SLYY].provisional, province.desks[SLYY].unpublished = 4, 4
            province.desks[SLYY].approved = 3

        await self.do(7, 14, 10, "齐鲁医院审核12人：通过9人，退回3人", review_all)
        await self.do(7, 20, 16, "省立医院审核7人，截止前退回1人，为其开放修改时间", review_some)
        await self.do(7, 21, 10, "被退回的1人修改后重新提交", repair_late)
        await self.do(7, 26, 15, "齐鲁医院拟录取9人并公示；2人未入选,1人不再修改", publish)
        await self.do(7, 29, 15, "省立医院拟录取4人，未公示", grant)

    async def second_round(self) -> None:
        province, waiting = self.province, self.province.waiting

        async def begin() -> None:
            province.pending = {QILU: 0, SLYY: 5, SDEY: 6}
            province.desks, province.review_deadlines = {}, {}

        async def free() -> None:
            waiting.people = ["first", "second", "third"]
            self.offers = await self.stage.start_offers(QILU, f"{province.cycle_id[:-2]}99")

        def answered(person: str, *, accept: bool) -> Callable[[], Awaitable[None]]:
            async def answer() -> None:
                number = waiting.answer(person, accept=accept).number
                await self.offers.signal(SeatOffer.answered, OfferAnswered(person, number))

            return answer

        async def publish() -> None:
            province.pending[SLYY], province.desks[SLYY] = 0, Desk(provisional=9)
            await self.publish(SLYY, [f"b{number}" for number in range(9)], self.at(8, 15))

        async def do_little() -> None:
            province.pending[SDEY], province.desks[SDEY] = 2, Desk(provisional=4, unpublished=4)

        await self.do(8, 1, 9, "11人重新报名：省立医院5人，山大二院6人", begin)
        await self.do(8, 2, 10, "有人对齐鲁医院名单提出异议", lambda: self.object(QILU, ObjectionKind.FILED, 3))
        await self.do(8, 3, 9, "齐鲁医院空出1个名额", free)
        await self.do(8, 3, 15, "第一名候补放弃", answered("first", accept=False))
        await self.do(8, 3, 16, "异议不成立", lambda: self.object(QILU, ObjectionKind.DISMISSED, 4))
        await self.do(8, 4, 20, "第三名候补接受", answered("third", accept=True))
        await self.do(8, 8, 10, "省立医院审核完毕，公示9人", publish)
        await self.do(8, 9, 10, "山大二院审核4人并拟录取，未公示", do_little)

    async def last_round(self) -> None:
        province = self.province

        async def begin() -> None:
            province.pending, province.desks = {SDEY: 3}, {}

        async def publish() -> None:
            province.pending, province.desks[SDEY] = {}, Desk(provisional=7)
            await self.publish(SDEY, [f"c{number}" for number in range(7)], self.at(8, 22))

        await self.do(8, 11, 9, "3人参加调剂", begin)
        await self.do(8, 14, 10, "山大二院录用3人，公示7人", publish)

    async def verify(self) -> None:
        def admitted(base: str, *, but: int = 0) -> Callable[[], Awaitable[None]]:
            async def admit() -> None:
                people = self.lists[base].people
                people.update(dict.fromkeys(list(people)[but:], "admitted"))

            return admit

        await self.do(8, 18, 10, "齐鲁医院办理9人录取", admitted(QILU))
        await self.do(8, 26, 10, "省立医院办理8人录取", admitted(SLYY, but=1))
        await self.do(8, 29, 10, "山大二院办理5人录取", admitted(SDEY, but=2))
        await self.do(8, 30, 10, "省立医院办理最后1人录取", admitted(SLYY))
        await self.do(9, 2, 12, "山大二院2人仍未办理", self.nothing)

    async def nothing(self) -> None:
        """Nobody does anything."""


async def test_a_whole_year_reads_like_a_clerks_diary(environment: WorkflowEnvironment) -> None:
    began = time.monotonic()
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000020")
    stage.province.quiet = True
    life = Life(stage)
    async with stage.working():
        year = await stage.start_cycle()
        await life.live()
        ended = await year.result()
        windows = [await stage.window(base, number).result() for base in stage.province.bases for number in (1, 2, 3)]
        offered = await life.offers.result()
    assert (ended.sequence, stage.province.refused, offered.taken) == (6, [], True)
    assert all(window.closed for window in windows)
    assert time.monotonic() - began < LIMIT
    if os.environ.get("WRITE_DIARY"):
        DIARY.write_text(life.diary.text())
    assert life.diary.text() == DIARY.read_text()
