"""Fault 30. A window that has ended hears a fact of its round: while Temporal remembers it, and once that is forgotten.

A window asks enrollment before it does anything, so one that begins when all is over ends without a deed.
"""

from __future__ import annotations

import asyncio
import time

from nats.js import JetStreamContext
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness
from services.kit import delivery, stream_reading
from services.kit.ids import new_id
from services.kit.temporal import connect

STREAM, HEARS = "ENROLLMENT", "workflows-enrollment"
DAY_SECONDS = 8.0
_RAN = frozenset({WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.CONTINUED_AS_NEW})


async def run(ground: Ground) -> None:
    """Let a round end, tell its window a fact of then once more, have Temporal forget it, and tell it again."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    application = await year.apply(stage.applicants[0], year.places[0])
    base = year.places[0].base_code
    gate = await boundaries.gate()
    phase = next(each for each in await boundaries.phases() if each.sequence == gate)
    window = f"window/{year.cycle_id}/{base}/{phase.round}"
    client = await connect(ground.site.settings)

    async def over() -> bool:
        return await _status(client, window) in _RAN

    await ground.until(over, "the window of the round has ended")
    before = await _runs(client, window)
    told = (await boundaries.closed_windows())[base, phase.round]
    await _hear_again(ground, witness, application)
    within = await _runs(client, window)
    ground.report.found("runs after a late fact, while it is remembered", len(within), holds=within == before)
    for run_id in before:
        await client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=window, run_id=run_id),
            )
        )

    async def forgotten() -> bool:
        return await _status(client, window) is None

    await ground.until(forgotten, "Temporal has forgotten the window")
    began = time.monotonic()
    await _hear_again(ground, witness, application)

    async def at_rest() -> bool:
        return await _status(client, window) in {None, *_RAN}

    await ground.until(at_rest, "whatever began has ended")
    ground.recovered(time.monotonic() - began)
    after = await _status(client, window)
    seen = "none began" if after is None else "one began, and ended"
    ground.report.found("runs after a late fact, once it is forgotten", seen, holds=True)
    again = (await boundaries.closed_windows())[base, phase.round]
    ground.report.found("times its end was told, before and after", f"{told}, {again}", holds=told == again == 1)
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    odd = await witness.effects(facts)
    ground.report.found("effects that do not stand once", "; ".join(odd[:3]) or 0, holds=not odd)


async def _hear_again(ground: Ground, witness: Witness, application: str) -> None:
    """Publish every fact of `application` again, for the workflows alone, and wait until they have heard it."""
    async with witness.jetstream() as js:
        places = [
            place
            async for found in stream_reading.facts_in(js, STREAM)
            for place, fact in found
            if fact.aggregate_id == application
        ]
        for place in places:
            message = await js.get_msg(STREAM, place)
            # As a fact comes that was under way for long: the broker does not know it, everybody else might.
            headers = {**(message.headers or {}), delivery.MSG_ID: new_id(), delivery.REDRIVEN_FOR: HEARS}
            last = (await js.publish(message.subject or "", message.data or b"", headers=headers)).seq
        await ground.until(lambda: _heard(js, last), "the workflows have heard the late facts")
    ground.report.did(f"{len(places)} facts of a round that is over came late")
    await asyncio.sleep(0.5)  # what they begin, they begin at once


async def _heard(js: JetStreamContext, place: int) -> bool:
    info = await js.consumer_info(STREAM, HEARS)
    return info.ack_floor is not None and info.ack_floor.stream_seq >= place


async def _status(client: Client, workflow_id: str) -> WorkflowExecutionStatus | None:
    """None for one that Temporal does not know."""
    try:
        return (await client.get_workflow_handle(workflow_id).describe()).status
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _runs(client: Client, workflow_id: str) -> list[str]:
    return sorted([each.run_id async for each in client.list_workflows(f"WorkflowId = '{workflow_id}'")])
