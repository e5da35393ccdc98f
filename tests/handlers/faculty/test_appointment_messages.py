"""AppointmentService as it is asked and answers: a year of one appointment (APPT-04, APPT-16, APPT-18)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from residency.faculty.v1 import appointment_service_pb2 as pb
from residency.faculty.v1 import faculty_pb2
from services.faculty import appointing
from services.faculty.core import Core
from services.faculty.domain.appointment import Review, State
from services.faculty.grpc_api.appointment_messages import orphaned_message, review_word, state_word
from services.faculty.grpc_api.appointments import AppointmentApi
from services.faculty.handlers.orphaning import Orphaned
from services.kit.auth import serving
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import CARDIO, NEURO, OFFICE, QILU, SECRETARY, At, core_of
from tests.support.faculty_appointments import Appointed
from tests.support.postgres import PostgresServer

CLOCK = Caller("", "scheduler")
OPENS = datetime(2026, 3, 26, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
async def core(postgres: PostgresServer) -> AsyncIterator[Core]:
    url = postgres.database("faculty")
    database = Database(url, name="faculty", pool_size=4)
    await database.start()
    yield core_of(database, At(OPENS))
    await database.stop()
    postgres.drop(url)


class Asking:
    """Calls a method as somebody, about one appointment where the method names one."""

    def __init__(self, core: Core, appointment_id: str, teacher: Caller) -> None:
        self.core, self.appointment_id, self.teacher = core, appointment_id, teacher
        self._api: Any = AppointmentApi(appointing.use_cases(core))

    async def __call__(self, who: Caller, method: str, **fields: Any) -> Any:
        request = getattr(pb, f"{method}Request")
        names = request.DESCRIPTOR.fields_by_name
        usual: dict[str, Any] = {
            "appointment_id": self.appointment_id,
            "reason": "按规定办理",
            "reason_code": "other",
            "idempotency_key": new_id(),
        }
        if "version" in names and "version" not in fields:
            row = await Appointed(self.core).row(self.appointment_id)
            usual["version"] = row["version"]
        given = {name: value for name, value in usual.items() if name in names}
        with serving(who):
            return await getattr(self._api, method)(request(**given | fields), None)

    def at(self, instant: datetime) -> None:
        assert isinstance(self.core.clock, At)
        self.core.clock.instant = instant


@pytest.fixture
async def ask(core: Core) -> Asking:
    teacher = Caller(new_id(), "faculty")
    appointed = Appointed(core)
    await appointed.qualify(teacher.person_id)
    made = Asking(core, await appointed.start(teacher.person_id, from_day=date(2025, 9, 1)), teacher)
    made.at(OPENS)
    return made


def test_appt_18_every_method_is_served() -> None:
    [served] = appointing.servicers(core_of(None))  # type: ignore[arg-type]
    own = {name for kind in AppointmentApi.__mro__[:2] for name in vars(kind)}
    assert [method.name for method in served.descriptor.methods if method.name not in own] == []


def test_appt_04_states_are_called_as_the_contract_calls_them() -> None:
    states = [faculty_pb2.AppointmentState.Value(f"APPOINTMENT_STATE_{each.name}") for each in State if each]
    assert [state_word(each) for each in (0, *states, 99)] == ["", *(each.value for each in State if each), ""]
    reviews = [faculty_pb2.ReviewState.Value(f"REVIEW_STATE_{each.name}") for each in Review if each]
    assert [review_word(each) for each in (0, *reviews, 99)] == ["", *(each.value for each in Review if each), ""]


async def test_appt_16_a_year_of_an_appointment(ask: Asking) -> None:
    """APPT-07, APPT-08, APPT-11, APPT-12, APPT-19, APPT-20: from the open review to the dismissal."""
    clock = await ask(CLOCK, "GetAppointmentClock")
    assert (clock.state, clock.review_year, clock.over) == (faculty_pb2.APPOINTMENT_STATE_ACTIVE, 2026, False)
    assert clock.review_opens_at.ToDatetime(UTC) == OPENS
    assert (await ask(CLOCK, "OpenReview", year=2026)).opened
    clock = await ask(CLOCK, "GetAppointmentClock")
    assert clock.review == faculty_pb2.REVIEW_STATE_DUE
    assert not clock.HasField("review_opens_at")
    due = clock.review_due_at.ToDatetime(UTC)
    assert len(clock.remind_at) == 2
    assert (await ask(CLOCK, "RemindReview", kind="due", due_at=clock.remind_at[0].ToDatetime(UTC))).reminded
    ask.at(due)
    assert (await ask(CLOCK, "MarkOverdue", year=2026)).marked
    row = (await ask(SECRETARY, "CorrectReview", title="associate_chief", extra_department_codes=[CARDIO])).appointment
    assert (row.review, row.title, list(row.extra_department_codes)) == (
        *(faculty_pb2.REVIEW_STATE_CONFIRMED, "associate_chief"),
        [CARDIO],
    )
    row = (await ask(OFFICE, "RecordSanction", source="院发〔2026〕1号")).appointment
    assert row.state == faculty_pb2.APPOINTMENT_STATE_SUSPENDED
    row = (await ask(OFFICE, "LiftSanction")).appointment
    row = (await ask(OFFICE, "SetLevel", level="senior")).appointment
    assert (row.state, row.level) == (faculty_pb2.APPOINTMENT_STATE_ACTIVE, "senior")
    case = (await ask(SECRETARY, "ProposeDismissal", effective_day="2026-06-30")).case
    assert (case.state, case.source, case.effective_day, case.version) == ("open", "department", "2026-06-30", 1)
    listed = (await ask(OFFICE, "ListDismissalCases", state="open")).cases
    assert case.case_id in [each.case_id for each in listed]
    refused = (await ask(OFFICE, "RefuseDismissal", case_id=case.case_id, version=1)).case
    assert (refused.state, refused.version) == ("refused", 2)
    preview = await ask(OFFICE, "PreviewDismissal", effective_day="2026-06-30")
    assert (list(preview.months), preview.effective_day, preview.needs_substitutes) == ([], "2026-06-30", False)
    row = (
        await ask(OFFICE, "CommitDismissal", effective_day="2026-06-30", fingerprint=preview.fingerprint)
    ).appointment
    assert (row.state, row.ends_on) == (faculty_pb2.APPOINTMENT_STATE_ACTIVE, "2026-06-30")
    ends = (await ask(CLOCK, "GetAppointmentClock")).dismissed_at.ToDatetime(UTC)
    assert ends == datetime(2026, 6, 30, 16, tzinfo=UTC)
    ask.at(ends)
    ended = await ask(CLOCK, "EndAppointment")
    assert (ended.state, ended.orphaned) == (faculty_pb2.APPOINTMENT_STATE_DISMISSED, 0)
    assert (await ask(CLOCK, "GetAppointmentClock")).over
    answer = await ask(OFFICE, "GetAppointment")
    assert [each.kind for each in answer.events] == [
        *("appointed", "review_opened", "overdue", "corrected", "suspended", "lifted", "level_set"),
        *("dismissal_proposed", "dismissal_refused", "dismissal_decided", "dismissed"),
    ]
    assert (answer.events[9].reason, answer.events[9].effective_day) == ("按规定办理", "2026-06-30")


async def test_appt_18_lists_say_what_may_be_done(ask: Asking) -> None:
    listed = await ask(
        *(SECRETARY, "ListAppointments"), state=faculty_pb2.APPOINTMENT_STATE_ACTIVE, base_code=QILU, title="attending"
    )
    [row] = [each for each in listed.appointments if each.appointment_id == ask.appointment_id]
    assert (row.department_code, row.from_day, row.until_day, listed.total) == (
        *(NEURO, "2025-09-01", "2026-08-31"),
        len(listed.appointments),
    )
    assert {(each.action, each.allowed, each.code) for each in row.capabilities} == {
        ("confirm", False, "REVIEW_NOT_OPEN"),
        ("correct", False, "REVIEW_NOT_OPEN"),
        ("propose_dismissal", True, ""),
    }
    assert all(each.reason for each in row.capabilities if not each.allowed)
    [mine] = (await ask(ask.teacher, "ListMyAppointments")).appointments
    assert (mine.appointment_id, list(mine.capabilities)) == (ask.appointment_id, [])
    [result] = (
        await ask(SECRETARY, "ConfirmReviews", wishes=[{"appointment_id": ask.appointment_id, "version": 9}])
    ).results
    assert (result.done, result.code) == (False, "VERSION_MOVED")
    assert ask.appointment_id in (await ask(CLOCK, "ListAppointmentWaits")).appointment_ids


@pytest.mark.parametrize(
    ("method", "fields", "reason"),
    [
        ("ListAppointments", {"page_token": "x"}, "PAGE_TOKEN"),
        ("PreviewDismissal", {"effective_day": "2026-02-30"}, "NO_SUCH_DAY"),
        ("TransferAppointment", {"effective_day": "2026-13-01"}, "NO_SUCH_DAY"),
    ],
)
async def test_appt_18_what_is_no_page_and_no_day(
    ask: Asking, method: str, fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DomainError) as caught:
        await ask(OFFICE, method, **fields)
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, reason)


async def test_appt_09_a_transfer_over_messages(ask: Asking) -> None:
    row = (await ask(OFFICE, "TransferAppointment", effective_day="2026-04-30")).appointment
    assert (row.ends_on, {each.code for each in row.capabilities if each.action == "transfer"}) == (
        *("2026-04-30",),
        {"ENDING_DECIDED"},
    )
    ask.at(datetime(2026, 4, 30, 16, tzinfo=UTC) + timedelta(days=3))
    assert (await ask(CLOCK, "EndAppointment")).state == faculty_pb2.APPOINTMENT_STATE_TRANSFERRED


async def test_appt_17_a_policy_over_messages(ask: Asking) -> None:
    policy = (await ask(OFFICE, "GetFacultyPolicy")).policy
    assert (policy.organisation_code, policy.edition, policy.term_months, policy.review_due) == (QILU, 0, 12, "04-27")
    policy.cap = 5
    saved = (await ask(OFFICE, "SetFacultyPolicy", policy=policy)).policy
    assert (saved.edition, saved.cap, saved.least_ratings) == (1, 5, 3)


def test_appt_15_a_month_without_a_teacher_as_a_message() -> None:
    month = Orphaned("trainee", "李学员", NEURO, date(2026, 5, 1), "person", "赵老师", 2, "")
    assert orphaned_message(month) == pb.OrphanedMonth(
        trainee_id="trainee",
        trainee_name="李学员",
        department_code=NEURO,
        month="2026-05",
        substitute_id="person",
        substitute_name="赵老师",
        load_after=2,
    )
