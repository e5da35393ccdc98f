"""WAIT-36, OPS-97: a message that nobody of ours sends stops no workflow: it goes on, and answers what it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue

from tests.support.temporal import Stage

CUT_OFF = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{"))
STRANGE = RawValue(Payload(metadata={"encoding": b"json/protobuf", "messageType": b"no.such.Type"}, data=b"{}"))
SOON = timedelta(seconds=10)

Send = Callable[[Any], Awaitable[object]]


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda cycle: cycle.signal("recheck"), id="a signal without a message"),
        pytest.param(lambda cycle: cycle.signal("recheck", None), id="a signal of nothing"),
        pytest.param(lambda cycle: cycle.signal("recheck", args=[{"sequence": 1}, 2, 3]), id="a signal of three"),
        pytest.param(lambda cycle: cycle.signal("recheck", CUT_OFF), id="a signal that is cut off"),
        pytest.param(lambda cycle: cycle.signal("recheck", STRANGE), id="a signal of an unknown type"),
        pytest.param(lambda cycle: cycle.signal("nobody_knows", {"a": 1}), id="an unknown signal"),
        pytest.param(lambda cycle: refused(cycle, CUT_OFF), id="an update that is cut off"),
        pytest.param(lambda cycle: refused(cycle, STRANGE), id="an update of an unknown type"),
        pytest.param(lambda cycle: refused(cycle, "x"), id="an update of another shape"),
        pytest.param(lambda cycle: refused(cycle, None), id="an update of nothing"),
        pytest.param(lambda cycle: refused(cycle), id="an update without a message"),
    ],
)
async def test_a_strange_message_stops_no_workflow(stage: Stage, send: Send) -> None:
    async with stage.working():
        cycle = await stage.start_cycle()
        await send(stage.client.get_workflow_handle(cycle.id))
        assert await stage.client.get_workflow_handle(cycle.id).query("status", rpc_timeout=SOON)
        await cycle.result()


async def refused(cycle: Any, *arguments: Any) -> None:
    with pytest.raises(WorkflowUpdateFailedError):
        await cycle.execute_update("change_calendar", args=arguments, rpc_timeout=SOON)
