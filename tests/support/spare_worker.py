"""A worker of windows in a process of its own, which a test kills and replaces: `python -m tests.support.spare_worker`.

Arguments: Temporal's address, the cycle, the instant at which its first round ends, and the code that it runs (`today`
or `patched`). It runs until it is killed, before a province without a database whose first round is under way.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.kit.settings import Settings
from services.kit.temporal import connect
from tests.support.moments import Moments
from tests.support.province import Province
from tests.support.variants import PatchedWindow
from workflows.base_window import contract
from workflows.base_window.activities import WindowActivities
from workflows.base_window.workflow import BaseWindow
from workflows.worker import Queue, make_worker

VARIANTS: dict[str, type] = {"today": BaseWindow, "patched": PatchedWindow}
ROUND_ENDS = timedelta(days=31)
"""How long after the beginning of registration the first round ends."""


async def work(address: str, cycle_id: str, ends_at: datetime, variant: str) -> None:
    """Poll until killed."""

    async def now() -> datetime:
        return datetime.now(UTC)

    province = Province(cycle_id, Moments(ends_at - ROUND_ENDS), now, sequence=2)
    window = WindowActivities(province, province)
    activities: list[Callable[..., Any]] = [window.get_window, window.close_window, window.send_notice]
    activities += [window.tell_milestone, window.remind_fixable]
    client = await connect(Settings(temporal_address=address))
    await make_worker(client, Queue(contract.TASK_QUEUE, [VARIANTS[variant]], activities)).run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]), sys.argv[4]))
