"""The printed form: what was written stands on it as it was written, and the same sheet is the same file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import DEFINITIONS, Section
from services.enrollment.domain.forms import Heading, Submitted, content, short_hash
from services.kit.forms import FieldType
from services.kit.press import FORM, Press, Sheet

HEADING = Heading(
    "37",
    2023,
    "山东省2023年住院医师规范化培训招录",
    "Asia/Shanghai",
    Catalogue({"SD-QILU": "山东大学齐鲁医院"}, {"0100": "内科"}, {}),
)
DOSSIER: dict[Section, dict[str, Any]] = {
    Section.BASIC: {"sex": "female", "birth_date": "1998-05-01", "mobile": "10012345678"},
    Section.EDUCATION: {"bachelor": True, "bachelor_school": "某医学院", "master": False},
    Section.WORK: {"has_employer": True, "employer_name": "某医院", "years_of_work": 3.0},
}
SUBMITTED = Submitted(
    "0199aaaa-0000-7000-8000-000000000001",
    2,
    "测试甲",
    "3701**********12",
    Choice("SD-QILU", "0100", True),
    DOSSIER,
    datetime(2023, 7, 9, 16, 2, 3, tzinfo=UTC),
    bytes(range(32)),
)
HOSTILE = (
    "#panic()",
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    '#eval("1+1")',
    "*张三*",
    "_张三_",
    "$x^2$",
    '张"三',
    "张\\三",
    "\\u{41}",
    "[张三]",
    "{张三}",
    "//张三",
    "/*张三*/",
    "= 张三",
    "<张三>@张三`张三`~张三",
    "𬱖㙍𠮷䶮",
    "买买提·艾力",
)


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    press = Press(FORM)
    yield press
    press.close()


def _sheet(submitted: Submitted = SUBMITTED, language: str = "zh", portrait: bytes | None = None) -> Sheet:
    return Sheet(content(HEADING, submitted, language), "https://x.example/form/ABC", submitted.submitted_at, portrait)


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("name", HOSTILE)
def test_form_01_a_name_prints_as_itself(press: Press, name: str) -> None:
    """FORM-01."""
    text = _text(press.print_now(_sheet(replace(SUBMITTED, name=name))))
    assert name.replace(" ", "") in text.replace(" ", "")


def test_form_01_a_character_that_no_font_has_is_named(press: Press) -> None:
    for name, told in (("张😀三", "U+1F600"), ("ตང", "U+0E15 U+0F44"), ("张\u0007三", "U+0007")):
        text = _text(press.print_now(_sheet(replace(SUBMITTED, name=name))))
        assert "〓" in text
        assert told in text
    assert "〓" not in _text(press.print_now(_sheet()))


def test_ops_97_a_text_as_long_as_a_book_is_cut(press: Press) -> None:
    text = _text(press.print_now(_sheet(replace(SUBMITTED, name="长" * 40_000))))
    assert 7_000 < text.count("长") < 9_000


def test_form_01_the_file_is_an_archive_pdf_of_a4_with_a_title(press: Press) -> None:
    reader = PdfReader(io.BytesIO(press.print_now(_sheet())))
    xmp = reader.xmp_metadata
    assert xmp is not None
    raw = xmp.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in raw
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in raw
    assert reader.metadata is not None
    assert reader.metadata.title == "山东省2023年住院医师规范化培训招录报名表"
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]


def test_form_01_the_same_sheet_is_the_same_file_in_every_thread(press: Press) -> None:
    with ThreadPoolExecutor(2) as threads:
        files = list(threads.map(lambda _: Press(FORM, 1).print_now(_sheet()), range(3)))
    assert len({*files, press.print_now(_sheet())}) == 1
    assert press.print_now(_sheet(replace(SUBMITTED, number=3))) not in files


@pytest.mark.parametrize("language", ["zh", "en"])
def test_form_01_every_field_that_applies_is_printed_from_the_definition(language: str) -> None:
    printed = content(HEADING, SUBMITTED, language)
    for definition, section in zip(DEFINITIONS, printed["sections"][1:], strict=True):
        body = DOSSIER.get(Section(definition.section), {})
        labels = [row[0] for group in section["groups"] for row in group["rows"]]
        assert labels == [
            field.label_en if language == "en" else field.label
            for field in definition.fields
            if field.type is not FieldType.PAPER and field.applies(body)
        ]
    if language == "en":
        values = {
            row[0]: row[1] for section in printed["sections"] for group in section["groups"] for row in group["rows"]
        }
        assert values["Sex"] == "Female"
        assert values["Employed"] == "Yes"


def test_form_01_words_and_times_are_the_provinces(press: Press) -> None:
    text = _text(press.print_now(_sheet()))
    for told in ("2023-07-10 00:02:03", "山东大学齐鲁医院", "内科", "3701**********12", "女", "10012345678"):
        assert told in text
    assert short_hash(SUBMITTED.fingerprint) == "0001 0203 0405 0607"
    assert "0001 0203 0405 0607" in text
    assert "Shandong Residency Training 2023" in _text(press.print_now(_sheet(language="en")))


def test_form_01_the_portrait_is_printed_no_larger_than_paper_shows(press: Press) -> None:
    drawn = io.BytesIO()
    Image.effect_noise((1200, 1600), 60).convert("RGB").save(drawn, "JPEG", quality=95)
    with_portrait = press.print_now(_sheet(portrait=drawn.getvalue()))
    without = press.print_now(_sheet())
    assert len(with_portrait) - len(without) < 100_000 < len(drawn.getvalue())
    sizes = [
        image.image.size for page in PdfReader(io.BytesIO(with_portrait)).pages for image in page.images if image.image
    ]
    assert (246, 328) in sizes
