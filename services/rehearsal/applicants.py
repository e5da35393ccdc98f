"""How a synthetic applicant plays a cycle.

An applicant reads their own application before acting and does what its state asks for, so that they find their way
after anything: a late phase, a lost answer, a rehearsal that was stopped and started again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.rehearsal.dossiers import SECTIONS, amend, make_dossier, spoil
from services.rehearsal.people import Arrival, Person
from services.rehearsal.plans import Seats
from services.rehearsal.session import Session
from services.rehearsal.stage import Stage
from services.rehearsal.timetable import PhaseWindow

_SETTLED = frozenset({"provisional", "admitted", "annulled", "withdrawn", "closed_unplaced", "approved"})

_NOTHING: Mapping[str, Any] = {"state": "none", "submission_number": 0, "sections": (), "choice": None}
"""The application of somebody who has none yet."""

# When in each phase applicants act: registration may be used to the last moment; in the later rounds bases need time.
_ACTING = {"registration": (0.0, 0.92), "second_choice": (0.0, 0.5), "reallocation": (0.0, 0.5)}
_MENDING = {"first_choice": (0.4, 0.62), "second_choice": (0.62,), "reallocation": (0.72,)}


_SOUGHT_SHARE = 0.2
"""Of the first choices, those that go to the few scarcest places: seats have to be contested."""


class Applicant:
    """One person's play; `run` returns when the cycle has nothing more for them."""

    def __init__(self, stage: Stage, person: Person, session: Session) -> None:
        self._stage = stage
        self._person = person
        self._session = session
        self._chance = stage.chance(f"applicant/{person.number}")
        self._dossier = make_dossier(person, stage.seed, stage.year)
        self._resubmissions = 0
        self._may_have_submitted = stage.joined
        self._chosen: Seats | None = None
        self._submitted: Seats | None = None
        """The choice last saved and the one last submitted in this run: an edit may miss its deadline in between."""
        self.final: Mapping[str, Any] = {}
        """The application as read after the cycle closed."""

    @property
    def session(self) -> Session:
        """The person's own session."""
        return self._session

    @property
    def arrival(self) -> Arrival:
        """In which phase the person first registers for the cycle."""
        return self._person.character.arrival

    async def run(self) -> None:
        """Play from arrival to the end of the last round."""
        character = self._person.character
        arrived = False
        for phase in self._stage.timetable.phases:
            arrived = arrived or phase.name == character.arrival
            if not arrived:
                continue
            if phase.kind in _ACTING and (phase.name == character.arrival or character.persistent):
                await self._apply(phase)
            if phase.kind in _MENDING and self._may_have_submitted:
                await self._mend(phase)

    async def read_final(self) -> None:
        """Look at the result once the cycle has closed."""
        self.final = await self._read() or {}

    async def _read(self) -> Mapping[str, Any] | None:
        answer = await self._session.read("view_application", self._stage.path("application"))
        return answer.body["application"] if answer.ok else None

    async def _apply(self, phase: PhaseWindow) -> None:
        """Fill in what is missing, choose and submit within the phase."""
        first, last = _ACTING[phase.kind]
        share = first + (last - first) * min(1.0, self._person.character.punctuality)
        if not await self._stage.timetable.reach(phase.name, share):
            return
        application = _NOTHING if self._is_new(phase) else await self._read()
        if application is None or application["state"] in _SETTLED:
            return
        self._may_have_submitted = application["submission_number"] > 0
        if application["state"] == "pending" and phase.kind == "registration":
            return
        if application["state"] == "none" and not await self._do(phase, "start_application", "POST", "application"):
            return
        seats = await self._choose(phase, application)
        if not await self._fill_in(phase, application, seats) or not await self._save_choice(phase, seats):
            return
        if await self._submit(phase):
            await self._second_thoughts(phase, seats)

    def _is_new(self, phase: PhaseWindow) -> bool:
        """Whether this is surely the first time they come: nothing needs to be read then."""
        return phase.name == self.arrival and not self._stage.joined

    async def _fill_in(self, phase: PhaseWindow, application: Mapping[str, Any], seats: Seats) -> bool:
        saved = {entry["section"]: entry["body"] for entry in application["sections"] if entry["complete"]}
        self._dossier |= {section: dict(body) for section, body in saved.items()}
        if self._stage.employed_by(self._dossier, seats.base_code):
            saved.pop("basic", None)
        missing = [section for section in SECTIONS if section not in saved]
        if "work" in missing and self._person.character.careless:
            await self._be_careless(phase, missing[0])
        for section in missing:
            if not await self._save(phase, section, self._dossier[section]):
                return False
        return True

    async def _be_careless(self, phase: PhaseWindow, section: str) -> None:
        """Save something malformed and submit too early: both must be refused."""
        path = self._stage.path(f"application/sections/{section}")
        body = {"body": spoil(section, self._dossier[section])}
        await self._session.trespass("save_malformed_section", "PUT", path, body)
        path = self._stage.path("application/submissions")
        await self._session.trespass("submit_incomplete", "POST", path, {})

    async def _choose(self, phase: PhaseWindow, application: Mapping[str, Any]) -> Seats:
        plan = list(self._stage.plan)
        if phase.kind == "registration":
            if self._chance.random() < _SOUGHT_SHARE:
                return self._chance.choice(_sought_after(plan))
            return self._chance.choices(plan, weights=[seats.planned for seats in plan])[0]
        # Later rounds: somewhere with a free seat, and rather not where it did not work before.
        tried = (application["choice"] or {}).get("base_code", "")
        free = await self._stage.free_seats()
        elsewhere = [pair for pair in free if pair[0].base_code != tried] or free
        if not elsewhere:
            return self._chance.choice(plan)
        return self._chance.choices([pair[0] for pair in elsewhere], weights=[pair[1] for pair in elsewhere])[0]

    async def _second_thoughts(self, phase: PhaseWindow, seats: Seats) -> None:
        """Some give up again; some correct their dossier or choose anew, and submit again."""
        character = self._person.character
        if character.withdraws:
            await self._do(phase, "withdraw_application", "POST", "application/withdrawal")
            return
        if not character.restless or phase.kind != "registration":
            return
        share = character.punctuality + (0.95 - character.punctuality) * self._chance.random()
        if not await self._stage.timetable.reach(phase.name, share):
            return
        if self._chance.random() < 0.5:
            other = self._chance.choice(list(self._stage.plan))
            self._stage.employed_by(self._dossier, other.base_code)
            if other != seats and not await self._save_choice(phase, other):
                return
        self._resubmissions += 1
        await self._save(phase, "basic", amend(self._dossier["basic"], self._resubmissions))
        await self._submit(phase)

    async def _mend(self, phase: PhaseWindow) -> None:
        """Look in now and then; once rejected, change the specialty or the dossier and submit again."""
        for share in _MENDING[phase.kind]:
            share += self._chance.uniform(0, 0.1)
            if not await self._stage.timetable.reach(phase.name, share):
                return
            application = await self._read()
            if application is None or application["state"] in _SETTLED or application["state"] == "none":
                return
            if application["state"] == "rejected":
                await self._fix(phase, application)

    async def _fix(self, phase: PhaseWindow, application: Mapping[str, Any]) -> None:
        draft = application["choice"]
        # The base is that of the rejected submission; a choice saved too late to be submitted has to go back to it.
        base = self._submitted.base_code if self._submitted else draft["base_code"]
        own = [seats for seats in self._stage.plan if seats.base_code == base]
        others = [seats for seats in own if seats.specialty_code != draft["specialty_code"]] or own
        strayed = draft["base_code"] != base
        if (strayed or self._chance.random() < 0.6) and not await self._save_choice(phase, self._chance.choice(others)):
            return
        self._stage.employed_by(self._dossier, base)
        self._resubmissions += 1
        if await self._save(phase, "basic", amend(self._dossier["basic"], self._resubmissions)):
            await self._submit(phase)

    async def _save(self, phase: PhaseWindow, section: str, body: Mapping[str, Any]) -> bool:
        path = f"application/sections/{section}"
        return await self._do(phase, "save_section", "PUT", path, {"body": dict(body)})

    async def _save_choice(self, phase: PhaseWindow, seats: Seats) -> bool:
        body = {
            "base_code": seats.base_code,
            "specialty_code": seats.specialty_code,
            "accepts_reallocation": self._person.character.accepts_reallocation,
        }
        saved = await self._do(phase, "save_choice", "PUT", "application/choice", body)
        self._chosen = seats if saved else self._chosen
        return saved

    async def _submit(self, phase: PhaseWindow) -> bool:
        # Somebody who joined late does not know which base was submitted to and may try with another. Whoever comes new
        # in the last round does not know whether a place is still free.
        tolerated = () if self._submitted else ("BASE_LOCKED",)
        if phase.kind == "reallocation":
            tolerated = (*tolerated, "NO_FREE_PLACE")
        submitted = await self._do(phase, "submit_application", "POST", "application/submissions", {}, tolerated)
        self._submitted = self._chosen if submitted else self._submitted
        self._may_have_submitted |= submitted
        return submitted

    async def _do(
        self, phase: PhaseWindow, name: str, method: str, path: str, body: Any = None, tolerated: Collection[str] = ()
    ) -> bool:
        answer = await self._session.command(
            name,
            method,
            self._stage.path(path),
            body if body is not None else {},
            tolerated=tolerated,
            late=self._stage.timetable[phase.name].closes_at,
        )
        return answer.ok


def _sought_after(plan: list[Seats]) -> list[Seats]:
    """The twentieth of the plan with the fewest places, three at least."""
    return sorted(plan, key=lambda seats: (seats.planned, seats.base_code, seats.specialty_code))[
        : max(3, len(plan) // 20)
    ]
