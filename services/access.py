"""How a process trusts tokens and gets its own: the one bridge between the kit's `auth` and identity's contract."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from residency.identity.v1 import events_pb2
from residency.identity.v1 import session_service_pb2 as identity
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.kit.auth import MachineToken, TokenVerifier
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.revocations import Revocations
from services.kit.settings import Settings

_CONTRACTS = Path(__file__).parent.parent / "protos" / "residency"


def service_config(service: str) -> Path:
    """The deadlines and retries that stand beside the contract of `service`."""
    return _CONTRACTS / service / "v1" / f"{service}_grpc_service_config.json"


def token_verifier(settings: Settings) -> TokenVerifier:
    """Checks tokens against the keys that identity publishes."""
    stub = Channel(settings.identity_address, config=service_config("identity")).stub(SessionServiceStub)

    async def fetch_keys() -> str:
        answer = await stub.GetKeySet(identity.GetKeySetRequest())
        return str(answer.key_set_json)

    return TokenVerifier(fetch_keys)


def machine_token(machine: str, settings: Settings) -> MachineToken:
    """The token of the machine called `machine`, signed in with this process's secret."""
    stub = Channel(settings.identity_address, config=service_config("identity")).stub(SessionServiceStub)

    async def sign_in() -> tuple[str, datetime]:
        secret = settings.machine_secret.get_secret_value()
        answer = await stub.SignInMachine(identity.SignInMachineRequest(machine=machine, secret=secret))
        return answer.token.value, answer.token.expires_at.ToDatetime(tzinfo=UTC)

    return MachineToken(sign_in)


def channel_to(service: str, settings: Settings, token: MachineToken | None = None) -> Channel:
    """A channel to `service`, carrying the machine's token, or the person's inside `auth.act_as`."""
    address: str = getattr(settings, f"{service}_address")
    return Channel(address, token.value if token is not None else None, service_config(service))


def revocations(messaging: Messaging, verifier: TokenVerifier) -> Revocations:
    """The part that tells `verifier` which sessions identity has ended."""
    return Revocations(messaging, "IDENTITY", "residency.identity.v1.session.ended", _ended_session, verifier)


def _ended_session(body: bytes) -> tuple[str, datetime]:
    fact = events_pb2.SessionEnded.FromString(body)
    return fact.session_id, fact.forget_at.ToDatetime(tzinfo=UTC)
