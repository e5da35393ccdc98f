"""The bench of 自动分配 with a small base: proposed, committed, checked, and the progress shown."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from tests.bench.assignment import run
from tests.support.faculty_assignment import made_up


async def test_asg_11_a_base_is_proposed_and_committed(database_url: Callable[[str], str]) -> None:
    printed = io.StringIO()
    await run(made_up(60, 6, 4, 24, 4, shared=0.2), database_url("faculty"), Console(file=printed, width=200))
    text = printed.getvalue()
    assert "100 %" in text
    lines = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in text.splitlines() if "│" in line}
    assert lines["cells"].startswith("360, of which filled 3")
    assert (lines["hard rules broken"], lines["the same answer again"]) == ("0", "yes")
    assert lines["others changed when one teacher departs"] == "0"
