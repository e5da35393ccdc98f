"""Anybody does anything at any time, on a real database: the invariants hold after every step (hypothesis).

`HYPOTHESIS_PROFILE=long` plays a hundred seasons at random instead of the same few.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.handlers.applications import SaveChoice
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.seasons import (
    APPLICANTS,
    BASES,
    PEOPLE,
    PROVINCES,
    PROVINCIAL,
    STAFF,
    Deed,
    Season,
    outcome,
    phases_left,
)
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, key
from tests.support.postgres import PostgresServer

LEAST_STEPS = 2_000
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEASONS, STEPS = (100, 250) if LONG else (13, 205)
PHASE_STEPS = 12
"""Steps in a phase before the next may be entered."""
ELSEWHERE = {"BASE_LOCKED", "NO_FREE_PLACE", "APPLICATION_NOT_FOUND"}
"""Reasons that the pure function leaves to the command: what the draft chooses (APP-08, ELG-04), another province's
application."""

ALL = {*APPLICANTS, *BASES, *PROVINCIAL}
USUAL = {Action.START, Action.SUBMIT, Action.APPROVE, Action.GRANT_PROVISIONAL, Action.ADMIT, Action.WITHDRAW}

ONWARD = (*(Action.START, Action.SUBMIT, Action.CONFIRM_PLACE, Action.ADMIT, Action.GRANT_PROVISIONAL, Action.APPROVE),)
"""What brings an application on, in the order in which it is tried."""

ATTEMPTS = (
    *((None, action) for action in APPLICANTS),
    *((staff, action) for staff in STAFF for action in BASES),
    *((province, action) for province in PROVINCES for action in PROVINCIAL),
)
"""Who may want to do what."""

T = TypeVar("T")
people = st.integers(0, PEOPLE - 1)


class Year(RuleBasedStateMachine):
    """One season, step by step."""

    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    steps: ClassVar[int] = 0
    done: ClassVar[Counter[Action]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        random.seed(1)  # what orders contain, beside what hypothesis draws
        self.season = Season(self.database)
        self.in_phase = 0
        self.last: tuple[Deed, object] | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this on the loop that the database belongs to."""
        return self.runner.get_loop().run_until_complete(work)

    @initialize(confirmed=st.booleans())
    def begin(self, confirmed: bool) -> None:
        """Registration opens, and all but one have submitted."""
        self.run(self.season.open(confirmation_required=confirmed))
        for number in range(PEOPLE - 1):
            self.run(self._act(Action.START, self.season.people[number], number))
            self.run(self._act(Action.SUBMIT, self.season.people[number], number))

    @rule(person=people, attempt=st.sampled_from(ATTEMPTS))
    def anybody_tries_anything(self, person: int, attempt: tuple[Caller | None, Action]) -> None:
        """Somebody, staff of a base or a province, whosever applicant it is; no caller: the applicant in person."""
        caller, action = attempt
        self._step(self._act(action, caller or self.season.people[person], person))

    @rule(person=people)
    def the_season_goes_its_way(self, person: int) -> None:
        """Whatever would bring this application on is done by who may."""
        self._step(self._forward(person))

    @rule()
    def everybody_goes_their_way(self) -> None:
        """The same for each application in turn, all in one step."""
        self._step(self._all_forward())

    @rule(person=people, which=st.integers(0, 40))
    def somebody_does_what_is_open(self, person: int, which: int) -> None:
        """One of all the things that anybody may do to this application now."""
        self._step(self._open(person, which))

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_last_command_is_repeated(self) -> None:
        """I4: the same key gives the same answer and has no further effect, whatever happened since."""
        self._step(self._again())

    @rule(person=people, staff=st.sampled_from(STAFF), action=st.sampled_from((Action.APPROVE, Action.REJECT)))
    def staff_decide_on_an_old_submission(self, person: int, staff: Caller, action: Action) -> None:
        """APP-06: refused, whatever else holds."""
        self._step(self._stale(person, staff, action))

    @rule(person=people, other=people)
    def two_act_at_once(self, person: int, other: int) -> None:
        """Two who would bring the season on, in the same moment."""
        self._step(self._race(person, other))

    @precondition(lambda self: self.in_phase >= PHASE_STEPS and phases_left(self.season.phase) > 0)
    @rule()
    def the_calendar_moves(self) -> None:
        """The next phase is entered."""
        self.in_phase = 0
        self._step(self.season.move())

    @invariant()
    def i1_i2_i4(self) -> None:
        """Seats, people, accepted commands."""
        if self.season.stage.cycle_id:
            self.run(self.season.check())

    def teardown(self) -> None:
        """The year is played to its end."""
        if not self.season.stage.cycle_id:
            return
        while phases_left(self.season.phase):
            self.run(self.season.move())
        self.run(self.season.check())
        self.run(self.season.check_told())
        self.run(self.season.check_closed())

    def _step(self, work: Coroutine[Any, Any, None]) -> None:
        Year.steps += 1
        self.in_phase += 1
        self.run(work)

    async def _act(self, action: Action, caller: Caller, person: int) -> None:
        """I6: the command is accepted when the pure function says so, and refused by its reason and rule."""
        season = self.season
        now = await season.now(season.people[person])
        said = await season.says(action, caller, now)
        deed = season.deed(action, caller, now)
        found = await outcome(deed)
        if isinstance(found, DomainError):
            if found.reason in ELSEWHERE:
                assert found.reason != "APPLICATION_NOT_FOUND" or not said.allowed or caller is PROVINCES[1]
                return
            absent = found.kind is Kind.NOT_FOUND and now.application is None
            assert absent or (found.reason, found.rule) == (said.reason, said.rule), (action, found, said)
            assert not said.allowed, (action, caller, found)
            return
        assert said.allowed, (action, caller, said)
        season.accepted += 1
        self.last = deed, found
        Year.done[action] += 1
        if action is Action.START:
            await self._prepare(person)

    async def _prepare(self, person: int) -> None:
        season = self.season
        await season.fill(season.people[person])
        now = await season.now(season.people[person])
        assert now.application is not None
        if now.application.draft.base_code:
            return
        choice = Choice((QILU, SECOND)[person % 2], (MEDICINE, SKIN)[person // 2 % 2], person % 3 > 0)
        order = SaveChoice(season.stage.cycle_id, choice, 0, key())
        await season.stage.applications.save_choice(season.people[person], order)
        season.accepted += 1

    async def _next(self, person: int) -> tuple[Action, Caller] | None:
        """What would bring this application on, if anything."""
        season = self.season
        now = await season.now(season.people[person])
        base = now.application.submitted.base_code if now.application is not None else ""
        staff = next((each for each in STAFF[1::2] if each.organisation == base), STAFF[1])
        for action in ONWARD:
            caller = season.people[person] if action in APPLICANTS else staff
            submitted = action is Action.SUBMIT and now.application is not None and now.application.state == "pending"
            if not submitted and (await season.says(action, caller, now)).allowed:
                return action, caller
        return None

    async def _forward(self, person: int) -> None:
        found = await self._next(person)
        if found is not None:
            await self._act(*found, person)

    async def _all_forward(self) -> None:
        for person in range(PEOPLE):
            await self._forward(person)

    async def _open(self, person: int, which: int) -> None:
        season = self.season
        now = await season.now(season.people[person])
        who = [(action, season.people[person]) for action in APPLICANTS]
        who += [(action, staff) for staff in STAFF[1::2] for action in BASES]
        who += [(action, PROVINCES[0]) for action in PROVINCIAL]
        possible = [each for each in who if (await season.says(*each, now)).allowed]
        if possible and now.application is not None:
            await self._act(*possible[which % len(possible)], person)

    async def _again(self) -> None:
        assert self.last is not None
        deed, answer = self.last
        assert await outcome(deed) == answer

    async def _stale(self, person: int, staff: Caller, action: Action) -> None:
        now = await self.season.now(self.season.people[person])
        if now.application is None or now.application.submission_number < 2:
            return
        found = await outcome(self.season.deed(action, staff, now, stale=1))
        assert isinstance(found, DomainError)
        assert found.reason in ("SUPERSEDED", "APPLICATION_NOT_FOUND", "ROLE_NOT_ALLOWED"), found

    async def _race(self, person: int, other: int) -> None:
        season = self.season
        deeds = []
        for number in (person, other):
            found = await self._next(number)
            if found is not None and found[0] is not Action.START:
                now = await season.now(season.people[number])
                deeds.append(season.deed(*found, now))
        outcomes = await asyncio.gather(*map(outcome, deeds))
        season.accepted += sum(not isinstance(each, DomainError) for each in outcomes)


@pytest.fixture
def year(postgres: PostgresServer) -> Iterator[type[Year]]:
    """The machine over a database and a loop of its own."""
    url = postgres.database("enrollment")
    with asyncio.Runner() as runner:
        Year.runner, Year.database = runner, Database(url, name="season", pool_size=4)
        runner.run(Year.database.start())
        Year.steps = 0
        yield Year
        runner.run(Year.database.stop())
    postgres.drop(url)


def test_the_invariants_hold_whatever_anybody_does(year: type[Year], capsys: pytest.CaptureFixture[str]) -> None:
    """I1, I2, I3, I4, I6, I7 and the audit over at least 2 000 steps; every action is accepted now and then."""
    run_state_machine_as_test(
        year,
        settings=settings(
            max_examples=SEASONS,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure tells its steps as they were played; to make them fewer takes minutes.
            phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
        ),
    )
    with capsys.disabled():
        never = ", ".join(sorted(ALL - set(year.done))) or "none"
        print(f"\n{year.steps} steps; actions never accepted: {never}")
    assert year.steps >= LEAST_STEPS
    assert set(year.done) >= USUAL
