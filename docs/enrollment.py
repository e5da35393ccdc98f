"""Write `docs/enrollment.md` from the tables of enrollment: `python docs/enrollment.py [--check]`.

States, transitions, who may do what in which phase, and what a province configures: drawn from the same tables that
guard the commands, so that the page cannot say anything else than the service does.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from services.enrollment.domain import policy, tables
from services.enrollment.domain.application import TRANSITIONS, diagram
from services.enrollment.domain.phases import ORDER, Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.refusals import REASONS
from services.enrollment.domain.tables import B1_PROVINCE, B4, B5, LETTERS, StaffRow

DOCUMENT = Path(__file__).with_suffix(".md")
HEADS = [f"P{number}" for number in range(len(ORDER))]
HEAD = """\
# Enrollment: states, tables, configuration

**Made from the tables in `services/enrollment/domain`** by `docs/enrollment.py`: change a table, run `make protos`,
read the difference. `make check` fails when this page is stale. Why it is so stands in
[decision 0012](decisions/0012-places-after-the-verdict.md); which rule is tested where in [rules.md](rules.md).

Phases: P0 preparation · P1 registration · P2 first-choice review · P3 second choice · P4 reallocation ·
P5 verification · P6 closed.
"""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def states() -> str:
    """The diagram, and the rows it is drawn from."""
    rows = [
        [str(row.number), ", ".join(sorted(row.sources)), f"`{row.event}`", row.who, row.guard, row.target or "same"]
        for row in TRANSITIONS
    ]
    told = (
        "\n## States\n\n```mermaid\n"
        + diagram()
        + "\n```\n\n`reopened` and `closed_unplaced` are never stored: they are"
    )
    told += " read from the state, its round and the phase (APP-02).\n\n"
    return told + table(["#", "From", "Event", "Who", "Guard", "To"], rows)


def edits() -> str:
    """B4."""
    letters = {action: letter for letter, action in LETTERS.items()}
    rows = [
        [
            state.value,
            *(
                " ".join(letter for action, letter in letters.items() if action in row.cells.get(phase, ())) or "–"
                for phase in ORDER
            ),
            f"`{row.rule}`",
        ]
        for state, row in B4.items()
    ]
    told = "\n## What an applicant may edit\n\nP sections · S specialty in the base · B base · F consent to be moved."
    return told + "\n\n" + table(["State", *HEADS, "Rule"], rows)


def deeds(title: str, rows: Mapping[tables.Action, StaffRow]) -> str:
    """B5, or the province's column of B1."""
    lines = [
        [f"`{action}`", ", ".join(sorted(row.roles)), *(cell(row, phase) for phase in ORDER), f"`{row.rule}`"]
        for action, row in rows.items()
    ]
    return f"\n## {title}\n\n" + table(["Action", "Role", *HEADS, "Rule"], lines)


def cell(row: StaffRow, phase: Phase) -> str:
    """States in which the action is open; `yes` where it asks for no application in particular."""
    if phase not in row.cells:
        return "–"
    found = row.cells[phase]
    return "yes" if found is None else ", ".join(sorted(found))


def configuration() -> str:
    """Every key of the policy with its default and what it says."""
    rows = [[f"`{name}`", f"`{default}`", told] for name, default, told in keys()]
    told = (
        "\n## What a province configures\n\nKeys of a cycle's policy (`SetPolicy`, or `policy:` in a province's file);"
    )
    return told + " what is not named keeps its default.\n\n" + table(["Key", "Default", "Meaning"], rows)


def keys() -> Iterator[tuple[str, str, str]]:
    """Name, default and sentence of each field, the sentence read from the docstring under it."""
    tree = ast.parse(Path(policy.__file__).read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Policy").body
    told = {
        before.target.id: " ".join(after.value.value.split())
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }
    usual = Policy()
    for field in fields(Policy):
        default = getattr(usual, field.name)
        yield field.name, str(list(default) if isinstance(default, tuple) else default), told[field.name]


def refusals() -> str:
    """Every reason with the sentence that a person reads."""
    rows = [[f"`{reason}`", kind.name, sentence] for reason, (kind, sentence) in sorted(REASONS.items())]
    return "\n## Why something is refused\n\n" + table(["Reason", "Kind", "Sentence"], rows)


def document() -> str:
    """The whole page."""
    return (
        HEAD
        + states()
        + edits()
        + deeds("What the staff of a base may do", B5)
        + deeds("What the province may do", B1_PROVINCE)
        + refusals()
        + configuration()
    )


def main() -> None:
    """Write the page, or with `--check` exit with a sentence when it is stale."""
    wanted = document()
    if "--check" not in sys.argv:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/enrollment.md is not what the tables say: run `make protos`, read the difference, commit")


if __name__ == "__main__":
    main()
