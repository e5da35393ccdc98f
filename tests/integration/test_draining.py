"""OPS-20: a process that is told to stop says so at once, sends browsers elsewhere, and serves on for a while."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.support import processes, servers

EVER = "60"
"""A draining that only a second signal ends."""


def _client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)


async def test_ops_20_a_draining_portal_serves_on_and_keeps_no_connection(nats_url: str) -> None:
    port = servers.free_port()
    settings = {"nats_url": nats_url, "http_port": str(port), "drain_seconds": EVER}
    async with processes.running("portal", **settings) as portal, _client(port) as browser:
        await portal.says(200)
        before = await browser.get("/api/openapi.json")
        assert (before.status_code, before.headers.get("connection")) == (200, None)

        portal.life.send_signal(signal.SIGTERM)
        assert await portal.says(503, "stopping") == "stopping\n"
        assert (await portal.probe("/livez"))[0] == 200
        for _ in range(2):
            answer = await browser.get("/api/openapi.json")
            assert (answer.status_code, answer.headers.get("connection")) == (200, "close")

        portal.life.send_signal(signal.SIGTERM)
        assert await portal.ended() == 0


async def test_ops_20_streams_are_ended_while_the_process_still_serves(nats_url: str) -> None:
    port = servers.free_port()
    settings = {"nats_url": nats_url, "http_port": str(port), "drain_seconds": "12"}
    async with processes.running("portal", **settings) as portal, _client(port) as browser:
        await portal.says(200)

        async def watch(opened: asyncio.Event) -> bytes:
            async with browser.stream("GET", "/live", headers={"accept-encoding": "identity"}) as stream:
                told = b""
                async for piece in stream.aiter_bytes():
                    told += piece
                    opened.set()
                return told

        opened = [asyncio.Event() for _ in range(3)]
        streams = [asyncio.create_task(watch(each)) for each in opened]
        await asyncio.gather(*(each.wait() for each in opened))
        portal.life.send_signal(signal.SIGTERM)
        told = await asyncio.gather(*streams)
        assert all(each.startswith(b"retry: ") for each in told)
        assert portal.life.returncode is None  # each ended whole: the last while the process still drained
        late = await watch(asyncio.Event())
        assert late.startswith(b"retry: ")
        portal.life.send_signal(signal.SIGTERM)
        assert await portal.ended() == 0


@pytest.mark.parametrize("name", ["portal", "identity"])
async def test_a_process_that_waits_for_its_servers_can_be_stopped(name: str, tmp_path: Path) -> None:
    nobody = servers.free_port()
    url = f"postgresql://nobody:nothing@127.0.0.1:{nobody}/nothing"
    settings = {"nats_url": f"nats://127.0.0.1:{nobody}", "http_port": "0", "drain_seconds": EVER}
    if name == "identity":
        del settings["http_port"]
        settings |= {"database_url": url, "data_dir": str(tmp_path)}
    async with processes.running(name, **settings) as process:
        told = await process.says(503, "starting")
        assert told.splitlines()[0] == "starting"
        assert (await process.probe("/livez"))[0] == 200
        assert (await process.probe("/startupz"))[0] == 503
        process.life.send_signal(signal.SIGTERM)
        assert await process.ended() == 0
