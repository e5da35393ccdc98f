"""The ASGI application: pages and REST behind one stack of pure ASGI middlewares."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from services.kit.domain import DomainError
from services.portal import api, pages, problems
from services.portal.api import openapi
from services.portal.assets import Assets
from services.portal.board_lane import BoardLane
from services.portal.live import LiveHub, LiveStreams
from services.portal.middleware import SameOrigin, SecurityHeaders, SmallBodies
from services.portal.page import Renderer
from services.portal.portal import Portal
from services.portal.refresher import Refresher
from services.portal.session import Sessions
from services.portal.tracing import Traced
from services.portal.whereabouts import Networks, Whereabouts


def build(portal: Portal, hub: LiveHub, proxies: Networks = ()) -> ASGIApp:
    """The whole application of one process; `proxies` are believed about where a request comes from."""
    assets = Assets()
    app = FastAPI(
        title="住院医师规范化培训招录",
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

    async def describe(_request: Request) -> Response:
        return JSONResponse(openapi.document(app))

    app.router.routes.append(Route("/api/openapi.json", describe))
    app.router.routes.append(Route("/static/{name}", assets.serve))
    app.router.routes.append(Route("/live", LiveStreams(hub)))
    app.include_router(api.router())
    app.include_router(pages.router())

    guarded = Sessions(app, portal.verifier, Refresher(portal.clients))
    small = SmallBodies(guarded, problems.answer_outside(app))
    same_origin = SameOrigin(small, problems.answer_outside(app))
    return SecurityHeaders(BoardLane(Traced(Whereabouts(same_origin, proxies)), portal.boards))
