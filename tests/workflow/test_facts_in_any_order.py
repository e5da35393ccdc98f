"""Whoever waits hears facts twice, out of order, of old versions and too late: it comes to the same (must show 7).

Without a server for many orders, and through the real bridge to a real server for a few.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as facts
from services.kit.delivery import Delivery
from services.kit.domain import DomainError
from tests.support.temporal import Stage
from tests.support.wait import eventually
from workflows.base_window.backlog import Backlog
from workflows.base_window.contract import WindowTimes
from workflows.base_window.workflow import BaseWindow
from workflows.connection import TemporalConnection
from workflows.heard import decisions_in, objection_in
from workflows.published_list.objections import Objections
from workflows.published_list.workflow import PublishedList
from workflows.seat_offer import contract as seat_offer
from workflows.seat_offer.workflow import SeatOffer
from workflows.signal_bridge import SignalBridge

BASES = ("SD-QILU", "SD-SLYY")
LIST = str(uuid4())
BEGAN = datetime(2023, 7, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)

COUNTED = WindowTimes(
    *(BEGAN, BEGAN + timedelta(days=21), BEGAN + timedelta(days=20)),
    *(9, False, 86_400.0),
    decided=9,
    phase="first_choice",
)

COURSES: tuple[tuple[str, ...], ...] = (
    ("submitted", "approved", "granted", "published", "filed", "dismissed", "admitted"),
    ("submitted", "rejected", "left", "approved", "granted", "lost"),
    ("submitted", "approved", "granted", "published", "filed", "upheld", "lost"),
    ("submitted", "withdrawn"),
    ("submitted", "approved", "not_selected"),
    ("submitted", "rejected", "submitted", "approved", "offer_accepted"),
)
"""What happens to one application, in order; each is the next version."""


def course(person: str, steps: Sequence[str], cycle_id: str = "cycle", began: datetime = BEGAN) -> list[Delivery]:
    """The facts of one application, an hour apart, the first one hour after `began`."""
    base, told = BASES[0], []
    for version, step in enumerate(steps, start=2):
        left, base = base, BASES[1] if step == "left" else base
        about = facts.ApplicationFact(
            application_id=person,
            cycle_id=cycle_id,
            base_code=base,
            specialty_code="0100",
            round=1,
            phase=cycle_pb2.PHASE_FIRST_CHOICE,
            version=version,
        )
        told.append(delivered(_fact(step, about, left), person, version, began + HOUR * (version - 1)))
    return told


def _fact(step: str, about: facts.ApplicationFact, left: str) -> Message:
    match step:
        case "submitted":
            return facts.ApplicationSubmitted(application=about)
        case "left":
            return facts.ApplicationSubmitted(application=about, left_base_code=left)
        case "approved" | "rejected":
            return facts.ApplicationReviewed(application=about, approved=step == "approved")
        case "granted":
            return facts.ApplicationProvisionallyAdmitted(application=about)
        case "published":
            return facts.ApplicationPublished(application=about, list_id=LIST)
        case "filed":
            return facts.ObjectionFiled(application=about, list_id=LIST)
        case "upheld" | "dismissed":
            upheld = step == "upheld"
            return facts.ObjectionResolved(application=about, list_id=LIST, upheld=upheld, frozen=upheld)
        case "admitted":
            return facts.ApplicationAdmitted(application=about)
        case "lost":
            return facts.ApplicationPlaceLost(application=about, cause="revoked")
        case "withdrawn":
            return facts.ApplicationWithdrawn(application=about)
        case "offer_accepted":
            return facts.ApplicationOfferEnded(application=about, outcome="accepted")
        case _:
            return facts.ApplicationNotSelected(application=about)


def delivered(fact: Message, aggregate_id: str, version: int, at: datetime) -> Delivery:
    """The fact as the bridge gets it."""
    event_type = fact.DESCRIPTOR.full_name
    return Delivery(
        event_id=str(uuid4()),
        subject="residency.enrollment.v1.any",
        event_type=event_type,
        aggregate_id=aggregate_id,
        epoch=1,
        version=version,
        body=fact.SerializeToString(),
        traceparent="",
        delivered=1,
        occurred_at=at,
    )


@dataclass(frozen=True)
class Status:
    """What the waits answer when they are asked: of each base's window, and of the list."""

    windows: dict[str, tuple[int, int, int]]
    frozen: int


def heard_by(batches: Iterable[Sequence[Delivery]], counted_after: int, read_at: datetime) -> Status:
    """Let windows and a list hear batches; after `counted_after` of them comes enrollment's count of `read_at`."""
    windows: dict[str, Backlog] = defaultdict(Backlog)
    published = Objections()
    for number, batch in enumerate(batches):
        if number == counted_after:
            for base in BASES:
                windows[base].counted(replace(COUNTED, read_at=read_at))
            published.counted(3, read_at)
        for base in BASES:
            windows[base].hear(
                heard.decision for each in batch for heard in decisions_in(each) if heard.window.base_code == base
            )
        published.hear(found.objection for each in batch if (found := objection_in(each)) is not None)
    told = {base: (each.waiting, each.verdicts, each.heard) for base, each in windows.items()}
    return Status(told, published.frozen)


@given(data=st.data(), courses=st.lists(st.sampled_from(COURSES), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_wait_34_waits_come_to_the_same_in_every_order(data: st.DataObject, courses: list[tuple[str, ...]]) -> None:
    """WAIT-04, WAIT-34: twice, out of order, overtaken, and wherever enrollment counts in between.

    What was heard before a count had happened before it; what comes after may have happened long before.
    """
    told = [each for number, steps in enumerate(courses) for each in course(f"person-{number}", steps)]
    shuffled = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=8))]))
    size = data.draw(st.integers(1, 5))
    batches = [shuffled[begin : begin + size] for begin in range(0, len(shuffled), size)]
    counted_after = data.draw(st.integers(0, len(batches) - 1))
    read_at = max((each.occurred_at for batch in batches[:counted_after] for each in batch), default=BEGAN)
    in_order = sorted(told, key=lambda each: each.occurred_at)
    assert heard_by(batches, counted_after, read_at) == heard_by([[], in_order], 1, read_at)


class Connected(TemporalConnection):
    """A connection that is there already: to the test's own server."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._visible = False

    async def client(self) -> Client:
        return self._client


async def deliver(bridge: SignalBridge, told: Sequence[Delivery]) -> None:
    """As the consumer does: side by side, and again while Temporal says that it cannot now."""

    async def one(each: Delivery) -> None:
        async def accepted() -> bool:
            try:
                await bridge.handle(each)
            except DomainError:
                return False
            return True

        await eventually(accepted, "Temporal takes the fact")

    await asyncio.gather(*[one(each) for each in told])


@pytest.mark.parametrize("seed", range(2))
async def test_wait_36_the_real_bridge_and_server_come_to_the_same_and_revive_nothing(
    first_choice: Stage, seed: int
) -> None:
    """WAIT-36: a window, a list and a freed seat hear everything twice and shuffled, and again after they ended."""
    stage, chance = first_choice, random.Random(seed)
    province = stage.province
    province.bases, cycle_id, list_id = BASES[:1], province.cycle_id, str(uuid4())
    now = await stage.environment.get_current_time()
    listed = province.lists.publish(list_id, BASES[0], ["person-0", "person-2"], now + timedelta(days=3))
    province.waiting.people = ["waiting"]
    told = [each for number, steps in enumerate(COURSES) for each in course(f"person-{number}", steps, cycle_id, now)]
    told = [_on_list(each, list_id) for each in told]
    told.append(delivered(facts.ListPublished(list_id=list_id, cycle_id=cycle_id, base_code=BASES[0]), list_id, 1, now))
    freed = _freed(cycle_id, now)
    shuffled = chance.sample([*told, *told, freed], 2 * len(told) + 1)
    bridge = SignalBridge(Connected(stage.client))
    async with stage.working():
        await deliver(bridge, shuffled)
        window, published, seat = _runs(stage, list_id, freed.event_id)

        async def offered() -> bool:
            return len(province.waiting.offers) == 1

        await eventually(offered, "the freed seat is offered once")
        before = await window.query(BaseWindow.status)
        frozen = (await published.query(PublishedList.status)).objected
        # Enrollment had counted nobody: admitted, not selected, and taking an offer; one was objected to and lost it,
        # who is taken for approved until enrollment counts again.
        assert (before.waiting, before.verdicts, before.heard, frozen) == (0, 4, 6, 1)
        offer = province.waiting.answer("waiting", accept=True)
        ended = facts.ApplicationOfferEnded(
            application=facts.ApplicationFact(
                application_id="waiting", cycle_id=cycle_id, base_code=BASES[0], specialty_code="0100", version=9
            ),
            offer_number=offer.number,
            seat_offer_id=freed.event_id,
            outcome="accepted",
        )
        answered = delivered(ended, "waiting", 9, now + HOUR)
        await deliver(bridge, [answered, answered])
        listed.people.update({"person-0": "admitted", "person-2": "gone"})
        await stage.until(province.opens_at(3) + HOUR)
        ends = [await each.result() for each in (seat, published, window)]
        runs = [(await each.describe()).run_id for each in (seat, published, window)]
        notices = dict(province.notices)
        await deliver(bridge, chance.sample([*told, freed, answered], len(told) + 2))
        late = [await each.describe() for each in (seat, published, window)]
    assert [each.run_id for each in late] == runs
    assert {each.status for each in late} == {WorkflowExecutionStatus.COMPLETED}
    assert ends[0] == seat_offer.SeatOfferEnded(taken=True, offers=1, why="")
    assert province.notices == notices
    assert len(province.sent) == len(set(province.sent))
    assert len(province.waiting.offers) == 1


def _on_list(each: Delivery, list_id: str) -> Delivery:
    return replace(each, body=each.body.replace(LIST.encode(), list_id.encode()))


def _freed(cycle_id: str, now: datetime) -> Delivery:
    about = facts.ApplicationFact(
        application_id="gone", cycle_id=cycle_id, base_code=BASES[0], specialty_code="0100", round=1, version=7
    )
    return delivered(facts.ApplicationPlaceLost(application=about, cause="revoked", freed=True), "gone", 7, now)


def _runs(stage: Stage, list_id: str, seat_id: str) -> tuple[WorkflowHandle[Any, Any], ...]:
    cycle_id = stage.province.cycle_id
    return (
        stage.window(BASES[0], 1),
        stage.client.get_workflow_handle_for(PublishedList.run, f"list/{cycle_id}/{list_id}"),
        stage.client.get_workflow_handle_for(
            SeatOffer.run, seat_offer.workflow_id(cycle_id, BASES[0], "0100", seat_id)
        ),
    )
