"""报名表: one form, a print of many, and whether a form still counts."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pydantic import TypeAdapter

from services.enrollment.domain.application import State
from services.enrollment.domain.exports import FORMS, Exported
from services.enrollment.domain.forms import Heading, content
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.running import no_cycle
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.exports import ExportStore, write_export
from services.enrollment.store.forms import FormRecord, FormStatusRecord, FormStore
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.press import Press, Sheet
from services.kit.printed import ZH

PAGE = 20
"""Most forms in one answer."""
PAGE_BYTES = 3_000_000
"""An answer with more than this is full: a message holds 4 MB."""
KEPT = timedelta(days=1)
"""FORM-04: how long a print can be read on."""


class Portraits(Protocol):
    """Where the portrait of a submission comes from."""

    async def portrait(self, application_id: str, number: int) -> bytes | None:
        """The portrait frozen with that submission, as a JPEG; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class FormView:
    """A printed form."""

    application_id: str
    number: int
    pdf: bytes = field(repr=False)
    sha256: str
    code: str
    current: bool
    file_name: str


@dataclass(frozen=True, slots=True)
class PrintForms:
    """Print every current submission to a base (empty: the caller's own, or all)."""

    cycle_id: str
    base_code: str
    language: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PrintView:
    """A print that was opened."""

    print_id: str
    forms: int


_PRINT = TypeAdapter(PrintView)


class FormHandlers:
    """Prints forms for those who may have them."""

    def __init__(
        self,
        runner: DeedRunner,
        forms: FormStore,
        exports: ExportStore,
        press: Press,
        portraits: Portraits,
        public_url: str = "",
    ) -> None:
        self._runner = runner
        self._forms = forms
        self._exports = exports
        self._press = press
        self._portraits = portraits
        self._public_url = public_url.rstrip("/")

    async def get_form(
        self, caller: Caller, application_id: str, cycle_id: str, number: int, language: str
    ) -> FormView:
        """FORM-02: the form of a submission (0: the current one), for its applicant, the base it went to, its province.

        Without an application it is the caller's own in the cycle. Raises NOT_FOUND `FORM_NOT_FOUND` when there is
        none, or it is not the caller's to see.
        """
        wanted: str | None = application_id
        if not application_id and cycle_id:
            wanted = await self._forms.own_id(cycle_id, caller.person_id)
        record = await self._forms.form(wanted, number) if wanted else None
        if record is None:
            raise no_form()
        cycle = await self._cycle(record.cycle_id)
        if not _may_see(caller, record, cycle):
            raise no_form()
        return await self._printed(cycle, record, language or ZH)

    async def check_form(self, code: str) -> FormStatusRecord | None:
        """FORM-03: what a code says to anybody: the year, when it was submitted, whether it counts. None: unknown."""
        named = self._forms.named_by(code)
        return None if named is None else await self._forms.status(*named)

    async def print_forms(self, caller: Caller, order: PrintForms) -> PrintView:
        """FORM-04: open a print; the cycle's audit and the list of exports say who printed what, when and how many."""

        async def decide(cycle: CycleRecord, gate: GateRecord) -> Deed[PrintView]:
            await self._runner.own(caller, cycle.id)
            base = _base_of(caller, order.base_code, cycle)
            count = await self._forms.count(cycle.id, base)
            view = PrintView(new_id(), count)
            made = Exported(
                *(view.print_id, cycle.id, FORMS, "", base),
                rows=count,
                language=order.language or ZH,
                unmasked=True,
                actor=caller.actor,
                role=caller.role,
                organisation=caller.organisation,
                made_at=gate.now,
                expires_at=gate.now + KEPT,
            )
            detail = {"print": view.print_id, "base": base, "forms": count}
            return Deed(view, "print_forms", "FORM-04", detail, also=(write_export(made),), in_phase=False)

        return await self._runner.run(caller, order, _PRINT, order.cycle_id, decide)

    async def get_printed_forms(
        self, caller: Caller, print_id: str, after: str, limit: int = PAGE
    ) -> tuple[list[FormView], str]:
        """The next forms of a print and the application to go on after (empty: that was all), for who opened it.

        Raises NOT_FOUND `PRINT_NOT_FOUND` for another's print, or one that is a day old.
        """
        made = await self._exports.readable(print_id, caller)
        if made is None or made.table != FORMS:
            raise DomainError(Kind.NOT_FOUND, "PRINT_NOT_FOUND", "没有这次打印,或已超过一天。", rule="FORM-04")
        cycle = await self._cycle(made.cycle_id)
        size = limit or PAGE
        found = await self._forms.page(made.cycle_id, made.base_code, after, size)
        views = await asyncio.gather(*(self._printed(cycle, record, made.language) for record in found))
        fitting, total = 0, 0
        while fitting < len(views) and (fitting == 0 or total + len(views[fitting].pdf) <= PAGE_BYTES):
            total += len(views[fitting].pdf)
            fitting += 1
        more = fitting < len(views) or len(found) == size
        return list(views[:fitting]), views[fitting - 1].application_id if more else ""

    async def _printed(self, cycle: CycleRecord, record: FormRecord, language: str) -> FormView:
        submitted = record.submitted
        heading = Heading(cycle.province_code, cycle.year, cycle.title, cycle.time_zone, cycle.catalogue)
        code = self._forms.code(submitted.application_id, submitted.number)
        sheet = Sheet(
            content(heading, submitted, language),
            f"{self._public_url}/form/{code}" if self._public_url else code,
            submitted.submitted_at,
            await self._portraits.portrait(submitted.application_id, submitted.number),
        )
        pdf = await self._press.print(sheet)
        return FormView(
            *(submitted.application_id, submitted.number, pdf, hashlib.sha256(pdf).hexdigest(), code),
            record.current_number == submitted.number,
            f"{cycle.year}-{submitted.application_id}-{submitted.number}.pdf",
        )

    async def _cycle(self, cycle_id: str) -> CycleRecord:
        cycle, _ = await self._runner.standing(cycle_id)
        return cycle


def _may_see(caller: Caller, record: FormRecord, cycle: CycleRecord) -> bool:
    if caller.role == "applicant":
        return record.person_id == caller.person_id
    if caller.role.startswith("base_"):
        theirs = caller.organisation == record.current_base == record.submitted.choice.base_code
        return theirs and record.state not in (State.DRAFT, State.WITHDRAWN)
    return caller.role == "province_administrator" and cycle.province_code == caller.organisation


def _base_of(caller: Caller, named: str, cycle: CycleRecord) -> str:
    """Base staff print their own base's forms; a base that is not theirs, or not there, looks absent."""
    own = caller.organisation if caller.role.startswith("base_") else ""
    if (own and named not in ("", own)) or (named and named not in cycle.catalogue.bases):
        raise no_cycle()
    return own or named


def no_form() -> DomainError:
    """FORM-02: absent, or not the caller's to see: the two look the same."""
    return DomainError(Kind.NOT_FOUND, "FORM_NOT_FOUND", "没有这份报名表:尚未提交报名。", rule="FORM-02")
