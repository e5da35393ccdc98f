"""The bridge between the kit and identity's contract: trusting tokens, getting one's own, telling a seal."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path

from residency.identity.v1 import events_pb2
from residency.identity.v1 import session_service_pb2 as identity
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.kit.audit_chain import Seal
from services.kit.auth import MachineToken, TokenVerifier
from services.kit.domain import Fact
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.kit.revocations import Revocations
from services.kit.settings import Settings
from services.kit.shipped import shipped
from services.kit.tls import folder


def service_config(service: str) -> Path:
    """The deadlines and retries that stand beside the contract of `service`."""
    return shipped(f"protos/residency/{service}/v1/{service}_grpc_service_config.json")


def token_verifier(settings: Settings) -> TokenVerifier:
    """Checks tokens against the keys that identity publishes."""
    stub = channel_to("identity", settings).stub(SessionServiceStub)

    async def fetch_keys() -> str:
        answer = await stub.GetKeySet(identity.GetKeySetRequest())
        return str(answer.key_set_json)

    return TokenVerifier(fetch_keys)


def machine_token(machine: str, settings: Settings) -> MachineToken:
    """The token of the machine called `machine`, signed in with this process's secret."""
    stub = channel_to("identity", settings).stub(SessionServiceStub)

    async def sign_in() -> tuple[str, datetime]:
        secret = settings.machine_secret.get_secret_value()
        answer = await stub.SignInMachine(identity.SignInMachineRequest(machine=machine, secret=secret))
        return answer.token.value, answer.token.expires_at.ToDatetime(tzinfo=UTC)

    return MachineToken(sign_in)


def channel_to(service: str, settings: Settings, token: MachineToken | None = None) -> Channel:
    """A channel to `service`, carrying the machine's token, or the person's inside `auth.act_as`.

    With mutual TLS where the settings name a folder; raises OSError or ValueError when that cannot be used.
    """
    address: str = getattr(settings, f"{service}_address")
    own = token.value if token is not None else None
    return Channel(address, own, service_config(service), folder(settings.tls_dir))


def revocations(messaging: Messaging, verifier: TokenVerifier) -> Revocations:
    """The part that tells `verifier` which sessions identity has ended."""
    return Revocations(messaging, "IDENTITY", "residency.identity.v1.session.ended", _ended_session, verifier)


def audit_sealed(seal: Seal) -> Fact:
    """The audit's chains were joined into a signed root: told to others, so that it stands elsewhere too."""
    signature = urlsafe_b64encode(seal.signature).rstrip(b"=").decode()
    body = events_pb2.AuditSealed(service=seal.service, number=seal.number, root=seal.root.hex(), signature=signature)
    return Fact(
        subject=f"residency.{seal.service}.v1.audit.sealed",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=f"audit-{seal.service}",
        version=seal.number,
        event_id=new_id(),
    )


def _ended_session(body: bytes) -> tuple[str, datetime]:
    fact = events_pb2.SessionEnded.FromString(body)
    return fact.session_id, fact.forget_at.ToDatetime(tzinfo=UTC)
