"""Drafts of next years, who is concerned by a date, and how a round ended: over a real database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P0, P1, P2, P3
from services.enrollment.handlers.concerned import ConcernedHandlers
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.preparing import ConfirmCycle, PrepareNextCycle, PreparingHandlers
from services.enrollment.handlers.running import no_cycle
from services.enrollment.store.concerned import ConcernedStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.drafts import DraftStore
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import (
    MEDICINE,
    OPERATOR,
    PLAN,
    QILU,
    SECOND,
    WORKER,
    Stage,
    applicant,
    cycle_order,
    key,
)

PROVINCE = Caller("official", "province_administrator", "37")
ELSEWHERE = Caller("neighbour", "province_administrator", "11")


@dataclass
class Year:
    """A real cycle, in real days, of a province of its own."""

    stage: Stage
    preparing: PreparingHandlers
    concerned: ConcernedHandlers

    async def cycle(self, province: str, year: int = 2023) -> str:
        order = replace(
            cycle_order(PLAN), province_code=province, year=year, title=f"{year}年招录", starts_at=None, day_seconds=0.0
        )
        view = await self.stage.cycles.create_cycle(OPERATOR, replace(order, policy={"undo_minutes": 15.0}))
        return view.cycle_id

    async def draft(self, cycle_id: str) -> str:
        view = await self.preparing.prepare(WORKER, PrepareNextCycle(cycle_id, 2024))
        assert view is not None
        return view.cycle_id


@pytest.fixture
async def year(stage: Stage) -> Year:
    runner = DeedRunner(stage.cycle_store, DeedStore(stage.database, stage.sealing))
    return Year(
        stage,
        PreparingHandlers(stage.cycle_store, DraftStore(stage.database), runner, stage.cycles),
        ConcernedHandlers(stage.cycle_store, stage.windows, ConcernedStore(stage.database)),
    )


async def test_cal_20_the_next_year_is_copied_as_a_draft_once(year: Year) -> None:
    """CAL-20: calendar a year later, bases, specialties, plan and policy; no fact; a repeat answers the same draft."""
    before = await year.cycle("41")
    facts = await year.stage.database.fetchval("SELECT count(*) FROM outbox")
    draft = await year.preparing.prepare(WORKER, PrepareNextCycle(before, 2024))
    assert draft is not None
    assert (draft.draft, draft.year, draft.title, draft.phase) == (True, 2024, "2024年招录", P0)
    assert draft.calendar.phases[1].first_day == date(2024, 7, 1)
    again = await year.preparing.prepare(WORKER, PrepareNextCycle(before, 2024))
    assert again is not None
    assert again.cycle_id == draft.cycle_id
    copied, source = [await year.stage.cycle_store.cycle(one) for one in (draft.cycle_id, before)]
    assert copied is not None
    assert source is not None
    assert (copied.catalogue, copied.policy) == (source.catalogue, source.policy)
    assert await year.stage.database.fetchval("SELECT count(*) FROM outbox") == facts


async def test_cal_20_what_is_not_copied(year: Year) -> None:
    """CAL-20: nothing beside a newer cycle, nothing for a rehearsal, no other year, no draft of a draft."""
    before = await year.cycle("42")
    with pytest.raises(DomainError, match="WRONG_YEAR"):
        await year.preparing.prepare(WORKER, PrepareNextCycle(before, 2025))
    await year.cycle("42", 2024)
    assert await year.preparing.prepare(WORKER, PrepareNextCycle(before, 2024)) is None
    assert await year.preparing.prepare(WORKER, PrepareNextCycle(year.stage.cycle_id, 2024)) is None
    draft = await year.draft(await year.cycle("43"))
    with pytest.raises(DomainError, match="CYCLE_DRAFT"):
        await year.preparing.prepare(WORKER, PrepareNextCycle(draft, 2025))


async def test_cal_21_a_draft_is_seen_by_few_and_never_begins(year: Year) -> None:
    """CAL-21."""
    draft, cycles = await year.draft(await year.cycle("44")), year.stage.cycles
    for reading in (cycles.get_cycle, cycles.get_catalogue):
        with pytest.raises(DomainError, match=no_cycle().reason):
            await reading(draft)
    assert draft not in [view.cycle_id for view in await cycles.list_cycles(open_only=False)]
    with pytest.raises(DomainError, match="CYCLE_DRAFT"):
        await cycles.enter_phase(WORKER, draft, 1)
    for who, sees in ((Caller("x", "province_administrator", "44"), True), (ELSEWHERE, False), (OPERATOR, True)):
        assert (draft in [view.cycle_id for view in await year.preparing.drafts(who)]) is sees


async def test_cal_22_a_confirmed_draft_is_a_cycle_like_any_other(year: Year) -> None:
    """CAL-22: by its own province, once; its year begins to run when the fact is heard."""
    draft, owner = await year.draft(await year.cycle("45")), Caller("owner", "province_administrator", "45")
    with pytest.raises(DomainError, match=no_cycle().reason):
        await year.preparing.confirm(ELSEWHERE, ConfirmCycle(key(), draft))
    order = ConfirmCycle(key(), draft)
    for _ in range(2):
        assert not (await year.preparing.confirm(owner, order)).draft
    with pytest.raises(DomainError, match="NOT_A_DRAFT"):
        await year.preparing.confirm(owner, ConfirmCycle(key(), draft))
    assert (await year.stage.cycles.get_cycle(draft)).cycle_id == draft
    told = await year.stage.database.fetch("SELECT subject FROM outbox WHERE aggregate_id = $1", draft)
    assert [row["subject"] for row in told] == ["residency.enrollment.v1.cycle.created"]


async def test_cal_23_drafts_are_listed_page_by_page_while_registration_is_open(year: Year) -> None:
    """CAL-23: whoever has submitted, or submitted and began again, is not listed."""
    stage = year.stage
    await stage.stand(P1)
    waiting = [applicant() for _ in range(3)]
    for person in waiting:
        await stage.start(person)
    await stage.registered()
    first = await year.concerned.drafts(stage.cycle_id, 2, "")
    rest = await year.concerned.drafts(stage.cycle_id, 2, first.next_token)
    found = [*first.persons, *rest.persons]
    assert {one.person_id for one in found} == {person.person_id for person in waiting}
    assert (len(first.persons), rest.next_token) == (2, "")
    assert all(one.until > datetime.now(UTC) for one in found)
    await stage.stand(P2)
    assert (await year.concerned.drafts(stage.cycle_id, 0, "")).persons == ()
    await stage.stand(P1)
    with pytest.raises(DomainError, match="BAD_PAGE"):
        await year.concerned.drafts(stage.cycle_id, 0, "second")


async def test_cal_24_who_was_rejected_and_may_still_mend(year: Year) -> None:
    """CAL-24: by this base in this round, until its deadline."""
    stage = year.stage
    await stage.stand(P1)
    person, view = await stage.registered()
    _, other = await stage.registered(Choice(SECOND, MEDICINE, True))
    await stage.stand(P2, 100_000.0)
    await stage.review(view, approve=False)
    (one,) = (await year.concerned.fixable(stage.cycle_id, QILU, 1, 0, "")).persons
    assert (one.person_id, one.base_name, one.specialty_name) == (person.person_id, "山东大学齐鲁医院", "内科")
    assert one.until > datetime.now(UTC) + timedelta(hours=1)
    assert (await year.concerned.fixable(stage.cycle_id, SECOND, 1, 0, "")).persons == ()
    await stage.stand(P3)
    assert (await year.concerned.fixable(stage.cycle_id, QILU, 1, 0, "")).persons == ()
    assert other.application_id


async def test_cal_25_how_a_round_ended_at_all_bases(year: Year) -> None:
    """CAL-25: what the windows wrote down, and how many have not closed."""
    stage = year.stage
    await stage.stand(P1)
    await stage.registered()
    await stage.stand(P3)
    report = await year.concerned.report(stage.cycle_id, 1)
    assert (report.open, report.closed) == (2, 0)
    await stage.base_windows.close_window(WORKER, stage.cycle_id, QILU, 1)
    report = await year.concerned.report(stage.cycle_id, 1)
    assert (report.unreviewed, report.unselected, report.bases, report.open, report.closed) == (1, 0, 1, 1, 1)
    with pytest.raises(DomainError, match="WINDOW_NOT_FOUND"):
        await year.concerned.report(stage.cycle_id, 9)
