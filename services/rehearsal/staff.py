"""How the staff of one base play a cycle: a reviewer gives verdicts, an administrator gives places and admits.

They work from the queue alone, at set shares of each phase, so that they too find their way after any interruption.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.rehearsal.rest import Answer
from services.rehearsal.session import Session
from services.rehearsal.stage import Stage
from services.rehearsal.timetable import PhaseWindow


@dataclass(frozen=True, slots=True)
class Hours:
    """At which shares of each phase the staff of a base look at their queue."""

    reviewing: Mapping[str, Sequence[float]]
    granting: Mapping[str, Sequence[float]]
    confirming: Sequence[float]


BUSY = Hours(
    reviewing={
        "first_choice": (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85),
        "second_choice": (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88),
    },
    granting={
        "first_choice": (0.6, 0.78, 0.92),
        "second_choice": (0.55, 0.75, 0.93),
        "reallocation": (0.25, 0.45, 0.6, 0.75, 0.9),
    },
    confirming=(0.1, 0.4, 0.7, 0.9),
)
"""A base of synthetic people only."""
LEISURELY = Hours(
    reviewing={"first_choice": (0.6, 0.8), "second_choice": (0.7, 0.85)},
    granting={"first_choice": (0.93,), "second_choice": (0.93,), "reallocation": (0.85,)},
    confirming=(0.75, 0.9),
)
"""A base where somebody at a screen may want to do the work first."""

_REJECTED_SHARE = 0.2
_OVERTAKEN = frozenset({"SUPERSEDED", "WRONG_STATE", "APPLICATION_NOT_FOUND", "ALREADY_RECORDED"})
"""The applicant resubmitted, left for another base, or a colleague was faster: honest races."""
_AT_ONCE = 4
_ALONE = 8
"""Up to so many rows are decided one by one, as on their pages; more together, as from the list."""
_TOGETHER = 40
"""Rows of one batch: a second's work of a busy server."""

Row = Mapping[str, Any]
"""A row of the queue as REST tells it."""

_NOT_YET = ("OBJECTED", "REVOCATION_OPEN")
"""The province has not decided yet, or has taken the place back."""
_LISTS_A_BASE = 3
_OBJECTED_SHARE = 0.03
_PARTS = ("written", "skills", "interview")

_REASONS = (
    ("DOCUMENT_INCOMPLETE", "证书信息不完整，请补充后重新提交。"),
    ("SPECIALTY_MISMATCH", "所学专业与报考专业不符，请改报其他专业。"),
    ("CONTACT_WRONG", "联系方式有误，请更正。"),
)


class BaseStaff:
    """A reviewer and an administrator of one base; `run` returns when the cycle has closed."""

    def __init__(
        self, stage: Stage, base_code: str, reviewer: Session, administrator: Session, hours: Hours = BUSY
    ) -> None:
        self._stage = stage
        self.base_code = base_code
        self.reviewer = reviewer
        self.administrator = administrator
        self._hours = hours
        self._full: set[str] = set()

    async def run(self) -> None:
        """Review, give places and confirm, phase by phase."""
        if await self._stage.timetable.reach("registration", 0.5):
            await self.queue(self.administrator)
        for phase in self._stage.timetable.phases:
            if phase.kind in self._hours.reviewing:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._review_round(phase))
                    group.create_task(self._grant_round(phase))
            elif phase.kind == "reallocation":
                await self._reallocate(phase)
        await self._confirm()

    async def queue(self, session: Session, *states: str, most: int = sys.maxsize) -> list[Row]:
        """The first rows of the base's queue in these states (all when none are named), page by page until there are
        `most`; empty when it cannot be read."""
        rows: list[Row] = []
        token = ""
        while True:
            query = {"state": list(states), "page_size": min(100, most), "cursor": token}
            answer = await session.read("list_queue", self._stage.path("queue"), query)
            if not answer.ok:
                return rows
            rows += answer.body["rows"]
            token = answer.body["next_cursor"]
            if not token or len(rows) >= most:
                return rows

    async def _review_round(self, phase: PhaseWindow) -> None:
        shares = self._hours.reviewing[phase.kind]
        for share in shares:
            if not await self._stage.timetable.reach(phase.name, share):
                return
            # People have two hands: what is above a look's work waits for the next one, the last look takes all.
            most = sys.maxsize if share == shares[-1] else self._stage.reviews_a_look
            rows = await self.queue(self.reviewer, "pending", most=most)
            if len(rows) > _ALONE:
                await self._review_many(phase.name, rows)
            else:
                await _bounded([self._review(phase.name, row) for row in rows])

    async def _review_many(self, phase: str, rows: Sequence[Row]) -> None:
        approved: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        for row in rows:
            body = await self._verdict(row)
            (approved if body.pop("verdict") == "approve" else rejected).append(_named(row) | body)
        for kind, some in (("approve", approved), ("reject", rejected)):
            for body in some:
                body.pop("confirm_late", None)
            await self._many(phase, self.reviewer, "review_application", "/decisions/batch", kind, some)

    async def _many(
        self,
        phase: str,
        session: Session,
        name: str,
        path: str,
        kind: str,
        rows: Sequence[Mapping[str, Any]],
        also: Sequence[str] = (),
    ) -> dict[str, str]:
        """Decide about all rows in batches; application id → reason of its refusal, as `Session.batch`."""
        told: dict[str, str] = {}
        for begin in range(0, len(rows), _TOGETHER):
            body: dict[str, Any] = {"kind": kind, "rows": list(rows[begin : begin + _TOGETHER])}
            if kind == "reject":
                body["confirm_late"] = True
            late = self._stage.timetable[phase].closes_at
            told |= await session.batch(name, path, body, tolerated=_OVERTAKEN.union(also), late=late)
        return told

    async def _review(self, phase: str, row: Row) -> None:
        body = await self._verdict(row)
        await self._decide(phase, self.reviewer, "review_application", row, "reviews", body)

    async def _verdict(self, row: Row) -> dict[str, Any]:
        """What the reviewer says of a submission, having opened some of them."""
        chance = self._dice("verdict", row)
        if chance.random() < 0.3 * self._stage.pace:
            path = f"/applications/{row['application_id']}/submission"
            # Where choices may still change, an applicant may have gone elsewhere since the queue was read.
            await self.reviewer.read("open_submission", path, tolerated=_OVERTAKEN)
        # A corrected submission is looked at with kinder eyes, so that the play gets on.
        rejected = chance.random() < (_REJECTED_SHARE if row["submission_number"] == 1 else _REJECTED_SHARE / 4)
        body: dict[str, Any] = {"submission_number": row["submission_number"], "verdict": "approve"}
        if rejected:
            code, remark = chance.choice(_REASONS)
            # Staff know what a rejection near their deadline opens, and mean it.
            body |= {"verdict": "reject", "reason_code": code, "remark": remark, "confirm_late": True}
        return body

    async def _grant_round(self, phase: PhaseWindow) -> None:
        shares = self._hours.granting[phase.kind]
        for share in shares:
            if not await self._stage.timetable.reach(phase.name, share):
                return
            rows = [row for row in await self.queue(self.administrator, "approved") if not row["not_selected"]]
            waiting = [row for row in rows if row["waiting_rank"]]
            left = await self._grant(phase.name, [row for row in rows if not row["waiting_rank"]], qualified=False)
            if share == shares[-1]:
                await self._not_selected(phase.name, left)
                await self._object(phase)
            elif not waiting and phase.kind == "first_choice" and self._stage.contested:
                await self._fix_waiting_lists(phase, left)

    async def _reallocate(self, phase: PhaseWindow) -> None:
        for share in self._hours.granting[phase.kind]:
            if not await self._stage.timetable.reach(phase.name, share):
                return
            rows = await self.queue(self.administrator, "pending")
            unfit = [row for row in rows if self._dice("fit", row).random() < 0.1]
            await _bounded([self._turn_down(phase.name, row) for row in unfit[:_ALONE]])
            await self._grant(phase.name, [row for row in rows if row not in unfit], qualified=True)

    async def _turn_down(self, phase: str, row: Row) -> None:
        code, remark = _REASONS[1]
        body = {"submission_number": row["submission_number"], "verdict": "reject", "reason_code": code}
        body |= {"remark": remark, "confirm_late": True}
        await self._decide(phase, self.administrator, "review_application", row, "reviews", body)

    async def _grant(self, phase: str, rows: Sequence[Row], *, qualified: bool) -> list[Row]:
        """Give places, oldest submission first; returns those for whom there was none.

        One candidate more than the board shows places for is tried at the same time: the database has to refuse.
        """
        board = await self._stage.board()
        by_specialty: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_specialty[row["specialty_code"]].append(row)
        left: list[Row] = []
        for specialty, candidates in sorted(by_specialty.items()):
            if specialty in self._full:
                left += candidates
                continue
            seat = board.get((self.base_code, specialty))
            free = seat["planned"] - seat["provisional"] - seat["admitted"] if seat else len(candidates)
            tried, others = candidates[: free + 1], candidates[free + 1 :]
            refused = await self._grant_some(phase, tried, qualified=qualified)
            if refused:
                self._full.add(specialty)
            left += [*refused, *others]
        return left

    async def _grant_one(self, phase: str, row: Row, *, qualified: bool) -> Answer:
        body = {"submission_number": row["submission_number"], "qualified": qualified, "remark": "欢迎。"}
        return await self._decide(
            phase, self.administrator, "grant_provisional", row, "provisional", body, also=("SEAT_FULL",)
        )

    async def _grant_some(self, phase: str, tried: Sequence[Row], *, qualified: bool) -> list[Row]:
        """Grant in this order; those who were refused for want of a place."""
        if len(tried) <= _ALONE:
            answers = await _bounded([self._grant_one(phase, row, qualified=qualified) for row in tried])
            return [row for row, answer in zip(tried, answers, strict=True) if answer.reason == "SEAT_FULL"]
        bodies = [_named(row) | {"qualified": qualified, "remark": "欢迎。"} for row in tried]
        order = (phase, self.administrator, "grant_provisional", "/places/batch", "grant", bodies, ("SEAT_FULL",))
        told = await self._many(*order)
        return [row for row in tried if told.get(row["application_id"]) == "SEAT_FULL"]

    async def _not_selected(self, phase: str, rows: Sequence[Row]) -> None:
        if len(rows) <= _ALONE:
            await _bounded([self._record_not_selected(phase, row) for row in rows])
            return
        named = [_named(row) for row in rows]
        await self._many(phase, self.administrator, "record_not_selected", "/decisions/batch", "not_selected", named)

    async def _record_not_selected(self, phase: str, row: Row) -> None:
        body = {"submission_number": row["submission_number"]}
        await self._decide(phase, self.administrator, "record_not_selected", row, "not-selected", body)

    async def _fix_waiting_lists(self, phase: PhaseWindow, left: Sequence[Row]) -> None:
        """Score whoever is left where all places are given, and fix who follows whom when one becomes free."""
        late = self._stage.timetable[phase.name].closes_at
        by_specialty: dict[str, list[Row]] = defaultdict(list)
        for row in left:
            if row["specialty_code"] in self._full:
                by_specialty[row["specialty_code"]].append(row)
        for specialty, rows in sorted(by_specialty.items())[:_LISTS_A_BASE]:
            scored = [
                _named(row) | {"parts": {part: f"{self._dice(part, row).uniform(60, 99):.2f}" for part in _PARTS}}
                for row in rows[:_TOGETHER]
            ]
            path = self._stage.path("scores")
            entered = await self.administrator.command(
                "enter_scores", "POST", path, {"rows": scored}, tolerated=_OVERTAKEN, late=late, audited=False
            )
            if entered.ok:
                path = self._stage.path(f"specialties/{specialty}/waiting-list")
                body: dict[str, Any] = {"tie_order": []}
                tolerated = ("NOBODY_WAITS", "TIES_OPEN", "OFFERS_BEGUN")
                await self.administrator.command(
                    "set_waiting_list", "PUT", path, body, tolerated=tolerated, late=late, audited=False
                )

    async def _object(self, phase: PhaseWindow) -> None:
        """Now and then somebody objects to a provisional admission: it is written down, and the province decides."""
        if not self._stage.objections:
            return
        rows = await self.queue(self.administrator, "provisional", most=100)
        for row in rows:
            if not row["objected"] and self._dice("objection", row).random() < _OBJECTED_SHARE:
                body = {"grounds": "有人反映其证书信息与实际不符。", "objector": ""}
                path = f"/applications/{row['application_id']}/objections"
                await self.administrator.command(
                    "file_objection", "POST", path, body, tolerated=_OVERTAKEN, late=phase.closes_at
                )

    async def _confirm(self) -> None:
        phase = "confirmation"
        for share in self._hours.confirming:
            if not await self._stage.timetable.reach(phase, share):
                return
            rows = [row for row in await self.queue(self.administrator, "provisional") if not row["objected"]]
            if len(rows) > _ALONE:
                named = [_named(row) for row in rows]
                await self._many(phase, self.administrator, "admit", "/places/batch", "admit", named, _NOT_YET)
                continue
            await _bounded(
                [self._decide(phase, self.administrator, "admit", row, "admission", {}, _NOT_YET) for row in rows]
            )

    async def _decide(
        self,
        phase: str,
        session: Session,
        name: str,
        row: Row,
        what: str,
        body: Mapping[str, Any],
        also: Sequence[str] = (),
    ) -> Answer:
        return await session.command(
            name,
            "POST",
            f"/applications/{row['application_id']}/{what}",
            dict(body),
            tolerated=_OVERTAKEN.union(also),
            late=self._stage.timetable[phase].closes_at,
        )

    def _dice(self, what: str, row: Row) -> random.Random:
        return self._stage.chance(f"{what}/{self.base_code}/{row['name']}/{row['submission_number']}")


def _named(row: Row) -> dict[str, Any]:
    return {"application_id": row["application_id"], "submission_number": row["submission_number"]}


async def _bounded(deeds: Sequence[Any]) -> list[Answer]:
    """Do all, a few at once; their answers in order."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(deed: Any) -> Any:
        async with slots:
            return await deed

    return list(await asyncio.gather(*(one(deed) for deed in deeds)))
