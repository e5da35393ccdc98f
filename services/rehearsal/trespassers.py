"""People who act outside their window or beyond their rights. Every one of these acts must be refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from services.rehearsal.applicants import Applicant
from services.rehearsal.session import Session
from services.rehearsal.staff import BaseStaff
from services.rehearsal.stage import Stage

_AT_A_TIME = 3
_VERDICT: dict[str, Any] = {"verdict": "approve", "reason_code": "", "remark": ""}


class Trespassers:
    """Tries the forbidden in every phase, with a few of the applicants and the staff of a few bases."""

    def __init__(
        self, stage: Stage, applicants: Sequence[Applicant], staff: Sequence[BaseStaff], outsiders: Sequence[Session]
    ) -> None:
        """`outsiders` are signed-in applicants who take no other part in this cycle."""
        self._stage = stage
        self._applicants = applicants
        self._staff = staff
        self._outsiders = outsiders
        self._chance = stage.chance("trespassers")
        self._old_tokens: list[str] = []

    async def run(self) -> None:
        """Trespass once in each phase, after its beginning and before its end."""
        await self._start("start_in_preparation", "preparation")
        if await self._stage.timetable.reach("registration", 0.7):
            await self._decide_early()
            await self._steal_papers()
        if await self._stage.timetable.reach("first_choice", 0.3):
            await asyncio.gather(
                self._show_old_papers(),
                self._wear_other_hats(),
                self._start("start_in_review", "first_choice"),
                self._change_base_in_review(),
                self._meddle_with_another_base(),
                self._grant_as_reviewer(),
                self._peep(),
            )
        if await self._stage.timetable.reach("confirmation", 0.3):
            await asyncio.gather(
                self._start("start_in_confirmation", "confirmation"),
                self._edit_after_rounds("confirmation"),
                self._decide_after_rounds("confirmation"),
            )
        await self._stage.timetable.entered("closed")
        await asyncio.gather(
            self._start("start_when_closed", "closed"),
            self._edit_after_rounds("closed"),
            self._decide_after_rounds("closed"),
        )

    def _still(self, phase: str) -> Any:
        return lambda: self._stage.timetable.is_open(phase)

    def _some_staff(self) -> list[BaseStaff]:
        return self._chance.sample(list(self._staff), min(_AT_A_TIME, len(self._staff)))

    async def _start(self, name: str, phase: str) -> None:
        """B4: an application can be started in P1, P3 and P4 only."""
        path = self._stage.path("application")
        for outsider in self._outsiders[:_AT_A_TIME]:
            await outsider.trespass(name, "POST", path, {}, still=self._still(phase))

    async def _steal_papers(self) -> None:
        """SES: a refresh token that was used before ends its session, for the thief and for the owner."""
        for owner in self._outsiders[:1]:
            stolen = owner.refresh_token
            # Twice: the one just used is answered again for a while, for answers that got lost.
            if not (await owner.renew(owner.token) and await owner.renew(owner.token)):
                continue
            self._old_tokens.append(owner.token)
            for token in (stolen, owner.refresh_token):
                body = {"refresh_token": token}
                await owner.misuse("refresh_with_a_used_token", "POST", "/sessions/refresh", body)
            await owner.sign_in()
        for leaver in self._outsiders[1:2]:
            self._old_tokens.append(leaver.token)
            await leaver.leave()
            await leaver.sign_in()

    async def _show_old_papers(self) -> None:
        """SES: tokens of ended sessions, forged ones and none at all open nothing."""
        for someone in self._outsiders[:1]:
            head, _, signature = someone.token.rpartition(".")
            forged = f"{head}.{signature[::-1]}"
            for token in (*self._old_tokens, forged, "none.at.all", ""):
                path = self._stage.path("application")
                await someone.misuse("read_with_a_dead_token", "GET", path, token=token)
                await someone.misuse("list_sessions_with_a_dead_token", "GET", "/sessions", token=token)

    async def _wear_other_hats(self) -> None:
        """ROLE-01: what belongs to another hat is refused, also to staff."""
        for staff in self._some_staff()[:1]:
            await staff.reviewer.trespass("start_as_reviewer", "POST", self._stage.path("application"), {})
            await staff.administrator.trespass("read_own_application_as_staff", "GET", self._stage.path("application"))
        for outsider in self._outsiders[:1]:
            await outsider.trespass("list_queue_as_applicant", "GET", self._stage.path("queue"))

    async def _decide_early(self) -> None:
        """B5: bases only look in P1."""
        for staff in self._some_staff():
            for row in (await staff.queue(staff.administrator))[:2]:
                body = _VERDICT | {"submission_number": row["submission_number"]}
                path = f"/applications/{row['application_id']}"
                still = self._still("registration")
                await staff.reviewer.trespass("review_in_registration", "POST", f"{path}/reviews", body, still=still)
                body = {"submission_number": row["submission_number"], "qualified": True, "remark": ""}
                await staff.administrator.trespass(
                    "grant_in_registration", "POST", f"{path}/provisional", body, still=still
                )

    async def _change_base_in_review(self) -> None:
        """B4: in P2 nobody changes the base, whatever the state of their application."""
        for applicant in self._applicants[:_AT_A_TIME]:
            path = self._stage.path("application")
            answer = await applicant.session.read("view_application", path)
            choice = answer.body["application"]["choice"] if answer.ok else None
            if not choice or not choice["base_code"]:
                continue
            others = [seats for seats in self._stage.plan if seats.base_code != choice["base_code"]]
            if others:
                other = self._chance.choice(others)
                body = choice | {"base_code": other.base_code, "specialty_code": other.specialty_code}
                await applicant.session.trespass(
                    "change_base_in_review", "PUT", f"{path}/choice", body, still=self._still("first_choice")
                )

    async def _meddle_with_another_base(self) -> None:
        """I9: a base sees and touches its own applicants only."""
        some = self._some_staff()
        for mine, other in pairwise(some):
            for row in (await other.queue(other.reviewer))[:2]:
                path = f"/applications/{row['application_id']}"
                body = _VERDICT | {"submission_number": row["submission_number"]}
                await mine.reviewer.trespass("review_for_another_base", "POST", f"{path}/reviews", body)
                await mine.reviewer.trespass("open_submission_of_another_base", "GET", f"{path}/submission")

    async def _grant_as_reviewer(self) -> None:
        """B7 24: the administrator gives places, not the reviewer."""
        for staff in self._some_staff():
            for row in (await staff.queue(staff.reviewer))[:2]:
                body = {"submission_number": row["submission_number"], "qualified": True, "remark": ""}
                path = f"/applications/{row['application_id']}/provisional"
                await staff.reviewer.trespass("grant_as_reviewer", "POST", path, body)

    async def _peep(self) -> None:
        """Nobody reads another person's application, and nobody decides without a role."""
        for staff in self._some_staff()[:1]:
            for row in (await staff.queue(staff.reviewer))[:1]:
                path = f"/applications/{row['application_id']}"
                for outsider in self._outsiders[:1]:
                    await outsider.trespass("read_history_of_another", "GET", f"{path}/history")
                    await outsider.trespass("open_submission_as_applicant", "GET", f"{path}/submission")
                    body = _VERDICT | {"submission_number": row["submission_number"]}
                    await outsider.trespass("review_as_applicant", "POST", f"{path}/reviews", body)

    async def _edit_after_rounds(self, phase: str) -> None:
        """B4: nothing can be edited or submitted any more in P5 and P6."""
        for applicant in self._applicants[:_AT_A_TIME]:
            session, still = applicant.session, self._still(phase)
            path = self._stage.path("application")
            await session.trespass(f"submit_in_{phase}", "POST", f"{path}/submissions", {}, still=still)
            body = {"body": {"qq": "100000"}}
            await session.trespass(f"edit_in_{phase}", "PUT", f"{path}/sections/basic", body, still=still)

    async def _decide_after_rounds(self, phase: str) -> None:
        """B5: no verdicts and no new places in P5 and P6, and no admissions in P6."""
        for staff in self._some_staff():
            for row in (await staff.queue(staff.administrator))[:2]:
                await self._decide_late(phase, staff, row)

    async def _decide_late(self, phase: str, staff: BaseStaff, row: Mapping[str, Any]) -> None:
        path, still = f"/applications/{row['application_id']}", self._still(phase)
        session, number = staff.administrator, row["submission_number"]
        body: dict[str, Any] = _VERDICT | {"submission_number": number}
        await session.trespass(f"review_in_{phase}", "POST", f"{path}/reviews", body, still=still)
        body = {"submission_number": number, "qualified": True, "remark": ""}
        await session.trespass(f"grant_in_{phase}", "POST", f"{path}/provisional", body, still=still)
        if phase == "closed":
            await session.trespass("admit_when_closed", "POST", f"{path}/admission", {}, still=still)
