"""A bucket over HTTP, as S3 speaks: enough to put once, get, delete and list."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape


class Bucket(BaseHTTPRequestHandler):
    """Path-style requests; keys are shared by all requests of one server."""

    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[str, bytes]]
    away: ClassVar[threading.Event]

    def do_PUT(self) -> None:
        """Keep an object; with `If-None-Match: *` only a new one."""
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self._away():
            return
        key = self._key()
        if self.headers.get("if-none-match") == "*" and key in self.objects:
            self._answer(412)
            return
        self.objects[key] = content
        self._answer(200, etag=content)

    def do_GET(self) -> None:
        """An object, or the list of those with a prefix."""
        if self._away():
            return
        if "list-type" in parse_qs(urlsplit(self.path).query):
            self._list()
            return
        content = self.objects.get(self._key())
        if content is None:
            self._answer(404)
        else:
            self._answer(200, content, content)

    def do_POST(self) -> None:
        """Several objects deleted by one request; whether they were there or not."""
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if self._away():
            return
        gone = re.findall(r"<Key>(.*?)</Key>", body)
        for key in gone:
            self.objects.pop(unescape(key), None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in gone)
        self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _list(self) -> None:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{now}</LastModified><ETag>x</ETag>"
            f"<Size>{len(content)}</Size></Contents>"
            for key, content in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode())

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).split("/", 2)[2]

    def _away(self) -> bool:
        if self.away.is_set():
            self._answer(503)
        return self.away.is_set()

    def _answer(self, status: int, body: bytes = b"", etag: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", f'"{hashlib.sha256(etag).hexdigest()}"')
        self.send_header("last-modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def bucket() -> Iterator[tuple[str, type[Bucket]]]:
    """The URL of a fresh endpoint, and its objects and its switch."""
    mine = type("Mine", (Bucket,), {"objects": {}, "away": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), mine)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", mine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
