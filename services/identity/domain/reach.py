"""ROLE-04, ROLE-05 and ROLE-20 to ROLE-23: what a hat reaches, which hats it hands out, and which need two people.

Nobody hands out the own hat or a higher one. 教学部 keeps the teaching staff of its base: directors and secretaries of
departments; reviewers of applications are the base administrator's.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.identity.domain.organisation import Organisation, Tree
from services.identity.domain.roles import HOLDS_IN, STAFF, Role
from services.identity.records import Hat
from services.kit.domain import Caller, DomainError, Kind

_DEPARTMENT = frozenset({Role.DEPARTMENT_DIRECTOR, Role.DEPARTMENT_SECRETARY})
_BASE = _DEPARTMENT | {Role.BASE_REVIEWER, Role.TEACHING_DEPARTMENT}

GIVES: dict[Role, frozenset[Role]] = {
    Role.OPERATOR: STAFF,
    Role.SECURITY_ADMINISTRATOR: STAFF,
    Role.PROVINCE_ADMINISTRATOR: _BASE | {Role.BASE_ADMINISTRATOR, Role.SUPPORT},
    Role.BASE_ADMINISTRATOR: _BASE,
    Role.TEACHING_DEPARTMENT: _DEPARTMENT,
}
"""ROLE-05: the hats each hat hands out, within its reach."""

CHANGES: dict[Role, frozenset[Role]] = GIVES | {Role.SECURITY_ADMINISTRATOR: STAFF - {Role.AUDITOR}}
"""ROLE-05: the hats each hat may suspend, end, move or date. Who is watched by the auditor cannot silence them."""

SEPARATED = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
"""ROLE-22: the three administrators; nobody holds two of these hats, nor one and the promise of another."""

POWERFUL = SEPARATED | {Role.PROVINCE_ADMINISTRATOR, Role.SUPPORT}
"""ROLE-21: hats whose gift takes two people."""

NOT_ACTED_FOR = SEPARATED | {Role.SUPPORT}
"""SUP-02: wearers of these hats are never acted for: neither their powers nor what they watch is support's to see."""


def reaches(who: Caller, tree: Tree, code: str) -> bool:
    """ROLE-04: the operator reaches every organisation, staff their own and those below it, others none."""
    if tree.get(code) is None:
        return False
    if who.role == Role.OPERATOR:
        return True
    return who.role in STAFF and tree.within(code, who.organisation)


def reached(who: Caller, tree: Tree, code: str) -> Organisation:
    """ROLE-20: the organisation of this code. Raises NOT_FOUND ORGANISATION_UNKNOWN, out of reach as when absent."""
    found = tree.get(code)
    if found is None or not reaches(who, tree, code):
        message = "没有找到该机构，或不在您的管理范围内。"
        raise DomainError(Kind.NOT_FOUND, "ORGANISATION_UNKNOWN", message, field="organisation_code", rule="ROLE-20")
    return found


def check_import(who: Caller, wanted: Iterable[Organisation], tree: Tree) -> None:
    """ROLE-04: province and system administrators write their own province only, the operator all.

    `tree` holds the organisations as they will be. Raises DomainError NOT_FOUND OUTSIDE_PROVINCE.
    """
    if who.role == Role.OPERATOR:
        return
    writes = who.role in (Role.PROVINCE_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
    if not writes or any(tree.province_of(each) != who.organisation for each in wanted):
        raise DomainError(Kind.NOT_FOUND, "OUTSIDE_PROVINCE", "只能管理本省的机构和人员。", rule="ROLE-04")


def check_gift(who: Caller, role: Role, organisation: Organisation) -> None:
    """May `who` hand out `role` in `organisation`, which they reach?

    Raises:
        DomainError: INVALID ROLE_NOT_STAFF for a hat that is not staff (ROLE-03: machines are configured, never
            appointed); INVALID ROLE_ELSEWHERE when it does not hold in that kind of organisation (ROLE-03);
            FORBIDDEN ROLE_TOO_HIGH when it is not theirs to hand out (ROLE-05).
    """
    if role not in HOLDS_IN:
        raise DomainError(Kind.INVALID, "ROLE_NOT_STAFF", "只能任命工作人员角色。", field="role", rule="ROLE-03")
    if HOLDS_IN[role] is not organisation.kind:
        raise DomainError(Kind.INVALID, "ROLE_ELSEWHERE", "该角色不适用于这类机构。", field="role", rule="ROLE-03")
    if role not in _of(GIVES, who):
        raise _too_high()


def check_change(who: Caller, hat: Hat, tree: Tree) -> None:
    """May `who` suspend, restore, end, move or date `hat`?

    Raises:
        DomainError: NOT_FOUND HAT_UNKNOWN for a hat out of reach (ROLE-20); FORBIDDEN OWN_HAT for one of their own, or
            of the person in whose place they act (ROLE-23); FORBIDDEN ROLE_TOO_HIGH when it is not theirs (ROLE-05).
    """
    if hat.role not in STAFF or not reaches(who, tree, hat.organisation_code):
        raise unknown_hat()
    if hat.person_id in (who.person_id, who.actor):
        message = "不能变更本人的身份，请由其他有权人员办理。"
        raise DomainError(Kind.FORBIDDEN, "OWN_HAT", message, field="hat_id", rule="ROLE-23")
    if hat.role not in _of(CHANGES, who):
        raise _too_high()


def check_move(who: Caller, hat: Hat, code: str, tree: Tree) -> Organisation:
    """ROLE-24: a hat moves within reach to an organisation of the same kind, where it holds as well.

    Raises DomainError as `check_change` and `reached` do; INVALID ROLE_ELSEWHERE for another kind.
    """
    check_change(who, hat, tree)
    target = reached(who, tree, code)
    if target.kind is not HOLDS_IN[hat.role]:
        message = "只能调动到同类机构。"
        raise DomainError(Kind.INVALID, "ROLE_ELSEWHERE", message, field="organisation_code", rule="ROLE-24")
    return target


def check_separated(wanted: Role, held: Iterable[Role]) -> None:
    """ROLE-22: nobody holds two of the three administrators' hats, also not where one is only promised.

    `held` are the person's hats that have not ended, and those promised. Raises DomainError CONFLICT SEPARATED_HATS.
    """
    if wanted in SEPARATED and (SEPARATED - {wanted}) & set(held):
        message = "系统、安全、审计三类管理员须由不同人员担任。"
        raise DomainError(Kind.CONFLICT, "SEPARATED_HATS", message, field="role", rule="ROLE-22")


def province_reach(who: Caller, tree: Tree, organisation_code: str) -> bool:
    """ROLE-20: whether a proposal of this organisation is theirs to see or sign; one of none is anybody's who may."""
    return not organisation_code or reaches(who, tree, organisation_code)


def unknown_hat() -> DomainError:
    """ROLE-20: no such hat, or none the caller may know of."""
    message = "没有找到该身份，或不在您的管理范围内。"
    return DomainError(Kind.NOT_FOUND, "HAT_UNKNOWN", message, field="hat_id", rule="ROLE-20")


def _of(table: dict[Role, frozenset[Role]], who: Caller) -> frozenset[Role]:
    try:
        return table.get(Role(who.role), frozenset())
    except ValueError:
        return frozenset()


def _too_high() -> DomainError:
    message = "该身份不能由您授予或变更，请联系上级管理员。"
    return DomainError(Kind.FORBIDDEN, "ROLE_TOO_HIGH", message, field="role", rule="ROLE-05")
