"""OPS-97: `make hostile` in small: some inputs at every door, each answered as it should be, and no leak."""

from __future__ import annotations

import pytest

from services.drills import ground
from tests.hostile import __main__ as hostile
from tests.hostile.doors import ALL

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]

SLOW = {"documents"}
"""Left to the whole run: one of its inputs takes seconds."""


def test_ops_97_bad_input_at_every_door_is_refused_with_a_reason_and_leaves_nothing() -> None:
    doors = [name for name in ALL if name not in SLOW]
    with ground.running() as stack:
        stack.run("sandbox", "--day", "1h")
        book, document = hostile.run(stack, doors, seed=7, cases=12)
    assert not book.failed, [(each.fault, each.replay) for each in book.failures]
    assert {name: each["inputs"] > 0 for name, each in document["doors"].items()} == dict.fromkeys(doors, True)
