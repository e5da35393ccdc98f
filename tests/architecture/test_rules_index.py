"""`docs/rules.md` leads from each rule to the module that carries it and the test that holds it, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ID = re.compile(
    r"\b(?:AMD|CAL|CAP|APP|SEAT|DOS|ELG|CARRY|PAP|FORM|EXP|SCO|LIST|PUB|PLC|OFF|PLAN|PEN|REAL|UNL|ID|SES|CRED|SCAN|ROLE"
    r"|AUD|SUP|PRIV|FDOS|CAND|QUAL|RATE|APPT|ROST|ROT|ASG|FREP|MSG|WEB|WAIT|OPS|SVC|HOOK|REST|I18N)-[A-Z0-9][A-Z0-9-]*\b"
)
ROW = re.compile(r"^\| (?P<id>\S+) \| (?P<sentence>.+?) \| `(?P<module>[^`]+)` \| `(?P<test>[^`]+)` \|$")


@dataclass(frozen=True)
class Row:
    id: str
    sentence: str
    module: Path
    test: Path


def rows() -> list[Row]:
    found = []
    for line in (ROOT / "docs" / "rules.md").read_text().splitlines():
        if match := ROW.match(line):
            found.append(Row(match["id"], match["sentence"], ROOT / match["module"], ROOT / match["test"]))
    return found


ROWS = rows()


def ids_in_code() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in ("services", "workflows"):
        for module in (ROOT / folder).rglob("*.py"):
            found |= dict.fromkeys(ID.findall(module.read_text()), module)
    return found


def test_there_are_rules_and_none_twice() -> None:
    ids = [row.id for row in ROWS]
    assert len(ids) > 30
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_rule_is_where_the_index_says(row: Row) -> None:
    assert row.module.is_file(), f"{row.module} does not exist"
    assert row.test.is_file(), f"{row.test} does not exist"
    assert re.search(rf"{re.escape(row.id)}\b", row.module.read_text()), f"{row.module} does not name {row.id}"
    assert re.search(rf"{re.escape(row.id)}\b", row.test.read_text()), f"{row.test} does not name {row.id}"


def test_every_id_in_the_code_is_in_the_index() -> None:
    missing = {id: str(path.relative_to(ROOT)) for id, path in ids_in_code().items()}
    for row in ROWS:
        missing.pop(row.id, None)
    assert not missing, f"add these to docs/rules.md: {missing}"
