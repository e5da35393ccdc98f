"""`docs/security.md` and `docs/asvs.csv`: every line is answered, and the tests they name exist."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (?P<id>[ADE]\d+) \| (?P<asked>.+?) \| (?P<answer>\w+) \| (?P<where>.+) \|$")
EVIDENCE = re.compile(r"tests/[\w/]+\.py(?:::\w+)?")
ANSWERS = {"test", "reason", "later", "not applicable"}
LEVEL_1, LEVEL_2 = 70, 183
"""Requirements of OWASP ASVS 5.0.0 by level."""


@dataclass(frozen=True)
class Answer:
    """One requirement and what we say to it."""

    id: str
    asked: str
    answer: str
    where: str


def checklist() -> list[Answer]:
    lines = (DOCS / "security.md").read_text(encoding="utf-8").splitlines()
    return [Answer(*match.groups()) for line in lines if (match := ROW.match(line))]


def standard() -> list[dict[str, str]]:
    with (DOCS / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STANDARD = standard()
ANSWERED = [*checklist(), *(Answer(row["id"], row["requirement"], row["answer"], row["evidence"]) for row in STANDARD)]


def test_every_line_is_there_once() -> None:
    ids = [each.id for each in checklist()]
    wanted = {"D": 10, "E": 42, "A": 10}
    assert ids == [f"{letter}{number + 1}" for letter, count in wanted.items() for number in range(count)]
    levels = [row["level"] for row in STANDARD]
    assert (levels.count("1"), levels.count("2")) == (LEVEL_1, LEVEL_2)
    assert len({row["id"] for row in STANDARD}) == len(STANDARD) == LEVEL_1 + LEVEL_2
    assert all(re.fullmatch(r"V\d+\.\d+\.\d+", row["id"]) for row in STANDARD)


@pytest.mark.parametrize("answer", ANSWERED, ids=lambda answer: answer.id)
def test_an_answer_says_something_that_holds(answer: Answer) -> None:
    """A test that exists, by name where one is named; or a sentence."""
    assert answer.answer in ANSWERS
    assert answer.asked
    named = EVIDENCE.findall(answer.where)
    if answer.answer == "test":
        assert named, "name the test"
        assert not EVIDENCE.sub("", answer.where).replace("`", "").strip(), "a test is named by its path alone"
    else:
        assert len(answer.where) >= 12, "say it in a sentence"
    for each in named:
        path, _, name = each.partition("::")
        assert (ROOT / path).is_file(), f"{path} does not exist"
        if name:
            assert re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8")), f"{path} has no {name}"
