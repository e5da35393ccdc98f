"""Identity data: numbers, names, mobiles, birth dates and passwords as people and programs type them, at the parser.

What a class is made of decides what must come of it; 48 real patterns of names and numbers must pass.
"""

from __future__ import annotations

import random
import unicodedata
from datetime import date

from services.identity.domain import credentials, documents, mobile
from services.identity.domain.documents import DocumentType
from services.kit.domain import DomainError, Kind
from services.stack.demo import resident_id
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import PARSER, Door

TODAY = date(2026, 6, 1)
GOOD_NAMES = (
    *(
        "王伟",
        "欧阳娜娜",
        "司马相如",
        "阿不都热合曼·艾力",
        "迪丽热巴·迪力木拉提",
        "𠮷野",
        "䶮",
        "㛃",
        "李𬭩",
        "张㐆",
        "尼玛次仁",
    ),
    *(
        "José García",
        "Zoë",
        "O'Connor",
        "Nguyễn Văn A",
        "Müller-Lüdenscheidt",
        "Ana María",
        "田中 太郎",
        "김철수",
        "Мария",
    ),
    *("a", "一", "长" * 100, "于", "丁一", "阿卜杜拉・买买提", "普布·卓玛", "傲日格勒", "Ñandú", "Łukasz"),
)
GOOD_DOCUMENTS = (
    *((DocumentType.RESIDENT_ID, resident_id(f"37010219900{day}0100{day}")) for day in range(1, 9)),
    (DocumentType.RESIDENT_ID, resident_id("37010219960229001")),
    (DocumentType.PASSPORT, "E12345678"),
    (DocumentType.PASSPORT, "PE1234567"),
    (DocumentType.HONG_KONG_MACAO_PERMIT, "H12345678"),
    (DocumentType.HONG_KONG_MACAO_PERMIT, "m1234567801"),
    (DocumentType.TAIWAN_PERMIT, "12345678"),
    (DocumentType.TAIWAN_PERMIT, "1234567890(B)"),
    (DocumentType.MILITARY_OFFICER_CARD, "军字第1234567号"),
    (DocumentType.MILITARY_OFFICER_CARD, "南字1234567"),
    (DocumentType.RESIDENT_ID, "１１０１０１１９９００３０７６０１９"[:18]),
)
_MUST_FAIL = (
    *("wrong check digit", "15 digits", "impossible birth date", "future birth date", "zero-width in number"),
    *("right-to-left in number", "other scripts' digits", "letters in number", "hostile number", "zero-width in name"),
    *("hidden in name", "101 characters", "empty name", "hostile mobile", "foreign mobile", "unknown region"),
)


class Identity(Door):
    """`documents.parse`, `credentials.clean_name`, `mobile.parse`: what every registration and list goes through."""

    name = "identity"
    through = PARSER
    kinds = (
        *_MUST_FAIL,
        *(
            "lower-case x",
            "full-width digits",
            "blanks inside",
            "real names",
            "real documents",
            "one number, two types",
        ),
        *(
            "hostile name",
            "combining marks",
            "beyond the BMP",
            "hostile birth date",
            "hostile password",
            "mobile written oddly",
        ),
    )
    targets = tuple(range(400))
    at_once = 1

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One parse, or two that must agree."""
        try:
            said = _tried(kind, chance)
        except DomainError as error:
            fault = (
                "" if error.kind is Kind.INVALID and error.field and error.rule else f"no field or rule: {error.reason}"
            )
            if kind in (
                "real names",
                "real documents",
                "lower-case x",
                "full-width digits",
                "blanks inside",
                "beyond the BMP",
            ):
                fault = f"refused a good one: {error.reason}"
            return Sent(error.reason, fault, str(error), kind)
        except Exception as error:  # noqa: BLE001  (a parser must not raise anything else)
            return Sent("raised", f"{type(error).__name__}: {error!s:.200}", "", kind)
        fault = f"accepted: {said[:60]!r}" if kind in _MUST_FAIL else ""
        return Sent("accepted", fault, "", said[:200], refused=False)


def _tried(kind: str, chance: random.Random) -> str:
    number = _number(chance)
    match kind:
        case "wrong check digit":
            return _document(number[:17] + chance.choice([each for each in "0123456789X" if each != number[17]]))
        case "15 digits":
            return _document(number[:6] + number[8:17])
        case "impossible birth date":
            day = chance.choice(("19990230", "20011301", "19990001", "19990100", "20010229", "18991231"))
            return _document(resident_id(number[:6] + day + number[14:17]))
        case "future birth date":
            return _document(resident_id(number[:6] + f"{chance.randrange(2027, 2099)}0101" + number[14:17]))
        case "zero-width in number":
            return _document(_put(number, chance.choice("\u200b\u200c\u200d\ufeff\u2060"), chance))
        case "right-to-left in number":
            return _document(_put(number, chance.choice("\u202e\u200f\u2067"), chance))
        case "other scripts' digits":
            base = chance.choice((0x0660, 0x0966, 0x1D7CE, 0x2460))
            return _document("".join(chr(base + int(each)) if each.isdigit() else each for each in number))
        case "letters in number":
            place = chance.randrange(17)
            return _document(number[:place] + chance.choice("XxOoIl零") + number[place + 1 :])
        case "hostile number":
            return _document(words.text(chance))
        case "unknown region":
            return _document(resident_id(chance.choice(("00", "99", "16", "84")) + number[2:17]))
        case "lower-case x":
            return _same(number, number.lower())
        case "full-width digits":
            return _same(number, number.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)}))
        case "blanks inside":
            return _same(number, _put(number, chance.choice((" ", "\u3000", "\t", "\u00a0")), chance))
        case "real documents":
            found, told = chance.choice(GOOD_DOCUMENTS[:-1])
            return documents.parse(
                found, told, "" if found is DocumentType.RESIDENT_ID else "1990-01-01", None, TODAY
            ).key
        case "one number, two types":
            told = "".join(chance.choice("0123456789") for _ in range(8))
            keys = {documents.parse(kind, told, "1990-01-01", None, TODAY).key for kind in _EIGHT_DIGITS}
            assert len(keys) == len(_EIGHT_DIGITS), "two documents are one"
            return told
        case "hostile birth date":
            text = words.text(chance)
            return str(documents.parse(DocumentType.PASSPORT, "E12345678", text, None, TODAY).birth_date)
        case "hostile mobile":
            return mobile.parse(words.text(chance))
        case "foreign mobile":
            return mobile.parse(
                chance.choice(("+1 202 555 0143", "+852 9123 4567", "+8653112345678", "12345", "110", "400-800-8888"))
            )
        case "mobile written oddly":
            digits = f"138{chance.randrange(10**8):08d}"
            odd = chance.choice(
                (
                    f"+86 {digits}",
                    f"0086{digits}",
                    f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
                    f" {digits} ",
                    f"86{digits}",
                )
            )
            parsed = mobile.parse(odd)
            assert parsed == f"+86{digits}", "another number"
            return parsed
        case "hostile password":
            credentials.check_password(words.text(chance), login="somebody", name="王伟", staff=chance.random() < 0.5)
            return "password"
        case _:
            return _name(kind, chance)


_EIGHT_DIGITS = (DocumentType.PASSPORT, DocumentType.TAIWAN_PERMIT)


def _name(kind: str, chance: random.Random) -> str:
    match kind:
        case "real names":
            name = chance.choice(GOOD_NAMES)
        case "zero-width in name":
            name = _put("王小明", chance.choice("\u200b\u200c\u2060\ufeff"), chance)
        case "hidden in name":
            name = _put("王小明", chance.choice("\x00\x07\x1b\u202e\u2028\ue000"), chance)
        case "101 characters":
            name = "长" * (101 + chance.randrange(5000))
        case "empty name":
            name = chance.choice(("", " ", "\u3000", "\t\n", "\u00a0" * 5))
        case "combining marks":
            name = "e\u0301" + "\u0301" * chance.randrange(60)
        case "beyond the BMP":
            name = "王" + chr(0x20000 + chance.randrange(0xA6DF))
        case _:
            name = words.text(chance)
    cleaned = credentials.clean_name(name)
    assert cleaned == unicodedata.normalize("NFC", cleaned), "not in one form"
    assert credentials.clean_name(cleaned) == cleaned, "another form the second time"
    return cleaned


def _number(chance: random.Random) -> str:
    day = date(chance.randrange(1960, 2005), chance.randrange(1, 13), chance.randrange(1, 29))
    return resident_id(f"370102{day:%Y%m%d}{chance.randrange(1000):03d}")


def _document(number: str) -> str:
    return documents.parse(DocumentType.RESIDENT_ID, number, "", None, TODAY).number


def _same(number: str, typed: str) -> str:
    assert _document(typed) == number, "another number"
    return number


def _put(text: str, what: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(text))
    return text[:place] + what + text[place:]


def door() -> Door:
    """The door."""
    return Identity()
