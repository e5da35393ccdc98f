"""MSG-24: e-mail over SMTP: one message an envelope, connections used again, and what each answer of a server means."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.kit.clock import Clock, SystemClock
from services.notify.adapters import mail
from services.notify.adapters.port import Outgoing
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings

if TYPE_CHECKING:
    from aiosmtplib import SMTP

CONNECTIONS = 40
"""At most as many connections to the server: mail servers commonly take fifty from one neighbour."""
IDLE_SECONDS = 20.0
"""A connection that rested longer is closed: servers end theirs after some minutes, some sooner."""

Stage = Literal["waiting", "connecting", "sender", "recipient", "content"]
_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
_OUR_SENDER = frozenset({"1.7", "1.8"})
"""Enhanced codes of the class "addressing" that speak of the sender."""


class SmtpMail:
    """Hands each message to one mail server, which takes it from there.

    SMTP knows no ids: when the answer to the content is lost, nobody knows whether the server took the message. The
    window is from the last byte of the content to the server's answer.
    """

    name = "smtp"
    channel = Channel.EMAIL
    kind = "smtp"
    idempotent = False

    def __init__(self, settings: NotifySettings, clock: Clock | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._head = mail.Letterhead.of(settings)
        self._clock = clock or SystemClock()
        self._tls = tls
        self._seconds = settings.smtp_timeout.total_seconds()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[SMTP, float]] = []

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop()[0].close()

    def not_ready(self) -> str:
        """Always ready: a server that is away takes nothing but its own messages with it."""
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one message."""
        try:
            letter = mail.write(self._head, outgoing, self._clock.now())
        except mail.AddressMalformed:
            return Outcome(Verdict.BAD_ADDRESS, "ADDRESS_MALFORMED")
        from aiosmtplib import SMTPException  # noqa: PLC0415  (an embedded stack sends no e-mail)

        turn = _Turn()
        try:
            async with asyncio.timeout(self._seconds), self._room:
                client = await self._rested() or await self._connected(turn)
                return await self._hand_over(client, letter, outgoing.delivery_id, turn)
        except (SMTPException, OSError) as error:  # a timeout is an OSError too
            return _broken(turn.stage, error)

    async def _hand_over(self, client: SMTP, letter: mail.Letter, delivery_id: str, turn: _Turn) -> Outcome:
        from aiosmtplib import SMTPResponseException  # noqa: PLC0415

        # A server that reports what becomes of a message names it by this (RFC 3461).
        reports = client.supports_extension("dsn")
        outcome = Outcome(Verdict.ACCEPTED)
        try:
            turn.stage = "sender"
            await client.mail(self._head.address, options=["RET=HDRS", f"ENVID={delivery_id}"] if reports else [])
            turn.stage = "recipient"
            await client.rcpt(letter.to, options=["NOTIFY=FAILURE"] if reports else [])
            turn.stage = "content"
            await client.data(letter.content)
        except SMTPResponseException as error:
            outcome = outcome_of(turn.stage, error.code, error.message)
            if outcome.verdict is Verdict.UNKNOWN:
                client.close()
        except BaseException:
            # Also when we are told to stop: what it would say next belongs to no later message.
            client.close()
            raise
        if client.is_connected:
            self._idle.append((client, time.monotonic()))
        return outcome

    async def _rested(self) -> SMTP | None:
        """A connection of before that still answers."""
        from aiosmtplib import SMTPException  # noqa: PLC0415

        while self._idle:
            client, since = self._idle.pop()
            try:
                if time.monotonic() - since < IDLE_SECONDS and client.is_connected:
                    await client.rset()
                    return client
            except (SMTPException, OSError):
                pass
            except BaseException:
                client.close()
                raise
            client.close()
        return None

    async def _connected(self, turn: _Turn) -> SMTP:
        from aiosmtplib import SMTP  # noqa: PLC0415

        turn.stage = "connecting"
        settings = self._settings
        if self._tls is None and settings.smtp_security != "none":
            # Reads the machine's certificates: once, and not on the loop.
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password.get_secret_value() or None,
            # How we greet: what is known of us outside, not the name of a machine inside.
            local_hostname=self._head.address.rpartition("@")[2],
            timeout=self._seconds,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            tls_context=self._tls if settings.smtp_security != "none" else None,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return client


@dataclass(slots=True)
class _Turn:
    """How far one message has come."""

    stage: Stage = "waiting"


def outcome_of(stage: Stage, code: int, message: str) -> Outcome:
    """MSG-24: what a server's refusal at `stage` means (`docs/adapters.md`, "E-mail")."""
    enhanced = _ENHANCED.match(message)
    detail = f"{int(enhanced[1])}.{int(enhanced[2])}" if enhanced else ""
    reason = f"SMTP_{code}"
    if not 400 <= code < 600:
        return Outcome(Verdict.UNKNOWN if stage == "content" else Verdict.LATER, "SMTP_MALFORMED")
    if code < 500:
        return Outcome(Verdict.LATER, reason)
    if stage == "sender" and code != 552:  # 552: larger than it takes
        return Outcome(Verdict.DOWN, "SMTP_SENDER")
    if stage in ("recipient", "content") and is_dead(detail):
        return Outcome(Verdict.BAD_ADDRESS, reason)
    if stage == "recipient" and not detail and code in _NO_SUCH_MAILBOX:
        return Outcome(Verdict.BAD_ADDRESS, reason)
    return Outcome(Verdict.REFUSED, reason)


def is_dead(detail: str) -> bool:
    """True when an enhanced status, without its class, says that there is no such mailbox, or that it is closed."""
    return (detail.startswith("1.") and detail not in _OUR_SENDER) or detail == "2.1"


def _broken(stage: Stage, error: Exception) -> Outcome:
    from aiosmtplib import SMTPAuthenticationError  # noqa: PLC0415

    match stage:
        case "waiting":
            return Outcome(Verdict.LATER, "SMTP_BUSY")
        case "connecting":
            login = isinstance(error, SMTPAuthenticationError)
            return Outcome(Verdict.DOWN, "SMTP_AUTHENTICATION" if login else "SMTP_UNREACHABLE")
        case "content":
            return Outcome(Verdict.UNKNOWN, "SMTP_NO_ANSWER")
    return Outcome(Verdict.LATER, "SMTP_NO_ANSWER")
