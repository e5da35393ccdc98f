"""Pages of faculty in a real browser: no sideways scroll on a phone or a desk, no complaint, nothing axe finds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.support.portal_browser import DESK, PHONE, desk_before, needs_chromium
from tests.support.portal_teaching import Teaching, taught
from tests.support.teaching_story import appointed

pytestmark = needs_chromium


@pytest.fixture
async def teaching(database_url: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Teaching]:
    async with taught(database_url("faculty"), tmp_path / "objects") as found:
        yield found


async def pages(teaching: Teaching) -> dict[str, list[str]]:
    """The main pages by who looks at them, with an appointed teacher and two trainees."""
    person = await appointed(teaching)
    today = datetime.now(UTC).date()
    first = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    trainee = await teaching.trainee("王学员", first, first + timedelta(days=120))
    await teaching.trainee("赵学员", first, first + timedelta(days=27))
    ids = await teaching.core.database.fetchrow(
        "SELECT c.candidacy_id::text AS candidacy, c.batch_id::text AS batch, a.appointment_id::text AS appointment"
        " FROM candidacy c, appointment a"
    )
    assert ids is not None
    return {
        "": ["/standards?specialty_code=0100", "/certificates?code=12345678"],
        "teacher": [
            *("/faculty", "/faculty/education", "/faculty/candidacies", f"/faculty/candidacies/{ids['candidacy']}"),
            *("/faculty/eligibility", f"/faculty/appointments/{ids['appointment']}", "/faculty/months"),
        ],
        "teaching": [
            *("/teaching", f"/teaching/candidacies/{ids['candidacy']}", f"/teaching/people/{person}"),
            *(f"/teaching/batches/{ids['batch']}", f"/teaching/appointments/{ids['appointment']}"),
            *(f"/teaching/dismissals/{ids['appointment']}", "/teaching/reports", "/teaching/policy"),
            *("/rotations/trainees", f"/rotations/trainees/{trainee}", "/rotations/disciplines"),
        ],
        "director": [
            f"/rotations?from_month={first:%Y-%m}",
            *(f"/rotations/department?from_month={first:%Y-%m}", f"/rotations/person?trainee_id={trainee}"),
            *(f"/rotations/day?on_day={first}", "/rotations/standards"),
        ],
        "secretary": ["/department", "/department/rosters", "/department/leave"],
        "applicant": ["/training"],
    }


async def test_pages_of_faculty_fit_and_are_accessible(teaching: Teaching) -> None:
    found = await pages(teaching)
    async with desk_before(teaching.upstream) as desk:
        for width in (PHONE, DESK):
            for login, paths in found.items():
                async with desk.page(login, width) as page:
                    for path in paths:
                        answer = await page.goto(path)
                        assert answer is not None
                        assert answer.status == 200, path
                        wide = await page.evaluate("document.documentElement.scrollWidth")
                        assert wide <= width, (path, width, wide)
                        if width == PHONE:
                            results = await Axe().run(page)
                            assert not results.violations_count, (path, results.generate_report())
        assert desk.complaints == []


async def test_pages_of_faculty_fit_in_english(teaching: Teaching) -> None:
    found = await pages(teaching)
    async with desk_before(teaching.upstream) as desk:
        for width in (PHONE, DESK):
            for login, paths in found.items():
                async with desk.page(login, width) as page:
                    for path in paths:
                        answer = await page.goto(f"/en{path}")
                        assert answer is not None
                        assert answer.status == 200, path
                        wide = await page.evaluate("document.documentElement.scrollWidth")
                        assert wide <= width, (path, width, wide)
        assert desk.complaints == []
