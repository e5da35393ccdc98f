"""Desks: pages of panels whose forms become requests, and come back with what was typed when these are refused.

PUB-26: what the contract refuses names its field as the form does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.message import Message
from starlette.responses import Response

from services.kit.domain import DomainError
from services.portal.cycles import CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page
from services.portal.panels import Ask, Form, Panel, request_of
from services.portal.wire import of_json


@dataclass(frozen=True, slots=True)
class Act:
    """One sort of deed: the request it becomes, what it asks for, and what is said when it is done."""

    request: type[Message]
    service: str
    rpc: str
    asks: tuple[Ask, ...] = ()
    done: str = "decided"
    carried: tuple[str, ...] = ()
    """Fields that the form carries unseen, such as an id."""
    nested: str = ""
    """The field of the request that holds the answers; empty when they stand in the request itself."""

    async def perform(self, page: Page, view: CycleView | None, form: Posted, **more: Any) -> Any:
        """Send it; `more` adds to the request. Raises what the service raises. `view` is None outside of any cycle."""
        values = request_of(self.asks, form, view)
        if self.nested:
            values = {self.nested: values}
        values |= {name: form.get(name) for name in self.carried if form.get(name)} | more
        fields = self.request.DESCRIPTOR.fields_by_name
        values["idempotency_key"] = form.key
        if view is not None and "cycle_id" in fields:
            values["cycle_id"] = view.cycle_id
        stub = getattr(page.clients, self.service)
        return await getattr(stub, self.rpc)(of_json(self.request, values))


Show = Callable[[Page, Refusal | None, Posted | None], Awaitable[Response]]
"""Shows the page of a form again, with what was typed and what was wrong with it."""


async def carry_out(page: Page, act: Act, show: Show, back: str, **more: Any) -> Response:
    """Perform what was posted outside of any cycle, and go on at `back`; the page again when it is refused."""
    form = await read_form(page.request)
    try:
        await act.perform(page, None, form, **more)
    except DomainError as error:
        return await show(page, refused(error), form)
    return page.redirect(f"{back}{'&' if '?' in back else '?'}done={act.done}")


@dataclass(slots=True)
class Desk:
    """One page in the making: the form that was refused is told from the others by its address and what it carries."""

    page: Page
    refusal: Refusal | None = None
    posted: Posted | None = None
    _links: dict[str, str] = field(default_factory=dict)

    def form(self, form: Form) -> Form:
        """The form as it is to be shown."""
        if self.posted is None or self.refusal is None or form.action != self.page.request.url.path:
            return form
        if any(self.posted.get(name) != value for name, value in form.hidden.items()):
            return form
        self.refusal = self.refusal.naming({ask.name: tr(ask.label) for ask in form.asks})
        self._links |= {ask.name: f"#{ask.name}{form.suffix}" for ask in form.asks}
        return form.refused(self.refusal, self.posted)

    async def html(
        self,
        title: str,
        area: str,
        tabs: Sequence[tuple[str, str]],
        panels: Sequence[Panel],
        lead: str = "",
        template: str = "panels.html",
        **more: Any,
    ) -> Response:
        """The page; `template` stands in for the usual one where panels are not all, and `more` is for it."""
        refusal = self.refusal
        if refusal is not None:
            refusal = replace(refusal, links=self._links | refusal.links)
        return await self.page.html(
            template,
            status=refusal.status if refusal else 200,
            refusal=refusal,
            title=title,
            area=area,
            tabs=tabs,
            lead=lead,
            panels=panels,
            **more,
        )
