"""ROLE-02, ROLE-03, ROLE-06 and ROLE-07: which hats there are, and in what kind of organisation each holds."""

from __future__ import annotations

from enum import StrEnum

from services.identity.domain.organisation import OrganisationKind
from services.kit.domain import Caller, DomainError, Kind


class Role(StrEnum):
    """One hat, as it stands in a token."""

    APPLICANT = "applicant"
    """报名人."""
    FACULTY = "faculty"
    """师资."""
    BASE_REVIEWER = "base_reviewer"
    """基地审核员."""
    BASE_ADMINISTRATOR = "base_administrator"
    """基地管理员."""
    PROVINCE_ADMINISTRATOR = "province_administrator"
    """省级管理员."""
    TEACHING_DEPARTMENT = "teaching_department"
    """教学部."""
    DEPARTMENT_DIRECTOR = "department_director"
    """科室主任."""
    DEPARTMENT_SECRETARY = "department_secretary"
    """科室教学秘书."""
    AUDITOR = "auditor"
    """审计管理员."""
    SUPPORT = "support"
    """客服."""
    SYSTEM_ADMINISTRATOR = "system_administrator"
    """系统管理员."""
    SECURITY_ADMINISTRATOR = "security_administrator"
    """安全管理员."""
    UNCHOSEN = "unchosen"
    """Signed in, no hat chosen yet; stands in tokens only."""
    ENROLLING = "enrolling"
    """Staff who owe a second factor; stands in tokens only."""
    SCHEDULER = "scheduler"
    """The workflow worker."""
    SERVICE = "service"
    """A service asking another."""
    OPERATOR = "operator"
    """The platform team's machine."""


SELF_REGISTERED = frozenset({Role.APPLICANT, Role.FACULTY})
"""ROLE-02: hats a person may take without being given them."""

HOLDS_IN = {
    Role.BASE_REVIEWER: OrganisationKind.BASE,
    Role.BASE_ADMINISTRATOR: OrganisationKind.BASE,
    Role.TEACHING_DEPARTMENT: OrganisationKind.BASE,
    Role.DEPARTMENT_DIRECTOR: OrganisationKind.DEPARTMENT,
    Role.DEPARTMENT_SECRETARY: OrganisationKind.DEPARTMENT,
    Role.PROVINCE_ADMINISTRATOR: OrganisationKind.PROVINCE,
    Role.AUDITOR: OrganisationKind.PROVINCE,
    Role.SUPPORT: OrganisationKind.PROVINCE,
    Role.SYSTEM_ADMINISTRATOR: OrganisationKind.PROVINCE,
    Role.SECURITY_ADMINISTRATOR: OrganisationKind.PROVINCE,
}
"""ROLE-03: the staff hats, and the kind of organisation each holds in."""

STAFF = frozenset(HOLDS_IN)
"""Hats that need a second factor."""

WORKING = STAFF - {Role.AUDITOR, Role.SUPPORT, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}
"""Hats that do the work of their organisation, and are told what comes to it; the others keep the platform."""

MACHINES = {"worker": Role.SCHEDULER, "operator": Role.OPERATOR} | dict.fromkeys(
    ("enrollment", "faculty", "notify", "portal", "identity"), Role.SERVICE
)
"""ROLE-06: the machines that may sign in, and the hat of each."""


def check_self_registration(role: Role) -> None:
    """ROLE-02: only applicants and faculty register themselves. Raises DomainError FORBIDDEN."""
    if role not in SELF_REGISTERED:
        raise DomainError(Kind.FORBIDDEN, "ROLE_NOT_OPEN", "该角色不能自行注册。", field="role", rule="ROLE-02")


def may_see(caller: Caller, person_id: str) -> bool:
    """ROLE-07: everybody sees themselves, services see anyone; numbers come masked."""
    return caller.role == Role.SERVICE or caller.person_id == person_id


def machine_role(machine: str) -> Role | None:
    """ROLE-06: the hat of a machine; None when there is no such machine."""
    return MACHINES.get(machine)
