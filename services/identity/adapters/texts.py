"""ID-47: text messages: kept for an hour in the sandbox, or handed to a gateway over HTTP (`docs/adapters.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import delete, insert, select

from services.identity.adapters.choice import chosen
from services.identity.settings import IdentitySettings
from services.identity.store.tables import sandbox_text
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from services.kit.http_client import HttpClient, NoAnswer
from services.kit.ids import new_id
from services.kit.vault import Vault

KEPT = timedelta(hours=1)
"""How long the sandbox remembers."""
_log = structlog.get_logger("identity.texts")


class TextMessages(Protocol):
    """A part that sends text messages."""

    name: str

    async def start(self) -> None:
        """Open what it needs."""

    async def stop(self) -> None:
        """Close it."""

    def not_ready(self) -> str:
        """Empty, or why nothing can be sent."""
        ...

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        """Send `text` to `mobile` (E.164); call it outside a transaction.

        Args:
            mobile: The number, E.164.
            purpose: `registration`, `registration_call`, `recovery`, `mobile`, `invitation` or `notice`.
            text: All of the message.
            code: The code or secret that stands in `text`, for gateways that fill it into a template.

        Raises:
            DomainError: UNAVAILABLE TEXTS_UNAVAILABLE when it did not leave; it may have left all the same when the
                gateway's answer was lost.
        """


@dataclass(frozen=True, slots=True)
class KeptText:
    """A message the sandbox kept."""

    purpose: str
    text: str = field(repr=False)
    code: str = field(repr=False)
    sent_at: datetime


class SandboxTexts:
    """Writes messages, sealed, where a phone would have shown them; forgets them after an hour."""

    name = "texts"

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def not_ready(self) -> str:
        """Always ready."""
        return ""

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        """Keep the message; those older than an hour go."""
        now, text_id = self._clock.now(), new_id()
        row = {
            "text_id": text_id,
            "mobile_lookup": self._vault.lookup("mobile", mobile),
            "purpose": purpose,
            "text_sealed": self._vault.seal(text, text_id),
            "code_sealed": self._vault.seal(code, text_id) if code else None,
            "sent_at": now,
        }
        async with self._database.unit_of_work() as uow:
            await uow.session.execute(delete(sandbox_text).where(sandbox_text.c.sent_at < now - KEPT))
            await uow.session.execute(insert(sandbox_text).values(row))

    async def kept(self, mobile: str) -> Sequence[KeptText]:
        """The messages of the last hour to `mobile` (E.164), newest first."""
        column = sandbox_text.c
        statement = (
            select(sandbox_text)
            .where(column.mobile_lookup == self._vault.lookup("mobile", mobile))
            .where(column.sent_at >= self._clock.now() - KEPT)
            .order_by(column.sent_at.desc(), column.text_id.desc())
        )
        async with self._database.unit_of_work() as uow:
            rows = (await uow.session.execute(statement)).all()
        return [
            KeptText(
                row.purpose,
                self._vault.open(row.text_sealed, row.text_id),
                self._vault.open(row.code_sealed, row.text_id) if row.code_sealed else "",
                row.sent_at,
            )
            for row in rows
        ]


class HttpTexts:
    """Hands messages to a gateway: one POST each, no redirect followed, nothing tried twice."""

    name = "texts"

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()

    def not_ready(self) -> str:
        """Always ready: a gateway that is away takes nothing but its own messages with it."""
        return ""

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        """POST the message; any answer but success is a failure."""
        body = {"id": new_id(), "to": mobile, "purpose": purpose, "text": text, "code": code}
        try:
            await self._client.ask(body)
        except NoAnswer as error:
            raise _unavailable(str(error)) from None


def create(settings: IdentitySettings, database: Database, vault: Vault, clock: Clock) -> TextMessages:
    """The adapter the settings name. Raises AdapterMissing."""
    if chosen("texts", settings) == "sandbox":
        return SandboxTexts(database, vault, clock)
    return HttpTexts(HttpClient(settings.texts_address, settings.texts_key.get_secret_value(), settings.texts_timeout))


def _unavailable(why: str) -> DomainError:
    _log.warning("text message not sent", why=why)
    return DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送，请稍后再试。", rule="ID-47")
