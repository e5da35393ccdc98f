"""OPS-97: the page of the hostile run is the one that its figures make, and a run tells what it found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.hostile import judge, page
from tests.hostile.book import Book, Ledger, Sent
from tests.hostile.doors import ALL

PAGE = Path(__file__).parents[2] / "docs" / "hostile.md"
FOUND: dict[str, Any] = json.loads(PAGE.with_suffix(".json").read_text(encoding="utf-8"))

DOCUMENT = {
    "inputs": 3,
    "failed": 1,
    "seconds": 2.0,
    "seed": 1,
    "machine": {"cores": 2, "load": [1.0, 1.0, 1.0]},
    "doors": {
        "rest": {
            "through": "through the door",
            "inputs": 3,
            "seconds": 1.5,
            "slowest_seconds": 0.5,
            "slowest_class": "null",
            "batches": 1,
            "grown_mb": 0.0,
            "classes": {"null": {"422": 2, "500": 1}},
        }
    },
    "faults": [{"door": "rest", "fault": "a|b", "count": 1}],
    "vitals": {
        when: {
            "restarts": {},
            "memory": {"portal": 2**20},
            "files": {"portal": 9},
            "connections": 1,
            "locks": 0,
            "stuck": 0,
        }
        for when in ("before", "after")
    },
}


def test_ops_97_the_page_says_what_the_figures_say() -> None:
    said = page.page(DOCUMENT)
    assert "3 inputs in 2 s (2/s), seed 1, 2 cores" in said
    assert "| rest | through the door | 1 | 3 | 2 | 2 | 0.50 s (null) | 0 MB | 1 |" in said
    assert "| rest | a¦b | 1 |" in said
    assert "| rest | null | 3 | 422 2, 500 1 |" in said


def test_ops_97_the_page_in_docs_is_what_its_account_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page.page(FOUND)


def test_ops_97_the_account_in_docs_is_of_every_door_and_of_nothing_that_failed() -> None:
    assert set(FOUND["doors"]) == set(ALL)
    assert FOUND["inputs"] == sum(each["inputs"] for each in FOUND["doors"].values()) >= 50_000
    assert FOUND["failed"] == 0


def test_ops_97_a_failure_is_told_with_the_command_that_repeats_it() -> None:
    book = Book(seed=3)
    book.doors["rest"] = Ledger("through the door")
    book.note("rest", "null", 17, Sent("422"), 0.5)
    for number in range(9):
        book.note("rest", "null", number, Sent("500", "X: 500 oops", request="POST /x"), 0.1)
    assert book.failures[0].replay == "python -m tests.hostile --doors rest --seed 3 --only 0"
    assert len(book.failures) == 5, "enough of a kind"
    document = book.document()
    assert document["failed"] == 9
    assert document["doors"]["rest"]["classes"] == {"null": {"422": 1, "500": 9}}
    assert document["doors"]["rest"]["slowest_seconds"] == 0.5


def test_ops_97_an_echo_of_our_insides_is_seen_unless_it_was_sent() -> None:
    assert judge.echo('{"detail": "Traceback (most recent call last): ..."}')
    assert judge.echo("insert or update violates foreign key constraint")
    assert not judge.echo("内容已变化")
    assert not judge.echo("unknown: SELECT a FROM b", "q=SELECT a FROM b")
