"""Tables that come with the service."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from services.enrollment.domain.working_days import WorkingDays

_WORKING_DAYS = Path(__file__).with_name("working_days_cn.yaml")


@cache
def national_working_days() -> WorkingDays:
    """LIST-02: the State Council's holidays and adjusted weekends, as the file beside states them."""
    content = yaml.safe_load(_WORKING_DAYS.read_text(encoding="utf-8"))
    exceptions = {
        day: working
        for name, working in (("resting", False), ("working", True))
        for days in content[name].values()
        for day in days
    }
    return WorkingDays(content["version"], content["source"], content["known_from"], content["known_until"], exceptions)
