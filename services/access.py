"""How a process trusts tokens and gets its own: the one bridge between the kit's `auth` and identity's contract."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from residency.identity.v1 import identity_service_pb2 as identity
from residency.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from services.kit.auth import MachineToken, TokenVerifier
from services.kit.grpc_client import Channel
from services.kit.settings import Settings

_CONTRACTS = Path(__file__).parent.parent / "protos" / "residency"


def service_config(service: str) -> Path:
    """The deadlines and retries that stand beside the contract of `service`."""
    return _CONTRACTS / service / "v1" / f"{service}_grpc_service_config.json"


def token_verifier(settings: Settings) -> TokenVerifier:
    """Checks tokens against the keys that identity publishes."""
    stub = Channel(settings.identity_address, config=service_config("identity")).stub(IdentityServiceStub)

    async def fetch_keys() -> str:
        answer = await stub.GetKeySet(identity.GetKeySetRequest())
        return str(answer.key_set_json)

    return TokenVerifier(fetch_keys)


def machine_token(machine: str, settings: Settings) -> MachineToken:
    """The token of the machine called `machine`, signed in with this process's secret."""
    stub = Channel(settings.identity_address, config=service_config("identity")).stub(IdentityServiceStub)

    async def sign_in() -> tuple[str, datetime]:
        secret = settings.machine_secret.get_secret_value()
        answer = await stub.SignInMachine(identity.SignInMachineRequest(machine=machine, secret=secret))
        return answer.token.value, answer.token.expires_at.ToDatetime(tzinfo=UTC)

    return MachineToken(sign_in)


def channel_to(service: str, settings: Settings, token: MachineToken | None = None) -> Channel:
    """A channel to `service`, carrying the machine's token, or the person's inside `auth.act_as`."""
    address: str = getattr(settings, f"{service}_address")
    return Channel(address, token.value if token is not None else None, service_config(service))
