"""The OpenAPI document: routes from FastAPI; words, limits, roles, versions and examples from the contracts.

REST-03: what it says of answers holds for whatever is sent.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from starlette.requests import Request
from starlette.responses import Response

from residency.kit.v1 import policy_pb2
from services.kit.policy import policy_of
from services.portal.api import contract, failures, schemas
from services.portal.api.believable import ANSWERED, ASKED
from services.portal.api.common import ANSWER
from services.portal.api.examples import example, laid_over
from services.portal.api.guide import ABOUT, TAGS

MACHINES = frozenset({"scheduler", "service", "operator"})
_WHOSE = {
    policy_pb2.SCOPE_PUBLIC: "nobody's in particular",
    policy_pb2.SCOPE_SELF: "one's own; another's is answered as absent",
    policy_pb2.SCOPE_OWN: "what the role reaches; another's is answered as absent, or left out of a list",
    policy_pb2.SCOPE_ALL: "everything",
}
_ETAG = {"description": "The version, for `If-Match`; absent while there is none.", "schema": {"type": "string"}}
_LINK = {"description": 'The next page: `<…>; rel="next"`; absent at the end.', "schema": {"type": "string"}}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what the write was made on; 412 when it is another by now. In place of `{field}`.",
    "schema": {"type": "string", "maxLength": 20},
    "example": '"7"',
}


class Described:
    """The document of one application, made when first asked for and kept as bytes."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._body = b""
        self._tag = ""

    async def answer(self, request: Request) -> Response:
        """Answer with the document, or that it is still the one of the tag."""
        if not self._body:
            self._body = json.dumps(document(self._app), ensure_ascii=False, separators=(",", ":")).encode()
            self._tag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'
        headers = {"etag": self._tag, "cache-control": "no-cache"}
        if self._tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self._body, headers=headers, media_type="application/json")


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once and kept on the application."""
    if app.openapi_schema is None:
        whole = get_openapi(title=app.title, version=app.version, description=ABOUT, tags=TAGS, routes=app.routes)
        components = whole.setdefault("components", {})
        known = components.setdefault("schemas", {})
        known["Problem"] = failures.PROBLEM
        components["responses"] = failures.answers()
        whole["servers"] = [{"url": "/"}]
        for operations in whole["paths"].values():
            for verb, operation in operations.items():
                _complete(verb, operation, known)
        for unused in ("HTTPValidationError", "ValidationError"):
            known.pop(unused, None)
        app.openapi_schema = whole
    return app.openapi_schema


def _complete(verb: str, operation: dict[str, Any], known: dict[str, Any]) -> None:
    told = operation["responses"]
    status = next(code for code in told if code.startswith("2"))
    method = contract.method_of(told[status].pop(ANSWER))
    operation["operationId"] = name = f"{method.containing_service.name}.{method.name}"
    _say(operation, method)
    expected = contract.expected_of(method) if verb != "get" else ""
    if expected:
        text = _IF_MATCH["description"].format(field=expected)  # type: ignore[attr-defined]  # a plain dict
        operation.setdefault("parameters", []).append(_IF_MATCH | {"description": text})
    _describe(operation, method.input_type, known)
    for code in [code for code in told if not code.startswith("2")]:
        told[code] = failures.reference(int(code))
    if expected:
        told["412"] = failures.reference(412)
    _show(operation, told[status], method, known, name)
    headers = {"ETag": _ETAG} if contract.versioned(method.output_type) else {}
    if verb == "get" and contract.paging_of(method) is not None:
        headers["Link"] = _LINK
    if headers:
        told[status]["headers"] = headers


def _say(operation: dict[str, Any], method: MethodDescriptor) -> None:
    policy = policy_of(method)
    roles = sorted(set(policy.roles) - MACHINES)
    if not operation.get("description", "").startswith(operation["summary"]):
        operation["summary"] = operation["description"].split("\n")[0]  # a docstring: its first line is the summary
    lines = [contract.words(method.full_name) or operation["summary"]]
    lines.append("**Who:** anyone." if policy.anyone else f"**Who:** {', '.join(roles)}.")
    if not policy.anyone:
        lines.append(f"**Whose:** {_WHOSE.get(policy.scope, '')}.")
        operation["x-roles"] = roles
    else:
        operation["security"] = []
    if policy.step_up:
        lines.append("**Powerful:** a second factor must have been proved in the last quarter of an hour.")
        operation["x-step-up"] = True
    operation["description"] = "\n\n".join(lines)


def _describe(operation: dict[str, Any], asked: Descriptor, known: dict[str, Any]) -> None:
    for each in operation.get("parameters", ()):
        if not each.get("description"):
            text = each["schema"].pop("description", "") or _about(asked, each["name"])
            each["description"] = text
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    for name, each in _properties(content["schema"], known).items():
        if not each.get("description"):
            each["description"] = _about(asked, name)


def _properties(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _properties(known[schema["$ref"].rsplit("/", 1)[1]], known)
    if "anyOf" in schema:
        return _properties(schema["anyOf"][0], known)
    found: dict[str, Any] = schema.get("properties", {})
    return found


def _about(asked: Descriptor, name: str) -> str:
    """What the contract says of a field of a request, or of a message in it."""
    nested = [field.message_type for field in asked.fields if field.message_type is not None]
    for message in (asked, *nested):
        for candidate in (name, f"{name}s", f"{name}_json"):
            if candidate in message.fields_by_name:
                return contract.words(message.fields_by_name[candidate].full_name)
    return ""


def _show(
    operation: dict[str, Any], success: dict[str, Any], method: MethodDescriptor, known: dict[str, Any], name: str
) -> None:
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if asked is not None:
        asked["example"] = laid_over(example(asked["schema"], known), ASKED.get(name, {}))
    answered = success.get("content", {}).get("application/json")
    if answered is not None and "$ref" in answered["schema"]:
        schemas.add(method.output_type, known)
        answered["example"] = laid_over(example(answered["schema"], known), ANSWERED.get(name, {}))
    for each in operation.get("parameters", ()):
        if each["required"] and each["in"] != "header":
            each["example"] = example(each["schema"], known, each["name"])
