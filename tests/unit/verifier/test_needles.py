"""What would be found is found, wherever it stands; and it is told without being repeated."""

from __future__ import annotations

import pytest

from services.rehearsal.dossiers import amend, make_dossier, numbers_of
from services.rehearsal.people import make_people
from services.verifier.needles import Needles, Reader, masked

IDENTITY, MOBILE = "37995019900101001X", "14512345678"
NEEDLES = Needles([IDENTITY, MOBILE])


@pytest.mark.parametrize(
    "content",
    [
        b'{"mobile": "14512345678"}',
        b"+8614512345678",
        b"\x12\x0b145123456780\x01",
        b"1234514512345678",
        b"145145123456785",
        b"\x00\xff14512345678",
    ],
)
def test_a_mobile_number_is_found_amid_anything(content: bytes) -> None:
    assert set(NEEDLES.within(content)) == {MOBILE.encode()}


@pytest.mark.parametrize("content", [IDENTITY.encode(), IDENTITY.lower().encode(), b"no:" + IDENTITY.encode() + b"1"])
def test_an_identity_number_is_found_in_either_case(content: bytes) -> None:
    assert set(NEEDLES.within(content)) == {IDENTITY.encode()}


@pytest.mark.parametrize("content", [b"", b"1451234567", b"3799************1X", b"14512345679", b"145 1234 5678"])
def test_what_is_masked_or_other_is_not(content: bytes) -> None:
    assert list(NEEDLES.within(content)) == []


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_number_across_two_pieces_is_found(cut: int) -> None:
    content = b"before " + IDENTITY.encode() + b"/" + MOBILE.encode() + b" after"
    reader = Reader(NEEDLES, "log")
    for piece in (content[:cut], content[cut:]):
        reader.feed(piece)
    assert reader.place.searched == len(content)
    assert reader.place.found == {IDENTITY.encode(), MOBILE.encode()}


def test_a_find_is_told_masked() -> None:
    reader = Reader(NEEDLES, "file logs/portal.log")
    reader.feed(MOBILE.encode())
    assert reader.place.told() == ["145******78 stands in file logs/portal.log"]
    assert masked(IDENTITY) == "379*************1X"
    reader.place.trouble = "Permission denied"
    assert reader.place.told()[1] == "file logs/portal.log cannot be searched: Permission denied"


def test_corrected_numbers_are_looked_for_too() -> None:
    [person] = make_people(1, seed=3, tag="t")
    body = make_dossier(person, 3, 2023)["basic"]
    needles = Needles(numbers_of(person))
    corrected = body
    for number in range(1, 4):
        corrected = amend(body if number == 1 else corrected, number)
        assert len(list(needles.within(str(corrected["mobile"]).encode()))) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'"seconds": 10.0042%s9, "event"', False),
        (b'"span_id": "0x74%s360ce8"', False),
        (b'"mobile": "%s"', True),
        (b"tel:+86%s,", True),
        (b"%s", True),
    ],
)
def test_in_text_a_mobile_number_stands_by_itself_or_behind_its_country(content: bytes, found: bool) -> None:
    mobile = "14591234568"
    said = content.replace(b"%s", mobile.encode())
    assert list(Needles([mobile]).within(said)) == [mobile.encode()], "elsewhere it is found amid anything"
    assert list(Needles([mobile]).within(said, text=True)) == ([mobile.encode()] if found else [])
