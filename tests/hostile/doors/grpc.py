"""gRPC: every method of every service, as nobody, as the wrong and the right actors, with bytes of any kind."""

from __future__ import annotations

import itertools
import random
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from services.kit.errors import from_rpc_error
from services.stack import processes
from tests.architecture.contracts import METHODS, POLICIES, short
from tests.hostile import words
from tests.hostile.actors import WRONG
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.messages import Maker, garbage, remember

SECONDS = 30.0
ENDING = ("EndSession", "EndAllSessions", "SignOut", "RecordRestored")
EXPECTED = {
    *("OK", "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "ABORTED"),
    *("FAILED_PRECONDITION", "RESOURCE_EXHAUSTED"),
}
_LARGE = ("FacultyService", "PaperService")
"""Services that take pictures, and so larger messages."""
_HOW = {
    "empty message": "empty",
    "hostile texts": "texts",
    "hostile numbers": "numbers",
    "unknown enum": "enums",
    "thousands of items": "crowd",
}
_TOKENS = tuple(f"token: {how}" for how in WRONG)
_HARMLESS = ("no token", *_TOKENS, "no deadline", "random bytes", "20 kB of metadata", "5 MB message", "unknown method")


class Grpc(Door):
    """The four services' own ports."""

    name = "grpc"
    kinds = (
        *(*_HARMLESS, "wrong role", "wrong role", "U+0000 in texts"),
        *("empty message", "unknown enum", "hostile numbers", "hostile texts", "thousands of items"),
        *("plausible", "foreign key and stale version", "unknown fields", "odd metadata"),
    )
    # Some bytes are a message by chance, and some methods take large ones.
    harmless = frozenset(_HARMLESS) - {"random bytes", "5 MB message"} | {"wrong role"}
    rounds = 2
    at_once = 12

    async def open(self, ground: Ground) -> None:
        """Channels, and the methods: what ends sessions comes last."""
        await super().open(ground)
        self.targets = sorted(METHODS, key=lambda each: each.name in ENDING)
        options = [("grpc.max_send_message_length", -1), ("grpc.max_metadata_size", 1 << 20)]
        self._channels = {
            name: grpc.aio.insecure_channel(processes.address(ground.state, name), options=options)
            for name in processes.GRPC_SERVICES
        }
        self._maker = Maker(ground.known)
        self._numbers = itertools.count(1)

    async def close(self) -> None:
        """Close the channels."""
        for channel in self._channels.values():
            await channel.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One call."""
        assert isinstance(target, MethodDescriptor)
        method = short(target)
        how = _HOW.get(kind, "texts" if chance.random() < 0.3 else "plausible")
        message = self._maker.message(target.input_type, chance, how)
        if kind == "foreign key and stale version":
            _stale(message)
        body = _body(kind, message, chance)
        role, token = self._caller(method, kind, chance)
        metadata = _metadata(kind, token, next(self._numbers), chance)
        path = f"/{target.containing_service.full_name}/{target.name}"
        if kind == "unknown method":
            path += chance.choice(("X", "/", "%00", "\u00ff", "/../GetKeySet", "."))
        multi: Any = self._channels[method.split(".")[0]].unary_unary(path)
        request = f"{path} as {role or 'nobody'} {kind}: {body[:600].hex()}"
        try:
            raw = await multi(body, timeout=None if kind == "no deadline" else SECONDS, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAUTHENTICATED and role in self.ground.actors.claims:
                await self.ground.actors.begin(self.ground.tables, [role])  # some input before has ended it
            return self._judge(kind, method, role, request, error)
        except (TypeError, ValueError, grpc.RpcError, grpc.aio.UsageError) as error:
            return Sent(f"not sent: {type(error).__name__}", request=request)
        answer = GetMessageClass(target.output_type).FromString(raw)
        remember(self.ground.known, MessageToDict(answer, preserving_proto_field_name=True))
        fault = self._let_in(kind, method, role)
        return Sent("OK", fault, str(answer) if fault else "", request, refused=False)

    def _caller(self, method: str, kind: str, chance: random.Random) -> tuple[str, str]:
        policy, actors = POLICIES[method], self.ground.actors
        allowed = [role for role in actors.roles if policy is not None and role in policy.roles]
        role = chance.choice(allowed) if allowed else chance.choice(actors.roles)
        if kind == "no token":
            return "", ""
        if kind.startswith("token: "):
            return f"{role} ({kind})", actors.wrong(kind.removeprefix("token: "), role)
        if kind == "wrong role":
            people = [each for each in actors.roles if not each.startswith("program of ")]
            role = chance.choice([each for each in people if each not in allowed] or [""])
        return role, actors.token(role)

    def _let_in(self, kind: str, method: str, role: str) -> str:
        """What is wrong with having been let in; empty for nothing."""
        policy = POLICIES[method]
        if policy is not None and policy.anyone and kind not in ("no deadline", "5 MB message"):
            return ""
        if kind == "5 MB message" and method.split(".")[1] in _LARGE:
            return ""
        if kind == "random bytes":  # some bytes are a message by chance
            return ""
        if kind == "wrong role" and not role:
            return ""
        program = role.startswith("program of ")  # wears a person's hat: which methods are open to it is another page
        return f"{method}: let in with {kind}" if kind in self.harmless and not program else ""

    def _judge(self, kind: str, method: str, role: str, request: str, error: grpc.aio.AioRpcError) -> Sent:
        code = error.code().name
        told = f"{error.details()} {error.trailing_metadata()}"
        refusal = from_rpc_error(error)
        outcome, fault = code, ""
        if kind == "unknown method":
            fault = "" if code in {"UNIMPLEMENTED", "PERMISSION_DENIED"} else f"{code} for an unknown method"
        elif code == "UNAVAILABLE" and refusal.reason not in ("", "UPSTREAM_UNAVAILABLE"):
            outcome = code  # shed by the service itself, which says so; the run looks at how many there are
        elif code not in EXPECTED:
            fault = f"{code} {refusal.reason}: {error.details()} ({kind})"
        elif kind == "no deadline" and refusal.reason != "NO_DEADLINE":
            fault = f"{code} {refusal.reason} instead of NO_DEADLINE"
        elif kind.startswith("token: ") and code != "UNAUTHENTICATED" and not POLICIES[method].anyone:
            fault = f"{code} {refusal.reason} instead of UNAUTHENTICATED ({kind})"
        elif code == "INVALID_ARGUMENT" and not refusal.reason:
            fault = "INVALID_ARGUMENT without a reason"
        return Sent(outcome, f"{method}: {fault}" if fault else "", told, request)


def _body(kind: str, message: Message, chance: random.Random) -> bytes:
    honest = message.SerializeToString()
    match kind:
        case "random bytes":
            return garbage(chance, honest)
        case "5 MB message":
            return honest + b"\xfa\xff\xff\x7f" + b"\x80\x80\xc0\x02" + bytes(5 * 1024 * 1024)
        case "unknown fields":
            return honest + b"\xf8\xff\xff\x7f\x01" + b"\xfa\xff\xff\x7f\x03abc"
        case "U+0000 in texts":
            return _with_nul(message) or honest
        case _:
            return honest


def _with_nul(message: Message) -> bytes:
    for field, value in message.ListFields():
        if isinstance(value, str):
            setattr(message, field.name, f"{value[:5]}\x00")
    try:
        return message.SerializeToString()
    except (DecodeError, ValueError):
        return b""


def _stale(message: Message) -> None:
    """A version long past or far ahead, and a key that others use as well."""
    for field in message.DESCRIPTOR.fields:
        if field.name == "idempotency_key":
            setattr(message, field.name, "the-same-key-for-all")
        elif field.name.endswith("version") and field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_INT32):
            setattr(message, field.name, 7_777_777)


def _metadata(kind: str, token: str, number: int, chance: random.Random) -> tuple[tuple[str, str | bytes], ...]:
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    found: list[tuple[str, str | bytes]] = [("client-address", address)]
    if token:
        found.append(("authorization", f"Bearer {token}"))
    if kind == "20 kB of metadata":
        found.append(("x-large", "a" * 20_000))
    if kind == "odd metadata":
        odd = chance.choice(("999.1.1.1", "::ffff:1.2.3.4", "a" * 500, "'; --", ""))
        found[0] = ("client-address", odd)
        found.append(("client-browser", words.LONG.encode().hex()[:2000]))
        found.append(
            ("traceparent", chance.choice(("00-zz-zz-01", "", "00-" + "f" * 32 + "-" + "0" * 16 + "-ff", "a" * 300)))
        )
        found.append(("authorization", "Basic YTph"))
    return tuple(found)


def door() -> Door:
    """The door."""
    return Grpc()
