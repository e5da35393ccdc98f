"""A door with TLS before a server that has none of its own here, as a platform's server would have it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@asynccontextmanager
async def encrypted(port: int, folder: Path, *, postgres: bool = False, clients: bool = False) -> AsyncIterator[int]:
    """A port that speaks TLS with the certificate in `folder` and hands everything on to `port`.

    With `postgres` TLS begins after PostgreSQL's own question for it; with `clients` a client must show a certificate.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.crt"))
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    context.set_alpn_protocols(["h2"] if not postgres else ["postgresql"])
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            if postgres:
                if await reader.readexactly(8) != _SSL_REQUEST:
                    writer.close()
                    return
                writer.write(b"S")
                await writer.start_tls(context)
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pass(reader, outer), _pass(inner, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=None if postgres else context)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()
