"""OPS-100: in the embedded stack people's requests stand behind what has to be punctual."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from services.stack.child import spawn_options
from services.stack.processes import MODULES, STEPS_BACK

_TELL = "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"


async def test_ops_100_a_child_steps_back_as_far_as_it_is_told() -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _TELL),
        stdout=asyncio.subprocess.PIPE,
        **spawn_options(signal.SIGKILL, None, None, 3),
    )
    said, _ = await child.communicate()
    assert int(said) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 3)


def test_whoever_moves_phases_does_not_stand_back() -> None:
    assert STEPS_BACK.keys() <= MODULES.keys()
    assert not {"workflows", "enrollment"} & STEPS_BACK.keys()
