"""Routes as rows of a table: the shapes of path, query and body come from the contract of the method behind.

A row names method, path, RPC and a sentence. What stands in the path goes into the fields of these names; the rest of
the request comes from the query of a GET and from the JSON body of anything else, except the idempotency key, which is
a header. A route exists for exactly what the contract says, so that neither can forget a field of the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from fastapi import APIRouter
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from services.kit.domain import DomainError, Kind
from services.kit.grpc_server import policy_of
from services.portal.api.common import PREFIX, SignedIn, answers, json_answer
from services.portal.api.openapi import schema_of
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


def add_rows(router: APIRouter, file: ModuleType, service: str, client: str, rows: Sequence[Row]) -> None:
    """Add `rows` of `service`, defined in the contract `file`, reached through the attribute `client` of Clients."""
    methods: dict[str, MethodDescriptor] = file.DESCRIPTOR.services_by_name[service].methods_by_name
    for row in rows:
        _add(router, row, methods[row.rpc], client)


def _add(router: APIRouter, row: Row, method: MethodDescriptor, client: str) -> None:
    asked: type[Message] = message_factory.GetMessageClass(method.input_type)
    answered: type[Message] = message_factory.GetMessageClass(method.output_type)
    policy = policy_of(method)
    router.add_api_route(
        PREFIX + row.path,
        _endpoint(row, asked, client),
        methods=[row.method],
        name=row.rpc,
        summary=row.summary,
        description=row.summary,
        operation_id=f"{method.containing_service.name}.{row.rpc}",
        dependencies=[] if policy.anyone else [SignedIn],
        openapi_extra=_described(row, method.input_type),
        **answers(answered, row.status),
    )


def _endpoint(row: Row, asked: type[Message], client: str) -> Callable[[Request], Awaitable[Response]]:
    shape: Descriptor = asked.DESCRIPTOR  # type: ignore[assignment]  # the stubs name two classes for the same thing
    keyed = KEY in shape.fields_by_name

    async def endpoint(request: Request) -> Response:
        values = _queried(request, shape) if row.method == "GET" else await body_of(request)
        both = [name for name in request.path_params if name in values]
        if both or KEY in values:
            field = both[0] if both else KEY
            raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容与接口约定不符。", field=field)
        values |= {name: _scalar(shape, name, text) for name, text in request.path_params.items()}
        if keyed:
            values[KEY] = idempotency_key(request)
        call = getattr(getattr(clients_of(request), client), row.rpc)
        return json_answer(await call(of_json(asked, values)), row.status)

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
    """The JSON object in the body; an empty body is an empty object. Raises INVALID `INVALID_FIELD`."""
    whole = await request.body()
    if not whole:
        return {}
    try:
        values = json.loads(whole)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容不是 JSON。") from error
    if not isinstance(values, dict):
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容须为 JSON 对象。")
    return values


def _queried(request: Request, asked: Descriptor) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in request.query_params:
        field = asked.fields_by_name.get(name)
        texts = request.query_params.getlist(name)
        if field is not None and field.is_repeated:
            values[name] = [_scalar(asked, name, text) for text in texts]
        else:
            values[name] = _scalar(asked, name, texts[-1])
    return values


def _scalar(asked: Descriptor, name: str, text: str) -> Any:
    """The value of a field as it stands in an address; what does not fit is left for `of_json` to refuse."""
    field = asked.fields_by_name.get(name)
    if field is None or field.message_type is not None or field.enum_type is not None:
        return text
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _TRUE.get(text.lower(), text)
    if field.cpp_type in _INTEGERS:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
    return text


def _described(row: Row, asked: Descriptor) -> dict[str, Any]:
    in_path = _IN_PATH.findall(row.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema_of(asked.fields_by_name[name])}
        for name in in_path
    ]
    rest = [field for field in asked.fields if field.name not in (*in_path, KEY)]
    told: dict[str, Any] = {"parameters": parameters}
    if row.method == "GET":
        parameters += [
            {"name": field.name, "in": "query", "required": False, "schema": schema_of(field)} for field in rest
        ]
    elif rest:
        schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {field.name: schema_of(field) for field in rest},
        }
        told["requestBody"] = {"required": False, "content": {"application/json": {"schema": schema}}}
    if KEY in asked.fields_by_name:
        header = {"type": "string", "minLength": 8, "maxLength": 64}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": header})
    return told
