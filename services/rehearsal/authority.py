"""What the province does in a rehearsal: it resolves objections, and takes places back where one was upheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.rehearsal.session import Session
from services.rehearsal.stage import Stage
from services.rehearsal.timetable import PhaseWindow

_LOOKS = {"second_choice": (0.3, 0.7), "reallocation": (0.2, 0.6), "confirmation": (0.05, 0.3, 0.6)}
"""Shares of each phase at which it looks at what is open."""
_UPHELD_SHARE = 0.3
_RACES = ("NO_OBJECTION", "WRONG_STATE", "OBJECTION_NOT_FOUND", "SUPERSEDED")


class Authority:
    """An administrator of the province; `run` returns when the cycle has nothing more for them."""

    def __init__(self, stage: Stage, session: Session, bases: Mapping[str, Session]) -> None:
        """`bases` are the administrators of the bases by code: they ask for a place to be taken back."""
        self._stage = stage
        self._session = session
        self._bases = bases

    async def run(self) -> None:
        """Look at the open objections now and then."""
        for phase in self._stage.timetable.phases:
            for share in _LOOKS.get(phase.kind, ()):
                if await self._stage.timetable.reach(phase.name, share):
                    await self._resolve_all(phase)

    async def _resolve_all(self, phase: PhaseWindow) -> None:
        query = {"open_only": "true", "page_size": 100}
        answer = await self._session.read("list_objections", self._stage.path("objections"), query)
        for objection in answer.body["objections"] if answer.ok else ():
            await self._resolve(phase, objection)

    async def _resolve(self, phase: PhaseWindow, objection: Mapping[str, Any]) -> None:
        # By the person, not by a number made at random: the same play upholds the same.
        chance = self._stage.chance(f"objection/{objection['name']}/{objection['base_code']}")
        upheld = chance.random() < _UPHELD_SHARE
        body = {"uphold": upheld, "reason": "经核实，反映情况属实。" if upheld else "经核实，反映情况不实。"}
        path = f"/objections/{objection['objection_id']}/resolution"
        if not await self._do(phase, self._session, "resolve_objection", path, body):
            return
        base = self._bases.get(objection["base_code"])
        if not upheld or base is None:
            return
        path = f"/applications/{objection['application_id']}/revocation"
        if await self._do(phase, base, "propose_revocation", path, {"reason": "异议成立。"}):
            body = {"approve": True, "remark": "同意收回。"}
            await self._do(phase, self._session, "decide_revocation", f"{path}/decision", body)

    async def _do(self, phase: PhaseWindow, who: Session, name: str, path: str, body: Mapping[str, Any]) -> bool:
        late = self._stage.timetable[phase.name].closes_at
        return (await who.command(name, "POST", path, dict(body), tolerated=_RACES, late=late)).ok
