"""ID-18 to ID-25: documents a person is known by: their kinds, which numbers are accepted, how they are shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.identity.domain import resident_id
from services.kit.domain import DomainError, Kind

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SHOWN_OF_SHORT = 2
"""Characters of a number shorter than a resident identity number that stay visible at either end."""


class DocumentType(StrEnum):
    """Kind of document."""

    RESIDENT_ID = "resident_id"
    """居民身份证."""
    PASSPORT = "passport"
    """护照."""
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit"
    """港澳居民来往内地通行证."""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证."""
    MILITARY_OFFICER_CARD = "military_officer_card"
    """军官证."""


class Sex(StrEnum):
    """Sex as on the document."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose number passed the rules of its kind."""

    kind: DocumentType
    number: str = field(repr=False)
    """In its stored form: NFC, upper case, no blanks."""
    birth_date: date = field(repr=False)
    sex: Sex | None
    """From the number, or as entered; None when neither says."""

    @property
    def key(self) -> str:
        """What makes it one person's: kind and number, without the count of issues that a renewed permit carries."""
        return key(self.kind, self.number)

    def birth_key(self, name: str) -> str:
        """ID-39: name and birth date, which two accounts of one person have in common whatever their documents."""
        return f"{''.join(name.casefold().translate(_DOTS).split())} {self.birth_date.isoformat()}"


_DOTS = dict.fromkeys(map(ord, "•・‧∙．.｡･"), "·")
"""Names of several parts are written with many dots."""
_KEPT = {DocumentType.HONG_KONG_MACAO_PERMIT: 9, DocumentType.TAIWAN_PERMIT: 8}

_OTHER_RULES = {
    DocumentType.PASSPORT: (
        re.compile(r"(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{6,9}"),
        "ID-20",
        "PASSPORT_FORMAT",
        "护照号码应为6至9位字母和数字，其中至少4位数字。",
    ),
    DocumentType.HONG_KONG_MACAO_PERMIT: (
        re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
        "ID-21",
        "HONG_KONG_MACAO_PERMIT_FORMAT",
        "港澳居民来往内地通行证号码应为字母H或M加8位或10位数字。",
    ),
    DocumentType.TAIWAN_PERMIT: (
        re.compile(r"[0-9]{8}|[0-9]{10}(?:\([A-Z]\))?"),
        "ID-22",
        "TAIWAN_PERMIT_FORMAT",
        "台湾居民来往大陆通行证号码应为8位数字，旧版为10位数字加括号中的1位字母。",
    ),
    DocumentType.MILITARY_OFFICER_CARD: (
        re.compile(r"[\u4e00-\u9fff]{1,4}字第[0-9]{4,8}号"),
        "ID-23",
        "MILITARY_OFFICER_CARD_FORMAT",
        "军官证号码应如“军字第1234567号”：单位简称、4至8位数字。",
    ),
}
_LOOSE_CARD = re.compile(r"([\u4e00-\u9fff]{1,4}?)字第?(?:NO\.?|№)?([0-9]{4,8})号?")


def parse(kind: DocumentType, number: str, birth_date: str, sex: Sex | None, today: date) -> Document:
    """Read a document as entered.

    Args:
        kind: Its kind; decides which rules the number keeps.
        number: As typed; brought into one form first (ID-24).
        birth_date: `YYYY-MM-DD`; empty with a resident identity number, which tells it.
        sex: As entered, None when it was not.
        today: The present day in the province.

    Raises:
        DomainError: INVALID. With field `document_number`: ID-01 to ID-05 for a resident identity number, ID-20
            passport, ID-21 Hong Kong and Macao, ID-22 Taiwan, ID-23 officer's card. With field `birth_date`: ID-18
            when it is not the one in the number, ID-25 when it is missing, does not exist or cannot be. With field
            `sex`: ID-19 when it is not the one in the number.
    """
    typed = normalised(kind, number)
    entered = _entered_date(birth_date, today)
    if kind is DocumentType.RESIDENT_ID:
        found = resident_id.parse(typed, today)
        if entered is not None and entered != found.birth_date:
            raise _refused("ID-18", "BIRTH_DATE_DIFFERS", "出生日期与身份证号码不一致，请核对。", "birth_date")
        if sex is not None and sex != found.sex:
            raise _refused("ID-19", "SEX_DIFFERS", "性别与身份证号码不一致，请核对。", "sex")
        return Document(kind, found.number, found.birth_date, Sex(found.sex))
    _check_shape(kind, typed)
    if entered is None:
        raise _refused("ID-25", "BIRTH_DATE_MISSING", "请填写证件上的出生日期。", "birth_date")
    if not resident_id.AGE_MIN <= resident_id.age_on(entered, today) <= resident_id.AGE_MAX:
        message = f"年龄应在{resident_id.AGE_MIN}至{resident_id.AGE_MAX}周岁之间。"
        raise _refused("ID-25", "BIRTH_DATE_AGE", message, "birth_date")
    return Document(kind, typed, entered, sex)


def checked(kind: DocumentType, number: str, today: date) -> str:
    """A number in its stored form, where nothing else of the document is at hand. Raises as `parse` for the number."""
    typed = normalised(kind, number)
    if kind is DocumentType.RESIDENT_ID:
        return resident_id.parse(typed, today).number
    _check_shape(kind, typed)
    return typed


def key(kind: DocumentType, number: str) -> str:
    """ID-10: what `Vault.lookup("document", …)` is taken of: kind and number, without a permit's count of issues."""
    return f"{kind.value} {number[: _KEPT.get(kind)]}"


def normalised(kind: DocumentType, number: str) -> str:
    """ID-24: one form for what people type: NFC, upper case, full-width letters and digits as ASCII, no blanks.

    An input method leaves full-width digits and everybody types `x`; folding them all to one form before the number
    is checked, hashed and sealed keeps one document one number. Other scripts' digits are left for the rules to refuse.
    """
    folded = "".join(fold_width(unicodedata.normalize("NFC", number)).split()).upper()
    if kind is DocumentType.MILITARY_OFFICER_CARD and (card := _LOOSE_CARD.fullmatch(folded)):
        return f"{card[1]}字第{card[2]}号"
    return folded


def fold_width(text: str) -> str:
    """ID-24: full-width letters, digits, signs and blanks, as an input method leaves them, in their ASCII form."""
    return text.translate(_WIDE)


def mask(number: str) -> str:
    """ID-06: a document number as shown: of 18 characters the first four and last two, of shorter ones two and two."""
    if len(number) >= len("370199199803121234"):
        return resident_id.mask(number)
    head, tail = number[:_SHOWN_OF_SHORT], number[-_SHOWN_OF_SHORT:]
    return head + "*" * max(0, len(number) - 2 * _SHOWN_OF_SHORT) + tail


def mask_mobile(number: str) -> str:
    """ID-06: a mobile number (E.164 or national) with all but its last four digits and its first three hidden."""
    digits = number.removeprefix("+86")
    return digits[:3] + "*" * max(0, len(digits) - 7) + digits[-4:]


def _check_shape(kind: DocumentType, typed: str) -> None:
    shape, rule, reason, message = _OTHER_RULES[kind]
    if not shape.fullmatch(typed):
        raise _refused(rule, reason, message, "document_number")


def _entered_date(text: str, today: date) -> date | None:
    cleaned = fold_width(text).strip()
    if not cleaned:
        return None
    try:
        entered = date.fromisoformat(cleaned)
    except ValueError:
        message = "出生日期不存在，应如1998-03-12。"
        raise _refused("ID-25", "BIRTH_DATE_FORMAT", message, "birth_date") from None
    if entered > today:
        raise _refused("ID-25", "BIRTH_DATE_FUTURE", "出生日期晚于今天。", "birth_date")
    return entered


def _refused(rule: str, reason: str, message: str, field_name: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=field_name, rule=rule)
