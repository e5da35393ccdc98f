"""How messages call states, roles, sections and causes; a template says how each is put in another language."""

from __future__ import annotations

from residency.enrollment.v1 import application_pb2
from residency.identity.v1 import account_pb2

STATE_LABELS = {
    application_pb2.APPLICATION_STATE_PENDING: "待审核",
    application_pb2.APPLICATION_STATE_REJECTED: "审核不通过",
    application_pb2.APPLICATION_STATE_APPROVED: "审核通过",
    application_pb2.APPLICATION_STATE_PROVISIONAL: "拟录取",
    application_pb2.APPLICATION_STATE_ADMITTED: "录取",
    application_pb2.APPLICATION_STATE_WITHDRAWN: "已撤回",
}
ROLE_LABELS = {
    account_pb2.ROLE_APPLICANT: "报名人",
    account_pb2.ROLE_FACULTY: "师资",
    account_pb2.ROLE_BASE_REVIEWER: "基地审核员",
    account_pb2.ROLE_BASE_ADMINISTRATOR: "基地管理员",
    account_pb2.ROLE_TEACHING_DEPARTMENT: "教学部",
    account_pb2.ROLE_DEPARTMENT_DIRECTOR: "科室主任",
    account_pb2.ROLE_DEPARTMENT_SECRETARY: "科室教学秘书",
    account_pb2.ROLE_PROVINCE_ADMINISTRATOR: "省级管理员",
    account_pb2.ROLE_AUDITOR: "审计管理员",
    account_pb2.ROLE_SUPPORT: "客服",
    account_pb2.ROLE_SYSTEM_ADMINISTRATOR: "系统管理员",
    account_pb2.ROLE_SECURITY_ADMINISTRATOR: "安全管理员",
}
SECTION_LABELS = {
    application_pb2.SECTION_BASIC: "基本信息",
    application_pb2.SECTION_EDUCATION: "教育经历",
    application_pb2.SECTION_CERTIFICATES: "证书信息",
    application_pb2.SECTION_WORK: "工作信息",
}
CAUSE_LABELS = {
    "undone": "基地撤回了拟录取",
    "revoked": "省级批准撤销拟录取",
    "no_show": "未按时报到",
    "quit": "退培",
    "annulled": "省级取消资格",
}
ENDS = {
    "dismissal_decided": "dismissed",
    "dismissed": "dismissed",
    "transferred": "transferred",
    "expired": "expired",
}
"""What changes an appointment for good → how it ends."""
END_LABELS = {
    "dismissed": "解聘",
    "expired": "聘期届满",
    "transferred": "调离",
    "suspended": "暂停带教",
    "leave": "请假",
}
"""Why a teacher teaches no more, or not for some time."""
