"""Values that examples show, by the name of a field, and what the most used operations show beyond that."""

from __future__ import annotations

from typing import Any

UUID = "0190a6c2-7b1e-7c43-9d0a-3f5b8e2d4c61"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

VALUES: dict[str, tuple[Any, ...]] = {
    "name": ("王晓雨",),
    "login": ("wang.xiaoyu",),
    "password": ("correct horse battery",),
    "current_password": ("correct horse battery",),
    "new_password": ("a longer horse battery",),
    "mobile": ("13800000000",),
    "document_number": ("37010219990101123X",),
    "document_type": ("resident_id",),
    "birth_date": ("1999-01-01",),
    "captcha_answer": ("7K3F",),
    "totp": ("287082",),
    "code": ("287082", "SD-QILU", "cancelled"),
    "secret": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",),
    "browser_secret": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",),
    "refresh_token": ("rt_JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",),
    "token": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",),
    "base_code": ("SD-QILU",),
    "main_base_code": ("SD-QILU",),
    "hospital_code": ("SD-QILU",),
    "parent_code": ("SD",),
    "organisation_code": ("SD-QILU",),
    "department_code": ("SD-QILU-NK",),
    "department_codes": ("SD-QILU-NK",),
    "extra_department_codes": ("SD-QILU-WK",),
    "province_code": ("SD",),
    "specialty_code": ("0100",),
    "to_specialty_code": ("0200",),
    "base_name": ("山东大学齐鲁医院",),
    "organisation_name": ("山东大学齐鲁医院",),
    "specialty_name": ("内科",),
    "masked_name": ("王**",),
    "masked_document": ("3701**********123X",),
    "masked_mobile": ("138****0000",),
    "reason": ("按省卫生健康委文件办理",),
    "remark": ("材料齐全",),
    "note": ("材料齐全",),
    "grounds": ("成绩登记有误，请予复核",),
    "answer": ("同意",),
    "role": ("base_reviewer",),
    "section": ("basic",),
    "year": (2026,),
    "cohort": (2026,),
    "month": ("2026-09",),
    "from_month": ("2026-09",),
    "until_month": ("2026-11",),
    "from_day": ("2026-09-01",),
    "until_day": ("2027-08-31",),
    "first_day": ("2026-07-01",),
    "last_day": ("2026-07-10",),
    "on_day": ("2026-09-15",),
    "reference_date": ("2026-09-01",),
    "effective_day": ("2026-10-01",),
    "occurred_on": ("2026-06-01",),
    "time_zone": ("Asia/Shanghai",),
    "language": ("zh",),
    "digest": (_HASH,),
    "fingerprint": (_HASH,),
    "hash": (_HASH,),
    "sha256": (_HASH,),
    "round": (1,),
    "version": (7, "7"),
    "expected_version": (7,),
    "edition": (3, "3"),
    "expected_edition": (3,),
    "plan_version": (2,),
    "submission_number": (1,),
    "page_size": (50,),
    "limit": (50,),
    "planned": (71,),
    "day_seconds": (86400.0,),
    "next_cursor": ("",),
    "cursor": ("",),
    "file_name": ("名单.xlsx",),
    "media_type": ("application/pdf",),
    "file": ("UEsDBA==",),
    "pdf": ("JVBERi0xLjc=",),
    "content": ("/9j/4AAQSkY=", "材料齐全"),
    "address": ("203.0.113.7",),
    "browser": ("Mozilla/5.0",),
    "label": ("我的手机",),
    "title": ("主治医师",),
    "message": ("您的报名已通过审核。",),
    "detail": ("您的报名已通过审核。",),
    "otpauth_uri": ("otpauth://totp/residency:wang.xiaoyu?secret=JBSWY3DPEHPK3PXP",),
    "options_json": ("{}",),
    "json": ("{}",),
}
"""The first that fits the schema is shown."""

Shown = dict[str, Any]
_CHOICE: Shown = {"base_code": "SD-QILU", "specialty_code": "0100", "accepts_reallocation": True}
_SIGNED_IN: Shown = {
    "signed_in": {"person": {"role": "applicant", "name": "王晓雨"}, "challenge_id": "", "factors": []}
}
_ROW: Shown = {
    "state": "approved",
    "name": "王晓雨",
    "specialty_code": "0100",
    "submission_number": 1,
    "version": 8,
    "held": "",
    "ending": "",
}
_APPLICATION: Shown = {"application": {"state": "pending", "submission_number": 1, "version": 7}}

ASKED: dict[str, Shown] = {
    "SessionService.SignIn": {"login": "wang.xiaoyu", "password": "correct horse battery"},
    "ApplicationService.SaveSection": {
        "body": {"sex": "female", "ethnicity": "汉族", "email": "wang@example.com"},
        "expected_version": 6,
    },
    "ApplicationService.SaveChoice": _CHOICE | {"expected_version": 6},
    "ApplicationService.SubmitApplication": {"expected_version": 7},
    "DecisionService.ReviewApplication": {
        "submission_number": 1,
        "verdict": "approve",
        "reason_code": "",
        "remark": "材料齐全",
        "confirm_late": False,
    },
    "DecisionService.GrantProvisional": {"submission_number": 1, "qualified": False, "remark": "面试第三名"},
}
"""What requests show, by operation; laid over the values above."""

ANSWERED: dict[str, Shown] = {
    "SessionService.SignIn": _SIGNED_IN,
    "PersonService.GetMe": {"person": {"role": "applicant", "name": "王晓雨"}, "login": "wang.xiaoyu"},
    "CycleService.ListCycles": {"cycles": [{"year": 2026, "phase": "first_choice", "province_code": "SD"}]},
    "CycleService.GetCycle": {"cycle": {"year": 2026, "phase": "first_choice", "province_code": "SD"}},
    "BoardService.GetBoard": {
        "rows": [{"base_code": "SD-QILU", "specialty_code": "0100", "planned": 71, "applied": 94, "admitted": 0}]
    },
    "ApplicationService.GetMyApplication": _APPLICATION,
    "ApplicationService.SaveSection": _APPLICATION | {"application": {"state": "draft", "version": 7}},
    "ApplicationService.SaveChoice": _APPLICATION | {"application": {"state": "draft", "version": 7}},
    "ApplicationService.SubmitApplication": _APPLICATION,
    "DecisionService.ListQueue": {"rows": [_ROW | {"state": "pending", "version": 7}]},
    "DecisionService.GetSubmission": {"row": _ROW | {"state": "pending", "version": 7}},
    "DecisionService.ReviewApplication": {"row": _ROW},
    "DecisionService.GrantProvisional": {"row": _ROW | {"state": "provisional", "version": 9}},
    "DecisionService.Admit": {"row": _ROW | {"state": "admitted", "version": 10}},
    "NotifyService.ListMessages": {"messages": [{"title": "报名已通过审核"}]},
}
"""The same of answers."""
