"""OPS-13: mutual TLS between services, with certificates that are renewed while they serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2

from services.kit import auth, tls
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.tls import TlsFolder
from tests.support.certificates import Authority
from tests.support.wait import eventually


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "LOOK_SECONDS", 0.02)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """A server with the certificate of `folder`; its address by name."""

    async def no_keys() -> str:
        return '{"keys": []}'

    server = GrpcServer(0, [], auth.TokenVerifier(no_keys), TlsFolder(folder))
    await server.start()
    try:
        yield f"localhost:{server.port}"
    finally:
        await server.stop()


@asynccontextmanager
async def calling(address: str, folder: Path | None) -> AsyncIterator[Channel]:
    channel = Channel(address, tls=TlsFolder(folder) if folder is not None else None)
    try:
        yield channel
    finally:
        await channel.close()


async def check(channel: Channel) -> None:
    """One call; raises DomainError."""
    ask = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    await ask(health_pb2.HealthCheckRequest(), timeout=10)


async def test_ops_13_only_who_shows_a_certificate_of_the_authority_is_spoken_to(tmp_path: Path) -> None:
    ours, strangers = Authority(), Authority("somebody else")
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "ca.crt").write_bytes(ours.pem)
    async with serving(ours.issue(tmp_path / "server")) as address:
        for folder, spoken_to in (
            (ours.issue(tmp_path / "client", "worker"), True),
            (strangers.issue(tmp_path / "stranger", trusting=ours.pem), False),
            (strangers.issue(tmp_path / "deceived"), False),
            (bare, False),
            (None, False),
        ):
            async with calling(address, folder) as channel:
                assert await channel.serves(5) is spoken_to, folder


async def test_ops_13_the_server_must_be_who_was_called(tmp_path: Path) -> None:
    authority = Authority()
    async with serving(authority.issue(tmp_path / "server", "identity")) as address:
        client = authority.issue(tmp_path / "client")
        async with calling(address, client) as channel:
            assert not await channel.serves(5)
        async with calling(address.replace("localhost", "127.0.0.1"), client) as channel:
            assert await channel.serves(5)


async def test_ops_13_renewed_certificates_are_taken_over_under_load_without_a_failed_call(tmp_path: Path) -> None:
    first, second = Authority("first"), Authority("second")
    both = first.pem + second.pem
    server, client = (first.issue(tmp_path / name, trusting=both) for name in ("server", "client"))
    done, stop = 0, asyncio.Event()

    async def call(channel: Channel) -> None:
        nonlocal done
        while not stop.is_set():
            await check(channel)
            done += 1

    async def beyond(count: int) -> bool:
        return done > count

    async with serving(server) as address, calling(address, client) as channel:
        callers = [asyncio.create_task(call(channel)) for _ in range(8)]
        await eventually(lambda: beyond(50), "calls are answered")
        for number in range(3):
            authority = (second, first)[number % 2]
            authority.issue(server, trusting=both)
            authority.issue(client, trusting=both)
            before, seen = done, channel._wire
            await eventually(lambda seen=seen: _is_another(channel, seen), "the client has connected anew")  # type: ignore[misc]
            await eventually(lambda before=before: beyond(before + 50), "calls are answered")  # type: ignore[misc]
        stop.set()
        await asyncio.gather(*callers)
        # Who trusts only the authority that signed last knows the server by its newest certificate.
        newest = second.issue(tmp_path / "newest")
        async with calling(address, newest) as late:
            assert await late.serves(5)


async def _is_another(channel: Channel, seen: object) -> bool:
    return channel._wire is not seen


async def test_ops_13_what_does_not_fit_together_is_not_taken(tmp_path: Path) -> None:
    authority = Authority()
    folder = authority.issue(tmp_path / "client")
    source = TlsFolder(folder)
    former = source.look()
    other = authority.issue(tmp_path / "other")
    (other / "tls.key").replace(folder / "tls.key")
    source._take()
    assert source.look() is former
    with pytest.raises(ValueError, match=r"tls\.key is not that of tls\.crt"):
        TlsFolder(folder)
    (other / "tls.crt").replace(folder / "tls.crt")
    source._take()
    assert source.look().certificate == (folder / "tls.crt").read_bytes()


async def test_ops_13_a_refused_call_says_that_the_service_is_away(tmp_path: Path) -> None:
    authority = Authority()
    async with (
        serving(authority.issue(tmp_path / "server")) as address,
        calling(address, Authority("other").issue(tmp_path / "other")) as channel,
    ):
        with pytest.raises(DomainError) as caught:
            await check(channel)
        assert caught.value.kind is Kind.UNAVAILABLE


async def test_ops_13_no_authority_is_not_everybodys(tmp_path: Path) -> None:
    folder = Authority().issue(tmp_path / "client")
    source = TlsFolder(folder)
    former = source.look()
    (folder / "ca.crt").write_bytes(b"")
    source._take()
    assert source.look() is former
    with pytest.raises(ValueError, match=r"ca\.crt is empty"):
        TlsFolder(folder)
