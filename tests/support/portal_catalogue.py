"""The sample calendar, plan and dossier that the portal's tests read."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import application_pb2, application_service_pb2
from residency.faculty.v1 import faculty_service_pb2

CYCLE = "0197c0de-0000-7000-8000-000000000001"
NAMES = {
    "0100": "内科",
    "0200": "儿科",
    "0300": "急诊科",
    "0400": "皮肤科",
    "0600": "神经内科",
    "0700": "全科",
    "0900": "外科",
}
BASES = {
    "SD-QILU": "山东大学齐鲁医院",
    "SD-SLYY": "山东省立医院",
    "SD-QFS": "山东第一医科大学第一附属医院（山东省千佛山医院）",
}
QILU = {
    "0100": (71, 38, 0),
    "0200": (15, 7, 0),
    "0300": (10, 5, 0),
    "0400": (1, 5, 0),
    "0600": (12, 6, 0),
    "0700": (5, 22, 3),
    "0900": (46, 23, 1),
}
CALENDAR = (
    ("REGISTRATION", "报名", "2023-07-01", "2023-07-10", 0),
    ("FIRST_CHOICE", "一志愿审核与拟录取", "2023-07-11", "2023-07-31", 1),
    ("SECOND_CHOICE", "二志愿审核与拟录取", "2023-08-01", "2023-08-10", 2),
    ("REALLOCATION", "调剂", "2023-08-11", "2023-08-15", 3),
    ("CONFIRMATION", "核实与录取", "2023-08-16", "2023-08-31", 0),
)
_FIELD = application_service_pb2.FieldDefinition


def definition() -> application_service_pb2.GetDossierDefinitionResponse:
    """Four short sections with a field of each type."""
    service = application_service_pb2
    sexes = [service.FieldOption(code="male", label="男"), service.FieldOption(code="female", label="女")]
    yes_no = service.FIELD_TYPE_YES_NO
    rows: dict[int, tuple[str, list[Any]]] = {
        1: (
            "基本信息",
            [
                _FIELD(key="portrait", label="证件照片", type=service.FIELD_TYPE_PAPER, required=False),
                _FIELD(key="sex", label="性别", type=service.FIELD_TYPE_OPTION, required=True, options=sexes),
                _FIELD(key="birth_date", label="出生日期", type=service.FIELD_TYPE_DATE, required=True),
                _FIELD(key="mobile", label="手机号码", type=service.FIELD_TYPE_PHONE, required=True),
                _FIELD(key="email", label="邮箱", type=service.FIELD_TYPE_EMAIL, required=True),
                _FIELD(key="qq", label="QQ", type=service.FIELD_TYPE_TEXT, max_length=20),
            ],
        ),
        2: (
            "教育经历",
            [
                _FIELD(
                    key="school", label="在读/毕业院校", type=service.FIELD_TYPE_TEXT, required=True, max_length=100
                ),
                _FIELD(key="is_studying", label="是否在读", type=yes_no, required=True),
                _FIELD(key="doctor", label="是否博士", type=yes_no, group="doctor"),
                _FIELD(
                    key="doctor_school",
                    label="博士在读/毕业院校",
                    type=service.FIELD_TYPE_TEXT,
                    required_when="doctor",
                    applies_when=[service.FieldCondition(key="doctor", values=["yes"])],
                    group="doctor",
                ),
            ],
        ),
        3: (
            "证书信息",
            [
                _FIELD(key="has_qualification", label="是否获得医师资格证书", type=yes_no, required=True),
                _FIELD(
                    key="qualification_number",
                    label="医师资格证书编码",
                    type=service.FIELD_TYPE_TEXT,
                    required_when="has_qualification",
                ),
            ],
        ),
        4: (
            "工作信息",
            [
                _FIELD(key="has_employer", label="是否有工作单位", type=yes_no, required=True),
                _FIELD(
                    key="years_of_work", label="工作年限", type=service.FIELD_TYPE_NUMBER, required_when="has_employer"
                ),
            ],
        ),
    }
    sections = [
        service.SectionDefinition(
            section=application_pb2.Section.Name(number),
            label=label,
            fields=fields,
            groups=[service.FieldGroup(key="doctor", label="博士")]
            if number == application_pb2.SECTION_EDUCATION
            else [],
        )
        for number, (label, fields) in rows.items()
    ]
    return service.GetDossierDefinitionResponse(sections=sections)


def faculty_definition() -> faculty_service_pb2.GetDossierDefinitionResponse:
    """Four short sections of a faculty dossier, with a field of each type that it knows."""
    service = faculty_service_pb2
    field = service.FieldDefinition
    qualified = [service.FieldOption(code="yes", label="是"), service.FieldOption(code="no", label="否")]
    rows: dict[int, tuple[str, list[Any]]] = {
        1: (
            "基本信息",
            [
                field(key="sex", label="性别", type=service.FIELD_TYPE_TEXT, required=True, max_length=20),
                field(key="birth_date", label="出生日期", type=service.FIELD_TYPE_DATE, required=True),
                field(
                    key="has_qualification",
                    label="是否获得医师资格证书",
                    type=service.FIELD_TYPE_OPTION,
                    required=True,
                    options=qualified,
                ),
                field(
                    key="qualification_number",
                    label="医师资格证书编码",
                    type=service.FIELD_TYPE_TEXT,
                    required_when="has_qualification",
                ),
            ],
        ),
        2: (
            "联系信息",
            [
                field(key="mobile", label="手机号码", type=service.FIELD_TYPE_PHONE, required=True),
                field(key="email", label="电子邮箱", type=service.FIELD_TYPE_EMAIL),
            ],
        ),
        3: ("教育信息", [field(key="school", label="毕业院校", type=service.FIELD_TYPE_TEXT, required=True)]),
        4: ("工作信息", [field(key="department", label="科室", type=service.FIELD_TYPE_TEXT, required=True)]),
    }
    sections = [
        service.SectionDefinition(section=service.DossierSection.Name(number), label=label, fields=fields)
        for number, (label, fields) in rows.items()
    ]
    return service.GetDossierDefinitionResponse(sections=sections)
