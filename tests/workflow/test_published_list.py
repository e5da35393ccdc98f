"""PublishedList on the time-skipping server: publicity, objections, reminders, verification, its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.support.listing import DAY, Listed
from tests.support.temporal import Stage, a_stage
from workflows.published_list.contract import (
    LARGEST_BATCH,
    ListEnded,
    ListMoved,
    Objection,
    ObjectionKind,
    ObjectionNews,
)
from workflows.published_list.workflow import PublishedList
from workflows.wire import instant

BASE = "SD-QILU"
_List = WorkflowHandle[PublishedList, ListEnded]


@pytest.fixture
async def confirmation(environment: WorkflowEnvironment) -> Stage:
    """A fresh cycle whose confirmation phase began a moment ago; it lasts sixteen days."""
    stage = await a_stage(environment, days_before=-46)
    stage.province.sequence = 5
    return stage


def publish(stage: Stage, *people: str, days: float = 2, base: str = BASE) -> Listed:
    """A list whose publicity ends so many days after the confirmation phase began."""
    return stage.province.lists.publish(
        str(uuid4()), base, people or ("a", "b", "c"), stage.province.moments.confirmation_opens + DAY * days
    )


def sent(stage: Stage, template: str) -> list[dict[str, str]]:
    """Parameters of what was sent by a template, in order."""
    return [dict(each.parameters) for each in stage.province.notices.values() if each.template == template]


def closes_at(stage: Stage) -> datetime:
    return stage.province.lists.closes_at()


def objection(application_id: str, version: int, kind: str, at: datetime, *, frozen: bool = True) -> Objection:
    return Objection(application_id, version, ObjectionKind(kind), frozen and kind != "dismissed", at)


async def test_wait_31_a_list_waits_for_publicity_and_verification_and_escalates(confirmation: Stage) -> None:
    """WAIT-31, WAIT-32, WAIT-33, WAIT-35: told, reminded, escalated; nobody is decided upon."""
    stage, listed = confirmation, publish(confirmation)
    listed.people["c"] = "objected"
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(listed.ends_at + timedelta(hours=12))
        assert sent(stage, "publicity_ended") == [{"number": "1", "admissible": "2", "objected": "1"}]
        await stage.until(closes_at(stage) - DAY * 5)
        assert [each["count"] for each in sent(stage, "verification_reminder")] == ["3"]
        listed.people["a"] = "admitted"
        await stage.until(closes_at(stage) - timedelta(hours=1))
        assert [each["count"] for each in sent(stage, "verification_reminder")] == ["3", "2", "2"]
        assert sent(stage, "verification_overdue") == []
        assert await handle.result() == ListEnded(overdue=2)
    assert sent(stage, "verification_overdue") == [{"count": "2"}]
    assert sent(stage, "verification_overdue_province") == [{"base": BASE, "count": "2"}]
    to = {each.template: each.organisation_code for each in stage.province.notices.values()}
    assert to["verification_overdue_province"] == "37"
    assert {to[template] for template in to if not template.endswith("province")} == {BASE}
    told = [instant(each.release_at) for each in stage.province.notices.values()]
    hours = [(closes_at(stage) - each) / timedelta(hours=1) for each in told[1:4]]
    assert all(days * 24 + 2 < before < days * 24 + 4.1 for days, before in zip((7, 3, 1), hours, strict=True)), hours
    eight = timedelta(hours=8)
    late = [told[0] - listed.ends_at - eight, *[each - closes_at(stage) - eight for each in told[4:]]]
    assert all(timedelta(0) <= each <= timedelta(minutes=31) for each in late), late
    assert listed.people == {"a": "admitted", "b": "provisional", "c": "objected"}


async def test_wait_31_it_ends_when_nobody_is_provisional_and_no_admission_can_be_undone(confirmation: Stage) -> None:
    stage, listed = confirmation, publish(confirmation)
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(closes_at(stage) - DAY * 7.5)
        listed.people.update(a="admitted", b="admitted", c="gone")
        listed.undo_until = closes_at(stage) - DAY * 6
        await stage.until(closes_at(stage) - DAY * 6.5)
        listed.people["b"] = "provisional"  # its base took the admission back
        listed.undo_until = None
        await stage.until(closes_at(stage) - DAY * 5)
        listed.people["b"] = "admitted"
        assert await handle.result() == ListEnded(overdue=0)
    assert [each["count"] for each in sent(stage, "verification_reminder")] == ["1"]
    assert sent(stage, "verification_overdue") == []


async def test_wait_31_a_list_on_which_nobody_is_left_tells_nothing(confirmation: Stage) -> None:
    stage, listed = confirmation, publish(confirmation)
    listed.people.update(a="gone", b="gone", c="gone")
    async with stage.working():
        assert await (await stage.start_list(BASE, listed.list_id)).result() == ListEnded(overdue=0)
    assert len(stage.province.lists.asked) == 1
    assert stage.province.notices == {}


async def test_wait_31_while_held_it_waits_and_what_is_put_off_is_reminded_of_anew(confirmation: Stage) -> None:
    stage, listed = confirmation, publish(confirmation)
    lists = stage.province.lists
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(listed.ends_at - timedelta(hours=6))
        lists.held = True
        await handle.signal(PublishedList.recheck, ListMoved(2))
        await stage.until(listed.ends_at + DAY * 2)
        assert stage.province.notices == {}
        lists.held = False
        stage.province.moved[6] = stage.province.opens_at(6) + DAY * 3
        await stage.until(listed.ends_at + DAY * 3)
        assert len(sent(stage, "publicity_ended")) == 1
        await stage.until(closes_at(stage) - DAY * 6.5)
        stage.province.moved[6] = stage.province.opens_at(6) + DAY * 4
        await handle.result()
    reminders = [(each["closes_at"], each["count"]) for each in sent(stage, "verification_reminder")]
    ends = sorted({end for end, _ in reminders})
    assert [end for end, _ in reminders] == [ends[0], *[ends[1]] * 3]


async def test_wait_33_begun_late_it_reminds_of_the_last_moment_alone(confirmation: Stage) -> None:
    stage, listed = confirmation, publish(confirmation)
    async with stage.working():
        await stage.until(closes_at(stage) - DAY * 2)
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(closes_at(stage) - DAY * 1.5)
        assert len(sent(stage, "verification_reminder")) == 1
        await handle.result()
    assert len(sent(stage, "publicity_ended")) == 1
    assert len(sent(stage, "verification_reminder")) == 2


async def test_wait_35_begun_after_the_end_it_only_escalates(confirmation: Stage) -> None:
    stage, listed = confirmation, publish(confirmation)
    async with stage.working():
        await stage.until(closes_at(stage) + timedelta(hours=1))
        assert await (await stage.start_list(BASE, listed.list_id)).result() == ListEnded(overdue=3)
    assert sorted(each.template for each in stage.province.notices.values()) == [
        "verification_overdue",
        "verification_overdue_province",
    ]


async def test_wait_33_a_base_with_two_lists_is_reminded_once_and_no_restart_repeats_it(confirmation: Stage) -> None:
    stage = confirmation
    one, two = publish(stage, "a", "b"), publish(stage, "c", days=3)
    async with stage.working():
        handles = [await stage.start_list(BASE, each.list_id) for each in (one, two)]
        await stage.until(closes_at(stage) - DAY * 2)
        await handles[0].terminate("Temporal was rebuilt")
        await (await stage.start_list(BASE, one.list_id)).result()
        await handles[1].result()
    assert [each["number"] for each in sent(stage, "publicity_ended")] == ["1", "2"]
    assert [each["count"] for each in sent(stage, "verification_reminder")] == ["3"] * 3
    assert [each["count"] for each in sent(stage, "verification_overdue")] == ["3"]


async def test_wait_34_objections_are_known_by_id_and_version_until_they_are_counted(confirmation: Stage) -> None:
    """WAIT-34: twice, out of order, of an old version, or of before the last count: nothing changes."""
    stage, listed = confirmation, publish(confirmation)
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(stage.province.moments.confirmation_opens + timedelta(hours=2))
        now = await stage.environment.get_current_time()

        async def frozen_after(*news: Objection) -> int:
            await handle.signal(PublishedList.objections, ObjectionNews(list(news)))
            return (await handle.query(PublishedList.status)).objected

        filed, dismissed = objection("a", 3, "filed", now), objection("a", 4, "dismissed", now)
        assert await frozen_after(filed, filed) == 1
        assert await frozen_after(dismissed) == 0
        assert await frozen_after(filed, dismissed, filed) == 0
        assert await frozen_after(objection("b", 6, "upheld", now), objection("b", 5, "filed", now)) == 1
        assert await frozen_after(objection("c", 2, "filed", now - DAY)) == 1
        listed.people["b"] = "objected"
        await handle.signal(PublishedList.recheck, ListMoved(2))
        await stage.until(now + timedelta(hours=1))
        assert await frozen_after(objection("b", 5, "filed", now)) == 1
        await handle.terminate("seen enough")


async def test_a_list_with_four_hundred_people_has_a_short_history(confirmation: Stage) -> None:
    """Under 100 events to the very end, and four more for each batch of objections; messages stay under 4 KB."""
    stage, listed = confirmation, publish(confirmation, *[f"person-{number}" for number in range(400)])
    batches = 4
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        now = await stage.environment.get_current_time()
        for version in range(3, 3 + batches):
            news = [objection(str(uuid4()), version, "dismissed", now) for _ in range(LARGEST_BATCH)]
            await handle.signal(PublishedList.objections, ObjectionNews(news))
        assert await handle.result() == ListEnded(overdue=400)
        history = await handle.fetch_history()
    assert len(history.events) < 100 + 4 * batches
    signals = [event.workflow_execution_signaled_event_attributes.input for event in history.events]
    assert max(len(payload.data) for each in signals for payload in each.payloads) < 4096
