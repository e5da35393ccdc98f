"""The pages of faculty, rotations and training in English: nothing of ours is left in Chinese, refusals included."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.support.messages import CHINESE
from tests.support.portal_story import keyed
from tests.support.portal_teaching import WARD, Teaching, taught
from tests.support.postgres import PostgresServer
from tests.support.teaching_story import appointed, forms, posted

GIVEN = re.compile("李老师|李测试|[王赵]学员|山东大学(齐鲁医院)?|2026 住院医师|院发〔2026〕1 号|^中文$|^内科$|: 内科")
"""What people typed, names of organisations, and what the other language calls itself."""
ALSO_CHINESE = "/teaching/reports/dictionary"
"""Says what each column is called in Chinese too."""


@pytest.fixture
async def teaching(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Teaching]:
    url = postgres.database("faculty")
    async with taught(url, tmp_path / "objects") as found:
        yield found
    postgres.drop(url)


def left(answer: httpx.Response) -> list[str]:
    """What a page says in Chinese that nobody gave it, in texts and in labels."""
    labels = re.findall(r'(?:aria-label|data-label|title|alt)="([^"]*)"', answer.text)
    texts = (unescape(each).strip() for each in [*re.split(r"<[^>]+>", answer.text), *labels])
    return [each for each in dict.fromkeys(texts) if CHINESE.search(GIVEN.sub("", each))]


async def test_every_page_of_faculty_speaks_english(teaching: Teaching) -> None:
    person = await appointed(teaching)
    today = datetime.now(UTC).date()
    first = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    trainee = await teaching.trainee("王学员", first, first + timedelta(days=40))
    ids = await teaching.core.database.fetchrow(
        "SELECT c.candidacy_id::text AS candidacy, c.batch_id::text AS batch, a.appointment_id::text AS appointment"
        " FROM candidacy c, appointment a"
    )
    assert ids is not None
    appointment, candidacy, month = ids["appointment"], ids["candidacy"], f"{first:%Y-%m}"
    reports = ("level", "title", "department", "training", "state", "review", "load", "coverage")
    pages = {
        "": ("/standards?specialty_code=0100", "/certificates?code=12345678"),
        "teacher": (
            *("/faculty", "/faculty/contact", "/faculty/education", "/faculty/work", "/faculty/eligibility"),
            *("/faculty/candidacies", f"/faculty/candidacies/{candidacy}", f"/faculty/candidacies/new/{ids['batch']}"),
            *("/faculty/appointments", f"/faculty/appointments/{appointment}", "/faculty/months"),
        ),
        "teaching": (
            *("/teaching", f"/teaching/candidacies/{candidacy}", f"/teaching/people/{person}", "/teaching/batches"),
            *(f"/teaching/batches/{ids['batch']}", "/teaching/appointments", f"/teaching/appointments/{appointment}"),
            *("/teaching/dismissals", f"/teaching/dismissals/{appointment}", "/teaching/rosters", "/teaching/policy"),
            *(f"/teaching/reports?report={report}&month={month}" for report in reports),
            *("/rotations/trainees", f"/rotations/trainees/{trainee}", "/rotations/disciplines"),
        ),
        "director": (
            *(f"/rotations?from_month={month}", f"/rotations/department?from_month={month}", "/rotations/orphans"),
            *("/rotations/person", f"/rotations/person?trainee_id={trainee}", f"/rotations/day?on_day={first}"),
            *("/rotations/standards", "/department/cases"),
        ),
        "secretary": (
            *("/department", f"/department/people/{appointment}", "/department/rosters", "/department/leave"),
        ),
        "applicant": ("/training",),
    }
    for login, paths in pages.items():
        async with teaching.upstream.browser(login) as browser:
            for path in paths:
                answer = await browser.get(f"/en{path}")
                assert (answer.status_code, left(answer)) == (200, []), path
    async with teaching.upstream.browser("teaching") as office:
        explained = await office.get(f"/en{ALSO_CHINESE}")
        assert "Whole months since teaching began" in explained.text
        assert "attending=Attending physician" in explained.text


async def test_what_is_wrong_with_a_dossier_is_said_in_english(teaching: Teaching) -> None:
    async with teaching.upstream.browser("teacher") as teacher:
        empty = await teacher.get("/en/faculty")
        assert "Scan of the document" in empty.text.partition("Still missing")[2]
        assert left(empty) == []
        wrong = {"sex": "x", "birth_date": "2999-01-01", "has_qualification": "yes"}
        refused = await teacher.post("/en/faculty/basic", data=keyed(**wrong))
        assert refused.status_code == 422
        assert "2 things need correcting" in refused.text
        assert left(refused) == []


async def test_a_proposal_and_its_refusals_are_said_in_english(teaching: Teaching) -> None:
    await appointed(teaching)
    today = datetime.now(UTC).date()
    first = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    trainee = await teaching.trainee("王学员", first, first + timedelta(days=27))
    span = {"from_month": f"{first:%Y-%m}", "until_month": f"{first:%Y-%m}"}
    async with teaching.upstream.browser("director") as director:
        unchanged = await director.post("/en/rotations/cells", data=keyed(**span))
        assert unchanged.status_code == 422
        assert left(unchanged) == []
        here = await posted(director, "/en/rotations/proposals", department_code=WARD, **span)
        assert here.startswith("/en/rotations/proposals/")
        working = await director.get(here)
        assert "Working it out" in working.text
        await teaching.work()
        ready = await director.get(here)
        await posted(director, f"{here}/commit", **forms(ready, f"{here}/commit"))
        again = await director.post(f"{here}/commit", data=forms(ready, f"{here}/commit"))
        assert again.status_code == 409
        for page in (working, ready, again, await director.get("/en/rotations", params=span)):
            assert left(page) == []
    async with teaching.upstream.browser("teaching") as office:
        nothing_ticked = await office.post("/en/teaching/candidacies", data=keyed(kind="refuse"))
        assert "Please tick the people first." in nothing_ticked.text
        no_discipline = await office.post("/en/rotations/trainees/plans", data=keyed(**{f"pick.{trainee}": "x"}))
        assert "No department of the base trains in the disciplines of this specialty." in no_discipline.text
        for page in (nothing_ticked, no_discipline):
            assert left(page) == []


async def test_a_list_s_faults_are_said_in_english(teaching: Teaching) -> None:
    async with teaching.upstream.browser("secretary") as secretary:
        template = await secretary.get("/department/rosters/template.csv")
        heading = template.content.decode("utf-8-sig").splitlines()[0]
        rows = f"{heading}\n增加,Wang{',' * (heading.count(',') - 1)}\n"
        file = {"file.roster": ("list.csv", rows.encode(), "text/csv")}
        answer = await secretary.post("/en/department/rosters", data=keyed(), files=file)
        page = await secretary.get(answer.headers["location"])
        assert "Fill in “Identity number”." in page.text
        assert left(page) == []
