"""The solver as a process beside the service: a problem on stdin, how far it is and the proposal on stdout."""

from __future__ import annotations

import json
import sys

from services.faculty.domain.assignment import from_json
from services.faculty.domain.assignment_check import broken
from services.faculty.solver.months import solve


def main() -> None:
    """Solve what stands on stdin, and look at it again by other means (ASG-12)."""
    problem = from_json(json.load(sys.stdin))
    placed = solve(problem, lambda done: _tell({"done": done}))
    _tell(
        {
            "placed": [(*each.key[:2], each.key[2].toordinal(), each.teacher_id, each.reason) for each in placed],
            "broken": broken(problem, placed)[:20],
        }
    )


def _tell(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
