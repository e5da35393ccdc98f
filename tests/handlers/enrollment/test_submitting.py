"""Submitting through the handlers: screening, papers, marks, and keeping what there was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.phases import P1, P2, P3, P4
from services.enrollment.domain.screening import Screened
from services.enrollment.handlers.applications import ApplicationHandlers, SaveSection
from services.enrollment.records import ApplicationRecord, CycleRecord, Statement
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, QILU, SKIN, Stage, applicant, key


class Bars:
    """Stands in for the province's lists."""

    def __init__(self, at_start: Screened | None = None, at_submit: Screened | None = None) -> None:
        self.start, self.submit = at_start or Screened(), at_submit or Screened()

    async def at_start(self, cycle: CycleRecord, caller: Caller) -> Screened:
        return self.start

    async def at_submit(
        self, cycle: CycleRecord, application: ApplicationRecord, bodies: Mapping[Section, Mapping[str, Any]]
    ) -> Screened:
        return self.submit


class Counted:
    """Stands in for the papers uploaded."""

    def __init__(self) -> None:
        self.there: dict[str, int] = {}

    async def kinds(self, application_id: str) -> Mapping[str, int]:
        return self.there


def screened(stage: Stage, bars: Bars, papers: Counted | None = None) -> None:
    """Let the stage's applicants be screened."""
    stores = (stage.cycle_store, stage.application_store, stage.queries, stage.registry)
    stage.applications = ApplicationHandlers(*stores, bars, papers)


async def marks(stage: Stage, person: Caller) -> Marks:
    situation = await stage.application_store.read_own(stage.cycle_id, person.person_id)
    assert situation is not None
    assert situation.application is not None
    return situation.application.marks


async def mark(stage: Stage, person: Caller, **columns: Any) -> None:
    """Set marks by hand, as the base's verdict would."""
    for name, value in columns.items():
        await stage.database.execute(
            f"UPDATE application SET {name} = $2 WHERE person_id = $1",
            person.person_id,
            value,
        )


async def test_dos_10_who_is_barred_neither_starts_nor_submits(stage: Stage) -> None:
    """DOS-10: openly, with the end of the bar; nothing is written."""
    until = datetime(2027, 7, 1, tzinfo=UTC)
    await stage.stand(P1)
    screened(stage, Bars(at_start=Screened(until)))
    person = applicant()
    with pytest.raises(DomainError, match="PENALISED") as refused:
        await stage.start(person)
    assert (refused.value.until, refused.value.rule) == (until, "DOS-10")
    screened(stage, Bars(at_submit=Screened(until)))
    await stage.start(person)
    await stage.fill(person)
    with pytest.raises(DomainError, match="PENALISED"):
        await stage.submit(person)
    screened(stage, Bars())
    assert (await stage.submit(person)).submission_number == 1


async def test_a_suspected_double_is_accepted_and_held_with_its_rows(stage: Stage) -> None:
    await stage.stand(P1)
    note = Statement("UPDATE cycle SET title = $2 WHERE id = $1", (stage.cycle_id, "有重复"), 1)
    screened(stage, Bars(at_submit=Screened(held="DUPLICATE", also=(note,))))
    person, view = await stage.registered()
    assert (await marks(stage, person)).held == "DUPLICATE"
    assert await stage.database.fetchval("SELECT title FROM cycle WHERE id = $1", stage.cycle_id) == "有重复"
    screened(stage, Bars())
    await stage.submit(person)
    assert (await marks(stage, person)).held == "DUPLICATE", "a hold stays until the province releases it"
    await stage.stand(P2)
    with pytest.raises(DomainError, match="HELD"):
        await stage.review(replace(view, submission_number=2), approve=True)


async def test_a_double_seen_at_the_start_is_held(stage: Stage) -> None:
    await stage.stand(P1)
    screened(stage, Bars(at_start=Screened(held="PENALTY")))
    person = applicant()
    await stage.start(person)
    assert (await marks(stage, person)).held == "PENALTY"


async def test_dos_08_papers_that_the_province_wants_keep_a_submission_back(stage: Stage) -> None:
    """DOS-08: told in the section's status, refused at the submission, accepted once they are there."""
    await stage.decree(required_papers=["portrait", "qualification_scan"])
    await stage.stand(P1)
    papers = Counted()
    screened(stage, Bars(), papers)
    person = applicant()
    await stage.start(person)
    await stage.fill(person)
    view, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    assert [(section.complete, [told.rule for told in section.problems]) for section in view.sections] == [
        (False, ["DOS-08"]),
        (True, []),
        (True, []),
        (True, []),
    ]
    with pytest.raises(DomainError, match="DOSSIER_INCOMPLETE") as refused:
        await stage.submit(person)
    assert refused.value.field == "basic.portrait"
    papers.there = {"portrait": 1}
    assert (await stage.submit(person)).sections[0].complete


async def test_a_repair_inside_ones_own_window_keeps_it_and_a_new_round_does_not(stage: Stage) -> None:
    """CAP-FIX: fix_until survives the resubmission it was made for, and is gone with the next round (B7 7)."""
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=False)
    until = datetime.now(UTC) + timedelta(minutes=10)
    await mark(stage, person, fix_until=until, waiting_rank=2)
    await stage.submit(person)
    assert await marks(stage, person) == Marks(fix_until=until, waiting_rank=2)
    await stage.stand(P3)
    await stage.submit(person)
    assert await marks(stage, person) == Marks()


async def test_a_window_gone_by_is_not_kept(stage: Stage) -> None:
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=False)
    await mark(stage, person, fix_until=datetime.now(UTC) - timedelta(minutes=1))
    await stage.submit(person)
    assert (await marks(stage, person)).fix_until is None


async def test_the_same_base_and_specialty_are_kept_with_one_tap(stage: Stage) -> None:
    """B7 11: in P3 an unchanged draft is submitted again as it is: a new submission, the same choice."""
    await stage.stand(P1)
    person, first = await stage.registered()
    await stage.stand(P3)
    view = await stage.submit(person)
    assert (view.state, view.submission_number, view.choice) == ("pending", 2, first.choice)
    assert view.choice == Choice(QILU, MEDICINE, True)


async def test_dos_09_fields_of_a_closed_group_are_not_stored(stage: Stage) -> None:
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    body = {**DOSSIER[Section.WORK], "employer_name": "某医院", "years_of_work": 3, "military_branch": "navy"}
    view = await stage.applications.save_section(person, SaveSection(stage.cycle_id, Section.WORK, body, 0, key()))
    assert view.sections[3].body == DOSSIER[Section.WORK]
    assert view.sections[3].complete


async def test_elg_04_newcomers_in_p4_apply_where_a_place_is_free(stage: Stage) -> None:
    """ELG-04: B7 33; who was there in an earlier round may stay with a full base."""
    await stage.stand(P1)
    old, _ = await stage.registered(Choice(QILU, SKIN, True))
    _, view = await stage.registered(Choice(QILU, SKIN, True))
    await stage.stand(P2)
    await stage.review(view, approve=True)
    await stage.grant(view)
    await stage.stand(P4)
    assert (await stage.submit(old)).submission_number == 2
    new = applicant()
    await stage.start(new)
    await stage.fill(new, Choice(QILU, SKIN, True))
    with pytest.raises(DomainError, match="NO_FREE_PLACE") as refused:
        await stage.submit(new)
    assert refused.value.rule == "ELG-04"
    places = await stage.capabilities.list_selectable(new, stage.cycle_id, QILU)
    assert {place.specialty_code: [each.rule for each in place.problems] for place in places} == {
        MEDICINE: [],
        SKIN: ["ELG-04"],
    }
    await stage.choose(new, Choice(QILU, MEDICINE, True))
    assert (await stage.submit(new)).submission_number == 1
