"""The edge itself: headers, cross-site writes, large bodies, static files, traces, live streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from residency.enrollment.v1 import events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from services.kit import telemetry
from services.portal.edge.cookies import SESSION
from services.portal.edge.middleware import CONTENT_SECURITY_POLICY
from services.portal.server import WebServer
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_story import keyed
from tests.support.portal_upstream import ORIGIN, Upstream

PREFIX = "residency.enrollment.v1."


async def test_the_same_headers_on_every_answer(upstream: Upstream) -> None:
    paths = ["/", "/board", "/nope", "/static/nope.css", "/application", "/api/v1/cycles", "/api/v1/nope"]
    async with upstream.browser("applicant") as browser:
        for path in [*paths, "/api/openapi.json"]:
            answer = await browser.get(path)
            assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
            assert answer.headers["x-content-type-options"] == "nosniff"
            kept = "no-cache" if path == "/api/openapi.json" else "no-store"  # that one is asked for again by its tag
            assert answer.headers["cache-control"] == kept
            assert answer.headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


async def test_over_https_browsers_are_told_to_stay_there(upstream: Upstream) -> None:
    transport = httpx.ASGITransport(upstream.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://portal.example.org") as browser:
        answer = await browser.get("/nope")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_static_files_are_kept_for_ever_under_their_fingerprint(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        home = await browser.get("/")
        for name in ("portal.css", "portal.js", "icon.svg"):
            stem, suffix = name.split(".")
            url = next(part for part in home.text.split('"') if part.startswith(f"/static/{stem}.") and suffix in part)
            answer = await browser.get(url)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
        {"sec-fetch-site": "same-site", "origin": ORIGIN},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "", "origin": ""},
        {"sec-fetch-site": "", "origin": "http://[::1"},  # OPS-97: no address at all
    ],
)
async def test_writes_from_elsewhere_are_refused(upstream: Upstream, headers: dict[str, str]) -> None:
    sent = {name: value for name, value in headers.items() if value}
    transport = httpx.ASGITransport(upstream.app)
    cookies = {SESSION: upstream.identity.token("applicant")}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as stranger:
        answer = await stranger.post("/application/start", data=keyed(), headers=sent)
        assert answer.status_code == 403
        assert "不是从本平台页面发出" in answer.text
        own = await stranger.post("/application/start", data=keyed(), headers={"origin": ORIGIN})
        assert own.status_code == 303


async def test_a_large_body_is_refused(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        answer = await browser.post("/application/sections/basic", data={"school": "x" * 300_000})
        assert answer.status_code == 422
        assert "内容过大" in answer.text


async def test_a_request_has_an_id(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        first, second = await browser.get("/"), await browser.get("/")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_one_span_a_request_named_by_route_without_path_or_query(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "_TRACER", provider.get_tracer("test"))
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    async with upstream.program("applicant") as program:
        path = f"/cycles/{CYCLE}/application"
        assert (await program.get(path, params={"name": "张三"}, headers={"traceparent": parent})).status_code == 200
    ours = [each for each in spans.get_finished_spans() if each.kind is SpanKind.SERVER and each.name.startswith("GET")]
    assert [each.name for each in ours] == ["GET /api/v1/cycles/{cycle_id}/application"]
    assert ours[0].context is not None
    assert f"{ours[0].context.trace_id:032x}" == "a" * 32
    names = {each.name for each in spans.get_finished_spans()}
    assert "ApplicationService/GetMyApplication" in names  # the trace goes on behind the portal
    told = " ".join(str(each.to_json()) for each in spans.get_finished_spans())
    assert CYCLE not in told
    assert "张三" not in told


@contextlib.asynccontextmanager
async def _served(upstream: Upstream) -> AsyncIterator[str]:
    server = WebServer(upstream.app, "127.0.0.1", 0)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        async with asyncio.timeout(5):
            await server.stop()


async def _next_event(lines: AsyncIterator[str]) -> str:
    async with asyncio.timeout(5):
        async for line in lines:
            if line.startswith("data: ") and not line[6:].isdigit():
                return line.removeprefix("data: ")
    raise AssertionError("the stream ended")


async def test_the_stream_says_changed_and_stops_with_the_server(upstream: Upstream) -> None:
    person = upstream.identity.people["applicant"][0]
    fact = events_pb2.ApplicationFact(person_id=person, base_code="SD-QILU")
    body = events_pb2.ApplicationReviewed(application=fact, approved=True).SerializeToString()
    async with _served(upstream) as address, httpx.AsyncClient(base_url=address) as client:
        cookies = f"{SESSION}={upstream.identity.token('applicant')}"
        async with client.stream("GET", "/live", headers={"cookie": cookies}) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith("retry:")
            upstream.hints.say(f"{PREFIX}application.reviewed", body)
            assert await _next_event(lines) == "board mine"
            written = notify_events_pb2.MessageWritten(person_id=person).SerializeToString()
            upstream.hints.say("residency.notify.v1.message.written", written)
            assert await _next_event(lines) == "inbox"
            upstream.hints.say(f"{PREFIX}phase.entered")
            assert await _next_event(lines) == "board cycle"
            await upstream.hub.stop()
            async with asyncio.timeout(2):
                assert [line async for line in lines if line.startswith("event")] == []


async def test_what_is_the_same_for_everybody_is_brought_and_the_rest_is_told(upstream: Upstream) -> None:
    person = upstream.identity.people["applicant"][0]
    fact = events_pb2.ApplicationFact(person_id=person, base_code="SD-QILU")
    body = events_pb2.ApplicationSubmitted(application=fact).SerializeToString()
    cookies = f"{SESSION}={upstream.identity.token('applicant')}"
    asked = {"part": ["board board.cycle /en/board?base_code=SD-QILU", "standing mine.cycle /application"]}
    async with (
        _served(upstream) as address,
        httpx.AsyncClient(base_url=address) as client,
        client.stream("GET", "/live", params=asked, headers={"cookie": cookies}) as stream,
    ):
        assert stream.headers["content-encoding"] == "gzip"
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        upstream.hints.say(f"{PREFIX}application.submitted", body)
        brought = [await _next_event(lines), await _next_event(lines)]
        part = json.loads(next(each for each in brought if each.startswith("{")))
        assert part["id"] == "board"
        assert part["html"].startswith('<section id="board"')
        assert part["html"].endswith("</section>")
        assert 'data-src="/en/board?base_code=SD-QILU"' in part["html"]
        assert "standing" in brought
        plain = {"cookie": cookies, "accept-encoding": "identity", "last-event-id": "1"}
        async with client.stream("GET", "/live", params=asked, headers=plain) as again:
            assert "content-encoding" not in again.headers
            lines = again.aiter_lines()
            brought = [await _next_event(lines), await _next_event(lines)]
            assert brought[1] == "standing"  # whoever comes back is brought and told everything
            assert json.loads(brought[0])["id"] == "board"


async def test_a_hint_makes_shared_answers_fresh(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        assert "一志愿审核与拟录取</b>" not in (await browser.get("/")).text
        upstream.enrollment.phase = "FIRST_CHOICE"
        upstream.hints.say(f"{PREFIX}phase.entered")
        assert "<b>一志愿审核与拟录取</b>" in (await browser.get("/")).text
