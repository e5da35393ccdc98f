"""FREP-08, FREP-09: 聘书: what stands on it, and the code by which anybody checks it. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.faculty.domain import reports
from services.kit.domain import DomainError, Kind

PRINTABLE = frozenset({"active", "suspended", "expired"})
"""FREP-08: of a dismissed or transferred teacher, and of one whom the province has yet to acknowledge, none is made."""
_MAC_BYTES = 10
_DAY_BYTES = 3
_GROUP = 4

Mac = Callable[[str], bytes]
"""A keyed hash that nobody without the keys can make."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a code says: the appointment, and the last day that was printed."""

    appointment_id: str
    until_day: date


@dataclass(frozen=True, slots=True)
class Appointed:
    """Who was appointed, in words."""

    name: str = field(repr=False)
    hospital: str
    department: str
    title: str
    level: str
    from_day: date
    until_day: date


def code_of(certificate: Certificate, mac: Mac) -> str:
    """FREP-09: appointment, last day and a keyed hash of both, in groups of four letters and digits."""
    said = _said(certificate)
    text = base64.b32encode(said + mac(said.hex())[:_MAC_BYTES]).decode().rstrip("=")
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read_code(code: str, mac: Mac) -> Certificate | None:
    """FREP-09: what a genuine code says; None for every other text. Blanks, hyphens and small letters do not matter."""
    text = "".join(code.split()).replace("-", "").upper()
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    said, given = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(said) != 16 + _DAY_BYTES or not hmac.compare_digest(mac(said.hex())[:_MAC_BYTES], given):
        return None
    return Certificate(str(UUID(bytes=said[:16])), date.fromordinal(int.from_bytes(said[16:], "big")))


def check_printable(state: str) -> None:
    """FREP-08. Raises CONFLICT NO_CERTIFICATE."""
    if state not in PRINTABLE:
        sentence = f"该聘任{reports.STATES.get(state, '')}，不能出具聘书。"
        raise DomainError(Kind.CONFLICT, "NO_CERTIFICATE", sentence, rule="FREP-08")


def content(appointed: Appointed, code: str) -> dict[str, Any]:
    """FREP-08: everything on the page as plain values."""
    first, last = appointed.from_day, appointed.until_day
    level = reports.LEVELS.get(appointed.level, "") if appointed.level else "指导医师"
    return {
        "title": "聘书",
        "name": appointed.name,
        "text": f"兹聘任您为{appointed.hospital}{appointed.department}住院医师规范化培训{level}，"
        f"聘期自{_day(first)}至{_day(last)}。",
        "rank": appointed.title,
        "hospital": appointed.hospital,
        "day": _day(first),
        "code": code,
        "words": {"check": "扫码或凭核验码核对真伪", "code": "核验码", "rank": "职称", "seal": "（盖章）"},
        "made": [first.year, first.month, first.day],
    }


def _said(certificate: Certificate) -> bytes:
    return UUID(certificate.appointment_id).bytes + certificate.until_day.toordinal().to_bytes(_DAY_BYTES, "big")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
