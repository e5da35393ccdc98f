"""Facts heard on NATS become signals: the one exception to "workflows never touch NATS".

A busy evening costs a window a few signals, not hundreds: facts are gathered per window for a quarter of a second or
25 facts. A fact is acknowledged only after the signal that carries it was accepted, so a crash repeats it, and the
window ignores the repeat. A fact later than its window's end is acknowledged and forgotten: it never revives one.
What a fact means, `workflows.heard` says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from temporalio.client import WorkflowUpdateStage

from residency.enrollment.v1 import events_pb2 as facts
from services.kit import telemetry
from services.kit.messaging import Consumer, Delivery, Messaging
from workflows.base_window import contract as base_window
from workflows.batches import Batches
from workflows.connection import TemporalConnection
from workflows.heard import Heard, HeardObjection, change_in, decisions_in, freed_seat_in, list_in, objection_in
from workflows.published_list import contract as published_list
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer
from workflows.starting import Run, ensure, it_may_be_over, temporal_may_be_away

STREAM = "ENROLLMENT"
DURABLE = "workflows-enrollment"

GATHERING_SECONDS = 0.25
"""How long the first fact of a batch waits for others."""

IN_HAND = 256
"""Facts gathered at a time; each waits for its batch, so few in hand would mean small batches."""

RETRY_SECONDS = (0.5, 1.0, 2.0)
"""Pauses while Temporal is away."""

PATIENCE = timedelta(seconds=3)
"""How long a cycle may take to accept that its calendar changed, before the fact is laid aside and tried again."""

News = TypeVar("News")


@dataclass(frozen=True, slots=True)
class _Told(Generic[News]):
    """Something heard, with the trace it belongs to."""

    news: News
    traceparent: str


class SignalBridge:
    """Handles the deliveries of enrollment's facts."""

    def __init__(self, connection: TemporalConnection) -> None:
        self._connection = connection
        self._decisions = Batches(self._signal_window, seconds=GATHERING_SECONDS, largest=base_window.LARGEST_BATCH)
        self._objections = Batches(self._signal_list, seconds=GATHERING_SECONDS, largest=published_list.LARGEST_BATCH)
        self._alone: dict[str, Callable[[Delivery], Awaitable[None]]] = {
            facts.CycleCreated.DESCRIPTOR.full_name: self._start_cycle,
            facts.CalendarChanged.DESCRIPTOR.full_name: self._change_calendar,
            facts.MilestonesSet.DESCRIPTOR.full_name: self._recheck_window,
            facts.ListPublished.DESCRIPTOR.full_name: self._start_list,
        }

    def consumer(self, messaging: Messaging) -> Consumer:
        """The part that hears the facts."""
        return Consumer(
            messaging,
            STREAM,
            DURABLE,
            self.handle,
            batch=IN_HAND,
            concurrency=IN_HAND,
            retry_seconds=RETRY_SECONDS,
            # All that is heard minds its version. One after another, a busy application's would each wait for a batch.
            ordered=False,
        )

    async def handle(self, delivery: Delivery) -> None:
        """Returns once the fact's effect on the workflows is accepted by Temporal, or when it has none."""
        alone = self._alone.get(delivery.event_type)
        if alone is not None:
            await alone(delivery)
            return
        await self._seats(delivery)
        # The consumer's own span continues the fact's trace; ours hangs below it.
        traceparent = telemetry.traceparent() or delivery.traceparent
        objection = objection_in(delivery)
        if objection is not None:
            list_id = published_list.workflow_id(objection.published.cycle_id, objection.published.list_id)
            await self._objections.add(list_id, _Told(objection, traceparent))
        for heard in decisions_in(delivery):
            start = heard.window
            window_id = base_window.workflow_id(start.cycle_id, start.base_code, start.round)
            await self._decisions.add(window_id, _Told(heard, traceparent))

    async def _start_cycle(self, delivery: Delivery) -> None:
        cycle_id = facts.CycleCreated.FromString(delivery.body).cycle_id
        with telemetry.span("start recruitment cycle", parent=delivery.traceparent):
            await self._ensure(self._cycle(cycle_id))

    async def _change_calendar(self, delivery: Delivery) -> None:
        """WAIT-37: a cycle hears of every version of its calendar once; one it knows already it refuses, which is fine.

        Raises DomainError UNAVAILABLE while nobody can accept it, so that it is tried again.
        """
        changed = facts.CalendarChanged.FromString(delivery.body)
        with telemetry.span("change calendar", parent=delivery.traceparent):
            await self._ensure(self._cycle(changed.cycle_id))
            client = await self._connection.client()
            cycle = client.get_workflow_handle(recruitment_cycle.workflow_id(changed.cycle_id))
            with temporal_may_be_away(), it_may_be_over():
                await cycle.start_update(
                    recruitment_cycle.CHANGE,
                    change_in(delivery, changed),
                    wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                    id=delivery.event_id,
                    rpc_timeout=PATIENCE,
                )

    async def _recheck_window(self, delivery: Delivery) -> None:
        moved = facts.MilestonesSet.FromString(delivery.body)
        client = await self._connection.client()
        window = client.get_workflow_handle(base_window.workflow_id(moved.cycle_id, moved.base_code, moved.round))
        with (
            telemetry.span("recheck base window", parent=delivery.traceparent),
            temporal_may_be_away(),
            # Or not begun: a window reads its dates when it begins, and needs none afterwards.
            it_may_be_over(),
        ):
            await window.signal(base_window.RECHECK, base_window.WindowMoved(moved.round))

    async def _start_list(self, delivery: Delivery) -> None:
        with telemetry.span("start published list", parent=delivery.traceparent):
            await self._ensure(self._list(list_in(delivery.body)))

    async def _seats(self, delivery: Delivery) -> None:
        """A freed seat begins to be offered; whoever answered an offer ends the wait for that."""
        freed = freed_seat_in(delivery)
        if freed is not None:
            with telemetry.span("start seat offer", parent=delivery.traceparent):
                await self._ensure(self._seat(freed))
        if delivery.event_type == facts.ApplicationOfferEnded.DESCRIPTOR.full_name:
            await self._signal_answer(facts.ApplicationOfferEnded.FromString(delivery.body), delivery.traceparent)

    async def _signal_answer(self, ended: facts.ApplicationOfferEnded, traceparent: str) -> None:
        about = ended.application
        place = (about.cycle_id, about.base_code, about.specialty_code)
        client = await self._connection.client()
        offers = client.get_workflow_handle(seat_offer.workflow_id(*place, ended.seat_offer_id))
        answered = seat_offer.OfferAnswered(about.application_id, ended.offer_number)
        with (
            telemetry.span("signal seat offer", parent=traceparent),
            temporal_may_be_away(),
            # The offer that it ended with was this one, or its seat was taken before.
            it_may_be_over(),
        ):
            await offers.signal(seat_offer.ANSWERED, answered)

    async def _signal_window(self, window_id: str, batch: list[_Told[Heard]]) -> None:
        window = batch[0].news.window
        run = Run(
            *(base_window.NAME, window_id, base_window.TASK_QUEUE, window),
            self._connection.attributes(window.cycle_id, window.base_code, window.round),
        )
        news = base_window.DecisionsMade.of([told.news.decision for told in batch])
        with _linked("signal base window", batch):
            await self._ensure(run, base_window.DECISIONS_MADE, news)

    async def _signal_list(self, _: str, batch: list[_Told[HeardObjection]]) -> None:
        news = published_list.ObjectionNews([told.news.objection for told in batch])
        with _linked("signal published list", batch):
            await self._ensure(self._list(batch[0].news.published), published_list.OBJECTIONS, news)

    async def _ensure(self, run: Run, signal: str = "", news: object = None) -> None:
        """WAIT-36: what waits for the fact is started where it is missing; what has ended stays ended."""
        await ensure(self._connection, run, signal, news)

    def _cycle(self, cycle_id: str) -> Run:
        contract = recruitment_cycle
        return Run(
            *(contract.NAME, contract.workflow_id(cycle_id), contract.TASK_QUEUE, contract.CycleStart(cycle_id)),
            self._connection.attributes(cycle_id),
        )

    def _list(self, start: published_list.ListStart) -> Run:
        workflow_id = published_list.workflow_id(start.cycle_id, start.list_id)
        return Run(
            *(published_list.NAME, workflow_id, published_list.TASK_QUEUE, start),
            self._connection.attributes(start.cycle_id, start.base_code),
        )

    def _seat(self, seat: seat_offer.SeatOfferStart) -> Run:
        workflow_id = seat_offer.workflow_id(seat.cycle_id, seat.base_code, seat.specialty_code, seat.seat_offer_id)
        return Run(
            *(seat_offer.NAME, workflow_id, seat_offer.TASK_QUEUE, seat),
            self._connection.attributes(seat.cycle_id, seat.base_code),
        )


@contextmanager
def _linked(name: str, batch: Sequence[_Told[Any]]) -> Iterator[None]:
    """A span below the first of a batch, with links to the traces of the others."""
    first, *others = batch
    links = tuple(told.traceparent for told in others if told.traceparent)
    with telemetry.span(name, parent=first.traceparent, links=links):
        yield
