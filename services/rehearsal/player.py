"""Plays one cycle on a running stack, from the first account to the last admission, and verifies what must hold."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import chain
from typing import Any
from uuid import uuid4

from services.kit.clock import SystemClock
from services.kit.domain import DomainError, Kind
from services.rehearsal import attendance, curves
from services.rehearsal.account import compare
from services.rehearsal.applicants import Applicant
from services.rehearsal.authority import Authority
from services.rehearsal.cast import BaseSessions, a_few_at_once, appoint_staff, open_accounts, staff_mobiles
from services.rehearsal.cost import Meter
from services.rehearsal.crowd import Crowd
from services.rehearsal.dossiers import numbers_of
from services.rehearsal.faculty_people import how_many
from services.rehearsal.faculty_play import FacultyPlay
from services.rehearsal.ledger import Ledger
from services.rehearsal.operator import Operator
from services.rehearsal.people import Arrival, make_people
from services.rehearsal.plans import choose_bases
from services.rehearsal.report import Report
from services.rehearsal.report_record import Recorder
from services.rehearsal.rest import Rest
from services.rehearsal.scene import read, set_scene
from services.rehearsal.script import Beside, Progress, Script
from services.rehearsal.session import Session
from services.rehearsal.site import Site
from services.rehearsal.staff import BUSY, LEISURELY, BaseStaff
from services.rehearsal.stage import Stage
from services.rehearsal.timetable import Timetable
from services.rehearsal.trespassers import Trespassers
from services.stack import demo, state
from services.stack.authenticator import Keyring
from services.verifier.invariants import Verifier
from services.verifier.needles import Needles
from services.verifier.probe import Probe

_OUTSIDERS = 3
_CURTAIN_SECONDS = 120.0
"""How long after its planned end the cycle may close before the play is given up."""
_SAMPLE_SECONDS = 1.0
_PEOPLE_A_SAMPLE = 5_000
"""A sample reads every application: of so many people each second, of more the less often."""
_PLACES = (24, 128)
"""How many applicants act at a time: at least, and at most."""
_PEOPLE_A_PLACE = 100
_STAFF_CONNECTIONS = (8, 32)
_RESULTS_READ = 20_000
"""So many people at most read their result in the end, evenly chosen; the verifier reads everybody's itself."""


class Player:
    """Plays `script` on `site`; `play` returns the report."""

    def __init__(self, site: Site, script: Script, progress: Progress, beside: Beside | None = None) -> None:
        self._beside = beside
        self._site = site
        self._script = script
        self._progress = progress
        self._ledger = Ledger()
        self._clock = SystemClock()
        self._needles = Needles(())
        self._keyring = Keyring(site.data / "rehearsal-factors.json")
        self._tag = script.tag or f"r{int(time.time() * 10):x}"
        self._cast = script.cast or self._tag
        self._meter = Meter(site.data)
        self._crowd: Crowd | None = None
        self._timetable: Timetable | None = None
        self._faculty = self._teachers()
        self._default_title = f"{script.province.title}（演练 {self._tag}）"

    async def play(self) -> Report:
        """Prepare, play to the end, verify.

        Raises DomainError when the play cannot begin (a service away for long, an account refused) or the cycle
        does not close.
        """
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            self._meter.mark("begin")
            rest, desk = self._door(self._places() + _STAFF_CONNECTIONS[0]), self._door(self._desks())
            stack.push_async_callback(rest.close)
            stack.push_async_callback(desk.close)
            # Codes that were used must not be tried again by a later play, however this one ends.
            stack.callback(self._keyring.save)
            operator = await stack.enter_async_context(Operator(self._site.settings))
            verifier = await stack.enter_async_context(Verifier.of(self._site.stores))
            recorder = Recorder(self._site, self._script, self._script.day_seconds, self._tag)
            await stack.enter_async_context(recorder)
            restarts_before = self._site.restarts()
            await verifier.begin()
            stage, applicants, plays = await self._prepare(rest, desk, operator)
            recorder.follow(stage.timetable)
            beside = None
            if self._beside is not None:
                beside = asyncio.create_task(self._beside.run(stage.timetable, recorder.faults))
            await self._perform(stage, applicants, plays, verifier)
            if beside is not None:
                await beside
            self._meter.mark("closed")
            await self._look_at_results(applicants)
            await recorder.stop()
            self._progress.stage("verifying", 1)
            finals = [applicant.final for applicant in applicants]
            findings = await compare(verifier, stage.cycle_id, self._ledger, finals, lambda: _board(stage))
            # By now every fact has arrived and every notice has left.
            self._meter.mark("settled")
            findings += await self._faculty.findings()
            findings.append(await Probe(self._site.stores, self._needles).finding())
            lateness = await verifier.lateness(stage.cycle_id)
            places = await verifier.board(stage.cycle_id)
            record = recorder.record(self._ledger.course, places) | self._told(places)
            self._progress.step()
        restarts = {
            name: count - restarts_before.get(name, 0)
            for name, count in self._site.restarts().items()
            if count > restarts_before.get(name, 0)
        }
        return Report(
            cycle_id=stage.cycle_id,
            title=self._script.title or self._default_title,
            seed=self._script.seed,
            applicants=len(applicants),
            bases=len(stage.base_names),
            day_seconds=self._script.day_seconds,
            seconds=time.monotonic() - began,
            finals=finals,
            lateness=lateness,
            ledger=self._ledger,
            findings=findings,
            restarts=restarts,
            rounds={phase.round: phase.title for phase in stage.timetable.phases if phase.round},
            record=record,
        )

    def known(self) -> list[str]:
        """What is known so far, in lines: for who ends a play before its time."""
        counted = Counter(act.outcome.value for act in self._ledger.acts)
        lines = [", ".join(f"{count} {what}" for what, count in sorted(counted.items())) or "nothing was asked yet"]
        for phase in self._timetable.phases if self._timetable else ():
            if phase.entered_at and phase.opens_at:
                lines.append(f"{phase.name} entered {(phase.entered_at - phase.opens_at).total_seconds():.2f} s late")
        return lines + [f"unexpected: {what} × {n}" for what, n in self._ledger.refusals(expected=False).items()]

    def _told(self, places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What the report has from here: the cost, and who came when."""
        acts, people = self._ledger.acts, self._script.applicants
        came = attendance.attendance(acts, self._crowd.missed if self._crowd else {}, places, people)
        accepted = len(self._ledger.accepted_keys())
        for line in [*attendance.told(came), *filter(None, [self._meter.advice(people)])]:
            self._progress.note(line)
        return {"attendance": came, "cost": self._meter.as_json(people, came["people"]["applied"], accepted)} | (
            self._faculty.as_json()
        )

    def _teachers(self) -> FacultyPlay:
        script = self._script
        count = how_many(script.applicants) if script.faculty is None else script.faculty
        bases = choose_bases(script.province, script.bases)
        return FacultyPlay(self._site, script.seed, self._tag, 0 if script.resume else count, bases)

    def _door(self, connections: int) -> Rest:
        return Rest(self._site.portal_url, self._ledger, run=uuid4(), seed=self._script.seed, in_flight=connections)

    def _places(self) -> int:
        least, most = _PLACES
        return min(most, max(least, self._script.applicants // _PEOPLE_A_PLACE))

    def _desks(self) -> int:
        """Connections of the staff: they have computers of their own, however many people queue outside."""
        least, most = _STAFF_CONNECTIONS
        return min(most, max(least, (self._script.bases or len(self._script.province.bases)) // 4))

    async def _prepare(
        self, rest: Rest, desk: Rest, operator: Operator
    ) -> tuple[Stage, list[Applicant], list[Callable[[], Awaitable[None]]]]:
        """The stage, the applicants, and what everybody else plays."""
        script = self._script
        bases = choose_bases(script.province, script.bases)
        people = make_people(script.applicants + _OUTSIDERS, script.seed, self._cast)
        self._needles = Needles(
            [*chain.from_iterable(map(numbers_of, people)), *staff_mobiles(bases), *self._faculty.numbers()]
        )
        self._progress.stage("opening accounts", len(people) + len(bases))
        await operator.import_organisations(script.province, bases)
        secret, done = self._site.secret, self._progress.step
        sessions = await appoint_staff(desk, operator, script.province, bases, self._keyring, secret, done)
        cast = await open_accounts(rest, people, operator, secret, done)
        await self._faculty.prepare(desk, operator, script.province, self._keyring)
        authority = await self._authority(desk)
        self._meter.mark("curtain")
        scene = await set_scene(script, script.title or self._default_title, desk, operator, bases, self._clock)
        self._timetable = scene.timetable
        stage = Stage(
            rest=desk,
            timetable=scene.timetable,
            seed=script.seed,
            year=script.province.year,
            plan=scene.plan,
            base_names=scene.base_names,
            base_codes={base.code: base.credit_code for base in scene.bases},
            joined=scene.joined,
            pace=min(1.0, 100 * script.day_seconds / script.applicants),
            curve=curves.CURVES[script.curve],
            day_seconds=script.day_seconds,
            reviews_a_look=max(40, 2 * script.applicants // (5 * len(bases))),
            contested=script.trespass and not script.resume,
            objections=authority is not None,
        )
        applicants = [
            Applicant(stage, person, session)
            for person, session in zip(people[: script.applicants], cast, strict=False)
        ]
        return stage, applicants, self._others(stage, applicants, sessions, cast[script.applicants :], authority)

    def _others(
        self,
        stage: Stage,
        applicants: Sequence[Applicant],
        sessions: Sequence[BaseSessions],
        outsiders: Sequence[Session],
        authority: Session | None,
    ) -> list[Callable[[], Awaitable[None]]]:
        staff = [
            BaseStaff(
                *(stage, one.base_code, one.reviewer, one.administrator),
                LEISURELY if one.base_code == self._script.leisurely_base else BUSY,
            )
            for one in sessions
        ]
        plays: list[Callable[[], Awaitable[None]]] = [one.run for one in staff]
        plays.append(lambda: self._faculty.run(stage.timetable))
        early = [one for one in applicants if one.arrival is Arrival.REGISTRATION]
        if self._script.trespass:
            plays.append(Trespassers(stage, early, staff, outsiders).run)
        if authority is not None:
            plays.append(Authority(stage, authority, {one.base_code: one.administrator for one in sessions}).run)
        return plays

    async def _authority(self, desk: Rest) -> Session | None:
        """The demo's administrator of the province, where there is one; in the sample season people may be that."""
        factors = Keyring(demo.factors_file(self._site.data))
        login = demo.PROVINCE
        if self._script.resume or login not in factors:
            return None
        session = Session(desk, login, login, demo.password(state.load(self._site.data)), factors[login])
        signed_in = await session.sign_in(doubtful=True)
        factors.save()
        return session if signed_in else None

    async def _perform(
        self,
        stage: Stage,
        applicants: Sequence[Applicant],
        plays: Sequence[Callable[[], Awaitable[None]]],
        verifier: Verifier,
    ) -> None:
        """Everybody plays at once, until all are done and the cycle has closed."""
        closes_at = stage.timetable["closed"].opens_at
        ahead = (closes_at - self._clock.now()).total_seconds() if closes_at else 0.0
        self._progress.stage("playing", max(1.0, ahead))
        background = [
            asyncio.create_task(stage.timetable.follow()),
            asyncio.create_task(
                verifier.watch(stage.cycle_id, _SAMPLE_SECONDS * max(1.0, len(applicants) / _PEOPLE_A_SAMPLE))
            ),
            asyncio.create_task(self._tick()),
            asyncio.create_task(self._announce(stage.timetable)),
        ]
        playing: set[asyncio.Task[None]] = set()
        unfinished: set[str] = set()
        deadline = asyncio.get_running_loop().call_later(
            max(0.0, ahead) + _CURTAIN_SECONDS - 1, lambda: unfinished.update(task.get_name() for task in playing)
        )
        try:
            async with asyncio.timeout(max(0.0, ahead) + _CURTAIN_SECONDS):
                crowd = self._crowd = Crowd(stage.timetable, applicants, self._places())
                async with asyncio.TaskGroup() as group:
                    for play in (crowd.run, *plays):
                        playing.add(task := group.create_task(_as_coroutine(play), name=_name(play)))
                        task.add_done_callback(playing.discard)
                await stage.timetable.entered("closed")
        except TimeoutError:
            late = [phase.name for phase in stage.timetable.phases if phase.entered_at is None and phase.sequence]
            missing = f"the cycle has not closed in time: {', '.join(late)} not entered"
            if not late:
                missing = f"the cycle has closed, and somebody still plays: {', '.join(sorted(unfinished))}"
            raise DomainError(Kind.UNAVAILABLE, "CYCLE_STUCK", missing) from None
        finally:
            deadline.cancel()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._progress.step()

    async def _announce(self, timetable: Timetable) -> None:
        """Say which phase begins, as the gate enters them."""
        for planned in timetable.phases[1:]:
            phase = await timetable.entered(planned.name)
            late = (phase.entered_at - phase.opens_at).total_seconds() if phase.entered_at and phase.opens_at else 0.0
            self._progress.note(
                f"{phase.first_day} {phase.title} ({phase.name}) entered {late:.2f} s after its time".strip()
            )

    async def _look_at_results(self, applicants: Sequence[Applicant]) -> None:
        """Everybody who applied looks at their result; of very many every so manieth."""
        came = [one for one in applicants if one.came]
        every = -(-len(came) // _RESULTS_READ) or 1
        some = came[::every]
        self._progress.stage("reading results", len(some))

        async def look(applicant: Applicant) -> None:
            await applicant.read_final()
            self._progress.step()

        await a_few_at_once([look(applicant) for applicant in some], self._places())


def _name(play: Callable[[], Awaitable[None]]) -> str:
    """Who plays: the class, and the base where it has one."""
    who = getattr(play, "__self__", None)
    return " ".join(filter(None, [type(who).__name__, getattr(who, "base_code", "")]))


async def _as_coroutine(play: Callable[[], Awaitable[None]]) -> None:
    await play()


async def _board(stage: Stage) -> Any:
    return await read(stage.rest, stage.path("board"), "rows")
