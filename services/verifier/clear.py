"""I10: resident identity numbers in clear, found without knowing anybody's: by their shape and check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from services.verifier.needles import masked

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = b"10X98765432"
_SHAPE = re.compile(
    rb"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx](?:(?![0-9A-Za-z])|(?<=\x12.{18}))",
    re.DOTALL,
)
"""Alone amid what is no letter or digit; or a protobuf string of just this length, behind which a tag may look like a
digit."""
_REGIONS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91))
_PROVINCES = frozenset(code for first, last in _REGIONS for code in range(first, last + 1))
_PIECE = 1 << 20
_OVERLAP = 24


def numbers_in(content: bytes) -> list[str]:
    """The resident identity numbers (GB 11643) in some bytes: place, date of birth and check digit are those of one.

    One amid other letters or digits is none: one in a thousand random digits would pass.
    """
    return [found.group().decode() for found in _SHAPE.finditer(content) if _is_one(found.group())]


def _is_one(number: bytes) -> bool:
    text = number.upper()
    if int(text[:2]) not in _PROVINCES:
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    if born > date.today():  # noqa: DTZ011  (a day more or less is no matter)
        return False
    total = sum(weight * (digit - 48) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECKS[total % 11] == text[17]


def log_files(folder: Path) -> Iterator[tuple[Path, set[str]]]:
    """Each log and trace file under a data directory, with the numbers that stand in it. Raises OSError."""
    for name in ("logs", "traces"):
        for file in sorted((folder / name).rglob("*")) if (folder / name).is_dir() else []:
            if file.is_file():
                yield file, _numbers_of(file)


def _numbers_of(file: Path) -> set[str]:
    found: set[str] = set()
    tail = b""
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(numbers_in(tail + piece))
            tail = (tail + piece)[-_OVERLAP:]
    return found


def told(numbers: set[str], place: str) -> list[str]:
    """A line for each number, masked."""
    return [f"{masked(number)} stands in {place}" for number in sorted(numbers)]
