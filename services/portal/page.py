"""One page of one request: the visitor, the services, and how to answer with HTML."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.kit.ids import new_id
from services.portal import calendar, navigation
from services.portal.assets import Assets
from services.portal.clients import Clients
from services.portal.cycles import CycleView, phase_key, phase_name
from services.portal.edge import cookies, languages
from services.portal.edge.session import Visitor, visitor_of
from services.portal.i18n import account, terms
from services.portal.i18n import dates as words
from services.portal.i18n.language import CHINESE, ENGLISH, NAMES, TAGS, english, language, listed, tr
from services.portal.i18n.names import known_name
from services.portal.portal import Frame, Portal, portal_of
from services.portal.template_code import TemplateCode
from services.portal.uploads import paper_hint
from services.portal.wire import instant_of

_TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """The templates of the portal, with the words and helpers they use. PUB-15: a test comes by every one."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=TemplateCode(_TEMPLATES),
        )
        self._environment.globals.update(
            asset=assets.url,
            tr=tr,
            trh=_sentence_with_tags,
            language=language,
            terms=terms,
            names=account,
            dates=words,
            nav=navigation.ENTRIES,
            new_id=new_id,
            day_text=calendar.day_text,
            stamp=calendar.stamp,
            phase_key=phase_key,
            phase_name=phase_name,
            known_name=known_name,
            listed=listed,
            paper_hint=paper_hint,
        )

    def compile_all(self) -> None:
        """Compile every template, so that what was compiled can be shipped with them (`TemplateCode`)."""
        for name in self._environment.list_templates(extensions=["html"]):
            self._environment.get_template(name)

    def render(self, template: str, values: dict[str, Any]) -> str:
        """The text of a template in the language of the request; a name that `values` lacks is an error."""
        text = self._environment.get_template(template).render(values)
        return languages.mirrored_links(text) if english() else text


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

    async def html(self, template: str, *, status: int = 200, alone: bool = False, **values: Any) -> Response:
        """The page made from `template`, with the frame around it; `alone` asks no service for the frame."""
        frame = Frame(self.visitor, "", None, None)
        if not alone:
            frame = await self.portal.frame(self.visitor, self.wanted_cycle)
        renderer = self.request.app.state.renderer
        assert isinstance(renderer, Renderer)
        known = {"alone": alone, "refusal": None, "done": self.request.query_params.get("done", "")}
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
        "session_ends": cookies.read(cookies.ENDS, request.scope) if frame.visitor.caller is not None else "",
        "lang": TAGS[language()],
        "other_language": _other_language(request),
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
        dates = tr("{moment} 开始报名", moment=view.calendar.moment(until))
    if held:
        until = None
    return {
        "held": tr(words.HELD) if held else "",
        "name": phase_name(phase),
        "dates": dates,
        "until": until,
        "now": now,
        "left": calendar.remaining(until, now) if until is not None else "",
        "closes": "" if held else terms.PHASE_CLOSES.get(key, ""),
        "pace": tr("演练：1 天 = {n} 秒", n=f"{view.cycle.day_seconds:g}") if view.calendar.compressed else "",
    }


def _other_language(request: Request) -> tuple[str, str, str]:
    """The same page in the other language: its tag, its address in full, and what the language calls itself."""
    other = CHINESE if english() else ENGLISH
    path = languages.mirrored_path(request.url.path) if other == ENGLISH else request.url.path
    # In full, so that it is no link of this page's own language.
    return TAGS[other], str(request.url.replace(path=path)), NAMES[other]


def _sentence_with_tags(text: str, /, **values: object) -> Markup:
    """As `tr`, for a sentence that holds tags: what fills its places is escaped. `text` is a constant of a template."""
    return Markup(tr(text)).format(**values) if values else Markup(tr(text))  # noqa: S704


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
