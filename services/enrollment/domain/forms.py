"""What stands on a printed form: words and values, made from the one definition of the dossier. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import DEFINITIONS
from services.enrollment.domain.provinces import province_name
from services.kit.printed import EN, section

WORDS: Mapping[str, tuple[str, str]] = {
    "form": ("报名表", "Registration Form"),
    "title": ("{province}{year}年住院医师规范化培训招录报名表", "{province} Residency Training {year}: {form}"),
    "cycle": ("招录年度", "Recruitment"),
    "name": ("姓名", "Name"),
    "document": ("证件号码", "Document number"),
    "application": ("报名编号", "Application"),
    "number": ("提交序号", "Submission"),
    "submitted": ("提交时间", "Submitted"),
    "choice": ("报考志愿", "Choice"),
    "base": ("培训基地", "Training base"),
    "specialty": ("培训专业", "Specialty"),
    "reallocation": ("是否接受调剂", "Accepts reallocation"),
    "correction": ("更正自第 {n} 次提交", "Corrects submission {n}"),
    "promise": (
        "本人承诺以上所填信息真实、准确，如有不实，愿承担由此产生的一切后果。",
        "I declare that what is stated above is true and complete.",
    ),
    "signature": ("本人签名：", "Signature:"),
    "date": ("日期：", "Date:"),
    "opinion": ("培训基地审核意见：", "Opinion of the training base:"),
    "seal": ("（盖章）", "(seal)"),
    "scan": ("扫码核验", "Scan to verify"),
    "hash": ("内容校验码", "Content hash"),
    "page": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "portrait": ("证件照", "Photo"),
    "unprintable": ("〓 处为字库未收字：", "〓 stands for characters that the font lacks:"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A frozen submission as it is printed."""

    application_id: str
    number: int
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    choice: Choice
    dossier: Mapping[Any, Mapping[str, Any]] = field(repr=False)
    submitted_at: datetime
    fingerprint: bytes
    correction_of: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """Which year of which province a form belongs to."""

    province_code: str
    year: int
    title: str
    time_zone: str
    catalogue: Catalogue = field(repr=False)


def content(heading: Heading, submitted: Submitted, language: str) -> dict[str, Any]:
    """FORM-01: everything on the form as plain values, from the frozen submission and the dossier's definition alone.

    Times are of the province's zone. The document number is the masked one: enrollment knows no other.
    """
    word = _words(language)
    zone = ZoneInfo(heading.time_zone)
    made = submitted.submitted_at.astimezone(zone)
    province = province_name(heading.province_code, english=language == EN)
    catalogue, choice = heading.catalogue, submitted.choice
    opening = [
        [word("name"), submitted.name],
        [word("document"), submitted.masked_document],
        [word("cycle"), heading.title],
        [word("application"), submitted.application_id],
        [word("number"), _number(submitted, language)],
        [word("submitted"), f"{made:%Y-%m-%d %H:%M:%S} ({heading.time_zone})"],
    ]
    chosen = [
        [word("base"), catalogue.bases.get(choice.base_code, choice.base_code)],
        [word("specialty"), catalogue.specialties.get(choice.specialty_code, choice.specialty_code)],
        [word("reallocation"), word("yes" if choice.accepts_reallocation else "no")],
    ]
    return {
        "language": language,
        "title": word("title").format(province=province, year=heading.year, form=word("form")),
        "opening": opening,
        "sections": [
            {"label": word("choice"), "groups": [{"label": "", "rows": chosen}]},
            *(section(each, submitted.dossier.get(each.section, {}), language) for each in DEFINITIONS),
        ],
        "footer": f"{word('form')} {submitted.application_id} / {submitted.number}",
        "hash": short_hash(submitted.fingerprint),
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "words": {key: word(key) for key in _PRINTED},
    }


_PRINTED = ("promise", "signature", "date", "opinion", "seal", "scan", "hash", "page", "portrait", "unprintable")


def short_hash(fingerprint: bytes) -> str:
    """The first 8 bytes of a submission's fingerprint in groups of four digits, as the audit shows it."""
    digits = fingerprint.hex()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _number(submitted: Submitted, language: str) -> str:
    if not submitted.correction_of:
        return str(submitted.number)
    return f"{submitted.number} ({_words(language)('correction').format(n=submitted.correction_of)})"


def _words(language: str) -> Callable[[str], str]:
    return lambda key: WORDS[key][language == EN]
