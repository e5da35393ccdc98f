"""Facts heard on NATS become signals: the one exception to "workflows never touch NATS".

A busy evening costs a window a few signals, not hundreds: facts are gathered per window for a quarter of a second or
25 facts. A fact is acknowledged only after the signal that carries it was accepted, so a crash repeats it, and the
window ignores the repeat. A fact later than its window's end is acknowledged and forgotten: it never revives one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from residency.enrollment.v1 import events_pb2 as facts
from services.kit import telemetry
from services.kit.domain import DomainError, Kind
from services.kit.messaging import Consumer, Delivery, Messaging
from services.kit.temporal import is_transient
from workflows.base_window import contract as base_window
from workflows.base_window.contract import Decision, DecisionKind, DecisionsMade, WindowStart
from workflows.batches import Batches
from workflows.connection import TemporalConnection
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer
from workflows.seat_offer.contract import OfferAnswered, SeatOfferStart

STREAM = "ENROLLMENT"
DURABLE = "workflows-enrollment"

GATHERING_SECONDS = 0.25
"""How long the first fact of a batch waits for others."""

IN_HAND = 256
"""Facts gathered at a time; each waits for its batch, so few in hand would mean small batches."""

RETRY_SECONDS = (0.5, 1.0, 2.0)
"""Pauses while Temporal is away."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One decision for one window, with the trace it belongs to."""

    window: WindowStart
    decision: Decision
    traceparent: str


class SignalBridge:
    """Handles the deliveries of enrollment's facts."""

    def __init__(self, connection: TemporalConnection) -> None:
        self._connection = connection
        self._batches = Batches(self._signal_window, seconds=GATHERING_SECONDS, largest=base_window.LARGEST_BATCH)

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
        )

    async def handle(self, delivery: Delivery) -> None:
        """Returns once the fact's effect on the workflows is accepted by Temporal, or when it has none."""
        if delivery.event_type == facts.CycleCreated.DESCRIPTOR.full_name:
            await self._start_cycle(facts.CycleCreated.FromString(delivery.body).cycle_id, delivery.traceparent)
            return
        if delivery.event_type == facts.MilestonesSet.DESCRIPTOR.full_name:
            await self._recheck_window(facts.MilestonesSet.FromString(delivery.body), delivery.traceparent)
            return
        await self._seats(delivery)
        # The consumer's own span continues the fact's trace; ours hangs below it.
        traceparent = telemetry.traceparent() or delivery.traceparent
        for heard in decisions_in(delivery.event_type, delivery.body, traceparent):
            start = heard.window
            await self._batches.add(base_window.workflow_id(start.cycle_id, start.base_code, start.round), heard)

    async def _start_cycle(self, cycle_id: str, traceparent: str) -> None:
        with telemetry.span("start recruitment cycle", parent=traceparent):
            await start_cycle(self._connection, cycle_id, WorkflowIDReusePolicy.REJECT_DUPLICATE)

    async def _recheck_window(self, moved: facts.MilestonesSet, traceparent: str) -> None:
        client = await self._connection.client()
        window = client.get_workflow_handle(base_window.workflow_id(moved.cycle_id, moved.base_code, moved.round))
        with telemetry.span("recheck base window", parent=traceparent), _temporal_may_be_away():
            try:
                await window.signal(base_window.RECHECK, base_window.WindowMoved(moved.round))
            except RPCError as error:
                # Not begun or over: a window reads its dates when it begins, and needs none afterwards.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

    async def _seats(self, delivery: Delivery) -> None:
        """A freed seat begins to be offered; whoever answered an offer ends the wait for that."""
        freed = freed_seat_in(delivery.event_type, delivery.body, delivery.event_id)
        if freed is not None:
            with telemetry.span("start seat offer", parent=delivery.traceparent):
                await offer_seat(self._connection, freed, WorkflowIDReusePolicy.REJECT_DUPLICATE)
        if delivery.event_type == facts.ApplicationOfferEnded.DESCRIPTOR.full_name:
            await self._signal_answer(facts.ApplicationOfferEnded.FromString(delivery.body), delivery.traceparent)

    async def _signal_answer(self, ended: facts.ApplicationOfferEnded, traceparent: str) -> None:
        about = ended.application
        place = (about.cycle_id, about.base_code, about.specialty_code)
        client = await self._connection.client()
        offers = client.get_workflow_handle(seat_offer.workflow_id(*place, ended.seat_offer_id))
        answered = OfferAnswered(about.application_id, ended.offer_number)
        with telemetry.span("signal seat offer", parent=traceparent), _temporal_may_be_away():
            try:
                await offers.signal(seat_offer.ANSWERED, answered)
            except RPCError as error:
                # Over: the offer that it ended with was this one, or its seat was taken before.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

    async def _signal_window(self, window_id: str, batch: list[Heard]) -> None:
        first, *others = batch
        links = tuple(heard.traceparent for heard in others if heard.traceparent)
        news = DecisionsMade([heard.decision for heard in batch])
        client = await self._connection.client()
        # A window that has ended is left alone: the fact is too late to matter, and must not revive it.
        with (
            telemetry.span("signal base window", parent=first.traceparent, links=links),
            _temporal_may_be_away(),
            suppress(WorkflowAlreadyStartedError),
        ):
            await client.start_workflow(
                base_window.NAME,
                first.window,
                id=window_id,
                task_queue=base_window.TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=self._connection.attributes(
                    first.window.cycle_id, first.window.base_code, first.window.round
                ),
                start_signal=base_window.DECISIONS_MADE,
                start_signal_args=[news],
            )


async def start_cycle(connection: TemporalConnection, cycle_id: str, reuse: WorkflowIDReusePolicy) -> None:
    """Make sure that the workflow of `cycle_id` runs; one that runs, or may not run again, is left alone.

    Raises DomainError UNAVAILABLE while Temporal is away.
    """
    client = await connection.client()
    with _temporal_may_be_away(), suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            recruitment_cycle.NAME,
            recruitment_cycle.CycleStart(cycle_id),
            id=recruitment_cycle.workflow_id(cycle_id),
            task_queue=recruitment_cycle.TASK_QUEUE,
            search_attributes=connection.attributes(cycle_id),
            id_reuse_policy=reuse,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


async def offer_seat(connection: TemporalConnection, seat: SeatOfferStart, reuse: WorkflowIDReusePolicy) -> None:
    """Make sure that a freed seat is being offered; one that is, or may not be again, is left alone.

    Raises DomainError UNAVAILABLE while Temporal is away.
    """
    client = await connection.client()
    with _temporal_may_be_away(), suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            seat_offer.NAME,
            seat,
            id=seat_offer.workflow_id(seat.cycle_id, seat.base_code, seat.specialty_code, seat.seat_offer_id),
            task_queue=seat_offer.TASK_QUEUE,
            search_attributes=connection.attributes(seat.cycle_id, seat.base_code),
            id_reuse_policy=reuse,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


@contextmanager
def _temporal_may_be_away() -> Iterator[None]:
    """Makes a passing failure of Temporal UNAVAILABLE, which the consumer never counts against the fact."""
    try:
        yield
    except RPCError as error:
        if not is_transient(error):
            raise
        raise DomainError(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "服务暂时不可用，请稍后再试。") from error


def decisions_in(event_type: str, body: bytes, traceparent: str = "") -> list[Heard]:
    """What the fact means for windows: nothing for facts outside the review rounds or not about an application.

    An offer that was taken is a place given. A submission that leaves another base is news for both: the base left has
    one fewer to review.
    """
    read = _READERS.get(event_type)
    found = read(body) if read is not None else None
    if found is None:
        return []
    about, kind, left_base = found
    if about.round < 1:
        return []
    told = [(about.base_code, kind)]
    if left_base and left_base != about.base_code:
        told.append((left_base, DecisionKind.WITHDRAWN))
    return [
        Heard(
            WindowStart(about.cycle_id, base_code, about.round),
            Decision(about.application_id, about.version, told_kind),
            traceparent,
        )
        for base_code, told_kind in told
    ]


def freed_seat_in(event_type: str, body: bytes, event_id: str) -> SeatOfferStart | None:
    """The seat that a fact frees for whoever waits, named by the fact; None when it frees none."""
    if event_type == facts.ApplicationPlaceLost.DESCRIPTOR.full_name:
        lost = facts.ApplicationPlaceLost.FromString(body)
        about, freed = lost.application, lost.freed
    elif event_type == facts.ApplicationWithdrawn.DESCRIPTOR.full_name:
        withdrawn = facts.ApplicationWithdrawn.FromString(body)
        about, freed = withdrawn.application, withdrawn.freed_place
    else:
        return None
    return SeatOfferStart(about.cycle_id, about.base_code, about.specialty_code, event_id) if freed else None


_Read = tuple[facts.ApplicationFact, DecisionKind, str]


def _submitted(body: bytes) -> _Read:
    fact = facts.ApplicationSubmitted.FromString(body)
    return fact.application, DecisionKind.SUBMITTED, fact.left_base_code


def _reviewed(body: bytes) -> _Read:
    fact = facts.ApplicationReviewed.FromString(body)
    return fact.application, DecisionKind.APPROVED if fact.approved else DecisionKind.REJECTED, ""


def _provisionally_admitted(body: bytes) -> _Read:
    return facts.ApplicationProvisionallyAdmitted.FromString(body).application, DecisionKind.PROVISIONALLY_ADMITTED, ""


def _offer_ended(body: bytes) -> _Read | None:
    fact = facts.ApplicationOfferEnded.FromString(body)
    return (fact.application, DecisionKind.PROVISIONALLY_ADMITTED, "") if fact.outcome == "accepted" else None


def _not_selected(body: bytes) -> _Read:
    return facts.ApplicationNotSelected.FromString(body).application, DecisionKind.NOT_SELECTED, ""


def _withdrawn(body: bytes) -> _Read:
    return facts.ApplicationWithdrawn.FromString(body).application, DecisionKind.WITHDRAWN, ""


_READERS: dict[str, Callable[[bytes], _Read | None]] = {
    facts.ApplicationSubmitted.DESCRIPTOR.full_name: _submitted,
    facts.ApplicationReviewed.DESCRIPTOR.full_name: _reviewed,
    facts.ApplicationProvisionallyAdmitted.DESCRIPTOR.full_name: _provisionally_admitted,
    facts.ApplicationNotSelected.DESCRIPTOR.full_name: _not_selected,
    facts.ApplicationOfferEnded.DESCRIPTOR.full_name: _offer_ended,
    facts.ApplicationWithdrawn.DESCRIPTOR.full_name: _withdrawn,
}
