"""A year told day by day as a clerk would write it down: what people did, what the year did, and who was told what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from services.notify.domain.templates import render_from_text
from tests.support.moments import FIRST_DAY
from tests.support.temporal import Stage

NAMES = {
    "SD-QILU": "齐鲁医院",
    "SD-SLYY": "省立医院",
    "SD-SDEY": "山大二院",
    "SD": "省级主管部门",
    "37": "省级主管部门",
    "preparation": "准备",
    "registration": "报名",
    "first_choice": "一志愿审核",
    "second_choice": "二志愿审核",
    "reallocation": "调剂",
    "confirmation": "核实与录取",
    "closed": "结束",
}
_ZONE = timezone(timedelta(hours=8))
_PRINTED = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=_ZONE)
_SLACK = timedelta(seconds=2)
"""A timer may fire a moment before its minute."""


@dataclass
class Diary:
    """What happened on a stage; instants are printed as if registration had opened on the first of July 2023."""

    stage: Stage
    deeds: list[tuple[datetime, str]] = field(default_factory=list)

    async def note(self, text: str) -> None:
        """Somebody did something just now."""
        self.deeds.append((await self.stage.province.now(), text))

    def text(self) -> str:
        """All of it, in order, one line each; notices to several people at once in one line."""
        lines = [*self._deeds(), *self._phases(), *self._windows(), *self._offers(), *self._notices()]
        told, day = [], ""
        for at, _, text in sorted(lines):
            today = f"{at.month}月{at.day}日"
            told += [f"\n{today}"] if today != day else []
            told.append(f"  {at:%H:%M}  {text}")
            day = today
        return "\n".join(told).strip() + "\n"

    def _deeds(self) -> list[tuple[datetime, int, str]]:
        return [(self._printed(at), 1, f"[人] {text}") for at, text in self.deeds]

    def _phases(self) -> list[tuple[datetime, int, str]]:
        names = {row[0]: row[1] for row in self.stage.province.rows}
        return [
            (self._printed(at), 0, f"[年度] 进入“{NAMES[names.get(sequence, 'closed')]}”")
            for sequence, at in self.stage.province.entered_at.items()
        ]

    def _windows(self) -> list[tuple[datetime, int, str]]:
        return [
            (self._printed(at), 2, f"[年度] {NAMES[base]}第{number}轮窗口关闭")
            for (base, number), at in self.stage.province.closed_at.items()
        ]

    def _offers(self) -> list[tuple[datetime, int, str]]:
        waiting = self.stage.province.waiting
        return [
            (
                self._printed(offer.until - timedelta(hours=waiting.hours)),
                2,
                f"[年度] {NAMES[offer.base_code]}的空额递补给第{number}名候补，请其在{waiting.hours:g}小时内答复",
            )
            for number, offer in enumerate(waiting.offers, start=1)
        ]

    def _notices(self) -> list[tuple[datetime, int, str]]:
        told: Counter[tuple[datetime, str]] = Counter()
        for key, notice in self.stage.province.notices.items():
            at = self.stage.province.sent_at[key]
            if notice.HasField("release_at"):
                at = max(at, notice.release_at.ToDatetime(tzinfo=UTC))
            whom = NAMES[notice.organisation_code] if notice.organisation_code else ""
            parameters = {name: self._readable(value) for name, value in notice.parameters.items()}
            text = render_from_text(notice.template, parameters)
            told[self._printed(at), f"{whom}：{text.title}。{' '.join(text.body.splitlines())}"] += 1
        return [
            (at, 3, f"[通知] {f'{count}名报考人' if text.startswith('：') else ''}{text}")
            for (at, text), count in told.items()
        ]

    def _readable(self, value: str) -> str:
        if value in NAMES:
            return NAMES[value]
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
        return self._printed(at).isoformat() if at.tzinfo is not None else value

    def _printed(self, at: datetime) -> datetime:
        since = at - self.stage.province.moments.registration_opens + _SLACK
        return _PRINTED + timedelta(minutes=since // timedelta(minutes=1))
