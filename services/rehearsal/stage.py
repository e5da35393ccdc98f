"""What all actors share: the door, the timetable, the public catalogue and board, and the seed."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from services.rehearsal import curves
from services.rehearsal.dossiers import employ
from services.rehearsal.plans import Seats
from services.rehearsal.rest import Rest
from services.rehearsal.timetable import PhaseWindow, Timetable

_BOARD_SECONDS = 1.0


@dataclass(slots=True)
class Stage:
    """The scene of one rehearsal."""

    rest: Rest
    timetable: Timetable
    seed: int
    year: int
    plan: Sequence[Seats]
    base_names: Mapping[str, str]
    base_codes: Mapping[str, str] = field(default_factory=dict)
    """Unified social credit code of each base that has one."""
    joined: bool = False
    """Whether the cycle was already under way when this play began."""
    pace: float = 1.0
    """Share of the requests that are only for show (opening a submission, reading messages); 0 in a crowded play."""
    curve: curves.Curve = curves.CURVES[curves.DEFAULT]
    """When people come within a phase."""
    day_seconds: float = 1.0
    """How long a calendar day lasts."""
    reviews_a_look: int = 10_000
    """How many submissions the reviewers of a base get done between two looks at their queue."""
    contested: bool = True
    """Whether some give a place up again, and others wait for it."""
    objections: bool = False
    """Whether there is somebody of the province to resolve an objection."""
    sought_after: Sequence[Seats] = ()
    """The twentieth of the plan with the fewest places, three at least."""
    _sums: Sequence[int] = ()
    _by_base: Mapping[str, Sequence[Seats]] = field(default_factory=dict)
    _free: Sequence[tuple[Seats, int]] = ()
    _free_of: object = None
    """The board that they were worked out from."""
    _board: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    _board_read: float = 0.0
    _board_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        by_size = sorted(self.plan, key=lambda seats: (seats.planned, seats.base_code, seats.specialty_code))
        self.sought_after = by_size[: max(3, len(self.plan) // 20)]
        self._sums = list(accumulate(seats.planned for seats in self.plan))
        by_base: dict[str, list[Seats]] = defaultdict(list)
        for seats in self.plan:
            by_base[seats.base_code].append(seats)
        self._by_base = by_base

    @property
    def cycle_id(self) -> str:
        """The cycle played."""
        return self.timetable.cycle_id

    def path(self, rest: str) -> str:
        """A path below the cycle's own."""
        return f"/cycles/{self.cycle_id}/{rest}"

    def chance(self, actor: str) -> random.Random:
        """The actor's own dice."""
        return random.Random(f"{self.seed}/{actor}")  # noqa: S311 - reproducible play, not a secret

    def moment(self, phase: PhaseWindow, chance: random.Random) -> float:
        """When somebody comes within `phase`, as the share of it that has passed by then."""
        if phase.opens_at is None or phase.closes_at is None:
            return chance.random()
        days = (phase.closes_at - phase.opens_at).total_seconds() / self.day_seconds
        return curves.share(self.curve, days, chance)

    def somewhere(self, chance: random.Random) -> Seats:
        """Any places of the plan, the more likely the more there are."""
        return self.plan[bisect(self._sums, chance.randrange(self._sums[-1]))]

    def of_base(self, base_code: str) -> Sequence[Seats]:
        """The plan of one base."""
        return self._by_base.get(base_code, ())

    def employed_by(self, dossier: dict[str, dict[str, Any]], base_code: str) -> bool:
        """As `employ`, for a base of the cycle."""
        return employ(dossier, self.base_names[base_code], self.base_codes.get(base_code, ""))

    async def board(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The public board by base and specialty, at most a second old; the last one known when it cannot be read."""
        loop = asyncio.get_running_loop()
        async with self._board_lock:
            if loop.time() - self._board_read >= _BOARD_SECONDS:
                answer = (await self.rest.send("GET", self.path("board"))).answer
                if answer.ok:
                    rows = answer.body["rows"]
                    self._board = {(row["base_code"], row["specialty_code"]): row for row in rows}
                self._board_read = loop.time()
            return self._board

    async def free_seats(self) -> Sequence[tuple[Seats, int]]:
        """Seats that the board shows as not yet given, with how many are free; worked out once a board."""
        board = await self.board()
        if board is not self._free_of:
            self._free_of = board
            self._free = [
                (seats, left)
                for seats in self.plan
                if (left := seats.planned - _given(board.get((seats.base_code, seats.specialty_code)))) > 0
            ]
        return self._free


def _given(row: Mapping[str, Any] | None) -> int:
    return int(row["provisional"] + row["admitted"]) if row else 0
