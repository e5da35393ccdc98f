"""The REST side against the contracts: every operation asks the method it names, as that is guarded (REST-01); versions
as headers (REST-02)."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import protovalidate
import pytest
import pytest_asyncio
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from openapi_spec_validator import OpenAPIV31SpecValidator

from residency.faculty.v1 import rotation_service_pb2
from residency.identity.v1 import staff_service_pb2, support_service_pb2
from residency.notify.v1 import notify_service_pb2
from services.kit.auth import outgoing_token
from services.kit.domain import DomainError, Kind
from services.kit.policy import policy_of
from services.portal.api.common import ANSWER
from services.portal.api.failures import EXAMPLES
from services.portal.app import build
from services.portal.portal import Portal
from services.portal.wire import of_json
from tests.architecture.contracts import POLICIES
from tests.support.portal_upstream import ORIGIN, Upstream

MACHINES = {"scheduler", "service", "operator"}
NO_ROUTE = {
    "PersonService.GetPerson": "asked by services; a person asks GET /me",
    "SessionService.SignInMachine": "machines of the platform",
    "SessionService.GetKeySet": "machines of the platform",
    "StaffService.ImportOrganisations": "on the command line",
    "DeliveryService.RecordReceipt": "carriers report to /callbacks",
}
"""Methods without an operation, and why."""
WHOLE = {"PersonService.ExportMyData": "ExportMyData"}
"""Operations that put the answers of several services together: by which method they count as theirs."""


@dataclass
class Recorder:
    """Stands for all services behind: keeps what was asked, answers with the example of the document."""

    document: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Any, str]] = field(default_factory=list)
    refusal: DomainError | None = None
    answers: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, service: str) -> Any:
        return _Stub(self)


@dataclass
class _Stub:
    recorder: Recorder

    def __getattr__(self, rpc: str) -> Any:
        async def call(message: Any) -> Any:
            self.recorder.calls.append((rpc, message, outgoing_token()))
            if self.recorder.refusal is not None:
                raise self.recorder.refusal
            service = next(each for each in message.DESCRIPTOR.file.services_by_name.values())
            method = service.methods_by_name[rpc]
            if rpc in self.recorder.answers:
                return self.recorder.answers[rpc]
            answer: Any = message_factory.GetMessageClass(method.output_type)()
            if "json" in method.output_type.fields_by_name:
                answer.json = "{}"
            return answer

        return call


@dataclass
class Edge:
    """The portal in front of the recorder."""

    recorder: Recorder
    program: httpx.AsyncClient
    document: dict[str, Any]
    token: str

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (verb, path, operation)
            for path, operations in self.document["paths"].items()
            for verb, operation in operations.items()
        ]

    async def send(self, verb: str, path: str, operation: dict[str, Any], **headers: str) -> httpx.Response:
        """The request that the document shows."""
        self.recorder.calls.clear()
        query: dict[str, Any] = {}
        for each in operation.get("parameters", ()):
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", str(each["example"]))
            elif each["in"] == "query" and each["required"]:
                query[each["name"]] = each.get("example", "x")
        body = operation.get("requestBody", {}).get("content", {})
        options: dict[str, Any] = {"params": query, "headers": {"idempotency-key": str(uuid.uuid4()), **headers}}
        if "application/json" in body:
            options["json"] = body["application/json"]["example"]
        elif body:
            options["content"] = b"\xff\xd8\xff"
        return await self.program.request(verb, path, **options)


@pytest_asyncio.fixture
async def edge(upstream: Upstream) -> AsyncIterator[Edge]:
    recorder = Recorder()
    portal = Portal(recorder, upstream.verifier())  # type: ignore[arg-type]  # it stands for the clients
    transport = httpx.ASGITransport(build(portal, upstream.hub), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as program:
        document = (await program.get("/api/openapi.json")).json()
        yield Edge(recorder, program, document, upstream.identity.token("applicant"))


def method_named(operation: dict[str, Any]) -> MethodDescriptor:
    service, rpc = operation["operationId"].split(".")
    found = [name for name in POLICIES if name.split(".")[-1] == rpc]
    success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    assert ANSWER not in success
    for name in found:
        package = name.split(".")[0]
        try:
            each = descriptor_pool.Default().FindServiceByName(f"residency.{package}.v1.{service}")
        except KeyError:
            continue
        if rpc in each.methods_by_name:
            method: MethodDescriptor = each.methods_by_name[rpc]
            return method
    raise AssertionError(operation["operationId"])


async def test_the_document_is_valid_and_says_everything(edge: Edge) -> None:
    assert [str(error.message) for error in OpenAPIV31SpecValidator(edge.document).iter_errors()] == []
    tags = {each["name"] for each in edge.document["tags"]}
    names = [operation["operationId"] for _, _, operation in edge.operations()]
    assert len(names) == len(set(names)) >= 300
    schemas = edge.document["components"]["schemas"]
    for verb, path, operation in edge.operations():
        here = f"{verb} {path}"
        assert operation["summary"].endswith("."), here
        assert len(operation["description"]) > 20, here
        assert set(operation["tags"]) <= tags, here
        assert all(each.get("description") for each in operation.get("parameters", ())), here
        shape = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if shape is not None:
            assert "example" in shape, here
            while "$ref" in shape.get("schema", shape) or "anyOf" in shape.get("schema", shape):
                inner = shape.get("schema", shape)
                shape = schemas[inner["$ref"].rsplit("/", 1)[1]] if "$ref" in inner else inner["anyOf"][0]
            inner = shape.get("schema", shape)
            assert all(each.get("description") for each in inner.get("properties", {}).values()), here
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                assert answer == {"$ref": f"#/components/responses/Problem{status}"}, here
            elif "$ref" in answer.get("content", {}).get("application/json", {}).get("schema", {}):
                assert "example" in answer["content"]["application/json"], here


async def test_every_operation_asks_the_method_it_names_as_its_contract_allows(edge: Edge) -> None:
    """What an operation may be used for is said by the method behind: nothing is asked that no contract guards."""
    wrong = []
    for verb, path, operation in edge.operations():
        method = method_named(operation)
        policy = policy_of(method)
        here = operation["operationId"]
        nobody = await edge.send(verb, path, operation)
        anonymous = [rpc for rpc, _, _ in edge.recorder.calls]
        stale = await edge.send(verb, path, operation, authorization="Bearer nonsense")
        forged = [rpc for rpc, _, token in edge.recorder.calls if token]
        known = await edge.send(verb, path, operation, authorization=f"Bearer {edge.token}")
        calls = list(edge.recorder.calls)
        if policy.anyone:
            assert operation["security"] == [], here
            if nobody.status_code == 401 or not anonymous:
                wrong.append((here, "open in the contract, closed here"))
        else:
            assert operation["security"], here
            assert set(operation["x-roles"]) == set(policy.roles) - MACHINES, here
            assert operation.get("x-step-up", False) == policy.step_up, here
            if nobody.status_code != 401 or anonymous or stale.status_code != 401:
                wrong.append((here, f"asked a service for nobody: {nobody.status_code} {stale.status_code}"))
        assert not forged, here
        if known.status_code >= 400:
            wrong.append((here, f"{known.status_code} {known.text}"))
        elif here in WHOLE:
            assert WHOLE[here] in {rpc for rpc, _, _ in calls}
        elif ([rpc for rpc, _, _ in calls] or anonymous) != [method.name]:  # the board is remembered for a moment
            wrong.append((here, f"asked {[rpc for rpc, _, _ in calls]}"))
        for _, message, token in calls:
            assert token == edge.token, here
            faults = protovalidate.collect_violations(message)
            if faults:
                wrong.append((here, f"{[(str(each.proto.field), each.proto.message) for each in faults]}"))
    assert wrong == [], "\n".join(map(str, wrong))


async def test_answers_that_are_shown_are_messages_of_the_contract(edge: Edge) -> None:
    for _, _, operation in edge.operations():
        success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        shown = success["content"].get("application/json", {}).get("example")
        if shown is None:
            continue
        shown.pop("next_cursor", None)
        # Raises where it is none.
        of_json(message_factory.GetMessageClass(method_named(operation).output_type), shown)


async def test_every_method_for_people_has_an_operation(edge: Edge) -> None:
    named = {operation["operationId"] for _, _, operation in edge.operations()}
    rpcs = {name.split(".")[1] for name in named}
    wanted = {name.split(".")[-1] for name, policy in POLICIES.items() if policy.anyone or set(policy.roles) - MACHINES}
    assert sorted(wanted - rpcs) == sorted(name.split(".")[1] for name in NO_ROUTE)


@pytest.mark.parametrize("status", sorted(EXAMPLES))
async def test_a_failure_looks_as_the_document_says(edge: Edge, status: int) -> None:
    component = edge.document["components"]["responses"][f"Problem{status}"]
    for error in EXAMPLES[status]:
        edge.recorder.refusal = error
        headers = {"if-match": '"6"', "authorization": f"Bearer {edge.token}", "idempotency-key": str(uuid.uuid4())}
        if status != 412:
            del headers["if-match"]
        path = f"/api/v1/cycles/{uuid.uuid4()}/application/submissions"
        told = await edge.program.post(path, headers=headers)
        assert told.json() == component["content"]["application/problem+json"]["examples"][error.reason]["value"]
        assert told.status_code == status
        assert set(component.get("headers", ())) <= {name.title() for name in told.headers} | {"WWW-Authenticate"}
        english = await edge.program.post(path, headers=headers | {"accept-language": "en-GB,en;q=0.9,zh;q=0.5"})
        assert english.json()["reason"] == error.reason
        assert english.headers["content-language"] == "en"
        assert english.json()["title"].isascii(), english.json()["title"]
        assert english.json()["detail"].isascii(), f"{error.reason} has no English"


async def test_a_version_comes_as_etag_and_goes_as_if_match(edge: Edge) -> None:
    one = f"/api/v1/faculty/batches/{uuid.uuid4()}/publication"
    headers = {"authorization": f"Bearer {edge.token}", "idempotency-key": str(uuid.uuid4())}

    async def asked(match: str, body: dict[str, Any] | None = None) -> tuple[int, list[int]]:
        edge.recorder.calls.clear()
        told = await edge.program.post(one, headers=headers | {"if-match": match}, json=body)
        return told.status_code, [message.version for _, message, _ in edge.recorder.calls]

    assert await asked('"7"') == (200, [7])
    assert await asked('"7"', {"version": 7}) == (200, [7])
    assert await asked('"7"', {"version": 6}) == (422, [])
    assert await asked("*", {"version": 6}) == (200, [6])
    for none in ("7", 'W/"7"', '"x"', '"7", "8"', '"0"', f'"{2**32}"'):
        assert await asked(none) == (422, []), none
    edge.recorder.refusal = DomainError(Kind.CONFLICT, "VERSION_MOVED", "刚刚有变动。")
    assert await asked('"7"') == (412, [7])
    assert (await edge.program.post(one, headers=headers, json={"version": 7})).status_code == 409
    edge.recorder.refusal = DomainError(Kind.CONFLICT, "ALREADY_DECIDED", "已处理。")
    assert await asked('"7"') == (409, [7]), "another conflict stays one"


async def test_lists_page_by_the_same_names_whatever_the_contract_calls_them(edge: Edge) -> None:
    paged = [
        operation["operationId"]
        for _, _, operation in edge.operations()
        if "Link" in operation["responses"].get("200", {}).get("headers", {})
    ]
    assert len(paged) >= 20
    answers = edge.recorder.answers
    answers["ListMessages"] = notify_service_pb2.ListMessagesResponse(next_page_token="t 1")
    answers["ListStaff"] = staff_service_pb2.ListStaffResponse(next="n")
    answers["ListSecurityEvents"] = support_service_pb2.ListSecurityEventsResponse(next_before=41)
    answers["ListTrainees"] = rotation_service_pb2.ListTraineesResponse()
    headers = {"authorization": f"Bearer {edge.token}"}

    async def read(path: str) -> tuple[httpx.Response, Any]:
        edge.recorder.calls.clear()
        told = await edge.program.get(f"/api/v1{path}", headers=headers)
        return told, edge.recorder.calls[0][1] if edge.recorder.calls else None

    told, asked = await read("/messages?unread_only=true&page_size=7&cursor=a%20b")
    assert told.status_code == 200, told.text
    assert (asked.page_size, asked.page_token, asked.unread_only) == (7, "a b", True)
    assert told.json()["next_cursor"] == "t 1"
    assert told.headers["link"] == '</api/v1/messages?unread_only=true&page_size=7&cursor=t+1>; rel="next"'
    told, asked = await read(told.links["next"]["url"].removeprefix("/api/v1"))
    assert asked.page_token == "t 1"
    assert (await read("/staff?cursor=x"))[1].after == "x"
    told, asked = await read("/security-events?cursor=73")
    assert (asked.before, told.json()["next_cursor"]) == (73, "41")
    assert (await read("/security-events?cursor="))[1].before == 0
    told, asked = await read("/trainees?page_size=3")
    assert (asked.limit, told.json()["next_cursor"], "link" in told.headers) == (3, "", False)
    for wrong in ("/messages?page_token=x", "/trainees?limit=3", "/security-events?cursor=x"):
        told, asked = await read(wrong)
        assert (told.status_code, asked) == (422, None), wrong


async def test_the_document_is_read_again_only_when_it_has_changed(edge: Edge) -> None:
    first = await edge.program.get("/api/openapi.json")
    again = await edge.program.get("/api/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await edge.program.get("/api/openapi.json", headers={"if-none-match": '"other"'})
    assert other.content == first.content
