"""Changed code of a base's window, as somebody may write it tomorrow: once behind a patch, once without."""

from __future__ import annotations

from temporalio import workflow

from workflows.base_window.workflow import BaseWindow
from workflows.primitives.calls import QUICK_READ

with workflow.unsafe.imports_passed_through():
    from workflows.base_window.activities import WindowActivities
    from workflows.base_window.contract import NAME, WindowEnded, WindowQuestion, WindowStart


async def look(start: WindowStart) -> None:
    """One more activity: what a change adds."""
    question = WindowQuestion(start.cycle_id, start.base_code, start.round)
    await workflow.execute_activity_method(WindowActivities.get_window, question, **QUICK_READ)


@workflow.defn(name=NAME)
class PatchedWindow(BaseWindow):
    """Looks once more before it begins and after it has ended; runs of before do the latter only."""

    @workflow.init
    def __init__(self, start: WindowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WindowStart) -> WindowEnded:
        """As before, with a look at each end."""
        if workflow.patched("test-look-before"):
            await look(start)
        ended = await super().run(start)
        if workflow.patched("test-look-after"):
            await look(start)
        return ended


@workflow.defn(name=NAME)
class UnpatchedWindow(BaseWindow):
    """The same without a patch: every running window would be stuck."""

    @workflow.init
    def __init__(self, start: WindowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WindowStart) -> WindowEnded:
        """As before, with a look at the beginning."""
        await look(start)
        return await super().run(start)
