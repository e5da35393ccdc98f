"""The live board: counts of base × specialty, shared by all viewers for a moment, with bars on one common scale."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from residency.enrollment.v1 import board_service_pb2
from services.portal.clients import Clients
from services.portal.cycles import Catalogue
from services.portal.i18n.language import tr
from services.portal.remembered import Remembered
from services.portal.wire import instant_of, stamp_of, to_json

FRESH_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a board: a specialty of a base, or a base as a whole."""

    code: str
    name: str
    planned: int
    applied: int
    provisional: int
    admitted: int

    @property
    def taken(self) -> int:
        """Places given: provisional and admitted."""
        return self.provisional + self.admitted

    @property
    def full(self) -> bool:
        """True when more people applied than places are planned; one may apply all the same."""
        return self.applied >= self.planned


@dataclass(frozen=True, slots=True)
class BoardView:
    """Lines under one heading, the scale of their bars, and the instant of the counts."""

    lines: list[Line]
    total: Line
    as_of: datetime

    def only(self, code: str) -> BoardView:
        """The one line with `code`, or none."""
        return _view([line for line in self.lines if line.code == code], self.as_of)

    @property
    def scale(self) -> int:
        """What a full bar stands for."""
        return max((max(line.planned, line.applied, line.taken) for line in self.lines), default=1) or 1


class Boards:
    """Reads the board of a cycle."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._answers = Remembered(self._load, FRESH_SECONDS, size=2000)

    async def answer(self, cycle_id: str, base_code: str = "") -> board_service_pb2.GetBoardResponse:
        """The counts of a cycle, of all bases or of one, at most a quarter of a second old."""
        return (await self._answers.get((cycle_id, base_code))).message

    async def json(self, cycle_id: str, base_code: str = "") -> bytes:
        """The same as JSON, made once for all viewers."""
        return (await self._answers.get((cycle_id, base_code))).json

    async def past(self, cycle_id: str, base_code: str, as_of: datetime) -> board_service_pb2.GetBoardResponse:
        """The counts as they were at `as_of` (aware); read anew each time."""
        request = board_service_pb2.GetBoardRequest(cycle_id=cycle_id, base_code=base_code, as_of=stamp_of(as_of))
        answer: board_service_pb2.GetBoardResponse = await self._clients.board.GetBoard(request)
        return answer

    def fresh(self, cycle_id: str, base_code: str = "") -> BoardAnswer | None:
        """The counts when they are at hand; None when they would have to be read."""
        return self._answers.fresh((cycle_id, base_code))

    async def known(self, cycle_id: str, base_code: str = "") -> BoardAnswer | None:
        """As `answer`, read again where need be; None for a board that nobody has asked for lately."""
        key = (cycle_id, base_code)
        return await self._answers.get(key) if self._answers.last(key) is not None else None

    def stale(self) -> None:
        """Read again at the next ask."""
        self._answers.stale()

    async def of_base(
        self, cycle_id: str, base_code: str, names: Catalogue, as_of: datetime | None = None
    ) -> BoardView:
        """One base, a line per specialty; now or at a moment gone by (aware), as in the two below."""
        answer = await self._at(cycle_id, base_code, as_of)
        return _view(
            (_line(row.specialty_code, names.specialties, [row]) for row in answer.rows), instant_of(answer.as_of)
        )

    async def of_specialty(
        self, cycle_id: str, specialty_code: str, names: Catalogue, as_of: datetime | None = None
    ) -> BoardView:
        """One specialty, a line per base that offers it."""
        answer = await self._at(cycle_id, "", as_of)
        rows = (row for row in answer.rows if row.specialty_code == specialty_code)
        return _view((_line(row.base_code, names.bases, [row]) for row in rows), instant_of(answer.as_of))

    async def of_province(self, cycle_id: str, names: Catalogue, as_of: datetime | None = None) -> BoardView:
        """All bases, a line each with its sums."""
        answer = await self._at(cycle_id, "", as_of)
        rows: dict[str, list[board_service_pb2.BoardRow]] = {}
        for row in answer.rows:
            rows.setdefault(row.base_code, []).append(row)
        return _view((_line(code, names.bases, own) for code, own in rows.items()), instant_of(answer.as_of))

    async def _at(self, cycle_id: str, base_code: str, as_of: datetime | None) -> board_service_pb2.GetBoardResponse:
        return await (self.answer(cycle_id, base_code) if as_of is None else self.past(cycle_id, base_code, as_of))

    async def _load(self, key: tuple[str, str]) -> BoardAnswer:
        request = board_service_pb2.GetBoardRequest(cycle_id=key[0], base_code=key[1])
        answer: board_service_pb2.GetBoardResponse = await self._clients.board.GetBoard(request)
        return BoardAnswer(answer)


class BoardAnswer:
    """One answer; its JSON, packed or not, and its tag once somebody asks for them."""

    def __init__(self, message: board_service_pb2.GetBoardResponse) -> None:
        self.message = message

    @functools.cached_property
    def json(self) -> bytes:
        """As the REST side answers it."""
        return json.dumps(to_json(self.message), separators=(",", ":")).encode()

    @functools.cached_property
    def packed(self) -> bytes:
        """The same with gzip; the counts repeat so much that the fastest level does."""
        return gzip.compress(self.json, compresslevel=1, mtime=0)

    @functools.cached_property
    def tag(self) -> str:
        """Its ETag. A weak one: it changes with the counts, not with the instant at which they were read."""
        counts = board_service_pb2.GetBoardResponse(rows=self.message.rows).SerializeToString(deterministic=True)
        return f'W/"{hashlib.sha256(counts).hexdigest()[:16]}"'


def _view(lines: Iterable[Line], as_of: datetime) -> BoardView:
    told = list(lines)
    total = Line(
        "",
        tr("合计"),
        sum(line.planned for line in told),
        sum(line.applied for line in told),
        sum(line.provisional for line in told),
        sum(line.admitted for line in told),
    )
    return BoardView(told, total, as_of)


def _line(code: str, names: dict[str, str], rows: list[board_service_pb2.BoardRow]) -> Line:
    return Line(
        code,
        names.get(code, code),
        sum(row.planned for row in rows),
        sum(row.applied for row in rows),
        sum(row.provisional for row in rows),
        sum(row.admitted for row in rows),
    )
