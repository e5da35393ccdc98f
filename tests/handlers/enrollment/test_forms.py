"""报名表: who may have it, and what its code says to whom."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

import pytest
from pypdf import PdfReader

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P3
from services.enrollment.handlers import forms
from services.enrollment.handlers.applications import WithdrawApplication
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.forms import FormHandlers, PrintForms
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.exports import ExportStore
from services.enrollment.store.forms import FormStore
from services.kit.domain import Caller, DomainError
from services.kit.press import FORM, Press
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OPERATOR,
    OTHERS,
    QILU,
    REVIEWER,
    SECOND,
    SKIN,
    Stage,
    applicant,
    key,
)

PROVINCE = Caller("officer", "province_administrator", "37")
ELSEWHERE = Caller("stranger", "province_administrator", "11")


class NoPortraits:
    """Nobody here sent a picture."""

    async def portrait(self, application_id: str, number: int) -> bytes | None:
        return None


@dataclass
class Desk:
    """A stage and the handlers that print its forms."""

    stage: Stage
    handlers: FormHandlers
    store: FormStore

    async def text(self, caller: Caller, application_id: str, number: int = 0) -> str:
        form = await self.handlers.get_form(caller, application_id, "", number, "")
        assert form.sha256 == sha256(form.pdf).hexdigest()
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(form.pdf)).pages)

    async def print(self, caller: Caller, base: str = "", *, pages: int = 2) -> list[tuple[str, int]]:
        """Everything a print gives, in pages of so many."""
        order = PrintForms(self.stage.cycle_id, base, "en", key())
        opened = await self.handlers.print_forms(caller, order)
        assert await self.handlers.print_forms(caller, order) == opened
        found: list[tuple[str, int]] = []
        after = ""
        while True:
            page, after = await self.handlers.get_printed_forms(caller, opened.print_id, after, pages)
            found += [(form.application_id, form.number) for form in page]
            if not after:
                assert len(found) == opened.forms
                return found


@pytest.fixture
async def desk(stage: Stage) -> AsyncIterator[Desk]:
    runner = DeedRunner(stage.cycle_store, DeedStore(stage.database, stage.sealing))
    store, press = FormStore(stage.database, stage.sealing), Press(FORM)
    exports = ExportStore(stage.database, stage.sealing)
    await stage.stand(P1)
    yield Desk(stage, FormHandlers(runner, store, exports, press, NoPortraits(), "https://x.example/"), store)
    press.close()


async def test_form_02_a_form_is_for_its_applicant_its_base_and_its_province(desk: Desk) -> None:
    """FORM-02."""
    person, view = await desk.stage.registered()
    for caller in (person, REVIEWER, ADMINISTRATOR, PROVINCE):
        assert "山东大学齐鲁医院" in await desk.text(caller, view.application_id)
    own = await desk.handlers.get_form(person, "", desk.stage.cycle_id, 0, "zh")
    assert (own.application_id, own.number, own.current) == (view.application_id, 1, True)
    assert own.file_name == f"2023-{view.application_id}-1.pdf"
    for caller in (applicant(), OTHERS, ELSEWHERE, OPERATOR, Caller("a", "auditor", "37")):
        with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
            await desk.handlers.get_form(caller, view.application_id, "", 0, "")
    for absent in (str(uuid4()), ""):
        with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
            await desk.handlers.get_form(person, absent, "", 0, "")
    with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
        await desk.handlers.get_form(person, view.application_id, "", 2, "")


async def test_form_02_an_unsubmitted_draft_has_no_form(desk: Desk) -> None:
    person = applicant()
    await desk.stage.start(person)
    with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
        await desk.handlers.get_form(person, "", desk.stage.cycle_id, 0, "")


async def test_form_02_an_older_submission_keeps_its_form_and_another_base_does_not_see_it(desk: Desk) -> None:
    person, view = await desk.stage.registered()
    first = await desk.handlers.get_form(person, view.application_id, "", 0, "")
    await desk.stage.choose(person, Choice(SECOND, MEDICINE, False))
    await desk.stage.submit(person)
    again = await desk.handlers.get_form(person, view.application_id, "", 1, "")
    assert (again.pdf, again.code, again.current) == (first.pdf, first.code, False)
    assert "山东省立医院" in await desk.text(OTHERS, view.application_id)
    for caller, number in ((OTHERS, 1), (REVIEWER, 0), (REVIEWER, 1)):
        with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
            await desk.handlers.get_form(caller, view.application_id, "", number, "")


async def test_form_03_a_code_says_current_superseded_or_nothing(desk: Desk) -> None:
    """FORM-03."""
    stage = desk.stage
    person, view = await stage.registered()
    first = await desk.handlers.get_form(person, view.application_id, "", 0, "")
    shown = " ".join(first.code[at : at + 8] for at in range(0, 48, 8)).lower()
    for code in (first.code, shown, shown.replace(" ", "-")):
        found = await desk.handlers.check_form(code)
        assert found is not None
        assert (found.year, found.province_code, found.number, found.superseded_at) == (2023, "37", 1, None)
        assert found.submitted_at == view.submitted_at
    later = await stage.submit(person)
    found = await desk.handlers.check_form(first.code)
    assert found is not None
    assert found.superseded_at == later.submitted_at
    second = await desk.handlers.get_form(person, view.application_id, "", 0, "")
    assert second.code != first.code
    assert (await desk.handlers.check_form(second.code)).superseded_at is None  # type: ignore[union-attr]
    await stage.applications.withdraw_application(person, WithdrawApplication(stage.cycle_id, key()))
    assert (await desk.handlers.check_form(second.code)).superseded_at is not None  # type: ignore[union-attr]


async def test_form_03_a_code_that_was_not_printed_is_unknown(desk: Desk) -> None:
    _, view = await desk.stage.registered()
    code = desk.store.code(view.application_id, 1)
    flipped = [code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :] for at in range(0, 48, 5)]
    never = desk.store.code(view.application_id, 9)
    absent = desk.store.code(str(uuid4()), 1)
    for wrong in ("", "x", code[:-1], code + "A", "1" * 48, "é" * 48, never, absent, *flipped):
        assert await desk.handlers.check_form(wrong) is None
    named = view.application_id.replace("-", "")
    assert named[:8] not in code.lower()


async def test_form_03_who_was_erased_has_no_form(desk: Desk) -> None:
    person, view = await desk.stage.registered()
    code = desk.store.code(view.application_id, 1)
    async with desk.stage.database.unit_of_work() as uow:
        await desk.stage.sealed.forget(uow, person.person_id)
    assert await desk.handlers.check_form(code) is None
    with pytest.raises(DomainError, match="FORM_NOT_FOUND"):
        await desk.handlers.get_form(PROVINCE, view.application_id, "", 0, "")
    assert await desk.print(PROVINCE) == []


async def test_form_04_a_print_gives_every_current_submission_once_and_is_written_down(desk: Desk) -> None:
    """FORM-04."""
    stage = desk.stage
    here = [(await stage.registered())[1] for _ in range(3)]
    there = (await stage.registered(Choice(SECOND, MEDICINE, False)))[1]
    await stage.start(applicant())
    gone, _ = await stage.registered(Choice(QILU, SKIN, False))
    await stage.applications.withdraw_application(gone, WithdrawApplication(stage.cycle_id, key()))
    at_qilu = sorted((view.application_id, 1) for view in here)
    everywhere = sorted([*at_qilu, (there.application_id, 1)])
    for caller, base, expected in (
        (REVIEWER, "", at_qilu),
        (ADMINISTRATOR, QILU, at_qilu),
        (PROVINCE, "", everywhere),
        (PROVINCE, SECOND, [(there.application_id, 1)]),
        (OPERATOR, "", everywhere),
    ):
        assert await desk.print(caller, base) == expected
    rows = [row for row in await stage.queries.audit(stage.cycle_id) if row.command == "print_forms"]
    assert [(row.actor, row.rule) for row in rows][:2] == [("reviewer", "FORM-04"), ("administrator", "FORM-04")]
    assert '"forms":3' in rows[0].detail
    for caller in (OTHERS, ELSEWHERE):
        with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
            await desk.print(caller, QILU)
    with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
        await desk.print(PROVINCE, "NO-SUCH-BASE")


async def test_form_04_an_answer_holds_no_more_than_a_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PAGE_BYTES", 1)
    views = [(await desk.stage.registered())[1] for _ in range(3)]
    assert await desk.print(PROVINCE, pages=20) == sorted((view.application_id, 1) for view in views)


async def test_form_04_a_print_is_read_by_who_opened_it_in_the_same_hat(desk: Desk) -> None:
    await desk.stage.registered()
    opened = await desk.handlers.print_forms(REVIEWER, PrintForms(desk.stage.cycle_id, "", "", key()))
    moved = Caller(REVIEWER.person_id, REVIEWER.role, SECOND)
    for caller in (ADMINISTRATOR, PROVINCE, moved):
        with pytest.raises(DomainError, match="PRINT_NOT_FOUND"):
            await desk.handlers.get_printed_forms(caller, opened.print_id, "")
    await desk.stage.stand(P3)
    page, following = await desk.handlers.get_printed_forms(REVIEWER, opened.print_id, "")
    assert (len(page), following) == (1, "")


async def test_form_02_forms_can_be_had_in_every_later_phase(desk: Desk) -> None:
    person, view = await desk.stage.registered()
    for phase in (P2, P3):
        await desk.stage.stand(phase)
        assert (await desk.handlers.get_form(person, view.application_id, "", 0, "")).current
