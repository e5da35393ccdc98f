"""Drills: what operators must be able to do to a running season, done to a small one of its own, and looked at.

A drill is a module named in `DRILLS`, with `async def run(options: Options) -> Report`. What they stand on: `ground.py`
(a stack in a temporary folder), `bare_ground.py` (its servers alone, for processes of other code), `former_release.py`
(that code), `play.py` (a rehearsal beside it), `waiting.py`, and `report.py`: the account of what was done and seen.
"""

from __future__ import annotations

DRILLS = {
    "rolling": "services.drills.rolling",
    "rotation": "services.drills.rotation",
    "restore": "services.drills.restore",
    "overload": "services.drills.overload",
    "upgrade": "services.drills.upgrade",
}
"""Drill → module with `run(options)`."""
