"""Small questions to a port, without a client library."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from services.stack.ports import HOST

PATIENCE = 2.0
"""Seconds one question may take."""


async def accepts(port: int) -> bool:
    """Whether something accepts connections on `port`."""
    try:
        async with asyncio.timeout(PATIENCE):
            _reader, writer = await asyncio.open_connection(HOST, port)
    except (OSError, TimeoutError):
        return False
    await _close(writer)
    return True


async def first_line(port: int) -> str:
    """The first line a server says by itself, empty when there is none."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                return (await reader.readline()).decode(errors="replace").strip()
            finally:
                await _close(writer)
    except (OSError, TimeoutError, ValueError):
        return ""


async def http_status(port: int, path: str) -> int:
    """The status of `GET path`, 0 when nobody answers."""
    try:
        async with asyncio.timeout(PATIENCE + 1):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                words = (await reader.readline()).split()
                return int(words[1]) if len(words) > 1 else 0
            finally:
                await _close(writer)
    except (OSError, TimeoutError, ValueError):
        return 0


def nats_name(info: str) -> str:
    """The server name in NATS's greeting (`INFO {…}`), empty when it is none or JetStream is off."""
    word, _, body = info.partition(" ")
    if word != "INFO":
        return ""
    try:
        greeting = json.loads(body)
    except ValueError:
        return ""
    return str(greeting.get("server_name", "")) if greeting.get("jetstream") else ""


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
