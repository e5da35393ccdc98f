"""Tables B4 and B5 of the rules, row by row, as data that `capabilities` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P0, P1, P2, P3, P4, P5, P6, Phase


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
    SET_CUT_OFF = "set_cut_off"
    CHANGE_SPECIALTY = "change_specialty"
    PUBLISH_LIST = "publish_list"
    FILE_OBJECTION = "file_objection"
    UNDO = "undo"
    PROPOSE_REVOCATION = "propose_revocation"
    REPORT_NO_SHOW = "report_no_show"
    RECORD_QUIT = "record_quit"
    DEFER = "defer"
    ANSWER_OFFER = "answer_offer"
    CONFIRM_PLACE = "confirm_place"
    DECIDE_REVOCATION = "decide_revocation"
    RESOLVE_OBJECTION = "resolve_objection"
    RESOLVE_HOLD = "resolve_hold"
    MOVE = "move"
    GRANT_EXCEPTION = "grant_exception"
    ANNUL = "annul"
    DECIDE_QUOTA = "decide_quota"
    EXTEND_DEADLINE = "extend_deadline"


class Role(StrEnum):
    """The hats that the tables know, as tokens name them."""

    APPLICANT = "applicant"
    BASE_REVIEWER = "base_reviewer"
    BASE_ADMINISTRATOR = "base_administrator"
    PROVINCE_ADMINISTRATOR = "province_administrator"


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
PROVINCE = frozenset({Role.PROVINCE_ADMINISTRATOR})


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

_PLACED = frozenset({State.PROVISIONAL, State.ADMITTED})
_ADMITTED = frozenset({State.ADMITTED})
_ROUNDS = (P2, P3, P4)

CUT_OFF = _staff("CAP-CUT-OFF", ADMINISTRATOR, dict.fromkeys(_ROUNDS))
"""CAP-CUT-OFF: a base sets its cut-off scores and publishes its lists while a round is reviewed."""

PUBLISH = _staff("CAP-PUBLISH", ADMINISTRATOR, dict.fromkeys((P2, P3, P4, P5)))
"""CAP-PUBLISH: a base publishes whom it admits provisionally from P2 to the end of P5."""

SPECIALTY = _staff("CAP-SPECIALTY", ADMINISTRATOR, {P2: _APPROVED, P3: _APPROVED, P4: _PENDING})
"""CAP-SPECIALTY: a base moves whom it could admit to another of its specialties, with the applicant's consent."""

OBJECTION = _staff("CAP-OBJECTION", ADMINISTRATOR | PROVINCE, dict.fromkeys((P2, P3, P4, P5), _PROVISIONAL))
"""CAP-OBJECTION: an objection to a provisional admission is filed until the final admission, P2 to P5 (B7 25)."""

UNDO = _staff("CAP-UNDO", ADMINISTRATOR, {P2: _PLACED, P3: _PLACED, P4: _PLACED, P5: _ADMITTED})
"""CAP-UNDO: who granted or admitted takes it back within a short hold; later only by revocation (B7 24)."""

PROPOSE_REVOCATION = _staff("CAP-REVOCATION", ADMINISTRATOR, dict.fromkeys((P2, P3, P4, P5), _PROVISIONAL))
"""CAP-REVOCATION: taking a provisional place back is proposed by the base and decided by the province (B3 14)."""

NO_SHOW = _staff("CAP-NO-SHOW", ADMINISTRATOR, {P5: _PLACED})
"""CAP-NO-SHOW: in P5 a base reports who did not come."""

QUIT = _staff("CAP-QUIT", ADMINISTRATOR, dict.fromkeys((P5, P6), _ADMITTED))
"""CAP-QUIT: from P5 on a base records who quits or takes the place up later."""

DECIDE_REVOCATION = _staff("CAP-REVOCATION", PROVINCE, dict.fromkeys((P2, P3, P4, P5), _PROVISIONAL))

RESOLVE_OBJECTION = _staff("CAP-OBJECTION", PROVINCE, dict.fromkeys((P2, P3, P4, P5), _PROVISIONAL))

RESOLVE_HOLD = _staff("CAP-HOLD", PROVINCE, dict.fromkeys((P1, P2, P3, P4, P5)))
"""CAP-HOLD: what is held (a suspected double, a penalty) waits for the province; bases decide nothing meanwhile."""

MOVE = _staff("CAP-MOVE", PROVINCE, {P4: frozenset({State.PENDING, State.REJECTED, State.REOPENED})})
"""CAP-MOVE: in P4 the province moves who consents to another base; the base there admits (B7 15, 16)."""

EXCEPTION = _staff("CAP-EXCEPTION", PROVINCE, {P5: frozenset({State.CLOSED_UNPLACED})})
"""CAP-EXCEPTION: after the rounds a place is given only by a numbered exception of the province (B5)."""

ANNUL = _staff("CAP-ANNUL", PROVINCE, {P6: _PLACED})
"""CAP-ANNUL: in P6 only the province takes a place back."""

DECIDE_QUOTA = _staff("CAP-QUOTA", PROVINCE, dict.fromkeys((P0, P1, P2, P3, P4, P5)))
"""CAP-QUOTA: the province sets quotas, decides on proposals and grants exceptions until the cycle is closed (B7 22)."""

EXTEND = _staff("CAP-EXTEND", PROVINCE, dict.fromkeys(_ROUNDS))
"""CAP-EXTEND: after a base's review deadline only the province extends it, inside the phase (B7 8)."""

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
    Action.SET_CUT_OFF: CUT_OFF,
    Action.CHANGE_SPECIALTY: SPECIALTY,
    Action.PUBLISH_LIST: PUBLISH,
    Action.FILE_OBJECTION: OBJECTION,
    Action.UNDO: UNDO,
    Action.PROPOSE_REVOCATION: PROPOSE_REVOCATION,
    Action.REPORT_NO_SHOW: NO_SHOW,
    Action.RECORD_QUIT: QUIT,
    Action.DEFER: QUIT,
}
"""What the staff of a base do."""

B1_PROVINCE: Mapping[Action, StaffRow] = {
    Action.FILE_OBJECTION: OBJECTION,
    Action.DECIDE_REVOCATION: DECIDE_REVOCATION,
    Action.RESOLVE_OBJECTION: RESOLVE_OBJECTION,
    Action.RESOLVE_HOLD: RESOLVE_HOLD,
    Action.MOVE: MOVE,
    Action.GRANT_EXCEPTION: EXCEPTION,
    Action.ANNUL: ANNUL,
    Action.DECIDE_QUOTA: DECIDE_QUOTA,
    Action.EXTEND_DEADLINE: EXTEND,
}
"""What a province does; that it is its own is checked where the cycle is read."""

ORDERED: Mapping[Action, StaffRow] = {**B1_PROVINCE, **B5}
"""Every action that is not the applicant's."""

READING = frozenset({Action.VIEW, Action.LIST_SUBMISSIONS, Action.OPEN_SUBMISSION})
"""Actions that change nothing: the end of a phase does not stop them."""
EDITS = frozenset(LETTERS.values()) - {Action.START}
"""What an applicant does to an application that exists."""
APPLICANT_ACTIONS = (*LETTERS.values(), Action.WITHDRAW, Action.ANSWER_OFFER, Action.CONFIRM_PLACE, Action.VIEW)
"""What `capabilities` answers an applicant."""
STAFF_ACTIONS = tuple(B5)
"""What `capabilities` answers the staff of a base."""
PROVINCE_ACTIONS = tuple(B1_PROVINCE)
"""What `capabilities` answers a province."""
