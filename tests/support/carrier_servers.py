"""Carriers as a test sees them from the other side: an HTTP gateway, a scripted mail server, and a real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.notify.adapters.port import Outgoing
from services.notify.domain.channels import Channel

DELIVERY = "01890f5e-0000-7000-8000-00000000000d"
MESSAGE = "01890f5e-0000-7000-8000-00000000000e"
NOW = datetime(2023, 7, 11, 1, 30, tzinfo=UTC)
HANG, HANGUP = "HANG", "HANGUP"
"""Answers of a server that says nothing more, and of one that closes the connection."""


class At:
    """A clock that stands still."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


def outgoing(channel: Channel, **changes: Any) -> Outgoing:
    """A message about somebody in particular."""
    values: dict[str, Any] = {
        "delivery_id": DELIVERY,
        "message_id": MESSAGE,
        "channel": channel,
        "template": "application_approved",
        "language": "zh",
        "address": {
            Channel.SMS: "+8613800138000",
            Channel.EMAIL: "zhang.san@example.com",
            Channel.WECHAT: "oKtaV5d8gBqvI6nQ7mXw0pQxYz12",
            Channel.WEBHOOK: "",
        }[channel],
        "title": "审核通过通知",
        "body": "报考基地：齐鲁医院\n报名专业：内科\n备注：欢迎阿依古丽·买买提",
        "parameters": {"base": "齐鲁医院", "specialty": "内科", "remark": "欢迎阿依古丽·买买提"},
        "fields": {"thing1": "齐鲁医院", "phrase2": "审核通过"},
    }
    return Outgoing(**(values | changes))


@dataclass
class Heard:
    """A request an HTTP carrier got."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answered:
    """What an HTTP carrier answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    hangs_up: bool = False


def saying(content: Any, status: int = 200) -> Answered:
    """An answer with a JSON object."""
    return Answered(status, json.dumps(content).encode())


@dataclass
class HttpCarrier:
    """Answers each request with what `reply` says to it."""

    reply: Callable[[Heard], Answered]
    url: str = ""
    heard: list[Heard] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.heard.append(Heard(lines[0].split(" ")[1], headers, body))
                answer = self.reply(self.heard[-1])
                if answer.hangs_up:
                    break
                if answer.silent:
                    continue
                more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
                head = f"HTTP/1.1 {answer.status} x\r\ncontent-length: {len(answer.body)}\r\n{more}\r\n"
                writer.write(head.encode() + answer.body)
        writer.close()


@contextlib.asynccontextmanager
async def http_carrier(reply: Callable[[Heard], Answered]) -> AsyncIterator[HttpCarrier]:
    """An HTTP carrier on a port of this machine."""
    carrier = HttpCarrier(reply)
    server = await asyncio.start_server(carrier.serve, "127.0.0.1", 0)
    carrier.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield carrier
    server.close()


@dataclass
class ScriptedMail:
    """A mail server that answers every verb as it is told: `GREETING`, `EHLO`, `AUTH`, `MAIL`, …, `CONTENT`."""

    script: dict[str, str] = field(default_factory=dict)
    port: int = 0
    heard: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            going = self._say(writer, "GREETING", "220 mail.example ESMTP")
            while going and (line := await reader.readline()):
                self.heard.append(line.decode().strip())
                verb = line.split()[0].decode().upper()
                usual = {"EHLO": "250-mail.example\r\n250-DSN\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 welcome"}
                usual |= {"DATA": "354 go on", "QUIT": "221 2.0.0 bye"}
                going = self._say(writer, verb, usual.get(verb, "250 2.0.0 ok"))
                if verb == "DATA" and self.script.get("DATA", "354").startswith("354"):
                    self.contents.append(await reader.readuntil(b"\r\n.\r\n"))
                    going = self._say(writer, "CONTENT", "250 2.0.0 queued")
        writer.close()

    def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> bool:
        answer = self.script.get(verb, usual)
        if answer == HANGUP:
            return False
        if answer != HANG:
            writer.write(f"{answer}\r\n".encode())
        return True


@contextlib.asynccontextmanager
async def scripted_mail(**script: str) -> AsyncIterator[ScriptedMail]:
    """A scripted mail server on a port of this machine."""
    mail = ScriptedMail(script)
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    yield mail
    server.close()


@dataclass
class Mailboxes:
    """What a real mail server took."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        transport = server.transport
        self.secured.append(transport is not None and transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 taken"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"notice", b"the-password")
        return AuthResult(success=right, handled=False)  # handled: who decides has answered already


@contextlib.asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[Mailboxes]:
    """aiosmtpd on a port of this machine; with `ssl` it speaks TLS from the start, other options are aiosmtpd's."""
    mailboxes = Mailboxes()
    secured = options.pop("ssl", None)
    if options.get("auth_required"):
        options["authenticator"] = mailboxes.authenticate

    def protocol() -> SMTP:
        return SMTP(mailboxes, hostname="mail.example", loop=asyncio.get_running_loop(), **options)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=secured)
    mailboxes.port = server.sockets[0].getsockname()[1]
    yield mailboxes
    server.close()
