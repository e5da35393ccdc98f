"""PUB-01, PUB-03, PUB-04, PUB-05, PUB-06, PUB-07 over a real database: calendars, feeds, working days of provinces."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2, P3
from services.enrollment.domain.publishing import EventKind
from services.enrollment.handlers.applications import WithdrawApplication
from services.enrollment.handlers.calendars import MOST_FEEDS, CalendarHandlers, CalendarView, OpenFeed, hash_of
from services.enrollment.handlers.windows import SetMilestones
from services.enrollment.handlers.working_days import RecordHolidays, WorkingDayHandlers, provincial_days
from services.enrollment.store.calendars import CalendarStore
from services.enrollment.store.working_days import WorkingDayStore
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OTHERS,
    QILU,
    REVIEWER,
    SECOND,
    Stage,
    applicant,
    key,
)


@pytest.fixture
def calendars(stage: Stage) -> CalendarHandlers:
    return CalendarHandlers(stage.cycle_store, CalendarStore(stage.database), stage.sealing)


async def refused(call: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as error:
        await call
    return error.value


async def next_version(stage: Stage, reason: str, change: str) -> None:
    """Another version of the calendar, `change` in SQL on the content of the last."""
    await stage.database.execute(
        f"""
        INSERT INTO calendar_version (cycle_id, version, kind, content, reason, made_by, approved_by, made_at)
        SELECT cycle_id, version + 1, 'amend', {change}, $2, made_by, '', clock_timestamp()
        FROM calendar_version WHERE cycle_id = $1 ORDER BY version DESC LIMIT 1
        """,
        stage.cycle_id,
        reason,
    )


MOVED = """jsonb_set(content, '{phases,5,last_day}', '"2023-09-05"')"""


async def test_pub_01_the_calendar_of_a_version_for_everybody(stage: Stage, calendars: CalendarHandlers) -> None:
    first = await calendars.get_calendar(stage.cycle_id)
    await next_version(stage, "核实延长五天", MOVED)
    await next_version(stage, "不再变动", "content")
    now = await calendars.get_calendar(stage.cycle_id)
    old = await calendars.get_calendar(stage.cycle_id, 1)
    assert (now.latest, now.version.version.number, old.latest, old.version.version.number) == (3, 3, 3, 1)
    assert old.events == first.events
    by_key = {event.entry.key: event for event in now.events}
    assert by_key["confirmation"].entry.last_day == date(2023, 9, 5)
    assert (by_key["confirmation"].sequence, by_key["registration"].sequence) == (1, 0)
    assert now.last_modified >= by_key["confirmation"].last_modified > first.last_modified
    assert (await refused(calendars.get_calendar(stage.cycle_id, 9))).reason == "VERSION_NOT_FOUND"
    assert (await refused(calendars.get_calendar(stage.cycle_id, 0, "NONE"))).reason == "BASE_NOT_FOUND"


async def test_pub_03_versions_have_reasons_and_roles_and_no_name(stage: Stage, calendars: CalendarHandlers) -> None:
    await next_version(stage, "核实延长五天", MOVED)
    latest, first = await calendars.list_versions(stage.cycle_id)
    assert [(each.version.kind, each.version.reason) for each in (latest, first)] == [
        ("amend", "核实延长五天"),
        ("created", ""),
    ]
    assert {each.version.role for each in (latest, first)} == {"operator"}
    assert [change.named.key for change in latest.differences] == ["confirmation"]
    assert not first.differences


async def test_pub_03_a_draft_is_not_published(stage: Stage, calendars: CalendarHandlers) -> None:
    await stage.database.execute("UPDATE cycle SET draft = true, year = 2999 WHERE id = $1", stage.cycle_id)
    await stage.decree()
    for call in (calendars.get_calendar(stage.cycle_id), calendars.list_versions(stage.cycle_id)):
        assert (await refused(call)).reason == "CYCLE_NOT_FOUND"


async def set_dates(stage: Stage, **dates: datetime) -> None:
    order = SetMilestones(stage.cycle_id, QILU, 1, Milestones(**dates), key())
    await stage.base_windows.set_milestones(ADMINISTRATOR, order)


async def test_pub_05_an_applicants_feed_follows_the_current_submission(
    stage: Stage, calendars: CalendarHandlers
) -> None:
    await stage.stand(P1)
    cycle = await stage.cycle_store.cycle(stage.cycle_id)
    assert cycle is not None
    interview = cycle.calendar.instant_of(date(2023, 7, 25))
    await set_dates(stage, interview=interview)
    person = applicant()
    await stage.start(person)
    feed, token = await calendars.open_feed(person, OpenFeed(stage.cycle_id, key()))
    assert feed.base_code == ""

    def shown(view: CalendarView) -> list[str]:
        return [event.entry.key for event in view.events if event.entry.kind is EventKind.BASE_DATE]

    assert shown(await calendars.get_feed(token)) == []
    await stage.fill(person, Choice(QILU, MEDICINE, True))
    await stage.submit(person)
    view = await calendars.get_feed(token)
    assert (view.base_code, shown(view), view.base_dates[1].interview) == (QILU, ["1/interview"], interview)
    await stage.choose(person, Choice(SECOND, MEDICINE, True))
    await stage.submit(person)
    assert (await calendars.get_feed(token)).base_code == SECOND

    await set_dates(stage, interview=interview + timedelta(seconds=1))
    await set_dates(stage)
    moved = await calendars.get_calendar(stage.cycle_id, 0, QILU)
    [event] = [event for event in moved.events if event.entry.kind is EventKind.BASE_DATE]
    assert (event.sequence, event.cancelled, moved.base_dates) == (2, True, {})

    # Whoever withdraws and begins anew in a later round has another application, and the same feed.
    await stage.applications.withdraw_application(person, WithdrawApplication(stage.cycle_id, key()))
    await stage.stand(P3)
    await stage.start(person)
    await stage.fill(person, Choice(QILU, MEDICINE, True))
    await stage.submit(person)
    assert (await calendars.get_feed(token)).base_code == QILU

    await stage.database.execute("UPDATE application SET name = '' WHERE person_id = $1", person.person_id)
    assert (await refused(calendars.get_feed(token))).reason == "FEED_NOT_FOUND"


async def test_pub_04_a_token_is_told_to_its_owner_and_kept_as_a_hash(
    stage: Stage, calendars: CalendarHandlers
) -> None:
    order = OpenFeed(stage.cycle_id, key())
    feed, token = await calendars.open_feed(REVIEWER, order)
    assert (await calendars.open_feed(REVIEWER, order)) == (feed, token)
    assert (feed.base_code, len(token) >= 43) == (QILU, True)
    other, others_token = await calendars.open_feed(OTHERS, replace(order, idempotency_key=key()))
    assert others_token != token
    kept = await stage.database.fetch("SELECT to_jsonb(f)::text AS row FROM calendar_feed f")
    assert not any(token in row["row"] for row in kept)
    assert hash_of(token) == feed.token_hash
    assert [each.id for each in await calendars.list_feeds(REVIEWER, stage.cycle_id)] == [feed.id]

    assert (await refused(calendars.close_feed(REVIEWER, other.id))).reason == "FEED_NOT_FOUND"
    await calendars.close_feed(REVIEWER, feed.id)
    await calendars.close_feed(REVIEWER, feed.id)
    assert not await calendars.list_feeds(REVIEWER, stage.cycle_id)
    closed, unknown = await refused(calendars.get_feed(token)), await refused(calendars.get_feed("x" * 43))
    assert (closed.reason, closed.message) == (unknown.reason, unknown.message) == ("FEED_NOT_FOUND", closed.message)
    assert (await calendars.get_feed(others_token)).base_code == SECOND


async def test_pub_04_nobody_opens_a_feed_in_anothers_place_or_without_an_application(
    stage: Stage, calendars: CalendarHandlers
) -> None:
    order = OpenFeed(stage.cycle_id, key())
    supported = replace(applicant(), acting_by="support")
    assert (await refused(calendars.open_feed(supported, order))).rule == "PUB-04"
    assert (await refused(calendars.open_feed(applicant(), order))).reason == "APPLICATION_NOT_FOUND"
    elsewhere = Caller("elsewhere", "base_reviewer", "BJ-XIEHE")
    assert (await refused(calendars.open_feed(elsewhere, order))).reason == "CYCLE_NOT_FOUND"


async def test_pub_06_nobody_has_many_feeds(stage: Stage, calendars: CalendarHandlers) -> None:
    opened = [await calendars.open_feed(OTHERS, OpenFeed(stage.cycle_id, key())) for _ in range(MOST_FEEDS)]
    error = await refused(calendars.open_feed(OTHERS, OpenFeed(stage.cycle_id, key())))
    assert (error.reason, error.rule) == ("TOO_MANY_FEEDS", "PUB-06")
    await calendars.close_feed(OTHERS, opened[0][0].id)
    await calendars.open_feed(OTHERS, OpenFeed(stage.cycle_id, key()))


async def test_pub_07_what_a_province_enters_is_known_from_then_on_version_by_version(stage: Stage) -> None:
    store = WorkingDayStore(stage.database)
    days, province = WorkingDayHandlers(store), Caller(str(uuid4()), "province_administrator", "37")
    cycle = await stage.cycle_store.cycle(stage.cycle_id)
    assert cycle is not None
    unknown = await days.list_working_days("37", 2027)
    assert (unknown.days.next_year, unknown.entries) == (2027, [])
    order = RecordHolidays(2027, (date(2027, 1, 1),), (), "国办发明电〔2026〕7号", "按通知录入", 0, key())
    entry, known_until = await days.record_holidays(province, order)
    assert (entry.days.version, entry.role, known_until) == (1, "province_administrator", date(2027, 12, 25))
    assert (await days.record_holidays(province, order))[0] == entry
    assert (await refused(days.record_holidays(province, replace(order, reason="别的")))).reason == "KEY_REUSED"
    stale = replace(order, idempotency_key=key())
    assert (await refused(days.record_holidays(province, stale))).reason == "STALE_HOLIDAYS"
    resting = (date(2027, 1, 1), date(2027, 2, 8))
    again = replace(stale, resting=resting, expected_version=1, reason="补录春节")
    assert (await days.record_holidays(province, again))[0].days.version == 2
    known = await provincial_days(store)(cycle)
    assert known.after(date(2027, 2, 5), 1) == date(2027, 2, 9)
    assert [each.days.version for each in (await days.list_working_days("37", 2027)).entries] == [2, 1]
    assert (await days.list_working_days("11", 2027)).days.next_year == 2027


async def test_pub_01_the_gate_is_told_with_the_calendar(stage: Stage, calendars: CalendarHandlers) -> None:
    await stage.stand(P2)
    await stage.database.execute(
        "UPDATE cycle_gate SET held_since = clock_timestamp() WHERE cycle_id = $1", stage.cycle_id
    )
    view = await calendars.get_calendar(stage.cycle_id)
    assert (view.gate.phase, view.gate.held_since is not None) == (P2, True)
    assert view.gate.now <= datetime.now(UTC) + timedelta(seconds=5)
