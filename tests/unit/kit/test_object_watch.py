"""What is told of an object store that is away: words for the platform team, no path and no host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.kit.objects import ObjectStore
from tests.support import servers
from tests.support.bucket import bucket


@contextmanager
def answering(status: int) -> Iterator[str]:
    """An endpoint that answers everything with `status`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x", "ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return monkeypatch


async def told(url: str = "s3://files/enrollment") -> str:
    store = ObjectStore(url)
    await store.start()
    assert store.not_ready() == ""
    return await store.look()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "the object store refuses our credentials"),
        (401, "the object store refuses our credentials"),
        (404, "the bucket is missing"),
        (503, "the object store does not answer"),
    ],
)
async def test_a_bucket_that_cannot_be_used(endpoint: pytest.MonkeyPatch, status: int, reason: str) -> None:
    with answering(status) as url:
        endpoint.setenv("AWS_ENDPOINT_URL", url)
        assert await told() == reason


async def test_a_store_that_is_not_there(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{servers.free_port()}")
    assert await told() == "the object store does not answer"


async def test_a_bucket_that_is_there_even_when_empty(endpoint: pytest.MonkeyPatch) -> None:
    with bucket() as (url, _):
        endpoint.setenv("AWS_ENDPOINT_URL", url)
        assert await told() == ""


async def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    store = ObjectStore((tmp_path / "objects").as_uri())
    await store.start()
    assert await store.look() == ""
    (tmp_path / "objects").rmdir()
    assert await store.look() == "the folder is missing"
