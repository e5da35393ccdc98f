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

from services.portal.api import contract
from services.portal.api.schemas import UUID_PATTERN
from services.portal.clients import Clients
from services.portal.edge.session import visitor_of
from services.portal.portal import Portal, portal_of
from services.portal.wire import to_json

PREFIX = "/api/v1"
"""All routes are below this; it stands on each router, so that a route knows its whole path."""
ANSWER = "x-message"
"""Where a route says with which message of the contracts it answers; taken out of the finished document."""

PROBLEMS: dict[int, str] = {
    401: "No token, or a stale one.",
    403: "Not for this role.",
    404: "Absent, or not visible to the caller.",
    409: "Not allowed now, a conflict, or no place left.",
    422: "The input breaks a rule; `field` says where.",
    429: "Too much asked; try later.",
    500: "A bug.",
    503: "A service is down; retry with the same key.",
}
"""Statuses of problem details answers."""

_KEY = "Fresh per intent, the same per retry: a retry gets the first answer."
_bearer = HTTPBearer(auto_error=False, description="The access token from POST /sessions.")


class Body(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Nothing(Body):
    """An empty body."""


class OnVersion(Body):
    """A write that may name the version it was made on."""

    expected_version: int = Field(default=0, ge=0, le=2**32 - 1)
    """The version that the write was made on; 0 skips the check. `If-Match` may say it instead."""


async def signed_in(request: Request, _token: Annotated[Any, Depends(_bearer)] = None) -> None:
    """Dependency: a good bearer token came along; raises UNAUTHENTICATED otherwise."""
    visitor_of(request).require()


async def if_match(request: Request) -> str | None:
    """Dependency: the header of that name."""
    return request.headers.get("if-match")


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
        description=_KEY,
    ),
]
KEY_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": _KEY,
    "schema": {"type": "string", "minLength": 8, "maxLength": 64},
}
"""The same header, as routes that are rows of a table describe it."""
IfMatch = Annotated[str | None, Depends(if_match)]
Id = Annotated[str, Field(pattern=UUID_PATTERN, json_schema_extra={"format": "uuid"})]
"""A UUID in a path."""


def json_answer(message: Message, status: int = 200, onward: str = "") -> Response:
    """`message` as JSON, with its version as entity tag, and the address of the next page where there is one."""
    headers = {"etag": tag} if (tag := contract.etag_of(message)) else {}
    if onward:
        headers["link"] = f'<{onward}>; rel="next"'
    return Response(json_bytes(message), status_code=status, headers=headers, media_type="application/json")


def json_bytes(message: Message) -> bytes:
    """`message` as JSON in UTF-8; where to go on is `next_cursor`, whatever the contract calls it."""
    values = to_json(message)
    if (onward := contract.onward_of(message.DESCRIPTOR)) is not None:
        cursor = values.pop(onward.name)
        values[contract.NEXT_CURSOR] = str(cursor) if cursor else ""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def answers(message: type[Message], status: int = 200) -> dict[str, Any]:
    """Keyword arguments of a route: its success answer is `message`, its failures are problem details."""
    name = message.DESCRIPTOR.full_name
    schema = {"$ref": f"#/components/schemas/{name}"}
    return _route(message, status, {"description": "Done.", "content": {"application/json": {"schema": schema}}})


def files(media_type: str, message: type[Message]) -> dict[str, Any]:
    """Keyword arguments of a route that answers with the file in `message`; its failures are problem details."""
    schema = {"type": "string", "contentMediaType": media_type}
    return _route(message, 200, {"description": "The file.", "content": {media_type: {"schema": schema}}})


def _route(message: type[Message], status: int, success: dict[str, Any]) -> dict[str, Any]:
    responses: dict[int | str, dict[str, Any]] = {status: success | {ANSWER: message.DESCRIPTOR.full_name}}
    responses |= problem_answers(PROBLEMS)
    return {"status_code": status, "responses": responses, "response_class": Response}


def problem_answers(problems: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The failures of a route, as problem details, for its `responses`; the document says them once for all routes."""
    return {code: {"description": description} for code, description in problems.items()}
