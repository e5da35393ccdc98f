"""A year of a hospital's teaching faculty: four teachers and two batches, every event of C5 that time or people bring.

The diary beside it is what a clerk of 教学部 would have written down; it is compared as text. To write it anew after a
change that is meant: `WRITE_DIARY=1 pytest tests/workflow/test_faculty_year.py`, and let the diff be reviewed.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.support.faculty_waits import FIRST_DAY, FacultyStage, OneAppointment, OneBatch, a_faculty_stage

DIARY = Path(__file__).with_name("faculty_year.story")
LIMIT = 20.0
"""Seconds of real time."""
JIA, YI, BING, DING = [f"20270000-0000-7000-8000-00000000010{number}" for number in range(4)]
SPRING, AUTUMN = [f"20270000-0000-7000-8000-00000000020{number}" for number in range(2)]
NAMES = {JIA: "甲老师", YI: "乙老师", BING: "丙老师", DING: "丁老师", SPRING: "春季批次", AUTUMN: "秋季批次"}
WORDS = {
    "opened": "告知可能报名的人：已开放报名",
    "drafts": "提醒尚未提交的人：报名即将截止",
    "undecided": "提醒教学部：还有报名没有审核",
    "due": "提醒科室秘书：年度维护尚未完成",
    "overdue": "告知科室主任和教学部：年度维护逾期",
    "term": "告知本人和科室：聘期即将届满",
}
BROUGHT = {"review_opened": "年度维护开始", "overdue": "年度维护逾期，不自动解聘"}


@dataclass
class Life:
    """What the people of one hospital do, each at their time."""

    stage: FacultyStage
    deeds: list[tuple[datetime, str]] = field(default_factory=list)
    waits: dict[str, WorkflowHandle[Any, Any]] = field(default_factory=dict)

    async def do(self, month: int, day: int, hour: float, text: str, who: str = "", **fields: object) -> None:
        """Somebody does something; the wait of `who` hears of it."""
        await self.stage.until(self.stage.world.at(month, day, hour))
        if who:
            await self.stage.change(self.waits[who], text, **fields)
        self.deeds.append((await self.stage.environment.get_current_time(), text))

    async def live(self) -> None:
        at, world = self.stage.world.at, self.stage.world
        last = date(2027, 12, 31)
        for key, months in ((JIA, 8), (YI, 3), (BING, 2), (DING, 5)):
            self.waits[key] = await self.stage.appoint(key, OneAppointment(FIRST_DAY, last, months=months))
        spring = OneBatch(at(1, 11), at(1, 25), at(2, 1), drafts=4)
        self.waits[SPRING] = await self.stage.begin_batch(SPRING, spring)
        await self.do(1, 20, 10, "春季批次：3人提交，1人仍未提交")
        spring.drafts, spring.undecided = 1, 3
        await self.do(1, 26, 15, "教学部审核2人")
        spring.undecided = 1
        await self.do(3, 15, 9, "丙老师因教学事故被暂停", BING, state="suspended")
        await self.do(4, 1, 14, "科室秘书确认甲老师", JIA, review="confirmed")
        await self.do(4, 16, 11, "科室秘书对丁老师提出解聘", DING, review="dismissal_proposed")
        await self.do(5, 6, 10, "科室秘书补做乙老师的年度维护", YI, review="confirmed")
        ending = {"review": "", "ending": "dismissed", "ends_on": date(2027, 5, 31)}
        await self.do(5, 10, 16, "教学部决定解聘丁老师，月底生效", DING, **ending)
        await self.do(6, 21, 9, "暂停解除，丙老师恢复带教", BING, state="active")
        autumn = OneBatch(at(11, 1), at(11, 15), at(11, 22), drafts=2)
        self.waits[AUTUMN] = await self.stage.begin_batch(AUTUMN, autumn)
        await self.do(11, 10, 9, "甲老师报名续聘")
        autumn.drafts, autumn.undecided = 1, 1
        await self.do(11, 12, 9, "教学部推荐甲老师，续聘一年", JIA, until_day=date(2028, 12, 31), term_told=False)
        autumn.undecided = 0
        await self.do(12, 10, 9, "丙老师调离，月中离院", BING, ending="transferred", ends_on=date(2027, 12, 15))
        await self.stage.until(world.at(12, 31, 36))

    def diary(self) -> str:
        """All of it, in order, one line each; the same to several at once in one line."""
        world = self.stage.world
        lines = Counter(
            [
                *((self._printed(at), 1, f"[人] {text}") for at, text in self.deeds),
                *((self._printed(at), 2, f"[时] {brought(about, what)}") for at, about, what in world.done),
                *((self._printed(at), 3, f"[信] {NAMES[about]}：{WORDS[kind]}") for at, about, kind in world.told),
            ]
        )
        told, day = [], ""
        for at, _, text in sorted(lines):
            today = f"{at.month}月{at.day}日"
            told += [f"\n{today}"] if today != day else []
            told.append(f"  {at:%H:%M}  {text}")
            day = today
        return "\n".join(told).strip() + "\n"

    def _printed(self, at: datetime) -> datetime:
        since = at - self.stage.world.first_midnight + timedelta(seconds=2)
        return datetime(2027, 1, 1) + timedelta(minutes=since // timedelta(minutes=1))  # noqa: DTZ001


def brought(about: str, what: str) -> str:
    """What time brought, in words."""
    kind, _, number = what.partition(" ")
    if about in (SPRING, AUTUMN):
        return f"{NAMES[about]}：批次截止，{number}份未提交或未审核的报名结束"
    ends = {"dismissed": "解聘生效", "transferred": "调离生效", "expired": "聘期届满"}
    return f"{NAMES[about]}：{BROUGHT.get(kind) or f'{ends[kind]}，{number}个带教月份待补'}"


async def test_a_year_of_appointments_reads_like_a_clerks_diary(environment: WorkflowEnvironment) -> None:
    """Must show 2: campaign, reminder, overdue, sanction, lifting, dismissal with orphans, transfer, renewal."""
    began = time.monotonic()
    stage = await a_faculty_stage(environment)
    life = Life(stage)
    async with stage.working():
        await life.live()
        ended = {key: await life.waits[key].result() for key in (YI, BING, DING, SPRING, AUTUMN)}
        jia = await life.waits[JIA].query("status")
        await life.waits[JIA].terminate()
    assert {NAMES[key]: (ended[key].state, ended[key].orphaned) for key in (YI, BING, DING)} == {
        "乙老师": ("expired", 3),
        "丙老师": ("transferred", 2),
        "丁老师": ("dismissed", 5),
    }
    assert (ended[SPRING].expired, ended[AUTUMN].expired) == (2, 1)
    assert jia["state"] == "active"
    assert not [kind for _, about, kind in stage.world.told if about == DING and kind == "overdue"]
    assert time.monotonic() - began < LIMIT
    if os.environ.get("WRITE_DIARY"):
        DIARY.write_text(life.diary())
    assert life.diary() == DIARY.read_text()
