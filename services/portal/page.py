"""One page of one request: the visitor, the services, and how to answer with HTML."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from residency.enrollment.v1 import cycle_pb2
from services.kit.ids import new_id
from services.portal import calendar, navigation
from services.portal.assets import Assets
from services.portal.clients import Clients
from services.portal.cycles import CycleView
from services.portal.i18n import account, zh
from services.portal.i18n import dates as words
from services.portal.portal import Frame, Portal, portal_of
from services.portal.session import Visitor, visitor_of
from services.portal.wire import enum_name, instant_of

_TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """The templates of the portal, with the words and helpers they use."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            asset=assets.url,
            zh=zh,
            names=account,
            dates=words,
            nav=navigation.ENTRIES,
            new_id=new_id,
            day_text=calendar.day_text,
            stamp=calendar.stamp,
            phase_key=phase_key,
        )

    def render(self, template: str, values: dict[str, Any]) -> str:
        """The text of a template; a name that `values` lacks is an error."""
        return self._environment.get_template(template).render(values)


class Page:
    """What a page's function works with."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.portal: Portal = portal_of(request)
        self.visitor: Visitor = visitor_of(request)

    @property
    def clients(self) -> Clients:
        """The services behind; calls carry the visitor's token."""
        return self.portal.clients

    @property
    def wanted_cycle(self) -> str:
        """The cycle that the URL names; empty for the current one."""
        return self.request.path_params.get("cycle_id", "") or self.request.query_params.get("cycle", "")

    async def cycle(self) -> CycleView:
        """The cycle this page speaks of; raises NOT_FOUND when there is none."""
        return await self.portal.cycles.current(self.wanted_cycle)

    async def html(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page made from `template`, with the frame around it."""
        frame = await self.portal.frame(self.visitor, self.wanted_cycle)
        renderer = self.request.app.state.renderer
        assert isinstance(renderer, Renderer)
        known = {"refusal": None, "done": self.request.query_params.get("done", "")}
        text = renderer.render(template, known | frame_values(frame, self.request) | values)
        return HTMLResponse(text, status_code=status)

    def redirect(self, path: str) -> Response:
        """Go on at `path` with a GET."""
        return RedirectResponse(path, status_code=303)


def frame_values(frame: Frame, request: Request) -> dict[str, Any]:
    """What the layout needs: visitor, unread count, cycle and deadline strip."""
    view = frame.cycle
    return {
        "visitor": frame.visitor,
        "visitor_name": frame.name,
        "unread": frame.unread,
        "view": view,
        "strip": strip_of(view) if view is not None else None,
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def strip_of(view: CycleView) -> dict[str, Any]:
    """The deadline strip: phase, dates, what is left, what closes. Instants are aware UTC.

    PUB-09: while the cycle is held it says so, and nothing counts down.
    """
    held = view.cycle.HasField("held_since")
    phase, now = view.phase, view.now
    key = phase_key(phase.phase)
    until: datetime | None = instant_of(phase.closes_at) if phase.HasField("closes_at") else None
    dates = ""
    if phase.first_day:
        dates = f"{calendar.day_text(phase.first_day)} – {calendar.day_text(phase.last_day)} 24:00"
    elif until is not None:
        dates = f"{view.calendar.moment(until)} 开始报名"
    if held:
        until = None
    return {
        "held": words.HELD if held else "",
        "name": phase.name or zh.PHASE_NAMES.get(key, key),
        "dates": dates,
        "until": until,
        "now": now,
        "left": calendar.remaining(until, now) if until is not None else "",
        "closes": "" if held else zh.PHASE_CLOSES.get(key, ""),
        "pace": f"演练：1 天 = {view.cycle.day_seconds:g} 秒" if view.calendar.compressed else "",
    }


def phase_key(phase: int) -> str:
    """`PHASE_REGISTRATION` as `registration`; empty for none."""
    value = cycle_pb2.Phase.DESCRIPTOR.values_by_number.get(phase)
    return enum_name(value) if value is not None and phase else ""


async def page_of(request: Request) -> Page:
    """Dependency: the page of this request, for anyone."""
    return Page(request)


class PageFor:
    """Dependency: the page of a visitor signed in with one of `roles`; raises as `Visitor.require`."""

    def __init__(self, *roles: str) -> None:
        self._roles = roles

    async def __call__(self, request: Request) -> Page:
        """The page of this request."""
        page = Page(request)
        page.visitor.require(*self._roles)
        return page
