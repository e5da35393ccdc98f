"""The ASGI application: pages and REST behind one stack of pure ASGI middlewares."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp

from services.kit.domain import DomainError
from services.portal import api, callbacks, pages, problems
from services.portal.api import openapi
from services.portal.assets import Assets
from services.portal.edge.admission import Admission
from services.portal.edge.board_lane import BoardLane
from services.portal.edge.compression import Compression
from services.portal.edge.languages import Languages
from services.portal.edge.limits import Limits, Rate
from services.portal.edge.maintenance import Maintenance, MaintenanceFile
from services.portal.edge.middleware import SameOrigin, SecurityHeaders, SmallBodies
from services.portal.edge.refresher import Refresher
from services.portal.edge.routing import FirstWord
from services.portal.edge.session import Sessions
from services.portal.edge.tracing import Traced
from services.portal.edge.whereabouts import Networks, Whereabouts
from services.portal.live.hub import LiveHub
from services.portal.live.lane import LiveLane, LiveStreams
from services.portal.live.shared_parts import SharedParts
from services.portal.page import Renderer
from services.portal.portal import Portal
from services.portal.settings import PortalSettings, networks_of


@dataclass(frozen=True, slots=True)
class Edge:
    """How this process stands at the edge."""

    proxies: Networks = ()
    """Believed about where a request comes from."""
    account: Rate = field(default_factory=lambda: Rate(1200, 400))
    """What one account may ask."""
    address: Rate = field(default_factory=lambda: Rate(6000, 2000))
    """What one address may ask without a sign-in."""
    maintenance: Path | None = None
    """The file whose presence closes the portal."""

    @classmethod
    def of(cls, settings: PortalSettings) -> Edge:
        """As the settings say; a third of a minute's requests may come at once."""
        account, address = settings.requests_per_minute, settings.requests_per_minute_address
        return cls(
            networks_of(settings.trusted_proxies),
            Rate(account, max(account // 3, 1)),
            Rate(address, max(address // 3, 1)),
            settings.maintenance_file,
        )


def build(portal: Portal, hub: LiveHub, edge: Edge | None = None) -> ASGIApp:
    """The whole application of one process."""
    edge = edge or Edge()
    assets = Assets()
    app = FastAPI(
        title="住院医师规范化培训招录",  # no-message: the description for programs
        version="1.0",
        description="Recruitment of medical residents: the commands of the pages, for programs.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours carry no path and no query
    )
    app.state.portal = portal
    app.state.renderer = Renderer(assets)
    handlers: dict[Any, Any] = {
        DomainError: problems.on_domain_error,
        HTTPException: problems.on_http_error,
        RequestValidationError: problems.on_bad_request,
        Exception: problems.on_bug,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)

    app.router.routes.append(Route("/api/openapi.json", openapi.Described(app).answer))
    app.router.routes.append(Route("/static/{name}", assets.serve))
    app.router.routes.append(FirstWord(pages.router().routes))
    app.include_router(api.router())
    app.include_router(callbacks.router)

    refuse = problems.answer_outside(app)
    limited = Limits(app, refuse, edge.account, edge.address)
    refresher = Refresher(portal.clients)
    sessions = Sessions(limited, portal.verifier, refresher)
    closing = MaintenanceFile(edge.maintenance)
    open_now = Maintenance(sessions, refuse, closing)
    same_origin = SameOrigin(SmallBodies(open_now, refuse), refuse)
    pages_and_rest = Compression(Languages(Traced(Whereabouts(same_origin, edge.proxies))))
    whole = SecurityHeaders(BoardLane(Admission(pages_and_rest, refuse), portal.boards, closing.notice))
    hub.shared = SharedParts(Languages(Sessions(app, portal.verifier, refresher)))
    streams = Whereabouts(Sessions(LiveStreams(hub), portal.verifier, refresher), edge.proxies)
    return LiveLane(whole, SecurityHeaders(streams))
