"""What faults stand on: changed copies of the code, and a client that asks whether it is answered or not (OPS-100)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.drills.faults import changed_code
from services.drills.faults.stand_in import changed
from services.drills.offering import Answer, Client, Request, closed_loop, open_loop
from services.stack.problems import StackFailure

FILE = "base_window/workflow.py"


@pytest.mark.parametrize("change", [changed_code.COMPATIBLE, changed_code.RAISING], ids=["compatible", "raising"])
def test_the_code_still_has_the_places_that_the_drill_changes(tmp_path: Path, change: tuple[str, str]) -> None:
    folder = changed("workflows", tmp_path / "other", {FILE: change})
    text = (folder / "workflows" / FILE).read_text("utf-8")
    assert change[1] in text
    compile(text, FILE, "exec")


def test_a_place_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StackFailure, match="holds 0 times"):
        changed("workflows", tmp_path / "other", {FILE: ("this stands nowhere", "")})


@asynccontextmanager
async def door(*answers: bytes) -> AsyncIterator[tuple[Client, list[bytes]]]:
    """A client of a door that gives these answers in turn, and again; and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                writer.write(answers[len(asked) % len(answers)])
                asked.append(head + body)
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    try:
        yield client, asked
    finally:
        await client.close()
        server.close()


DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def make(number: int) -> Request:
    return Request("PUT", f"/{number}", "token", f"key-{number}", {"n": number})


async def test_a_refusal_is_told_with_its_reason_and_when_to_come_back() -> None:
    busy = b'{"reason":"OVERLOADED"}'
    answer = b"HTTP/1.1 429 Busy\r\nRetry-After: 3\r\nContent-Length: %d\r\n\r\n%b" % (len(busy), busy)
    async with door(answer) as (client, asked):
        told: Answer = await client.send(make(1))
    assert (told.ok, told.status, told.reason, told.retry_after) == (False, 429, "OVERLOADED", "3")
    assert b"Idempotency-Key: key-1\r\n" in asked[0]
    assert asked[0].endswith(b'{"n": 1}')


async def test_a_door_that_is_shut_is_no_answer() -> None:
    async with door(DONE) as (client, _):
        pass
    assert (await client.send(make(1))).status == 0


async def test_everything_offered_is_counted() -> None:
    async with door(DONE) as (client, asked):
        offered = await open_loop(client, 200.0, 0.2, make)
        assert len(offered.accepted) == len(offered.answers) == len(asked) > 0
        again = await closed_loop(client, 2, 0.05, make)
        assert len(again.accepted) == len(again.answers) == len(asked) - len(offered.answers) > 0
    assert offered.statuses == {200: len(offered.answers)}
    assert offered.p(0.5) <= offered.p(0.99)
