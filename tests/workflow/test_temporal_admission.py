"""OPS-16: Temporal reached by certificate or key, and changed ones taken over while workers run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from services.kit import tls
from services.kit.settings import Settings
from services.kit.temporal import Admission
from tests.support.certificates import Authority
from tests.support.tls_proxy import encrypted
from tests.support.wait import eventually
from workflows import connection
from workflows.connection import TemporalConnection


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[int]:
    """A development server's port; the time-skipping one cannot be asked all that a connection asks."""
    path = Path(sys.executable).parent / "temporal"
    namespace = Settings.model_fields["temporal_namespace"].default
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(path), namespace=namespace
    ) as running:
        yield int(running.client.service_client.config.target_host.rpartition(":")[2])


async def test_ops_16_a_client_shows_its_certificate_and_moves_to_a_renewed_one(
    server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(connection, "LOOK_SECONDS", 0.02)
    authority = Authority()
    client = authority.issue(tmp_path / "client")
    async with encrypted(server, authority.issue(tmp_path / "server"), clients=True) as port:
        settings = Settings(temporal_address=f"localhost:{port}", temporal_tls_dir=client)
        part = TemporalConnection(settings)
        moved: asyncio.Queue[Client] = asyncio.Queue()
        part.on_move(moved.put_nowait)
        await part.start()
        try:
            first = await part.client()
            assert await part.look() == ""
            authority.issue(client)
            second = await asyncio.wait_for(moved.get(), 20)
            assert second is not first

            async def taken() -> bool:
                return await part.client() is second

            await eventually(taken, "the new client is in use")
            assert await part.look() == ""
        finally:
            await part.stop()
        stranger = settings.model_copy(update={"temporal_tls_dir": Authority("other").issue(tmp_path / "stranger")})
        with pytest.raises(RuntimeError):
            await Admission.of(stranger).client(stranger)


def test_ops_16_a_key_is_never_sent_in_clear() -> None:
    assert Admission.of(Settings(temporal_api_key=SecretStr("key")))._tls() is True
    assert Admission.of(Settings())._tls() is False
