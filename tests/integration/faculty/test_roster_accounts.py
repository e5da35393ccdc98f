"""Faculty asks a real identity whose a document is, and has people asked to register (ROST-20, ROST-21)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from residency.identity.v1 import sandbox_service_pb2 as sandbox
from residency.identity.v1.sandbox_service_pb2_grpc import SandboxServiceStub
from services.access import machine_token
from services.faculty.accounts import IdentityAccounts
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.settings import Settings
from tests.support import people


async def test_rost_20_and_21_against_identity_itself(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as crowd:
        settings = Settings(identity_address=crowd.address, machine_secret=people.SECRETS["faculty"])
        channel = Channel(crowd.address, machine_token("faculty", settings).value)
        accounts = IdentityAccounts(channel)
        teacher, stranger = await crowd.register_faculty(1), people.resident_id(2)
        assert await accounts.find(teacher.document) == teacher.person_id
        assert await accounts.find(stranger) == ""
        # Longer than any key that a list makes of its id and a row.
        await accounts.invite("13900000002", "山东大学齐鲁医院", f"{new_id()}/2000")
        kept = await crowd.operator_stub(SandboxServiceStub).ListTexts(sandbox.ListTextsRequest(mobile="13900000002"))
        assert ["山东大学齐鲁医院" in each.text for each in kept.texts] == [True]
        with pytest.raises(DomainError) as caught:
            await accounts.invite("12345", "山东大学齐鲁医院", new_id())
        assert caught.value.kind is Kind.INVALID
        await channel.close()
