"""Tables B3, B4 and B5 of the rules as text, and the rows they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from services.enrollment.domain.phases import ORDER, Phase

OWN = """
                | P0 | P1                      | P2                   | P3                      | P4                      | P5 | P6
none            | –  | start                   | –                    | start                   | start                   | –  | –
draft           | –  | P S B F submit withdraw | withdraw             | P S B F submit withdraw | P S B F submit withdraw | –  | –
pending         | –  | P S B F submit withdraw | withdraw             | P S B F submit withdraw | P S B F submit withdraw | ×  | ×
rejected        | ×  | ×                       | P S F submit withdraw | P S F submit withdraw  | P S B F submit withdraw | ×  | ×
approved        | ×  | ×                       | –                    | –                       | ×                       | ×  | ×
reopened        | ×  | ×                       | ×                    | P S B F submit withdraw | P S B F submit withdraw | ×  | ×
provisional     | ×  | ×                       | –                    | –                       | –                       | –  | –
admitted        | ×  | ×                       | –                    | –                       | –                       | –  | –
withdrawn       | ×  | –                       | –                    | start                   | start                   | –  | –
annulled        | ×  | ×                       | –                    | –                       | –                       | –  | –
closed_unplaced | ×  | ×                       | ×                    | ×                       | ×                       | –  | –
"""  # noqa: E501  (a table)
"""B4 with transitions 1, 16 and 17: what applicants do to their own application. `×`: nobody can be in that state."""

OWN_BY_POLICY = """
                | P2               | P3               | P4               | P5               | P6
approved        | answer           | answer           | ×                | ×                | ×
closed_unplaced | ×                | ×                | ×                | answer           | –
provisional     | withdraw confirm | withdraw confirm | withdraw confirm | withdraw confirm | –
admitted        | –                | –                | –                | –                | –
"""
"""Transitions 15, 23 and 25: a place is offered, confirmed or given up, where the policy knows of that."""

BASE = """
                   | who | P0 | P1 | P2                   | P3                   | P4                   | P5                   | P6
open               | R A | –  | *  | *                    | *                    | *                    | *                    | *
approve            | R A | –  | –  | pending              | pending              | –                    | –                    | –
reject             | R A | –  | –  | pending              | pending              | pending              | –                    | –
score              | R A | –  | –  | approved             | approved             | pending              | –                    | –
grant              | A   | –  | –  | approved             | approved             | pending              | –                    | –
not selected       | A   | –  | –  | approved             | approved             | –                    | –                    | –
admit              | A   | –  | –  | provisional          | provisional          | provisional          | provisional          | –
change specialty   | A   | –  | –  | approved             | approved             | pending              | –                    | –
undo               | A   | –  | –  | provisional admitted | provisional admitted | provisional admitted | admitted             | –
file objection     | V A | –  | –  | provisional          | provisional          | provisional          | provisional          | –
propose revocation | A   | –  | –  | provisional          | provisional          | provisional          | provisional          | –
report no-show     | A   | –  | –  | –                    | –                    | –                    | provisional admitted | –
record quit        | A   | –  | –  | –                    | –                    | –                    | admitted             | admitted
defer              | A   | –  | –  | –                    | –                    | –                    | admitted             | admitted
"""  # noqa: E501  (a table)
"""B5 with transitions 20, 21 and 26 to 28: what a base does to applications to it. R reviewer, A administrator."""

PROVINCE = """
                   | who | P0 | P1      | P2          | P3          | P4          | P5              | P6
resolve objection  | V   | –  | –       | provisional | provisional | provisional | provisional     | –
decide revocation  | V   | –  | –       | provisional | provisional | provisional | provisional     | –
grant exception    | V   | –  | –       | –           | –           | –           | closed_unplaced | –
resolve hold       | V   | –  | *       | *           | *           | *           | *               | –
move               | V   | –  | –       | –           | –           | pending rejected reopened | – | –
annul              | V   | –  | –       | –           | –           | –           | –               | provisional admitted
"""  # noqa: E501  (a table)
"""B1 and transitions 14, 22, 24 and 29: what a province (V) does to applications. Held, objected to, proposed for
revocation: as a row needs it."""

CYCLE = """
                   | who | P0  | P1  | P2  | P3  | P4  | P5  | P6
set milestones     | A   | –   | yes | yes | yes | yes | –   | –
set cut-off        | A   | –   | –   | yes | yes | yes | –   | –
publish list       | A   | –   | –   | yes | yes | yes | yes | –
propose quota      | A   | –   | yes | yes | yes | –   | –   | –
decide quota       | V   | yes | yes | yes | yes | yes | yes | –
extend deadline    | V   | –   | –   | yes | yes | yes | –   | –
"""
"""B5 and B1 again: what is done to a base's window or to the plan, whatever the applications."""

WORDS = ("start", "P", "S", "B", "F", "submit", "withdraw")
BY_POLICY_WORDS = ("answer", "withdraw", "confirm")
STATES = tuple(line.split("|")[0].strip() for line in OWN.strip().splitlines()[1:])
SUBMITTED = tuple(state for state in STATES if state not in ("none", "draft", "withdrawn"))
"""States in which a base has something to look at."""


@dataclass(frozen=True)
class Row:
    """One sentence of a table: in this phase and state, this actor may do this, or may not."""

    state: str
    phase: Phase
    actor: str
    action: str
    allowed: bool

    def __str__(self) -> str:
        may = "may" if self.allowed else "may not"
        return f"{self.phase.name} {self.state or 'cycle'}: {self.actor} {may} {self.action}"


def applicant_rows() -> list[Row]:
    """B4: every word in every cell."""
    return [
        Row(state, phase, "applicant", word, word in cell.split())
        for state, cells in _lines(OWN).items()
        for phase, cell in cells.items()
        for word in WORDS
        if cell != "×"
    ]


def policy_rows() -> list[Row]:
    """What the policy adds, for the applicant and for somebody else."""
    return [
        Row(state, phase, actor, word, word in cell.split() and actor == "applicant")
        for state, cells in _lines(OWN_BY_POLICY).items()
        for phase, cell in cells.items()
        for actor in ("applicant", "other applicant")
        for word in BY_POLICY_WORDS
        if cell != "×" and not (actor != "applicant" and word == "withdraw")
    ]


def staff_rows(table: str) -> list[Row]:
    """B5 or the province's part: every state for who acts where anything is open, and everybody else where it is.

    Where nothing is open: the states in which it is elsewhere.
    """
    possible = _lines(OWN)
    found = []
    for action, (who, cells) in _who(table).items():
        meant = {state for cell in cells.values() for state in cell.split()}
        for phase, cell in cells.items():
            states = [state for state in SUBMITTED if possible[state][phase] != "×"]
            if cell == "–":
                states = [state for state in states if state in meant] or states[:1]
            for state in states:
                fits = cell == "*" or state in cell.split()
                for actor in _ACTORS if fits else _OWNERS[who[-1]]:
                    found.append(Row(state, phase, actor, action, fits and _LETTERS.get(actor, "") in who))
    return found


def cycle_rows() -> list[Row]:
    """What concerns no application: for those who act, those of another place, and a reviewer."""
    return [
        Row("", phase, actor, action, cell == "yes" and _LETTERS.get(actor, "") in who)
        for action, (who, cells) in _who(CYCLE).items()
        for phase, cell in cells.items()
        for actor in ("base_reviewer", "base_administrator", "province", "other province")
    ]


_LETTERS = {"base_reviewer": "R", "base_administrator": "A", "province": "V"}
_OWNERS = {"A": ("base_administrator",), "V": ("province",)}
_ACTORS = ("base_reviewer", "base_administrator", "other base", "applicant", "province", "other province")


def _lines(table: str) -> dict[str, dict[Phase, str]]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    phases = [ORDER[int(name[1:])] for name in head if name.startswith("P")]
    return {cells[0]: dict(zip(phases, cells[-len(phases) :], strict=True)) for cells in lines}


def _who(table: str) -> dict[str, tuple[list[str], dict[Phase, str]]]:
    letters = {line.split("|")[0].strip(): line.split("|")[1].split() for line in table.strip().splitlines()[1:]}
    return {action: (letters[action], cells) for action, cells in _lines(table).items()}
