"""OPS-91: identity numbers are found by shape and check digit, wherever they stand alone."""

from __future__ import annotations

import pytest

from services.rehearsal.people import make_people
from services.verifier.clear import log_files, numbers_in

PEOPLE = make_people(200, seed=3, tag="clear")
NUMBER = PEOPLE[0].resident_id.encode()
WRONG = NUMBER[:-1] + (b"1" if NUMBER[-1:] != b"1" else b"2")


def test_ops_91_everybody_is_found() -> None:
    text = "\n".join(f"{person.name} {person.resident_id}" for person in PEOPLE).encode()
    assert numbers_in(text) == [person.resident_id for person in PEOPLE]


@pytest.mark.parametrize(
    "content",
    [NUMBER, b'"' + NUMBER + b'"', b"/people/" + NUMBER + b"?a", b"\x12\x12" + NUMBER + b"2\x04abcd", NUMBER + b"\xe5"],
    ids=["alone", "in JSON", "in a URL", "in a message, before a tag that looks like a digit", "before Chinese"],
)
def test_ops_91_one_is_found(content: bytes) -> None:
    assert numbers_in(content) == [NUMBER.decode()]


@pytest.mark.parametrize(
    "content",
    [b"1" + NUMBER, NUMBER + b"0", WRONG, b"99" + NUMBER[2:], NUMBER[:6] + b"19951332" + NUMBER[14:]],
    ids=["amid digits", "before a digit", "a wrong check digit", "no such province", "no such day"],
)
def test_ops_91_what_is_none_is_not(content: bytes) -> None:
    assert numbers_in(content) == []


def test_ops_91_a_log_is_read_to_its_end(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data")
    (folder / "logs").mkdir()
    # Across two of the pieces in which it is read.
    (folder / "logs" / "a.log").write_bytes(b" " * ((1 << 20) - 9) + NUMBER + b" ")
    (folder / "logs" / "b.log").write_bytes(b"nothing")
    assert [(file.name, found) for file, found in log_files(folder)] == [
        ("a.log", {NUMBER.decode()}),
        ("b.log", set()),
    ]
