"""The English pages over real services: what these say of themselves is English too, link after link."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.enrollment.domain.phases import P1, P2
from tests.handlers.enrollment.story import DOSSIER
from tests.integration.portal.test_portal_over_enrollment import apply
from tests.support.portal_english import chinese_left, walked
from tests.support.portal_stage import Whole, staged
from tests.support.portal_story import keyed
from tests.support.portal_teaching import Teaching, taught
from tests.support.postgres import PostgresServer
from tests.support.teaching_story import appointed

NAMED = ("李老师", "王学员", "李测试", "测试招录", "国务院办公厅关于节假日安排的通知", "内科")
"""People, a title, a source, and a department of the hospital: a name, though a word that the catalogue knows."""


@pytest.fixture
async def teaching(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Teaching]:
    url = postgres.database("faculty")
    async with taught(url, tmp_path / "objects") as found:
        yield found
    postgres.drop(url)


@pytest.fixture
async def whole(database_url: Callable[[str], str]) -> AsyncIterator[Whole]:
    """The portal before a real enrollment whose gate stands in registration."""
    async with staged(database_url("enrollment")) as found:
        await found.upstream.start()
        await found.stage.stand(P1)
        yield found
        await found.upstream.stop()


def one_a_line(left: list[str]) -> str:
    return "\n".join(["", *left])


async def test_what_faculty_says_is_english(teaching: Teaching) -> None:
    """I18N-02, I18N-05: entry rules and their evidence, states, months, refusals."""
    await appointed(teaching)
    today = datetime.now(UTC).date()
    first = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    await teaching.trainee("王学员", first, first + timedelta(days=27))
    for login, start in (("teacher", "/en/faculty"), ("teaching", "/en/desk"), ("director", "/en/desk")):
        async with teaching.upstream.browser(login) as browser:
            read, left = await walked(browser, [start, "/en/rotations"], *NAMED)
            assert read > 8, login
            assert not left, one_a_line(left)
    async with teaching.upstream.browser("teacher") as browser:
        refused = await browser.post("/en/faculty/contact", data=keyed(mobile="1"))
        assert refused.status_code == 422
        assert chinese_left(refused.text, *NAMED) == []


async def test_what_is_missing_is_told_in_english(whole: Whole) -> None:
    """I18N-02: every sentence about a field that is missing or wrong."""
    async with whole.upstream.browser("applicant") as browser:
        assert (await browser.post("/en/application/start", data=keyed())).status_code == 303
        incomplete = await browser.post("/en/application/check", data=keyed())
        assert incomplete.status_code == 422
        assert chinese_left(incomplete.text, *NAMED) == []
        wrong = keyed(mobile="1", birth_date="x", email="x", sex="neither")
        section = await browser.post("/en/application/sections/basic", data=wrong)
        assert section.status_code == 422
        assert chinese_left(section.text, *NAMED) == []


async def test_what_enrollment_says_is_english(whole: Whole) -> None:
    """I18N-02, I18N-05: what is open until when, why not, and the queue of a base."""
    typed = [str(each) for body in DOSSIER.values() for each in body.values()]
    await apply(whole)
    async with whole.upstream.browser("applicant") as browser:
        read, left = await walked(browser, ["/en/application", "/en/application/why"], *typed, *NAMED)
        assert read > 8
        assert not left, one_a_line(left)
    await whole.stage.stand(P2)
    whole.upstream.hints.say("residency.enrollment.v1.phase.entered")
    for login, start in (("reviewer", "/en/base"), ("administrator", "/en/base"), ("province", "/en/province")):
        async with whole.upstream.browser(login) as browser:
            read, left = await walked(browser, [start], *typed, *NAMED)
            assert read > 5, login
            assert not left, one_a_line(left)
