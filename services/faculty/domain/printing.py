"""FDOS-13: what stands on a printed dossier: words and values, made from the one definition of the dossier. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.faculty.domain.dossier import DEFINITIONS
from services.kit.printed import ZH, section

TITLE = "住院医师规范化培训师资信息表"
_WORDS = {
    "promise": "本人承诺以上所填信息真实、准确，如有不实，愿承担由此产生的一切后果。",
    "signature": "本人签名：",
    "date": "日期：",
    "opinion": "教学部审核意见：",
    "seal": "（盖章）",
    "scan": "",
    "hash": "内容校验码",
    "page": "第 {page} 页，共 {pages} 页",
    "portrait": "证件照",
    "unprintable": "〓 处为字库未收字：",
}


def content(
    name: str,
    masked_document: str,
    bodies: Mapping[str, Mapping[str, Any]],
    saved_at: datetime | None,
    digest: bytes,
    made: datetime,
) -> dict[str, Any]:
    """FDOS-13: everything on the page as plain values; `bodies` are the saved sections by key.

    `made` and `saved_at` carry the province's zone. The document number is the masked one: faculty knows no other.
    """
    digits = digest.hex()[:16]
    saved = f"{saved_at:%Y-%m-%d %H:%M:%S}" if saved_at is not None else "—"
    return {
        "language": ZH,
        "title": TITLE,
        "opening": [["姓名", name], ["证件号码", masked_document], ["保存时间", saved]],
        "sections": [section(each, bodies.get(each.section, {})) for each in DEFINITIONS],
        "footer": TITLE,
        "hash": " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "words": _WORDS,
    }
