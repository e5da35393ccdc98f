"""OPS-97: a fact about an ended session that cannot be read does not keep the next one from being heard."""

from __future__ import annotations

from datetime import UTC, datetime

from nats.aio.client import Client
from nats.aio.msg import Msg

from residency.identity.v1 import events_pb2
from services.kit.auth import TokenVerifier
from services.kit.messaging import Messaging
from services.kit.revocations import Revocations


def _ended(body: bytes) -> tuple[str, datetime]:
    fact = events_pb2.SessionEnded.FromString(body)
    return fact.session_id, fact.forget_at.ToDatetime(tzinfo=UTC)


class _Heard(TokenVerifier):
    def __init__(self) -> None:
        self.ended: list[str] = []

    def end_session(self, session_id: str, forget_at: datetime) -> None:
        self.ended.append(session_id)


def test_ops_97_what_cannot_be_read_is_passed_over() -> None:
    heard = _Heard()
    part = Revocations(
        Messaging("nats://127.0.0.1:1"), "IDENTITY", "residency.identity.v1.session.ended", _ended, heard
    )
    beyond = events_pb2.SessionEnded(session_id="beyond")
    beyond.forget_at.seconds, beyond.forget_at.nanos = 0, -1
    good = events_pb2.SessionEnded(session_id="good")
    good.forget_at.seconds = 1_900_000_000
    bodies = [b"\xff\xff", beyond.SerializeToString(), good.SerializeToString()]
    part._tell([Msg(Client(), subject="x", data=body) for body in bodies])
    assert heard.ended == ["good"]
