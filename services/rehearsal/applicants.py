"""How a synthetic applicant plays a cycle.

An applicant reads their own application before acting and does what its state asks for, so that they find their way
after anything: a late phase, a lost answer, a rehearsal that was stopped and started again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from random import Random
from typing import Any

from services.rehearsal.crowd import Visit
from services.rehearsal.dossiers import SECTIONS, amend, make_dossier, spoil
from services.rehearsal.people import Arrival, Person
from services.rehearsal.plans import Seats
from services.rehearsal.session import Session
from services.rehearsal.stage import Stage
from services.rehearsal.timetable import PhaseWindow

_NEVER_CAME: Mapping[str, Any] = {"state": "none", "round": 0}
_GIVES_UP_SHARE = 0.06
"""Of those with a provisional place in the first round, who give it up again."""
_TAKES_SHARE = 0.85
"""Of those to whom a freed place is offered, who take it."""
_GIVING_UP, _OFFERS = (0.80, 0.86), (0.885, 0.925, 0.965)
"""When in the first round places are given up, and when those who wait look for an offer."""
_SETTLED = frozenset({"provisional", "admitted", "annulled", "withdrawn", "closed_unplaced", "approved"})

_NOTHING: Mapping[str, Any] = {"state": "none", "submission_number": 0, "sections": (), "choice": None}
"""The application of somebody who has none yet."""

# When in each phase applicants act: registration may be used to the last moment; in the later rounds bases need time.
_ACTING = {"registration": (0.0, 0.985), "second_choice": (0.0, 0.5), "reallocation": (0.0, 0.5)}
_MENDING = {"first_choice": (0.4, 0.62), "second_choice": (0.62,), "reallocation": (0.72,)}


_CHANGED = ("basic", "work")
"""Sections that a play may change after they were made from the seed."""
_SOUGHT_SHARE = 0.2
"""Of the first choices, those that go to the few scarcest places: seats have to be contested."""


class Applicant:
    """One person's play, as visits of a `Crowd`.

    Of somebody who has nothing to do just now only what cannot be made from the seed again is kept: there may be a
    hundred thousand of them.
    """

    __slots__ = (
        *("_stage", "_person", "_session", "_changed", "_resubmissions", "_may_have_submitted", "_arrived"),
        *("_chosen", "_submitted", "came", "final"),
    )

    def __init__(self, stage: Stage, person: Person, session: Session) -> None:
        self._stage = stage
        self._person = person
        self._session = session
        self._changed: dict[str, dict[str, Any]] = {}
        self._resubmissions = 0
        self._may_have_submitted = stage.joined
        self._arrived = False
        self._chosen: Seats | None = None
        self._submitted: Seats | None = None
        """The choice last saved and the one last submitted in this run: an edit may miss its deadline in between."""
        self.came = stage.joined
        """Whether there may be an application of theirs in this cycle."""
        self.final: Mapping[str, Any] = dict(_NEVER_CAME)
        """Number, state and round of the application as read after the cycle closed."""

    @property
    def session(self) -> Session:
        """The person's own session."""
        return self._session

    @property
    def arrival(self) -> Arrival:
        """In which phase the person first registers for the cycle."""
        return self._person.character.arrival

    def visits(self, phase: PhaseWindow) -> Iterable[Visit]:
        """What they mean to do in `phase`: apply when it is the one they come in, or try again, or look in."""
        character = self._person.character
        self._arrived |= phase.name == character.arrival
        if not self._arrived:
            return
        if phase.kind in _ACTING and (phase.name == character.arrival or character.persistent):
            first, last = _ACTING[phase.kind]
            moment = self._stage.moment(phase, self._chance("moment", phase))
            yield Visit(first + (last - first) * moment, "apply", self._apply)
        elif phase.kind == "first_choice" and self._may_have_submitted:
            yield from self._looks(phase)

    async def read_final(self) -> None:
        """Look at the result once the cycle has closed."""
        found = await self._read() or {}
        self.final = {name: found[name] for name in ("application_id", "state", "round") if name in found}

    def _chance(self, what: str, phase: PhaseWindow) -> Random:
        return self._stage.chance(f"{what}/{phase.name}/{self._person.number}")

    def _dossier(self) -> dict[str, dict[str, Any]]:
        """The dossier as it stands: made from the seed, with what has changed since."""
        return make_dossier(self._person, self._stage.seed, self._stage.year) | self._changed

    def _employed_by(self, base_code: str) -> bool:
        """As `Stage.employed_by` for the own dossier, which keeps it."""
        dossier = self._dossier()
        changed = self._stage.employed_by(dossier, base_code)
        if changed:
            self._changed |= {section: dossier[section] for section in _CHANGED}
        return changed

    async def _read(self) -> Mapping[str, Any] | None:
        answer = await self._session.read("view_application", self._stage.path("application"))
        return answer.body["application"] if answer.ok else None

    async def _apply(self, phase: PhaseWindow) -> Iterable[Visit]:
        """Fill in what is missing, choose and submit within the phase."""
        application = _NOTHING if self._is_new(phase) else await self._read()
        if application is None or application["state"] in _SETTLED:
            return ()
        self._may_have_submitted = application["submission_number"] > 0
        if application["state"] == "pending" and phase.kind == "registration":
            return ()
        if application["state"] == "none":
            self.came = True
            if not await self._do(phase, "start_application", "POST", "application"):
                return ()
        seats = await self._choose(phase, application)
        if not await self._fill_in(phase, application, seats) or not await self._save_choice(phase, seats):
            return ()
        if not await self._submit(phase):
            return ()
        return [*await self._second_thoughts(phase), *self._looks(phase)]

    def _is_new(self, phase: PhaseWindow) -> bool:
        """Whether this is surely the first time they come: nothing needs to be read then."""
        return phase.name == self.arrival and not self._stage.joined

    async def _fill_in(self, phase: PhaseWindow, application: Mapping[str, Any], seats: Seats) -> bool:
        saved = {entry["section"]: dict(entry["body"]) for entry in application["sections"] if entry["complete"]}
        self._changed |= {section: saved[section] for section in _CHANGED if section in saved}
        if self._employed_by(seats.base_code):
            saved.pop("basic", None)
        missing = [section for section in SECTIONS if section not in saved]
        dossier = self._dossier()
        if "work" in missing and self._person.character.careless:
            await self._be_careless(missing[0], dossier)
        for section in missing:
            if not await self._save(phase, section, dossier[section]):
                return False
        return True

    async def _be_careless(self, section: str, dossier: Mapping[str, Mapping[str, Any]]) -> None:
        """Save something malformed and submit too early: both must be refused."""
        path = self._stage.path(f"application/sections/{section}")
        body = {"body": spoil(section, dossier[section])}
        await self._session.trespass("save_malformed_section", "PUT", path, body)
        path = self._stage.path("application/submissions")
        await self._session.trespass("submit_incomplete", "POST", path, {})

    async def _choose(self, phase: PhaseWindow, application: Mapping[str, Any]) -> Seats:
        chance = self._chance("choice", phase)
        if phase.kind == "registration":
            if chance.random() < _SOUGHT_SHARE:
                return chance.choice(self._stage.sought_after)
            return self._stage.somewhere(chance)
        # Later rounds: somewhere with a free seat, and rather not where it did not work before.
        tried = (application["choice"] or {}).get("base_code", "")
        free = await self._stage.free_seats()
        elsewhere = [pair for pair in free if pair[0].base_code != tried] or free
        if not elsewhere:
            return chance.choice(self._stage.plan)
        return chance.choices([pair[0] for pair in elsewhere], weights=[pair[1] for pair in elsewhere])[0]

    async def _second_thoughts(self, phase: PhaseWindow) -> Iterable[Visit]:
        """Some give up again; some come back to correct their dossier or choose anew, and submit again."""
        character = self._person.character
        if character.withdraws:
            # In the later rounds a base may decide between their submission and this.
            decided = () if phase.kind == "registration" else ("WRONG_STATE",)
            await self._do(phase, "withdraw_application", "POST", "application/withdrawal", tolerated=decided)
        elif character.restless and phase.kind == "registration":
            chance = self._chance("again", phase)
            share = 0.95 - 0.9 * chance.random() ** 2
            return [Visit(share, "change", self._change)]
        return ()

    async def _change(self, phase: PhaseWindow) -> Iterable[Visit]:
        chance = self._chance("change", phase)
        if chance.random() < 0.5:
            other = chance.choice(self._stage.plan)
            self._employed_by(other.base_code)
            if other != self._submitted and not await self._save_choice(phase, other):
                return ()
        await self._amend_and_submit(phase)
        return ()

    def _looks(self, phase: PhaseWindow) -> list[Visit]:
        """Look in now and then; the next look is planned when the one before has shown that there is reason to."""
        if phase.kind not in _MENDING or not self._may_have_submitted:
            return []
        return [Visit(_MENDING[phase.kind][0] + self._chance("look", phase).uniform(0, 0.1), "look", self._mend)]

    async def _mend(self, phase: PhaseWindow) -> Iterable[Visit]:
        """Once rejected, change the specialty or the dossier and submit again."""
        application = await self._read()
        if application is None or application["state"] in _SETTLED or application["state"] == "none":
            return ()
        if application["state"] == "rejected":
            await self._fix(phase, application)
        later = _MENDING[phase.kind][1:]
        return [
            Visit(share + self._chance("look2", phase).uniform(0, 0.1), "look again", self._last_look)
            for share in later
        ]

    async def _last_look(self, phase: PhaseWindow) -> Iterable[Visit]:
        application = await self._read()
        state = application["state"] if application is not None else ""
        if application is not None and state == "rejected":
            await self._fix(phase, application)
        if phase.kind != "first_choice" or not self._stage.contested:
            return ()
        chance = self._chance("edge", phase)
        if state == "provisional" and chance.random() < _GIVES_UP_SHARE:
            return [Visit(chance.uniform(*_GIVING_UP), "give up", self._give_up)]
        # Approved, and no place yet: perhaps on a waiting list.
        return [Visit(share, "look for an offer", self._offer) for share in _OFFERS] if state == "approved" else ()

    async def _give_up(self, phase: PhaseWindow) -> Iterable[Visit]:
        # Somebody may have taken the place back, or admitted them, meanwhile.
        path = "application/withdrawal"
        await self._do(phase, "give_up_place", "POST", path, tolerated=("WRONG_STATE", "NOT_IN_PHASE", "OBJECTED"))
        return ()

    async def _offer(self, phase: PhaseWindow) -> Iterable[Visit]:
        """Look whether a freed place is offered, and answer."""
        answer = await self._session.read("list_offers", self._stage.path("offers"))
        for offer in answer.body["offers"] if answer.ok else ():
            if offer["outcome"] == "open":
                accept = self._chance("offer", phase).random() < _TAKES_SHARE
                await self._session.command(
                    "answer_offer",
                    "POST",
                    f"/applications/{offer['application_id']}/offer",
                    {"accept": accept},
                    tolerated=("OFFER_OVER", "NOTHING_OFFERED", "WRONG_STATE"),
                    late=self._stage.timetable[phase.name].closes_at,
                )
        return ()

    async def _fix(self, phase: PhaseWindow, application: Mapping[str, Any]) -> None:
        draft, chance = application["choice"], self._chance(f"fix{self._resubmissions}", phase)
        # The base is that of the rejected submission; a choice saved too late to be submitted has to go back to it.
        base = self._submitted.base_code if self._submitted else draft["base_code"]
        own = self._stage.of_base(base)
        others = [seats for seats in own if seats.specialty_code != draft["specialty_code"]] or own
        strayed = draft["base_code"] != base
        if (strayed or chance.random() < 0.6) and not await self._save_choice(phase, chance.choice(others)):
            return
        self._employed_by(base)
        await self._amend_and_submit(phase)

    async def _amend_and_submit(self, phase: PhaseWindow) -> None:
        self._resubmissions += 1
        if await self._save(phase, "basic", amend(self._dossier()["basic"], self._resubmissions)):
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
        if phase.kind != "registration":
            tolerated = (*tolerated, "WRONG_STATE")  # a base may decide between their last look and this
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
