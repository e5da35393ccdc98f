"""What enrollment says of a final admission is all that faculty needs for a trainee (ROT-01, ROT-03); both services on
real databases."""

from __future__ import annotations

from collections.abc import Callable

from residency.enrollment.v1 import events_pb2
from services.enrollment.handlers.places import Undo
from services.faculty.domain.trainees import State
from services.kit.database import Database
from tests.handlers.enrollment.story import ADMINISTRATOR, Stage, key
from tests.support.faculty import core_of
from tests.support.faculty_rotations import Rotations
from tests.support.seats import Seats


async def test_rot_01_an_admission_makes_a_trainee_of_the_cycles_cohort_and_its_undoing_none(
    stage: Stage, database_url: Callable[[str], str]
) -> None:
    """ROT-01, ROT-02, ROT-03: from the decision to the trainee."""
    seats = await Seats(stage).at_ease()
    database = Database(database_url("faculty"), name="faculty", pool_size=4)
    await database.start()
    rotations = Rotations(core_of(database))
    person = await seats.placed()
    await seats.admit(person)
    fact = await seats.last_fact(person)
    cycle = await stage.cycle_store.cycle(stage.cycle_id)
    assert cycle is not None
    assert (type(fact), fact.cycle_year) == (events_pb2.ApplicationAdmitted, cycle.year)
    await rotations.hear(fact)
    one = await rotations.of(fact.application.person_id)
    assert (one.cohort, one.base_code, one.specialty_code) == (
        *(cycle.year, fact.application.base_code),
        fact.application.specialty_code,
    )
    await seats.places.undo(ADMINISTRATOR, Undo(person.id, "误点", key()))
    await rotations.hear(await seats.last_fact(person))
    assert (await rotations.of(one.person_id)).state is State.LEFT
    await database.stop()
