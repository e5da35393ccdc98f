"""An applicant's steps with their states, and the application they are about."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from residency.enrollment.v1 import application_pb2, application_service_pb2
from services.portal.capabilities import Told, closed, tell
from services.portal.cycles import Catalogue, CycleView
from services.portal.dossier import FormSection
from services.portal.i18n.language import Words, tr
from services.portal.page import Page
from services.portal.wire import enum_name

_RESUBMIT = Words(
    {
        application_pb2.APPLICATION_STATE_REOPENED: "须重新提交",
        application_pb2.APPLICATION_STATE_REJECTED: "须修改后提交",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the list beside the forms."""

    key: str
    name: str
    href: str
    """Where the step is; empty while there is nothing to fill in."""
    complete: bool
    status: str


@dataclass(frozen=True, slots=True)
class Mine:
    """The visitor's own application with everything its pages need."""

    view: CycleView
    application: application_pb2.Application
    capabilities: dict[str, Told]
    sections: dict[str, FormSection]
    catalogue: Catalogue
    steps: list[Step]

    def told(self, action: str) -> Told:
        """Whether `action` is open, in words."""
        return self.capabilities.get(action) or closed(action)

    def status(self, section: str) -> application_pb2.SectionStatus:
        """What was saved in a section; empty when nothing was."""
        number = application_pb2.Section.Value(f"SECTION_{section.upper()}")
        found = (status for status in self.application.sections if status.section == number)
        return next(found, application_pb2.SectionStatus())

    @property
    def started(self) -> bool:
        """True when there is an application to fill in or to read."""
        return bool(self.application.application_id)

    @property
    def ready(self) -> bool:
        """True when only submitting is left to do."""
        return all(step.complete for step in self.steps[:-1]) and not self.steps[-1].complete

    def after(self, key: str) -> str:
        """Where the step after `key` is."""
        keys = [step.key for step in self.steps]
        return self.steps[min(keys.index(key) + 1, len(keys) - 1)].href


async def mine(page: Page) -> Mine:
    """Read the visitor's application in the current cycle; raises what the services raise."""
    view = await page.cycle()
    request = application_service_pb2.GetMyApplicationRequest(cycle_id=view.cycle_id)
    answer, sections, catalogue = await asyncio.gather(
        page.clients.applications.GetMyApplication(request),
        page.portal.dossiers.sections(),
        page.portal.cycles.catalogue(view.cycle_id),
    )
    application: application_pb2.Application = answer.application
    steps = _steps(application, sections)
    if not application.application_id:
        steps = [replace(step, href="") for step in steps]
    return Mine(view, application, tell(answer.capabilities, view), sections, catalogue, steps)


def _steps(application: application_pb2.Application, sections: dict[str, FormSection]) -> list[Step]:
    complete = {
        enum_name(application_pb2.Section.DESCRIPTOR.values_by_number[status.section]): status.complete
        for status in application.sections
    }
    steps = [
        Step(
            key,
            section.label,
            f"/application/sections/{key}",
            complete.get(key, False),
            _told(complete=complete.get(key, False)),
        )
        for key, section in sections.items()
    ]
    chosen = bool(application.choice.base_code and application.choice.specialty_code)
    steps.append(Step("choice", tr("志愿填报"), "/application/choice", chosen, _told(complete=chosen)))
    state, number = application.state, application.submission_number
    told = _RESUBMIT.get(state) or (tr("已提交 {n} 次", n=number) if number else tr("未提交"))
    submitted = bool(number) and state not in _RESUBMIT
    steps.append(Step("check", tr("核对并提交"), "/application/check", submitted, told))
    return steps


def _told(*, complete: bool) -> str:
    return tr("已完成") if complete else tr("未完成")
