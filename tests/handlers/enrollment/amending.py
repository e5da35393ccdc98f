"""The province's desk for its calendar over a stage, and what must agree about a cycle at every instant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.enrollment.domain.amendable import Change, Wish, listed
from services.enrollment.domain.audit import AuditRow, broken_at
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.impact import Impact
from services.enrollment.domain.phases import P2, P3
from services.enrollment.handlers.amending import AmendmentHandlers, DecideAmendment, ProposeAmendment
from services.enrollment.handlers.decisions import ReviewApplication
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.working_days import provincial_days
from services.enrollment.store.amending import Amendment, AmendmentStore, content_of
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.working_days import WorkingDayStore
from services.enrollment.views import CycleView
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import MEDICINE, OPERATOR, QILU, REVIEWER, WORKER, Stage, cycle_order, key

PROVINCE = Caller("province", "province_administrator", "37")
COLLEAGUE = Caller("colleague", "province_administrator", "37")
FOREIGN = Caller("foreign", "province_administrator", "11")
DAY = 3600.0
"""Seconds of a rehearsed calendar day: nothing of the calendar passes while a test runs."""
TABLES = (
    *("cycle", "cycle_gate", "cycle_phase", "cycle_milestone", "calendar_version", "calendar_amendment", "base_window"),
    *("application", "place_offer", "section_unlock", "audit", "outbox", "idempotency"),
)
MARK = """
    INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, submission_number,
        base_code, specialty_code, submitted_at, audit_hash)
    SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '某', '3', 1, $2, $3, 1, $4, $5, now(), ''
    FROM generate_series(1, $6) RETURNING id
"""

EXAM = MilestoneDate("exam", "first_choice", "统一笔试", date(2023, 7, 28), exam=True)
"""A day of the province late in the first round."""

Dates = dict[str, PhaseDates]


@dataclass
class Calendars:
    """The province's handlers over a stage whose days last an hour."""

    stage: Stage

    def __post_init__(self) -> None:
        database = self.stage.database
        runner = DeedRunner(self.stage.cycle_store, DeedStore(database, self.stage.sealing))
        self.store = AmendmentStore(database)
        self.handlers = AmendmentHandlers(runner, self.store, provincial_days(WorkingDayStore(database)))

    async def begin(self, days: float, /, day_seconds: float = DAY, **changes: Any) -> None:
        """A fresh cycle so many calendar days after its first began, its gate where the clock wants it."""
        starts_at = datetime.now(UTC) - timedelta(seconds=days * day_seconds)
        order = cycle_order({(QILU, MEDICINE): 500}, starts_at=starts_at, day_seconds=day_seconds, **changes)
        self.stage.cycle_id = (await self.stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        await self.catch_up()

    async def catch_up(self) -> None:
        """Enter every phase that is due, as the calendar's workflow does."""
        view = await self.view()
        due = [window for window in view.calendar.phases if window.opens_at and window.opens_at <= view.read_at]
        for window in due:
            await self.stage.cycles.enter_phase(WORKER, self.stage.cycle_id, window.sequence)

    async def view(self) -> CycleView:
        """The cycle as GetCycle answers it."""
        return await self.stage.cycles.get_cycle(self.stage.cycle_id)

    async def wish(
        self, *changes: Callable[[Dates], Dates], milestones: tuple[MilestoneDate, ...] | None = None
    ) -> Wish:
        """The whole calendar as it stands, with changes."""
        view = await self.view()
        dates = {entry.key: entry for _, entry in listed(view.calendar)}
        for change in changes:
            dates = change(dates)
        kept = view.calendar.milestones if milestones is None else milestones
        return Wish(Change.AMEND, view.calendar_version, tuple(dates.values()), kept)

    async def preview(self, wish: Wish, by: Caller = PROVINCE) -> Impact:
        """What it would do."""
        return await self.handlers.preview(by, self.stage.cycle_id, wish)

    async def propose(self, wish: Wish, by: Caller = PROVINCE, idempotency_key: str = "") -> Amendment:
        """Ask for it."""
        order = ProposeAmendment(self.stage.cycle_id, wish, "按省厅通知", idempotency_key or key())
        return await self.handlers.propose(by, order)

    async def decide(
        self, amendment: Amendment, *, agree: bool = True, by: Caller = COLLEAGUE, answer: str = "已核"
    ) -> Amendment:
        """Agree to it or not."""
        order = DecideAmendment(self.stage.cycle_id, amendment.id, agree, answer, key())
        return await self.handlers.decide(by, order)

    async def change(self, *changes: Callable[[Dates], Dates], **more: Any) -> Amendment:
        """Amend by as many people as it takes."""
        return await self.settle(await self.wish(*changes, **more))

    async def order(self, kind: Change) -> Amendment:
        """Hold, resume, advance or end, by as many people as it takes."""
        return await self.settle(Wish(kind, (await self.view()).calendar_version))

    async def settle(self, wish: Wish) -> Amendment:
        """Ask for a change, and agree to it when that takes two."""
        amendment = await self.propose(wish)
        return amendment if amendment.version else await self.decide(amendment)

    async def waited(self, days: float) -> None:
        """Let the cycle have been held for so many calendar days, by hand."""
        await self.stage.database.execute(
            """
            UPDATE cycle_gate g SET held_since = now() - make_interval(secs => $2 * c.day_seconds),
                closes_at = now() - make_interval(secs => $2 * c.day_seconds)
            FROM cycle c WHERE c.id = g.cycle_id AND g.cycle_id = $1
            """,
            self.stage.cycle_id,
            days,
        )

    async def applications(self, count: int, state: str = "pending", number: int = 1) -> list[str]:
        """So many applications to one place, written straight into the table."""
        values = (self.stage.cycle_id, state, number, QILU, MEDICINE, count)
        return [str(row["id"]) for row in await self.stage.database.fetch(MARK, *values)]

    async def rows(self) -> dict[str, list[Any]]:
        """Every row of every table that an amendment may touch."""
        return {table: await self.stage.database.fetch(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES}

    async def refused(self, wish: Wish) -> DomainError:
        """Why neither preview nor proposal goes through; nothing in the database is different afterwards."""
        before = await self.rows()
        errors = []
        for ask in (self.preview, self.propose):
            try:
                await ask(wish)
            except DomainError as error:
                errors.append(error)
        assert await self.rows() == before
        assert len(errors) == 2, "preview and proposal disagree"
        assert errors[0].reason == errors[1].reason
        return errors[1]

    async def agree(self) -> None:
        """Gate, calendar, version, GetCycle, capabilities and a real command say the same, and the audit is whole."""
        database, cycle_id = self.stage.database, self.stage.cycle_id
        view = await self.view()
        gate = await database.fetchrow("SELECT * FROM cycle_gate WHERE cycle_id = $1", cycle_id)
        assert gate is not None
        present = view.calendar.phases[gate["sequence"]]
        held = gate["held_since"] is not None
        assert (gate["phase"], gate["round"]) == (present.phase.value, present.round)
        assert gate["closes_at"] == (gate["held_since"] if held else present.closes_at)
        assert view.held_since == gate["held_since"]
        phases = await database.fetch("SELECT * FROM cycle_phase WHERE cycle_id = $1 ORDER BY sequence", cycle_id)
        assert [(row["key"], row["round"], row["opens_at"], row["closes_at"]) for row in phases] == [
            (window.key, window.round, window.opens_at, window.closes_at) for window in view.calendar.phases
        ]
        assert [row["entered_at"] is not None for row in phases] == [
            number <= gate["sequence"] for number in range(len(phases))
        ]
        versions = await database.fetch("SELECT * FROM calendar_version WHERE cycle_id = $1 ORDER BY version", cycle_id)
        assert [row["version"] for row in versions] == list(range(1, view.calendar_version + 1))
        assert _plain(json.loads(versions[-1]["content"])) == _plain(content_of(view.calendar))
        await self._command_agrees(held=held, phase_is_open=present.covers(view.read_at))
        await self.audit_is_whole(cycle_id, "cycle")

    async def _command_agrees(self, *, held: bool, phase_is_open: bool) -> None:
        view = await self.view()
        present = view.calendar.phases[view.sequence]
        [application] = await self.applications(1, "pending", present.round or 1)
        found = (await self.stage.capabilities.get_capabilities(REVIEWER, "", application)).actions[Action.APPROVE]
        assert found.allowed == (present.phase in (P2, P3) and phase_is_open and not held)
        try:
            await self.stage.decisions.review_application(
                REVIEWER, ReviewApplication(application, 1, True, "", "", key())
            )
            done = ""
        except DomainError as error:
            done = error.reason
        assert done == found.reason
        if held:
            assert (found.reason, found.rule, found.until) == ("CYCLE_HELD", "CAL-HOLD", None)
        elif found.allowed:
            assert found.until == present.closes_at

    async def audit_is_whole(self, aggregate_id: str, table: str) -> None:
        """APP-11: the chain of a cycle or an application."""
        database = self.stage.database
        found = await database.fetch(
            f"SELECT {', '.join(AuditRow.__dataclass_fields__)} FROM audit WHERE aggregate_id = $1 ORDER BY n",
            aggregate_id,
        )
        head = await database.fetchrow(f"SELECT version, audit_hash FROM {table} WHERE id = $1", aggregate_id)
        assert head is not None
        rows = [AuditRow(**{**dict(row), "aggregate_id": str(row["aggregate_id"])}) for row in found]
        assert broken_at(rows, head["version"], head["audit_hash"]) == 0


def moved(key: str, /, first: int = 0, last: int = 0, **more: Any) -> Callable[[Dates], Dates]:
    """A phase whose first and last day move by so many days."""

    def change(dates: Dates) -> Dates:
        entry = dates[key]
        first_day, last_day = entry.first_day + timedelta(days=first), entry.last_day + timedelta(days=last)
        return {**dates, key: replace(entry, first_day=first_day, last_day=last_day, **more)}

    return change


def without(key: str) -> Callable[[Dates], Dates]:
    """The calendar without a phase."""
    return lambda dates: {name: entry for name, entry in dates.items() if name != key}


def inserted(entry: PhaseDates) -> Callable[[Dates], Dates]:
    """One more phase at its place."""
    return lambda dates: dict(sorted({**dates, "new": entry}.items(), key=lambda each: each[1].first_day))


def third_round(first: date, last: date) -> PhaseDates:
    """One more round."""
    return PhaseDates(P3, "三志愿", first, last)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """A calendar's content without the numbers of its phases, which the first version does not keep."""
    return {
        **content,
        "phases": [{name: value for name, value in each.items() if name != "sequence"} for each in content["phases"]],
    }
