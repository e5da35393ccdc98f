"""Whether a draft may be frozen into a submission: one chain, which tells every reason at once (APP-09)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.domain import dossier
from services.enrollment.domain.choice import (
    SECTION,
    Catalogue,
    Choice,
    Finding,
    free_problems,
    plan_problems,
    type_problems,
)
from services.enrollment.domain.dossier import Bodies, Problem, Section
from services.enrollment.domain.eligibility import reasons
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.refusals import base_locked
from services.kit.domain import DomainError, Kind
from services.kit.forms import details

INCOMPLETE = "DOSSIER_INCOMPLETE"
_LOCKED = "BASE_LOCKED"


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything that the chain looks at; what had to be looked up elsewhere comes as data."""

    choice: Choice
    bodies: Bodies
    catalogue: Catalogue
    policy: Policy
    year: int
    """Year of the cycle."""
    locked_base: str = ""
    """The base that must be kept; empty when any may be chosen (APP-08)."""
    papers: Mapping[str, int] = field(default_factory=dict)
    """How many papers of each kind there are."""
    penalised_until: datetime | None = None
    """Until when the person is barred (aware UTC)."""
    free: int | None = None
    """Places left where they choose, where one must be (ELG-04); None where none must."""


def findings(submission: Submission) -> list[Finding]:
    """APP-09: a submission has four complete, consistent sections, its papers, and a choice that is open to the person.

    Everything that is not so, in the order of the forms; empty when nothing is.
    """
    bodies, choice, catalogue = submission.bodies, submission.choice, submission.catalogue
    problems = [problem for section in Section for problem in dossier.validate(section, bodies.get(section, {}))]
    problems += dossier.missing_papers(bodies, submission.policy.required_papers, submission.papers)
    problems += _consistency(submission, {f"{problem.section}.{problem.key}" for problem in problems})
    found: list[Finding] = [(INCOMPLETE, problem) for problem in problems]
    found += plan_problems(choice, catalogue)
    if choice.complete:
        found += free_problems(submission.free) if submission.free is not None else []
        found += reasons(submission.policy.eligibility, choice, bodies, so_far=bool(problems))
        found += type_problems(choice, bodies, catalogue)
    if submission.locked_base not in ("", choice.base_code):
        found.append((_LOCKED, Problem(SECTION, "base_code", "APP-08", "本阶段内不能改报其他基地。")))
    return found


def check_submittable(submission: Submission) -> None:
    """APP-09: raises one INVALID error that names everything `findings` tells: in `details` each field with its rules,
    and in `details["reasons"]` every reason. The first one leads; a bar leads all.
    """
    if submission.penalised_until is not None:
        raise penalised(submission.penalised_until, findings(submission))
    found = findings(submission)
    if not found:
        return
    reason, first = found[0]
    if all(told == _LOCKED for told, _ in found):
        raise base_locked()
    message = "请先把四项信息填写完整。" if reason == INCOMPLETE else first.message
    raise _refusal(reason, message, first, found)


def barred(found: list[Finding]) -> DomainError:
    """One INVALID error for `found`, as `check_submittable` raises it; the first one leads. `found` is not empty."""
    reason, first = found[0]
    return _refusal(reason, first.message, first, found)


def penalised(until: datetime, found: list[Finding] | None = None) -> DomainError:
    """DOS-10: who is barred neither starts nor submits until the bar ends; told with everything else that is wrong."""
    bar = Problem("identity", "document_number", "DOS-10", "您目前被限制报名，如有疑问请联系省级主管部门。")
    return _refusal("PENALISED", bar.message, bar, [("PENALISED", bar), *(found or [])], until)


def _refusal(
    reason: str, message: str, first: Problem, found: list[Finding], until: datetime | None = None
) -> DomainError:
    # What is wrong beyond the sections comes first: an error has no room for every gap of an empty dossier.
    ordered = sorted(found, key=lambda finding: finding[0] == INCOMPLETE)
    told = details([problem for _, problem in ordered])
    told["reasons"] = ",".join(dict.fromkeys(name for name, _ in found))
    return DomainError(
        *(Kind.INVALID, reason, message),
        field=f"{first.section}.{first.key}",
        rule=first.rule,
        until=until,
        details=told,
    )


def _consistency(submission: Submission, told: set[str]) -> list[Problem]:
    """What the sections only show together, as far as the fields at fault are not told already."""
    found = dossier.check_consistency(submission.bodies, submission.year)
    return [problem for problem in found if f"{problem.section}.{problem.key}" not in told]
