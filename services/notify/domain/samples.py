"""MSG-13: sample values, so that every template can be looked at before anybody is sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from services.notify.domain.shapes import Template, Value
from services.notify.domain.templates import read_values_of, values_as_text_of

SAMPLES: Mapping[str, Value] = MappingProxyType(
    {
        "role": "报名人",
        "at": datetime(2023, 7, 20, 1, 30, tzinfo=UTC),
        "base": "山东大学齐鲁医院",
        "specialty": "内科",
        "left": "全科",
        "submitted_at": datetime(2023, 7, 5, 6, 12, tzinfo=UTC),
        "state": "待审核",
        "remark": "请补充毕业证书扫描件",
        "result": "拟录取",
        "cause": "省级批准撤销拟录取",
        "until": datetime(2023, 7, 28, 10, 0, tzinfo=UTC),
        "closes_at": datetime(2023, 7, 10, 16, 0, tzinfo=UTC),
        "opens_at": datetime(2023, 7, 31, 16, 0, tzinfo=UTC),
        "deadline": datetime(2023, 7, 28, 10, 0, tzinfo=UTC),
        "next_at": datetime(2023, 7, 31, 16, 0, tzinfo=UTC),
        "year": 2024,
        "section": "教育经历",
        "planned": 12,
        "answer": "按省级文件调整",
        "round": 1,
        "round_name": "一志愿审核与拟录取",
        "phase": "一志愿审核与拟录取",
        "present": "一志愿审核与拟录取",
        "milestone": "审核截止",
        "count": 12,
        "forecast": "按本轮目前的审核进度，截止时预计仍有3份未审核。",
        "number": 1,
        "admissible": 36,
        "objected": 1,
        "unreviewed": 5,
        "unselected": 8,
        "bases": 3,
        "title": "2024年度山东省住院医师规范化培训招录",
        "reason": "考试安排调整",
        "subject": "关于二志愿填报的提醒",
        "text": "二志愿填报即将开始，请未录取的报名人员提前核对个人信息。\n如有疑问，请联系省级主管部门。",
        "code": "482913",
        "batch": "2024年第一批师资报名",
        "from_day": "2024-01-08",
        "until_day": "2025-01-07",
        "effective_day": "2024-05-31",
        "on_day": "2027-03-12",
        "month": "2024-06",
        "additions": 4,
        "cases": 1,
        "name": "齐鲁医院 HIS",
    }
)
"""By the name of the parameter; a name means the same in every template."""


def sample_values(template: Template, given: Mapping[str, str] | None = None) -> dict[str, Value]:
    """The parameters of `template`: what was `given` (as text) for those it has, samples for the others.

    Raises DomainError INVALID PARAMETERS_WRONG for a given one that `template` has not or that is of another type.
    """
    samples = values_as_text_of(template, {name: SAMPLES[name] for name in template.parameters})
    return read_values_of(template, {**samples, **(given or {})})
