"""Token buckets by a clock of our own, and the file that closes the portal (PUB-10, PUB-11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.edge.limits import Buckets, Rate
from services.portal.edge.maintenance import MaintenanceFile


@given(
    minute=st.integers(1, 6000),
    burst=st.integers(1, 500),
    steps=st.lists(st.floats(0, 30, allow_nan=False), max_size=200),
)
def test_nobody_gets_more_than_the_rate_and_everybody_gets_it(minute: int, burst: int, steps: list[float]) -> None:
    now = 0.0
    buckets = Buckets(Rate(minute, burst), lambda: now)
    given_out = 0
    for step in steps:
        now += step
        waits = buckets.take("one")
        given_out += not waits
        assert given_out <= burst + now * minute / 60 + 1e-6
        if waits:
            now += waits + 1e-6
            assert buckets.take("one") == 0, "the wait that was told is long enough"
            given_out += 1


def test_one_who_floods_keeps_nobody_else_waiting() -> None:
    buckets = Buckets(Rate(60, 2), lambda: 0.0)
    assert [buckets.take("flood") for _ in range(4)] == [0, 0, 1, 1]
    assert buckets.take("other") == 0


def test_buckets_are_bounded() -> None:
    buckets = Buckets(Rate(60, 1), lambda: 0.0, most=3)
    for number in range(10):
        buckets.take(str(number))
    assert buckets.take("0") == 0, "forgotten, as if it had never asked"
    assert buckets.take("9") > 0, "one of the last three is remembered"


SOON = datetime.now(UTC) + timedelta(hours=2)
USUAL = "系统维护中，暂停办理。已提交和已保存的内容不受影响。"


@pytest.mark.parametrize(
    ("text", "until", "sentence"),
    [
        ("", None, USUAL),
        (f"{SOON.isoformat()}\n数据库升级。\n", SOON, "数据库升级。"),
        (SOON.isoformat(), SOON, USUAL),
        ("今晚升级。\n明早恢复。", None, "今晚升级。\n明早恢复。"),
        ("2026-11-23T02:00:00\n没有时区的时间不作数。", None, "没有时区的时间不作数。"),
    ],
    ids=["nothing", "time and text", "time", "text", "time without a zone"],
)
def test_what_the_file_says(tmp_path: Path, text: str, until: datetime | None, sentence: str) -> None:
    path = tmp_path / "maintenance"
    path.write_text(text, "utf-8")
    notice = MaintenanceFile(path).notice()
    assert notice is not None
    assert (notice.until, notice.sentence) == (until, sentence)


def test_open_without_a_file_and_after_its_time(tmp_path: Path) -> None:
    path = tmp_path / "maintenance"
    assert MaintenanceFile(None).notice() is None
    assert MaintenanceFile(path).notice() is None
    path.write_text(f"{(datetime.now(UTC) - timedelta(seconds=1)).isoformat()}\n已结束。", "utf-8")
    assert MaintenanceFile(path).notice() is None


def test_a_file_that_cannot_be_read_closes_too(tmp_path: Path) -> None:
    path = tmp_path / "maintenance"
    path.write_bytes(b"\xff\xfe\x00")
    notice = MaintenanceFile(path).notice()
    assert notice is not None
    assert notice.until is None
