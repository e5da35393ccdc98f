"""Gateways of others over HTTP: what goes out, what comes back, and what happens when nothing does.

Holds ID-38 and ID-47.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.identity.adapters import choice, real_name, texts
from services.identity.domain.documents import Document, DocumentType, Sex
from services.identity.settings import IdentitySettings
from services.kit.domain import DomainError, Kind
from services.kit.http_client import HttpClient

NUMBER, NAME, MOBILE = "370199199803121234", "阿依古丽·买买提", "+8613800138000"
DOCUMENT = Document(DocumentType.RESIDENT_ID, NUMBER, date(1998, 3, 12), Sex.FEMALE)
PATIENT, HASTY = timedelta(seconds=10), timedelta(milliseconds=150)


@dataclass
class Gateway:
    """A neighbour that answers every POST with what the test says."""

    url: str = ""
    answer: bytes = b"{}"
    status: int = 200
    more: str = ""
    silent: bool = False
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
                body = await reader.readexactly(int(fields["content-length"]))
                self.heard.append((fields.get("authorization", ""), json.loads(body)))
                if not self.silent:
                    more = f"HTTP/1.1 {self.status} x\r\ncontent-length: {len(self.answer)}\r\n{self.more}\r\n"
                    writer.write(more.encode() + self.answer)
        except asyncio.IncompleteReadError:
            writer.close()


@asynccontextmanager
async def gateway(**answers: Any) -> AsyncIterator[Gateway]:
    served = Gateway(**answers)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield served
    server.close()


async def refused(act: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    assert not any(secret in f"{caught.value!r}" for secret in (NUMBER, NAME, MOBILE))
    return caught.value


async def test_id_38_the_register_is_asked_as_documented() -> None:
    async with gateway(answer=b'{"matched": true}') as there:
        register = real_name.HttpRegister(HttpClient(there.url, "the-key", PATIENT))
        await register.confirm(NAME, DOCUMENT)
        there.answer = b'{"matched": false}'
        error = await refused(register.confirm(NAME, DOCUMENT))
        assert (error.kind, error.reason, error.field, error.rule) == (
            *(Kind.INVALID, "REAL_NAME_MISMATCH", "name", "ID-38"),
        )
        await register.stop()
    (key, asked), (_, again) = there.heard
    assert key == "Bearer the-key"
    assert asked.pop("id") != again["id"]
    assert asked == {
        "name": NAME,
        "document_type": "resident_id",
        "document_number": NUMBER,
        "birth_date": "1998-03-12",
        "sex": "female",
    }


@pytest.mark.parametrize(
    "answers",
    [
        {"answer": b"{}"},
        {"answer": b'{"matched": "yes"}'},
        {"answer": b"[true]"},
        {"answer": b"not json"},
        {"answer": b""},
        {"status": 500, "answer": b'{"matched": true}'},
        {"status": 302, "more": "location: http://127.0.0.1:1/\r\n", "answer": b'{"matched": true}'},
        {"silent": True},
    ],
)
async def test_id_38_nobody_is_let_through_unasked(answers: dict[str, Any]) -> None:
    async with gateway(**answers) as there:
        register = real_name.HttpRegister(HttpClient(there.url, "", HASTY if "silent" in answers else PATIENT))
        error = await refused(register.confirm(NAME, DOCUMENT))
        assert (error.kind, error.reason, error.rule) == (Kind.UNAVAILABLE, "REAL_NAME_UNAVAILABLE", "ID-38")
        await register.stop()
    assert [key for key, _ in there.heard] == [""], "asked once, without a key"


async def test_id_38_a_register_that_is_not_there_is_unavailable() -> None:
    async with gateway() as there:
        address = there.url
    error = await refused(real_name.HttpRegister(HttpClient(address, "", PATIENT)).confirm(NAME, DOCUMENT))
    assert error.reason == "REAL_NAME_UNAVAILABLE"


async def test_id_47_a_text_is_handed_on_as_documented() -> None:
    async with gateway(status=202, answer=b"") as there:
        sender = texts.HttpTexts(HttpClient(there.url, "the-key", PATIENT))
        await sender.send(MOBILE, "registration", "验证码123456", "123456")
        there.status = 429
        error = await refused(sender.send(MOBILE, "notice", "审核通过"))
        assert (error.kind, error.reason, error.rule) == (Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "ID-47")
        await sender.stop()
    (key, sent), (_, notice) = there.heard
    assert key == "Bearer the-key"
    assert sent.pop("id")
    assert sent == {"to": MOBILE, "purpose": "registration", "text": "验证码123456", "code": "123456"}
    assert notice["code"] == ""


def settings(tmp_path: Path | None = None, **values: Any) -> IdentitySettings:
    return IdentitySettings(data_dir=tmp_path, **values)


def test_the_sandbox_is_never_in_use_by_oversight(tmp_path: Path) -> None:
    for what in ("texts", "real_name"):
        address = {f"{what}_address": "https://gateway.example/v1"}
        assert choice.chosen(what, settings(tmp_path)) == "sandbox"
        assert choice.chosen(what, settings(tmp_path, **address)) == "http"
        assert choice.chosen(what, settings(**address)) == "http"  # type: ignore[arg-type]
        assert choice.chosen(what, settings(**{f"{what}_adapter": "sandbox"})) == "sandbox"  # type: ignore[arg-type]
        for unusable in ({}, {f"{what}_adapter": "http"}, {f"{what}_address": "gateway.example"}):
            with pytest.raises(choice.AdapterMissing, match=f"RESIDENCY_{what.upper()}"):
                choice.chosen(what, settings(**unusable))  # type: ignore[arg-type]


def test_a_key_stands_in_no_printed_settings() -> None:
    printed = repr(settings(texts_key=SecretStr("geheim-1"), real_name_key=SecretStr("geheim-2")))
    assert "geheim" not in printed
