"""The four tabs of a faculty dossier as form fields (rules-faculty C2).

The faculty service validates by its own definition and does not publish it yet; a test compares the two.
"""

from __future__ import annotations

from services.portal.dossier import FormField, FormSection

_SEXES = (("male", "男"), ("female", "女"))
_QUALIFIED = (("yes", "是"), ("no", "否"), ("passed", "已通过考试，证书未发"))
_QUALIFICATION_LEVELS = (("physician", "执业医师"), ("assistant", "执业助理医师"))
_CATEGORIES = (("clinical", "临床"), ("dental", "口腔"), ("public_health", "公共卫生"), ("traditional", "中医"))
_LEVELS = (("junior_college", "大专"), ("bachelor", "本科"), ("master", "硕士研究生"), ("doctor", "博士研究生"))
_DEGREES = (("none", "无学位"), ("bachelor", "学士"), ("master", "硕士"), ("doctor", "博士"))
_TITLES = (("attending", "主治医师"), ("associate_chief", "副主任医师"), ("chief", "主任医师"), ("other", "其他"))
_WHEN_QUALIFIED = "已获得医师资格证书的必填"


def _text(key: str, label: str, *, required: bool = False, hint: str = "", max_length: int = 100) -> FormField:
    return FormField(key, label, "text", required, hint, max_length=max_length)


def _option(
    key: str, label: str, options: tuple[tuple[str, str], ...], *, required: bool = False, hint: str = ""
) -> FormField:
    return FormField(key, label, "option", required, hint, options)


def _date(key: str, label: str, *, required: bool = False, hint: str = "") -> FormField:
    return FormField(key, label, "date", required, hint)


SECTIONS: dict[str, FormSection] = {
    section.key: section
    for section in (
        FormSection(
            "basic",
            "基本信息",
            (
                _text("id_scan", "证件扫描件（文件名）", required=True, max_length=200),
                _text("photo", "证件照片（文件名）", required=True, max_length=200),
                _option("sex", "性别", _SEXES, required=True),
                _date("birth_date", "出生日期", required=True),
                _text("ethnicity", "民族", max_length=20),
                _text("health", "健康状况", max_length=50),
                _option("has_qualification", "是否获得医师资格证书", _QUALIFIED, required=True),
                _date("qualification_date", "取得医师资格证书时间", hint=_WHEN_QUALIFIED),
                _option("qualification_level", "医师资格级别", _QUALIFICATION_LEVELS, hint=_WHEN_QUALIFIED),
                _option("qualification_category", "医师资格类别", _CATEGORIES, hint=_WHEN_QUALIFIED),
                _text("qualification_number", "医师资格证书编码", hint=_WHEN_QUALIFIED, max_length=50),
                _text("qualification_scan", "医师资格证书扫描件（文件名）", hint=_WHEN_QUALIFIED, max_length=200),
            ),
        ),
        FormSection(
            "contact",
            "联系信息",
            (
                FormField("mobile", "手机号码", "phone", True),
                FormField("email", "电子邮箱", "email"),
                _text("address", "通讯地址", max_length=200),
            ),
        ),
        FormSection(
            "education",
            "教育信息",
            (
                _option("highest_level", "最高学历", _LEVELS, required=True),
                _text("school", "毕业院校", required=True),
                _text("major", "毕业专业"),
                _date("graduation_date", "毕业时间", required=True),
                _option("degree", "学位", _DEGREES),
            ),
        ),
        FormSection(
            "work",
            "工作信息",
            (
                _text("hospital", "所在医院"),
                _text("department", "科室", required=True),
                _option("title", "职称", _TITLES, required=True),
                _date("title_since", "任现职时间", required=True),
                _date("hospital_since", "来院时间"),
                _text("practice_licence_number", "执业医师证书编号", max_length=50),
            ),
        ),
    )
}
