"""Workflow messages: signals, updates and queries of a raw Temporal client that nobody of ours would send."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import RawValue, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.stack import servers
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground

_SIGNALS = ("recheck", "decisions_made", "objections", "answered", "changed")
_PATIENCE = timedelta(seconds=30)
_EXPECTED = {
    *(RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION),
    *(RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.ALREADY_EXISTS),
}


class Workflows(Door):
    """Temporal's frontend, and the workflows of the running cycles behind it."""

    name = "workflows"
    kinds = (
        *("undecodable signal", "no payload", "unknown signal", "wrong arguments", "doubled signal", "old version"),
        *(
            "too many arguments",
            "3 MB signal",
            "unknown update",
            "refused update",
            "undecodable update",
            "unknown query",
        ),
        *("undecodable query", "second start", "no such workflow", "after its end", "hostile text signal"),
    )
    rounds = 1
    at_once = 4

    async def open(self, ground: Ground) -> None:
        """The workflows that run."""
        await super().open(ground)
        self._client = await Client.connect(servers.reach("temporal", ground.data), namespace="residency")
        running = [each async for each in self._client.list_workflows("ExecutionStatus = 'Running'")]
        self.targets = [(each.id, each.workflow_type) for each in running][:8] or [("cycle/none", "RecruitmentCycle")]
        ended = [each.id async for each in self._client.list_workflows("ExecutionStatus = 'Completed'", limit=3)]
        self._ended = ended or ["cycle/none"]

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One message."""
        assert isinstance(target, tuple)
        workflow_id, type_ = target
        if kind == "no such workflow":
            workflow_id = f"cycle/{words.text(chance)[:100]}"
        if kind == "after its end":
            workflow_id = chance.choice(self._ended)
        shown = f"{workflow_id} {kind}"
        try:
            await self._message(workflow_id, type_, kind, chance)
        except RPCError as error:
            fault = "" if error.status in _EXPECTED else f"{kind}: {error.status.name}: {error.message}"
            return Sent(error.status.name, fault, error.message, shown)
        except (
            WorkflowUpdateFailedError,
            WorkflowQueryFailedError,
            WorkflowQueryRejectedError,
            WorkflowAlreadyStartedError,
        ) as error:
            return Sent(type(error).__name__, "", "", shown)
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
            return Sent("hang", f"{type_} {kind}: not answered", "", shown)
        except (ValueError, TypeError, OverflowError) as error:
            return Sent(f"not sent: {type(error).__name__}", "", "", shown)
        refuses = kind in ("unknown update", "refused update", "undecodable update", "unknown query", "second start")
        return Sent("taken", f"{type_} took {kind}" if refuses else "", "", shown, refused=False)

    async def _message(self, workflow_id: str, type_: str, kind: str, chance: random.Random) -> None:
        handle = self._client.get_workflow_handle(workflow_id)
        signal = chance.choice(_SIGNALS)
        rubbish = _rubbish(chance)
        match kind:
            case "undecodable signal" | "after its end" | "no such workflow":
                await handle.signal(signal, rubbish)
            case "no payload":
                await handle.signal(signal)
            case "unknown signal":
                await handle.signal(words.text(chance)[:200] or "x", {"a": 1})
            case "wrong arguments":
                await handle.signal(
                    signal, chance.choice(({}, [], "x", 5, None, {"calendar_version": "x"}, {"calendar_version": []}))
                )
            case "doubled signal":
                for _ in range(2):
                    await handle.signal("recheck", {"calendar_version": 1})
            case "old version":
                await handle.signal("recheck", {"calendar_version": chance.choice((-1, 0, 10**12))})
            case "too many arguments":
                await handle.signal(signal, args=[{"calendar_version": 1}, 2, 3, "x"])
            case "3 MB signal":
                await handle.signal(signal, "x" * (3 * 1024 * 1024))
            case "unknown update":
                await self._update(handle, "nobody_knows", {"a": 1})
            case "refused update":
                await self._update(handle, "change_calendar", {"calendar_version": 0, "kind": "hold", "urgent": False})
            case "undecodable update":
                await self._update(handle, "change_calendar", rubbish)
            case "unknown query":
                await handle.query("nobody_knows", rpc_timeout=_PATIENCE)
            case "undecodable query":
                await handle.query("status", rubbish, rpc_timeout=_PATIENCE)
            case "second start":
                # Also of a year that has ended meanwhile: only our own code begins one anew.
                await self._client.start_workflow(
                    *(type_, rubbish),
                    id=workflow_id,
                    task_queue="residency-cycle",
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                )
            case _:
                await handle.signal(signal, words.text(chance))

    async def _update(self, handle: Any, name: str, argument: Any) -> None:
        await handle.execute_update(name, argument, rpc_timeout=_PATIENCE)

    async def afterwards(self) -> list[str]:
        """Every workflow that ran still runs, answers what it is asked, and none of its tasks fails again and again."""
        faults = []
        for workflow_id, type_ in self.targets:
            handle = self._client.get_workflow_handle(str(workflow_id))
            described = await handle.describe()
            if described.status is not WorkflowExecutionStatus.RUNNING:
                if described.status is not WorkflowExecutionStatus.COMPLETED:
                    faults.append(f"{type_} is {described.status.name if described.status else '?'} afterwards")
                continue
            if (tries := await _stuck(handle)) > 1:
                faults.append(f"{type_}: its task is tried the {tries}th time")
            try:
                await handle.query("status", rpc_timeout=_PATIENCE)
            except (RPCError, WorkflowQueryFailedError) as error:
                faults.append(f"{type_} does not answer afterwards: {error}")
        return faults


async def _stuck(handle: Any, seconds: float = 60.0) -> int:
    """At the how-manieth try its task is, once it has had the time to be done."""
    end = time.monotonic() + seconds
    while True:
        pending = (await handle.describe()).raw_description
        task = pending.pending_workflow_task
        tries = task.attempt if pending.HasField("pending_workflow_task") else 0
        if not tries or time.monotonic() > end:
            return int(tries)
        await asyncio.sleep(0.3)


def _rubbish(chance: random.Random) -> RawValue:
    encoding = chance.choice((b"json/plain", b"binary/protobuf", b"json/protobuf", b"binary/encrypted", b"", b"\xff"))
    data = chance.choice((b"{", b"\xff\xfe", b"", b"[" * 5000, b'{"calendar_version": 1e400}', chance.randbytes(300)))
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def door() -> Door:
    """The door."""
    return Workflows()
