"""What may be done about a place beside granting it: the rows that make B3 and B5 total, and the province's of B1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action, Actor, Decision, Policy, Standing, decide
from services.enrollment.domain.checks import CHECKS
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import ORDER, P2, P3, P4, P5, Phase
from services.enrollment.domain.tables import PROVINCE_ACTIONS, STAFF_ACTIONS, Role
from tests.support import rounds

NOW = datetime(2023, 7, 15, 4, 0, tzinfo=UTC)
END = NOW + timedelta(days=3)
QILU = "SD-QILU"
ACTORS = {
    "applicant": Actor("applicant"),
    "reviewer": Actor("base_reviewer", QILU),
    "admin": Actor("base_administrator", QILU),
    "province": Actor("province_administrator", "37"),
}

# Who may do it, and in which phase with an application in which state; `any` where no state in particular is asked.
TABLE = """
                   | who            | P0  | P1  | P2       | P3       | P4            | P5       | P6
set_cut_off        | admin          | -   | -   | any      | any      | any           | -        | -
publish_list       | admin          | -   | -   | any      | any      | any           | any      | -
change_specialty   | admin          | -   | -   | appr     | appr     | pend          | -        | -
file_objection     | admin province | -   | -   | prov     | prov     | prov          | prov     | -
undo               | admin          | -   | -   | prov adm | prov adm | prov adm      | adm      | -
propose_revocation | admin          | -   | -   | prov     | prov     | prov          | prov     | -
decide_revocation  | province       | -   | -   | prov     | prov     | prov          | prov     | -
resolve_objection  | province       | -   | -   | prov     | prov     | prov          | prov     | -
resolve_hold       | province       | -   | any | any      | any      | any           | any      | -
report_no_show     | admin          | -   | -   | -        | -        | -             | prov adm | -
record_quit        | admin          | -   | -   | -        | -        | -             | adm      | adm
defer              | admin          | -   | -   | -        | -        | -             | adm      | adm
move               | province       | -   | -   | -        | -        | pend rej reop | -        | -
grant_exception    | province       | -   | -   | -        | -        | -             | left     | -
annul              | province       | -   | -   | -        | -        | -             | -        | prov adm
decide_quota       | province       | any | any | any      | any      | any           | any      | -
extend_deadline    | province       | -   | -   | any      | any      | any           | -        | -
answer_offer       | applicant      | -   | -   | appr     | appr     | -             | left     | -
confirm_place      | applicant      | -   | -   | prov     | prov     | prov          | prov     | -
"""
STATES = {
    "pend": "pending",
    "rej": "rejected",
    "appr": "approved",
    "prov": "provisional",
    "adm": "admitted",
    "reop": "reopened",
    "left": "closed_unplaced",
    "gone": "withdrawn",
}
OPEN = {
    "set_cut_off": Marks(),
    "decide_revocation": Marks(revocation_proposed=True),
    "resolve_objection": Marks(objected=True),
    "resolve_hold": Marks(held="DUPLICATE"),
    "answer_offer": Marks(offered_until=END),
}
"""Marks without which there would be nothing to do."""
POLICY = Policy(confirmation_required=True, backfill_after_rounds=True)


@dataclass(frozen=True)
class Cell:
    action: Action
    phase: Phase
    state: str
    who: str
    allowed: bool


def stored(word: str, phase: Phase) -> Standing:
    """`reopened` and `closed_unplaced` are an approval of the round before, read in a later phase."""
    number = rounds.standing(phase)
    if word in ("reopened", "closed_unplaced"):
        return Standing(State.APPROVED, number - 1, 1, QILU, True)
    since = NOW - timedelta(minutes=1)
    return Standing(State(word), number, 1, QILU, True, False, since, marks=Marks(admitted_at=since))


def cells() -> list[Cell]:
    found = []
    for line in TABLE.strip().splitlines()[1:]:
        name, who, *row = (part.strip() for part in line.split("|"))
        for phase, cell in zip(ORDER, row, strict=True):
            for short, state in STATES.items():
                derived = {"reopened": phase in (P3, P4), "closed_unplaced": phase is P5}.get(state, True)
                if (phase in ORDER[5:] and state in ("pending", "rejected", "approved")) or not derived:
                    continue
                fits = cell == "any" or short in cell.split()
                found += [Cell(Action(name), phase, state, each, fits and each in who.split()) for each in ACTORS]
    return found


CELLS = cells()


@pytest.mark.parametrize("action", sorted({cell.action for cell in CELLS}))
def test_every_cell_about_a_place(action: Action) -> None:
    """CAP-CUT-OFF CAP-PUBLISH CAP-SPECIALTY CAP-UNDO CAP-NO-SHOW CAP-QUIT CAP-MOVE CAP-EXCEPTION CAP-ANNUL CAP-QUOTA
    CAP-EXTEND: allowed in the cells of the table, to those named there, and nowhere else."""
    for cell in (cell for cell in CELLS if cell.action is action):
        standing = stored(cell.state, cell.phase)
        marks = replace(OPEN.get(action, Marks()), admitted_at=standing.marks.admitted_at)
        moment = rounds.moment(cell.phase, NOW, END)
        found = decide(action, moment, Milestones(), replace(standing, marks=marks), ACTORS[cell.who], POLICY)
        assert found.allowed is cell.allowed, (cell, found)


def test_the_table_is_whole() -> None:
    """Every action of staff and province that B5 does not print is a row here."""
    named = {cell.action for cell in CELLS}
    assert set(PROVINCE_ACTIONS) <= named
    assert len(set(STAFF_ACTIONS) - named) == 10  # the rows of B5


def asked(action: str, phase: Phase, state: str, who: str, marks: Marks, policy: Policy = POLICY) -> Decision:
    standing = replace(stored(state, phase), marks=marks)
    return decide(Action(action), rounds.moment(phase, NOW, END), Milestones(), standing, ACTORS[who], policy)


@dataclass(frozen=True)
class Refusal:
    """What stands in the way, and what would change that."""

    action: str
    phase: Phase
    state: str
    who: str
    marks: Marks
    reason: str
    rule: str
    changed_by: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    "row",
    [
        Refusal("approve", P2, "pending", "reviewer", Marks(held="DUPLICATE"), "HELD", "CAP-HOLD", "PROVINCE_DECISION"),
        Refusal("resolve_hold", P2, "pending", "province", Marks(), "NOTHING_HELD", "CAP-HOLD"),
        Refusal("admit", P2, "provisional", "admin", Marks(objected=True), "OBJECTED", "CAP-OBJECTION",
                "OBJECTION_DISMISSED"),
        Refusal("resolve_objection", P2, "provisional", "province", Marks(), "NO_OBJECTION", "CAP-OBJECTION"),
        Refusal("admit", P2, "provisional", "admin", Marks(), "NOT_CONFIRMED", "CAP-CONFIRM",
                "APPLICANT_CONFIRMS"),
        Refusal("confirm_place", P2, "provisional", "applicant", Marks(confirmed_at=NOW), "ALREADY_CONFIRMED",
                "CAP-CONFIRM"),
        Refusal("propose_revocation", P2, "provisional", "admin", Marks(revocation_proposed=True),
                "ALREADY_PROPOSED", "CAP-REVOCATION", "PROVINCE_DECISION"),
        Refusal("decide_revocation", P2, "provisional", "province", Marks(), "NOTHING_PROPOSED", "CAP-REVOCATION",
                "PROPOSE_REVOCATION"),
        Refusal("answer_offer", P2, "approved", "applicant", Marks(), "NOTHING_OFFERED", "CAP-OFFER"),
        Refusal("answer_offer", P2, "approved", "applicant", Marks(offered_until=NOW), "OFFER_OVER", "CAP-OFFER"),
        Refusal("answer_offer", P5, "closed_unplaced", "applicant", Marks(offered_until=END), "WRONG_STATE",
                "CAP-OFFER", policy={"backfill_after_rounds": False}),
    ],
    ids=lambda row: row.reason,
)  # fmt: skip
def test_what_stands_in_the_way(row: Refusal) -> None:
    """CAP-HOLD CAP-OBJECTION CAP-CONFIRM CAP-REVOCATION CAP-OFFER: the reason, the rule and what would change it."""
    found = asked(row.action, row.phase, row.state, row.who, row.marks, replace(POLICY, **row.policy))
    assert (found.reason, found.rule, found.changed_by) == (row.reason, row.rule, row.changed_by)


@pytest.mark.parametrize(("action", "phase", "state", "who"), [
    ("move", P4, "reopened", "province"), ("change_specialty", P2, "approved", "admin"),
])  # fmt: skip
def test_nobody_is_moved_who_has_not_consented(action: str, phase: Phase, state: str, who: str) -> None:
    """CAP-MOVE-CONSENT: neither by the province nor by the base."""
    standing = replace(stored(state, phase), accepts_reallocation=False)
    found = decide(Action(action), rounds.moment(phase, NOW, END), Milestones(), standing, ACTORS[who], POLICY)
    assert (found.reason, found.rule) == ("CONSENT_REQUIRED", "CAP-MOVE-CONSENT")


@pytest.mark.parametrize(("minutes", "allowed"), [(0, True), (29, True), (30, False), (600, False)])
def test_the_hold_of_an_undo(minutes: int, allowed: bool) -> None:
    """CAP-UNDO: half-open, and the answer says until when."""
    since = NOW - timedelta(minutes=minutes)
    standing = Standing(State.PROVISIONAL, 1, 1, QILU, provisional_at=since)
    found = decide(Action.UNDO, rounds.moment(P2, NOW, END), Milestones(), standing, ACTORS["admin"], POLICY)
    assert found.allowed is allowed
    assert found.until == (since + timedelta(minutes=30) if allowed else None)
    assert found.changed_by == ("HOLD_END" if allowed else "REVOCATION")


@pytest.mark.parametrize(
    ("action", "state", "fix_until", "allowed", "until"),
    [
        ("submit", "rejected", None, False, None),
        ("submit", "rejected", NOW, False, None),
        ("submit", "rejected", NOW + timedelta(hours=5), True, NOW + timedelta(hours=5)),
        ("approve", "pending", None, False, None),
        ("approve", "pending", NOW - timedelta(hours=1), True, END),
        ("reject", "pending", NOW + timedelta(hours=5), True, END),
    ],
)
def test_whoever_is_rejected_at_the_last_moment_may_still_repair(
    action: str, state: str, fix_until: datetime | None, allowed: bool, until: datetime | None
) -> None:
    """CAP-FIX: a window of its own after the base's deadline; what comes in it is reviewed till the phase ends."""
    standing = Standing(State(state), 1, 1, QILU, marks=Marks(fix_until=fix_until))
    who = ACTORS["applicant" if action == "submit" else "reviewer"]
    passed = Milestones(review_deadline=NOW - timedelta(hours=2))
    found = decide(Action(action), rounds.moment(P2, NOW, END), passed, standing, who, POLICY)
    assert found.allowed is allowed
    if allowed:
        assert found.until == until


def test_the_first_check_that_refuses_is_told() -> None:
    """CAP-ORDER: who asks comes before where things stand, and the place itself comes last."""
    names = [check.__name__ for check in CHECKS]
    assert (names[0], names[1], names[-1]) == ("_check_role", "_check_scope", "_check_seat")
    assert ACTORS["province"].role == Role.PROVINCE_ADMINISTRATOR
