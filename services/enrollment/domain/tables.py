"""Tables B4 and B5 of the rules, row by row, as data that `capabilities` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P1, P2, P3, P4, P5, P6, Phase


class Action(StrEnum):
    """Everything somebody may want to do with an application, or with a base's window."""

    START = "start"
    EDIT_PROFILE = "edit_profile"
    EDIT_SPECIALTY = "edit_specialty"
    EDIT_BASE = "edit_base"
    EDIT_REALLOCATION = "edit_reallocation"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    VIEW = "view"
    LIST_SUBMISSIONS = "list_submissions"
    OPEN_SUBMISSION = "open_submission"
    SET_MILESTONES = "set_milestones"
    APPROVE = "approve"
    REJECT = "reject"
    ENTER_SCORES = "enter_scores"
    GRANT_PROVISIONAL = "grant_provisional"
    RECORD_NOT_SELECTED = "record_not_selected"
    ADMIT = "admit"
    PROPOSE_QUOTA = "propose_quota"


class Role(StrEnum):
    """The hats that the tables know, as tokens name them."""

    APPLICANT = "applicant"
    BASE_REVIEWER = "base_reviewer"
    BASE_ADMINISTRATOR = "base_administrator"


LETTERS: dict[str, Action] = {
    "start": Action.START,
    "P": Action.EDIT_PROFILE,
    "S": Action.EDIT_SPECIALTY,
    "B": Action.EDIT_BASE,
    "F": Action.EDIT_REALLOCATION,
    "submit": Action.SUBMIT,
}
"""The letters of B4: profile, specialty in the same base, base, reallocation flag."""


@dataclass(frozen=True, slots=True)
class EditRow:
    """A row of B4: what the applicant may do in each phase."""

    rule: str
    cells: Mapping[Phase, frozenset[Action]]


def _edit(rule: str, cells: Mapping[Phase, str]) -> EditRow:
    return EditRow(rule, {phase: frozenset(LETTERS[word] for word in text.split()) for phase, text in cells.items()})


NONE = _edit("CAP-B4-NONE", {P1: "start", P3: "start", P4: "start"})
"""CAP-B4-NONE: somebody without an application starts one while registration is open (P1, P3, P4)."""

DRAFT = _edit("CAP-B4-DRAFT", {P1: "P S B F submit", P3: "P S B F submit", P4: "P S B F submit"})
"""CAP-B4-DRAFT: a draft is edited and submitted in P1, P3 and P4, and kept frozen in P2."""

PENDING = _edit("CAP-B4-PENDING", {P1: "P S B F submit", P3: "P S B F submit", P4: "P S B F submit"})
"""CAP-B4-PENDING: what waits for a verdict is edited and submitted again in P1, P3 and P4, and read only in P2."""

REJECTED = _edit("CAP-B4-REJECTED", {P2: "P S F submit", P3: "P S F submit", P4: "P S B F submit"})
"""CAP-B4-REJECTED: who was rejected in this round repairs and resubmits, with the same base in P2 and P3, any in P4."""

APPROVED = _edit("CAP-B4-APPROVED", {})
"""CAP-B4-APPROVED: what is approved in this round is locked until the round ends."""

REOPENED = _edit("CAP-B4-REOPENED", {P3: "P S B F submit", P4: "P S B F submit"})
"""CAP-B4-REOPENED: whoever is un-admitted from an earlier round edits everything in P3 and P4 and must submit again."""

PLACED = _edit("CAP-B4-PLACED", {})
"""CAP-B4-PLACED: who is provisionally admitted or admitted only reads."""

ENDED = _edit("CAP-B4-ENDED", {})
"""CAP-B4-ENDED: what was withdrawn, annulled or closed without a place is not edited any more."""

REREGISTER = _edit("CAP-REREGISTER", {P1: "start", P3: "start", P4: "start"})
"""CAP-REREGISTER: who withdrew starts again in a later round, where the policy allows it."""

B4: Mapping[State, EditRow] = {
    State.NONE: NONE,
    State.DRAFT: DRAFT,
    State.PENDING: PENDING,
    State.REJECTED: REJECTED,
    State.APPROVED: APPROVED,
    State.REOPENED: REOPENED,
    State.PROVISIONAL: PLACED,
    State.ADMITTED: PLACED,
    State.WITHDRAWN: ENDED,
    State.ANNULLED: ENDED,
    State.CLOSED_UNPLACED: ENDED,
}

STAFF = frozenset({Role.BASE_REVIEWER, Role.BASE_ADMINISTRATOR})
ADMINISTRATOR = frozenset({Role.BASE_ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row of B5: who may act in which phase, on an application in which states (None: on none in particular)."""

    rule: str
    roles: frozenset[Role]
    cells: Mapping[Phase, frozenset[State] | None]


def _staff(rule: str, roles: frozenset[Role], cells: Mapping[Phase, frozenset[State] | None]) -> StaffRow:
    return StaffRow(rule, roles, cells)


_PENDING = frozenset({State.PENDING})
_APPROVED = frozenset({State.APPROVED})
_PROVISIONAL = frozenset({State.PROVISIONAL})

LIST_OPEN = _staff("CAP-B5-LIST", STAFF, dict.fromkeys((P1, P2, P3, P4, P5, P6)))
"""CAP-B5-LIST: staff list and open the submissions to their base from P1 on."""

SET_MILESTONES = _staff("CAP-B5-MILESTONES", ADMINISTRATOR, dict.fromkeys((P1, P2, P3, P4)))
"""CAP-B5-MILESTONES: a base sets its dates for the round under way; in P1 those of the first round."""

APPROVE = _staff("CAP-B5-APPROVE", STAFF, {P2: _PENDING, P3: _PENDING})
"""CAP-B5-APPROVE: a base approves in P2 and P3; in P4 approval is part of 调剂录取."""

REJECT = _staff("CAP-B5-REJECT", STAFF, {P2: _PENDING, P3: _PENDING, P4: _PENDING})
"""CAP-B5-REJECT: a base rejects in P2, P3 and P4."""

SCORES = _staff("CAP-B5-SCORES", STAFF, {P2: _APPROVED, P3: _APPROVED, P4: _PENDING})
"""CAP-B5-SCORES: a base enters scores of those it approved in P2 and P3; in P4 of those pending."""

GRANT = _staff("CAP-B5-GRANT", ADMINISTRATOR, {P2: _APPROVED, P3: _APPROVED, P4: _PENDING})
"""CAP-B5-GRANT: 拟录取 follows approval in P2 and P3; 调剂录取 in P4 takes one that is pending and qualified."""

NOT_SELECTED = _staff("CAP-B5-NOT-SELECTED", ADMINISTRATOR, {P2: _APPROVED, P3: _APPROVED})
"""CAP-B5-NOT-SELECTED: in P2 and P3 a base records once who was approved and not selected; it unlocks nothing."""

ADMIT = _staff("CAP-B5-ADMIT", ADMINISTRATOR, dict.fromkeys((P2, P3, P4, P5), _PROVISIONAL))
"""CAP-B5-ADMIT: 录取 follows 拟录取 from P2 to the end of P5, once the publicity is over."""

QUOTA = _staff("CAP-B5-QUOTA", ADMINISTRATOR, dict.fromkeys((P1, P2, P3)))
"""CAP-B5-QUOTA: a base proposes another quota until P3 ends; the province decides."""

B5: Mapping[Action, StaffRow] = {
    Action.LIST_SUBMISSIONS: LIST_OPEN,
    Action.OPEN_SUBMISSION: LIST_OPEN,
    Action.SET_MILESTONES: SET_MILESTONES,
    Action.APPROVE: APPROVE,
    Action.REJECT: REJECT,
    Action.ENTER_SCORES: SCORES,
    Action.GRANT_PROVISIONAL: GRANT,
    Action.RECORD_NOT_SELECTED: NOT_SELECTED,
    Action.ADMIT: ADMIT,
    Action.PROPOSE_QUOTA: QUOTA,
}

READING = frozenset({Action.VIEW, Action.LIST_SUBMISSIONS, Action.OPEN_SUBMISSION})
"""Actions that change nothing: the end of a phase does not stop them."""
EDITS = frozenset(LETTERS.values()) - {Action.START}
"""What an applicant does to an application that exists."""
APPLICANT_ACTIONS = (*LETTERS.values(), Action.WITHDRAW, Action.VIEW)
"""What `capabilities` answers an applicant."""
STAFF_ACTIONS = tuple(B5)
"""What `capabilities` answers the staff of a base."""
