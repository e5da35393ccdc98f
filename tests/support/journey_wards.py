"""Departments of the demo base on journeys: who works there, who teaches there, and who trains there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from residency.faculty.v1 import appointment_service_pb2 as appointments
from residency.faculty.v1 import rotation_service_pb2 as rotations
from residency.faculty.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from residency.faculty.v1.rotation_service_pb2_grpc import RotationServiceStub
from services.access import channel_to, machine_token
from services.kit.auth import act_as
from services.kit.ids import new_id
from services.rehearsal.people import Person, make_people
from services.rehearsal.plans import Seats
from services.stack.accounts import Newcomer
from tests.support.faculty_on_stack import Cast, doors_of, first_after
from tests.support.hands import WAYS
from tests.support.journey_people import SEED, crowd
from tests.support.journeys import Journey
from tests.support.wait import eventually

DEPARTMENTS = ("SD-QILU-NK", "SD-QILU-WK", "SD-QILU-SN", "SD-QILU-JZ")
"""One for each way; the demo's director and secretary work in the first."""
SECRETARIES = ("qilu.secretary", *(f"secretary.{way}" for way in WAYS[1:]))
DIRECTORS = ("qilu.director", *(f"director.{way}" for way in WAYS[1:]))


async def staffed(trip: Journey, role: str, logins: Sequence[str]) -> None:
    """Somebody of this role in each of the departments."""
    await trip.token(logins[0])
    for login, department in list(zip(logins, DEPARTMENTS, strict=True))[1:]:
        if login not in trip.keyring:
            await trip.employs(role, department, login)
        await trip.token(login)


async def yearly_review(trip: Journey, base: str) -> None:
    """The yearly review of everybody appointed at the base: by its policy it has begun, and the clock has seen it."""
    today = datetime.now(UTC).date()
    opens, due = today - timedelta(days=30), today + timedelta(days=60)
    door = channel_to("faculty", doors_of(trip.stack))
    clock = channel_to("faculty", settings := doors_of(trip.stack, "worker"), machine_token("worker", settings))
    office = door.stub(AppointmentServiceStub)
    with act_as(await trip.token("qilu.teaching")):
        policy = (await office.GetFacultyPolicy(appointments.GetFacultyPolicyRequest())).policy
        edition = policy.edition if policy.organisation_code == base else 0
        policy.review_opens, policy.review_due, policy.edition = f"{opens:%m-%d}", f"{due:%m-%d}", edition
        order = appointments.SetFacultyPolicyRequest(policy=policy, reason="本年度提前维护", idempotency_key=new_id())
        await office.SetFacultyPolicy(order)
        listed = await office.ListAppointments(appointments.ListAppointmentsRequest(limit=200))
    for each in listed.appointments:
        review = appointments.OpenReviewRequest(appointment_id=each.appointment_id, year=opens.year)
        await clock.stub(AppointmentServiceStub).OpenReview(review)
    await door.close()
    await clock.close()


async def teachers(trip: Journey, department: str, count: int, tag: str) -> list[Cast]:
    """So many appointed in one department; their sessions are worn as `<tag>.<number>`, from 0."""
    place = DEPARTMENTS.index(department)
    office, director = await trip.token("qilu.teaching"), await trip.token(DIRECTORS[place])
    slots = asyncio.Semaphore(2)
    settings = doors_of(trip.stack)

    async def one(number: int, person: Person) -> Cast:
        async with slots:
            login = f"{tag}.{number}"
            newcomer = Newcomer("faculty", person.name, person.resident_id, person.phone, login, f"long-enough-{tag}")
            signed_in = await trip.accounts.register(newcomer)
            trip.wears(login, str(signed_in.tokens.access.value))
            cast = Cast(settings, signed_in, office, director, department, person.phone)
            await cast.fills_in()
            candidacy = await cast.applies((await cast.opens_a_batch()).batch_id)
            await cast.is_vouched_for()
            result = await cast.is_recommended(candidacy.candidacy_id)
            assert result.done, (result.code, result.message)
            return cast

    return list(await asyncio.gather(*(one(*each) for each in enumerate(make_people(count, SEED + 1 + place, tag)))))


async def trainees(trip: Journey, base: str, specialty: str, count: int, tag: str) -> list[rotations.Trainee]:
    """So many who were admitted to one specialty of a base in a cycle of their own, as faculty knows them."""
    door = channel_to("faculty", doors_of(trip.stack))
    stub = door.stub(RotationServiceStub)

    async def present() -> list[rotations.Trainee]:
        with act_as(await trip.token("qilu.teaching")):
            page = await stub.ListTrainees(rotations.ListTraineesRequest(base_code=base, limit=200))
        return list(page.trainees)

    before = {each.trainee_id for each in await present()}
    await _admit(trip, base, specialty, count, tag)

    async def arrived() -> list[rotations.Trainee]:
        found = [each for each in await present() if each.name and each.trainee_id not in before]
        return found if len(found) == count else []

    try:
        return await eventually(arrived, "those who were admitted are trainees")
    finally:
        await door.close()


async def _admit(trip: Journey, base: str, specialty: str, count: int, tag: str) -> None:
    phases = ("registration", "first_choice", "confirmation")
    await trip.opens_a_cycle(phases, [Seats(base, specialty, count)], "学员的一年")
    await crowd(trip, base, specialty, count, tag)
    await trip.ends_the_phase()
    for login, path, kind in (
        ("qilu.reviewer", "/decisions/batch", "approve"),
        ("qilu.admin", "/places/batch", "grant"),
        ("qilu.admin", "/places/batch", "admit"),
    ):
        if kind == "admit":
            await trip.ends_the_phase()
        queue = (await trip.ask("GET", f"/cycles/{trip.cycle_id}/queue?page_size=100", login))["rows"]
        rows = [{name: row[name] for name in ("application_id", "submission_number")} for row in queue]
        answer = await trip.ask("POST", path, login, {"kind": kind, "rows": rows})
        assert not [each for each in answer["results"] if each["reason"]], answer


async def rotates(cast: Cast, trainee: rotations.Trainee, first: date, months: int) -> None:
    """教学部 lets somebody begin on `first`, so many months in the department."""
    last = first_after(first, months) - timedelta(days=1)
    stay = rotations.Rotation(department_code=cast.department, from_day=str(first), until_day=str(last))
    with act_as(cast.office):
        await cast.rotations.SetTrainee(
            rotations.SetTraineeRequest(
                trainee_id=trainee.trainee_id,
                version=trainee.version,
                kind="social",
                from_day=str(first),
                until_day=str(first_after(first, 36) - timedelta(days=1)),
                idempotency_key=new_id(),
            )
        )
        await cast.rotations.EditPlan(
            rotations.EditPlanRequest(
                trainee_id=trainee.trainee_id,
                rotations=[stay],
                reason="安排入科",
                idempotency_key=new_id(),
            )
        )
