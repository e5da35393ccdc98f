"""Calls of any method by its name, tokens of any sort, and what came back."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.kit import auth
from services.kit.domain import DomainError, Kind
from services.kit.errors import from_rpc_error, to_problem
from tests.architecture.contracts import METHODS, short

DESCRIPTORS: dict[str, MethodDescriptor] = {short(method): method for method in METHODS}
SECONDS = 15.0
SECONDS_OF_A_TOKEN = 600
SUPPORTER = "0190f0f0-0000-7000-8000-00000000000f"
"""Who acts in another's place."""
_addresses = itertools.count(1)
"""Every call comes from an address of its own, so that limits per address do not meet here."""
AUTHORITY = {"NO_POLICY", "NO_TOKEN", "BAD_TOKEN", "ROLE_NOT_ALLOWED", "LOOK_ONLY", "STEP_UP_REQUIRED"}
"""Reasons with which the guard itself refuses."""


@dataclass(frozen=True)
class Someone:
    """Who calls: a person with a hat and a session, or a machine."""

    role: str
    organisation: str
    person_id: str
    hat_id: str = ""
    session_id: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back: a message, or a refusal."""

    message: Message | None = None
    refusal: DomainError | None = None

    @property
    def reason(self) -> str:
        """Stable name of the refusal, `OK` when there was none."""
        return self.refusal.reason if self.refusal else "OK"

    @property
    def problem(self) -> dict[str, Any]:
        """The refusal as a body, to be compared."""
        return to_problem(self.refusal) if self.refusal else {}

    @property
    def absent(self) -> bool:
        """It answers as if there were no such thing."""
        return self.refusal is not None and self.refusal.kind is Kind.NOT_FOUND

    @property
    def lets_in(self) -> bool:
        """It is no refusal of authority: done, or refused for another reason, such as the phase or a wrong code."""
        if self.refusal is None:
            return True
        bad = (Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.UNAVAILABLE, Kind.INTERNAL)
        return self.refusal.kind not in bad

    def __str__(self) -> str:
        return self.reason if self.refusal is None else f"{self.refusal.kind} {self.reason}"


@dataclass
class Wire:
    """Channels to the services by name, and the key with which identity signs."""

    addresses: dict[str, str]
    key: OKPKey = field(repr=False)
    _channels: dict[str, grpc.aio.Channel] = field(default_factory=dict, repr=False)

    def token(self, who: Someone | None, *, proved: bool = True, looking: bool = False, granted: bool = False) -> str:
        """A token as identity signs it; empty for nobody.

        `looking`: of somebody who only looks in this person's place; `granted`: of somebody who may write there.
        """
        if who is None:
            return ""
        now = int(time.time())
        claims: dict[str, Any] = {"iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": who.person_id, "role": who.role}
        claims |= {"org": who.organisation, "iat": now, "exp": now + SECONDS_OF_A_TOKEN}
        if who.session_id:
            claims["sid"] = who.session_id
        if who.session_id and proved:
            claims["proved"] = now
        if looking or granted:
            claims |= {"act": SUPPORTER, "look": looking}
        header = {"alg": auth.ALGORITHM, "kid": str(self.key.kid)}
        return jwt.encode(header, claims, self.key, algorithms=[auth.ALGORITHM])

    async def call(self, method: str, request: Message, token: str = "") -> Answer:
        """One call, with a deadline, from an address that limits nobody."""
        descriptor = DESCRIPTORS[method]
        address = self.addresses[method.split(".", maxsplit=1)[0]]
        if address not in self._channels:
            self._channels[address] = grpc.aio.insecure_channel(address)
        multi: Any = self._channels[address].unary_unary(
            f"/{descriptor.containing_service.full_name}/{descriptor.name}",
            request_serializer=GetMessageClass(descriptor.input_type).SerializeToString,
            response_deserializer=GetMessageClass(descriptor.output_type).FromString,
        )
        address = f"10.{next(_addresses) >> 16 & 255}.{next(_addresses) >> 8 & 255}.{next(_addresses) & 255}"
        metadata = (("client-address", address), *((("authorization", f"Bearer {token}"),) if token else ()))
        try:
            return Answer(message=await multi(request, timeout=SECONDS, metadata=metadata))
        except grpc.aio.AioRpcError as error:
            return Answer(refusal=from_rpc_error(error))

    async def close(self) -> None:
        """Close the connections."""
        for channel in self._channels.values():
            await channel.close()
        self._channels.clear()


def request_class(method: str) -> type[Message]:
    """The message a method takes."""
    return GetMessageClass(DESCRIPTORS[method].input_type)
