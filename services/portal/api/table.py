"""REST-01, routes as rows of a table: the shapes of path, query and body come from the contract of the method behind.

A row names method, path, RPC and a sentence. What stands in the path goes into the fields of these names; the rest of
the request comes from the query of a GET and from the JSON body of anything else, except the idempotency key and the
version a write was made on, which are headers. A route exists for exactly what the contract says, so that neither can
forget a field of the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from fastapi import APIRouter
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from services.kit.domain import DomainError, Kind
from services.kit.policy import policy_of
from services.portal.api import contract, schemas
from services.portal.api.common import KEY_HEADER, PREFIX, SignedIn, answers, json_answer
from services.portal.clients import Clients
from services.portal.portal import portal_of
from services.portal.wire import of_json

KEY = "idempotency_key"
_IN_PATH = re.compile(r"\{(\w+)\}")
_TRUE = {"true": True, "1": True, "false": False, "0": False}
_INTEGERS = frozenset(
    {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64}
    | {FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One route: HTTP method, path below `/api/v1`, RPC, what it does in a sentence, status of its success."""

    method: str
    path: str
    rpc: str
    summary: str
    status: int = 200
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the query that differ from the contract's: ours → theirs. Those of paging are known."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What an endpoint knows: its row, the method behind, and how the names of its query are read."""

    row: Row
    method: MethodDescriptor
    client: str
    paging: contract.Paging | None
    theirs: Mapping[str, str]
    ours: Mapping[str, str]


def add_rows(router: APIRouter, file: ModuleType, service: str, client: str, rows: Sequence[Row]) -> None:
    """Add `rows` of `service`, defined in the contract `file`, reached through the attribute `client` of Clients."""
    methods: dict[str, MethodDescriptor] = file.DESCRIPTOR.services_by_name[service].methods_by_name
    for row in rows:
        _add(router, row, methods[row.rpc], client)


def _add(router: APIRouter, row: Row, method: MethodDescriptor, client: str) -> None:
    answered: type[Message] = message_factory.GetMessageClass(method.output_type)
    paging = contract.paging_of(method) if row.method == "GET" else None
    theirs = {**row.names, **(paging.names if paging is not None else {})}
    ours = {their: our for our, their in theirs.items()}
    call = _Call(row, method, client, paging, theirs, ours)
    router.add_api_route(
        PREFIX + row.path,
        _endpoint(call),
        methods=[row.method],
        name=row.rpc,
        summary=row.summary,
        description=row.summary,
        dependencies=[] if policy_of(method).anyone else [SignedIn],
        openapi_extra=_described(call),
        **answers(answered, row.status),
    )


def _endpoint(call: _Call) -> Callable[[Request], Awaitable[Response]]:
    row, shape = call.row, call.method.input_type
    asked: type[Message] = message_factory.GetMessageClass(shape)
    keyed = KEY in shape.fields_by_name
    expected = contract.expected_of(call.method) if row.method != "GET" else ""

    async def endpoint(request: Request) -> Response:
        values = _queried(request, call) if row.method == "GET" else await body_of(request)
        both = [name for name in request.path_params if name in values]
        if both or KEY in values:
            raise _unfit(both[0] if both else KEY)
        values |= {name: _scalar(shape, name, text) for name, text in request.path_params.items()}
        if keyed:
            values[KEY] = idempotency_key(request)
        if expected and (match := request.headers.get("if-match")) is not None:
            values[expected] = contract.matched(match, values.get(expected))
        invoke = getattr(getattr(clients_of(request), call.client), row.rpc)
        try:
            answer = await invoke(of_json(asked, values))
        except DomainError as error:
            error.field = call.ours.get(error.field, error.field)
            raise
        return json_answer(answer, row.status, _onward(request, call, answer))

    return endpoint


def clients_of(request: Request) -> Clients:
    """The services behind."""
    return portal_of(request).clients


def idempotency_key(request: Request) -> str:
    """The header of that name; raises INVALID `IDEMPOTENCY_KEY_MISSING` when it is none."""
    key = request.headers.get("idempotency-key", "")
    if not 8 <= len(key) <= 64:
        told = "请求头 Idempotency-Key 须为 8 至 64 个字符。"
        raise DomainError(Kind.INVALID, "IDEMPOTENCY_KEY_MISSING", told)
    return key


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body, said to be one; an empty body is an empty object. Raises INVALID `INVALID_FIELD`."""
    whole = await request.body()
    if not whole:
        return {}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容不是 JSON。", field="content-type")
    try:
        values = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容不是 JSON。") from error
    if not isinstance(values, dict):
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容须为 JSON 对象。")
    return values


def _unfit(name: str) -> DomainError:
    return DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容与接口约定不符。", field=name)


def _onward(request: Request, call: _Call, answer: Message) -> str:
    """The address of the next page; empty at the end, and for what does not page."""
    cursor = getattr(answer, call.paging.onward) if call.paging is not None else ""
    if not cursor:
        return ""
    url = request.url.include_query_params(**{contract.CURSOR: str(cursor)})
    return f"{url.path}?{url.query}"


def _queried(request: Request, call: _Call) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in request.query_params:
        if call.ours.get(name, name) != name:
            raise _unfit(name)
        theirs = call.theirs.get(name, name)
        found = call.method.input_type.fields_by_name.get(theirs)
        texts = request.query_params.getlist(name)
        if name == contract.CURSOR and not texts[-1]:
            continue  # from the start
        if found is not None and found.is_repeated:
            values[theirs] = [_scalar(call.method.input_type, theirs, text) for text in texts]
        else:
            values[theirs] = _scalar(call.method.input_type, theirs, texts[-1])
    return values


def _scalar(asked: Descriptor, name: str, text: str) -> Any:
    """The value of a field as it stands in an address; what does not fit is left for `of_json` to refuse."""
    found = asked.fields_by_name.get(name)
    if found is None or found.message_type is not None or found.enum_type is not None:
        return text
    if found.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _TRUE.get(text.lower(), text)
    if found.cpp_type in _INTEGERS:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
    return text


def _described(call: _Call) -> dict[str, Any]:
    row, asked = call.row, call.method.input_type
    in_path = _IN_PATH.findall(row.path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": schemas.asked(asked.fields_by_name[name])}
        for name in in_path
    ]
    rest = [each for each in asked.fields if each.name not in (*in_path, KEY)]
    told: dict[str, Any] = {"parameters": parameters}
    if row.method == "GET":
        parameters += [_in_query(each, call) for each in rest]
    elif rest:
        whole = schemas.body(rest)
        if (expected := contract.expected_of(call.method)) in whole.get("required", ()):
            whole["required"] = [name for name in whole["required"] if name != expected]  # If-Match may say it
        content = {"application/json": {"schema": whole}}
        told["requestBody"] = {"required": bool(whole.get("required")), "content": content}
    if KEY in asked.fields_by_name:
        parameters.append(KEY_HEADER)
    return told


def _in_query(asked: FieldDescriptor, call: _Call) -> dict[str, Any]:
    name = call.ours.get(asked.name, asked.name)
    schema = schemas.asked(asked)
    if name == contract.CURSOR:
        schema = {
            "type": "string",
            "maxLength": 200,
            "description": "`next_cursor` of the page before; empty at first.",
        }
    return {"name": name, "in": "query", "required": schemas.needed(asked), "schema": schema}
