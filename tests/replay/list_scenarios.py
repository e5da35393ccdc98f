"""The recorded scenarios of published lists and freed seats; ids are fixed, for what is spread is spread by them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.support.listing import DAY, Listed
from tests.support.temporal import Stage, a_stage
from workflows.published_list.contract import ListMoved, Objection, ObjectionKind, ObjectionNews
from workflows.published_list.workflow import PublishedList

BASE = "SD-QILU"


async def verified(environment: WorkflowEnvironment) -> WorkflowHistory:
    """One is objected to and freed again, one loses the place; everybody else is admitted before the last reminder."""
    stage, listed = await _confirmation(environment, 1)
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        began = await environment.get_current_time()
        await stage.until(began + timedelta(hours=30))
        await handle.signal(PublishedList.objections, await _news(environment, "filed"))
        listed.people["b"] = "objected"
        await stage.until(listed.ends_at + DAY * 2)
        await handle.signal(PublishedList.objections, await _news(environment, "dismissed", version=4))
        listed.people.update(a="admitted", b="provisional", c="gone")
        await stage.until(stage.province.lists.closes_at() - DAY * 2)
        listed.people["b"] = "admitted"
        await handle.result()
        return await handle.fetch_history()


async def overdue(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Nobody is admitted: told, reminded three times, escalated to the province on the morning after, decided never."""
    stage, listed = await _confirmation(environment, 2)
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await handle.result()
        return await handle.fetch_history()


async def held(environment: WorkflowEnvironment) -> WorkflowHistory:
    """The cycle is held for three days around the end of the publicity; everything later is put off by as much."""
    stage, listed = await _confirmation(environment, 3)
    lists, province = stage.province.lists, stage.province
    async with stage.working():
        handle = await stage.start_list(BASE, listed.list_id)
        await stage.until(listed.ends_at - timedelta(hours=6))
        lists.held = True
        await handle.signal(PublishedList.recheck, ListMoved(2))
        await stage.until(listed.ends_at + timedelta(hours=66))
        lists.held = False
        province.moved[6] = province.opens_at(6) + DAY * 3
        await handle.signal(PublishedList.recheck, ListMoved(3))
        await stage.until(lists.closes_at() - DAY * 6)
        listed.people.update(a="admitted", b="admitted", c="admitted")
        await handle.result()
        return await handle.fetch_history()


async def offer_held(environment: WorkflowEnvironment) -> WorkflowHistory:
    """The cycle is held for three days while an offer stands, whose end moves with it; then nobody answers."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000104", days_before=-10)
    stage.province.sequence = 2
    waiting = stage.province.waiting
    waiting.people = ["only"]
    async with stage.working():
        began = await environment.get_current_time()
        offers = await stage.start_offers(BASE, "20230000-0000-7000-8000-00000000010a")
        await stage.until(began + timedelta(hours=20))
        waiting.held = True
        await stage.until(began + timedelta(hours=90))
        waiting.held = False
        waiting.offers[0].until += DAY * 3
        await offers.result()
        return await offers.fetch_history()


async def _confirmation(environment: WorkflowEnvironment, number: int) -> tuple[Stage, Listed]:
    """A stage whose confirmation phase begins right now, and a list of three whose publicity ends in four days."""
    stage = await a_stage(environment, cycle_id=f"20230000-0000-7000-8000-00000000010{number}", days_before=-46)
    stage.province.sequence = 5
    listed = stage.province.lists.publish(
        f"20230000-0000-7000-8000-00000000020{number}",
        BASE,
        ("a", "b", "c"),
        stage.province.moments.confirmation_opens + DAY * 4,
    )
    return stage, listed


async def _news(environment: WorkflowEnvironment, kind: str, version: int = 3) -> ObjectionNews:
    at: datetime = await environment.get_current_time()
    return ObjectionNews([Objection("b", version, ObjectionKind(kind), kind == "filed", at)])


LIST_SCENARIOS: dict[str, Callable[[WorkflowEnvironment], Awaitable[WorkflowHistory]]] = {
    "published_list/verified": verified,
    "published_list/overdue": overdue,
    "published_list/held": held,
    "seat_offer/held": offer_held,
}
