"""What the routes share: the caller, the idempotency key, JSON answers, and their place in the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.security import HTTPBearer
from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.portal.clients import Clients
from services.portal.portal import Portal, portal_of
from services.portal.session import visitor_of
from services.portal.wire import to_json

PREFIX = "/api/v1"
"""All routes are below this; it stands on each router, so that a route knows its whole path."""

PROBLEMS: dict[int, str] = {
    401: "No token, or a stale one.",
    403: "Not for this role.",
    404: "Absent, or not visible to the caller.",
    409: "Not allowed now, a conflict, or no seat left.",
    422: "The input breaks a rule; `field` says where.",
    429: "Too much asked; try later.",
    500: "A bug.",
    503: "A service is down; retry with the same key.",
}
"""Statuses of problem details answers."""

_bearer = HTTPBearer(auto_error=False, description="The access token from POST /sessions.")


class Body(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Body):
    """An empty body."""


class OnVersion(Body):
    """A write that may name the version it was made on."""

    expected_version: int = Field(default=0, ge=0, le=2**32 - 1)
    """0 skips the check."""


async def signed_in(request: Request, _token: Annotated[Any, Depends(_bearer)] = None) -> None:
    """Dependency: a good bearer token came along; raises UNAUTHENTICATED otherwise."""
    visitor_of(request).require()


async def clients_of(request: Request) -> Clients:
    """Dependency: the services behind."""
    return portal_of(request).clients


async def shared(request: Request) -> Portal:
    """Dependency: what this process shares between requests."""
    return portal_of(request)


# Dependencies are coroutines throughout: FastAPI sends plain functions to a thread, which costs more than they do.
SignedIn = Depends(signed_in)
Services = Annotated[Clients, Depends(clients_of)]
Shared = Annotated[Portal, Depends(shared)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=64,
        description="Fresh per intent, the same per retry: a retry gets the first answer.",
    ),
]
Id = Annotated[str, Field(pattern="^[0-9a-fA-F-]{36}$")]
"""A UUID in a path."""


def json_answer(message: Message, status: int = 200) -> Response:
    """`message` as JSON."""
    return Response(json_bytes(message), status_code=status, media_type="application/json")


def json_bytes(message: Message) -> bytes:
    """`message` as JSON in UTF-8."""
    return json.dumps(to_json(message), ensure_ascii=False, separators=(",", ":")).encode()


def answers(message: type[Message], status: int = 200) -> dict[str, Any]:
    """Keyword arguments of a route: its success answer is `message`, its failures are problem details."""
    name = message.DESCRIPTOR.full_name
    schema = {"$ref": f"#/components/schemas/{name}"}
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": "Done.", "content": {"application/json": {"schema": schema}}, "x-message": name}
    }
    responses |= problem_answers(PROBLEMS)
    return {"status_code": status, "responses": responses, "response_class": Response}


def files(media_type: str) -> dict[str, Any]:
    """Keyword arguments of a route that answers with a file; its failures are problem details."""
    schema = {"type": "string", "contentMediaType": media_type}
    responses: dict[int | str, dict[str, Any]] = {
        200: {"description": "The file.", "content": {media_type: {"schema": schema}}}
    }
    return {"responses": responses | problem_answers(PROBLEMS), "response_class": Response}


def problem_answers(problems: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The failures of a route, as problem details, for its `responses`."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": description, "content": content} for code, description in problems.items()}
