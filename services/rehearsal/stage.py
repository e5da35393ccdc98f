"""What all actors share: the door, the timetable, the public catalogue and board, and the seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.rehearsal.dossiers import employ
from services.rehearsal.plans import Seats
from services.rehearsal.rest import Rest
from services.rehearsal.timetable import Timetable

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
    _board: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    _board_read: float = 0.0
    _board_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

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

    async def free_seats(self) -> list[tuple[Seats, int]]:
        """Seats that the board shows as not yet given, with how many are free."""
        board = await self.board()
        free = []
        for seats in self.plan:
            row = board.get((seats.base_code, seats.specialty_code))
            left = seats.planned - (row["provisional"] + row["admitted"] if row else 0)
            if left > 0:
                free.append((seats, left))
        return free
