"""What each hat is called to a person."""

from __future__ import annotations

from services.identity.domain.roles import Role

TITLES = {
    Role.APPLICANT: "报名人",
    Role.FACULTY: "师资",
    Role.BASE_REVIEWER: "基地审核员",
    Role.BASE_ADMINISTRATOR: "基地管理员",
    Role.PROVINCE_ADMINISTRATOR: "省级管理员",
    Role.TEACHING_DEPARTMENT: "教学部",
    Role.DEPARTMENT_DIRECTOR: "科室主任",
    Role.DEPARTMENT_SECRETARY: "科室教学秘书",
    Role.AUDITOR: "审计管理员",
    Role.SUPPORT: "客服",
    Role.SYSTEM_ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
}
"""Names of the hats people wear."""
