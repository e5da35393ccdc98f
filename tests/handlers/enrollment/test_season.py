"""One application from its start to its admission, and what is left behind."""

from __future__ import annotations

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.application import State
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.phases import P1, P2, P5
from services.enrollment.handlers.decisions import Admit
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, Stage, key


async def test_app_01_an_application_goes_from_start_to_admission(stage: Stage) -> None:
    await stage.stand(P1)
    person, submitted = await stage.registered()
    assert (submitted.state, submitted.submission_number, submitted.version) == (State.PENDING, 1, 7)
    await stage.stand(P2)
    await stage.review(submitted, approve=True)
    await stage.grant(submitted)
    await stage.stand(P5)
    row = await stage.decisions.admit(ADMINISTRATOR, Admit(submitted.application_id, key()))
    assert row.state is State.ADMITTED

    view, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    assert (view.state, view.version) == (State.ADMITTED, 10)
    counts = next(
        row for row in (await stage.board.get_board(stage.cycle_id, QILU)).rows if row.specialty_code == MEDICINE
    )
    assert (counts.planned, counts.applied, counts.provisional, counts.admitted) == (3, 1, 0, 1)

    rows = await stage.queries.audit(submitted.application_id)
    head = await stage.database.fetchval("SELECT audit_hash FROM application WHERE id = $1", submitted.application_id)
    assert [row.command for row in rows] == [
        "start_application",
        *["save_section"] * 4,
        "save_choice",
        "submit_application",
        "approve_application",
        "grant_provisional",
        "admit_application",
    ]
    assert broken_at(rows, 10, head) == 0

    facts = await stage.database.fetch(
        "SELECT subject, version, body FROM outbox WHERE aggregate_id = ANY($1) ORDER BY position",
        [stage.cycle_id, submitted.application_id],
    )
    assert [row["subject"].removeprefix("residency.enrollment.v1.") for row in facts] == [
        "cycle.created",
        "application.submitted",
        "application.reviewed",
        "application.provisionally_admitted",
        "application.admitted",
    ]
    told = events_pb2.ApplicationSubmitted.FromString(facts[1]["body"]).application
    assert (told.base_name, told.specialty_name, told.version) == ("山东大学齐鲁医院", "内科", 7)
