"""ID-38: whether a name and a document belong together: a register asked over HTTP, or the sandbox's simple rule."""

from __future__ import annotations

from typing import Protocol

import structlog

from services.identity.adapters.choice import chosen
from services.identity.domain.documents import Document
from services.identity.settings import IdentitySettings
from services.kit.domain import DomainError, Kind
from services.kit.http_client import HttpClient, NoAnswer
from services.kit.ids import new_id

SANDBOX_MISMATCH = "不符"
SANDBOX_AWAY = "停机"
_log = structlog.get_logger("identity.real_name")


class RealNameRegister(Protocol):
    """A part that knows whose document is whose."""

    name: str

    async def start(self) -> None:
        """Open what it needs."""

    async def stop(self) -> None:
        """Close it."""

    def not_ready(self) -> str:
        """Empty, or why nothing can be asked."""
        ...

    async def confirm(self, name: str, document: Document) -> None:
        """ID-38: return when `name` and `document` belong together; call it outside a transaction.

        Raises:
            DomainError: INVALID REAL_NAME_MISMATCH, field `name`, when they do not; UNAVAILABLE
                REAL_NAME_UNAVAILABLE when the register did not answer: nobody is let through unasked.
        """


class SandboxRegister:
    """Confirms everybody but who is named so that a trial can see the rest.

    A name that begins with `不符` does not match its document; with one that begins with `停机` the register is away.
    """

    name = "real-name register"

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def not_ready(self) -> str:
        """Always ready."""
        return ""

    async def confirm(self, name: str, document: Document) -> None:
        """Decide by the name alone; the document has passed the rules of its kind already."""
        if name.startswith(SANDBOX_MISMATCH):
            raise _mismatch()
        if name.startswith(SANDBOX_AWAY):
            raise _unavailable("sandbox")


class HttpRegister:
    """Asks a register, one POST a question."""

    name = "real-name register"

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()

    def not_ready(self) -> str:
        """Always ready: with the register away, nobody registers and everything else goes on."""
        return ""

    async def confirm(self, name: str, document: Document) -> None:
        """Ask; anything but a plain yes or no counts as no answer."""
        body = {
            "id": new_id(),
            "name": name,
            "document_type": document.kind.value,
            "document_number": document.number,
            "birth_date": document.birth_date.isoformat(),
            "sex": document.sex.value if document.sex else "",
        }
        try:
            matched = (await self._client.ask(body)).get("matched")
        except NoAnswer as error:
            raise _unavailable(str(error)) from None
        if matched is False:
            raise _mismatch()
        if matched is not True:
            raise _unavailable("neither yes nor no")


def create(settings: IdentitySettings) -> RealNameRegister:
    """The adapter the settings name. Raises AdapterMissing."""
    if chosen("real_name", settings) == "sandbox":
        return SandboxRegister()
    key = settings.real_name_key.get_secret_value()
    return HttpRegister(HttpClient(settings.real_name_address, key, settings.real_name_timeout))


def _mismatch() -> DomainError:
    message = "姓名与证件号码不一致，请按证件原样填写。"
    return DomainError(Kind.INVALID, "REAL_NAME_MISMATCH", message, field="name", rule="ID-38")


def _unavailable(why: str) -> DomainError:
    _log.warning("no answer from the real-name register", why=why)
    message = "实名认证服务暂时没有响应，请稍后再试；您填写的内容没有丢失。"
    return DomainError(Kind.UNAVAILABLE, "REAL_NAME_UNAVAILABLE", message, rule="ID-38")
