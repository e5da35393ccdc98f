"""WEB-03, and the portal before a real faculty: from a dossier to an appointment and a taught month, page by page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.portal_story import hidden, keyed
from tests.support.portal_teaching import WARD, Teaching, taught
from tests.support.postgres import PostgresServer
from tests.support.teaching_story import appointed, forms, posted


@pytest.fixture
async def teaching(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Teaching]:
    url = postgres.database("faculty")
    async with taught(url, tmp_path / "objects") as found:
        yield found
    postgres.drop(url)


async def test_a_teacher_registers_is_recommended_and_appointed_page_by_page(teaching: Teaching) -> None:
    await appointed(teaching)
    async with teaching.upstream.browser("teacher") as teacher:
        listed = await teacher.get("/faculty/appointments")
        assert "在聘" in listed.text
        one = re.search(r'href="(/faculty/appointments/[0-9a-f-]{36})"', listed.text)
        assert one is not None
        certificate = await teacher.get(f"{one.group(1)}/certificate")
        assert certificate.headers["content-type"] == "application/pdf"
        assert certificate.content.startswith(b"%PDF")
        assert "符合准入条件" in (await teacher.get("/faculty/eligibility")).text
    async with teaching.upstream.program("teacher") as program:
        own = (await program.get("/me/data")).json()["teaching"]
        assert [each["state"] for each in own["candidacies"]] == ["recommended"]
        assert [each["state"] for each in own["appointments"]] == ["active"]
        assert "attestation" not in {each["kind"] for each in own["evidence"]}
    async with teaching.upstream.browser("teaching") as office:
        listed = await office.get("/teaching")
        one = re.search(r'href="(/teaching/candidacies/[0-9a-f-]{36})"', listed.text)
        assert one is not None
        picture = re.search(r'href="(/faculty/papers/[^"]+)"', (await office.get(one.group(1))).text)
        assert picture is not None
        assert (await office.get(picture.group(1))).headers["content-type"] == "image/jpeg"


async def test_web_03_a_draft_keeps_itself_and_saving_drops_it(teaching: Teaching) -> None:
    async with teaching.upstream.browser("teacher") as teacher:
        kept = await teacher.post("/faculty/drafts/contact", data=keyed(mobile="1380"))
        assert kept.status_code == 204
        page = await teacher.get("/faculty/contact")
        assert 'value="1380"' in page.text
        assert "还没有正式保存" in page.text
        await posted(teacher, "/faculty/contact", mobile="13800000000")
        assert "还没有正式保存" not in (await teacher.get("/faculty/contact")).text


async def test_a_director_assigns_by_hand_and_takes_a_proposal_over(teaching: Teaching) -> None:
    person = await appointed(teaching)
    today = datetime.now(UTC).date()
    first = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    last = first + timedelta(days=27)
    trainee = await teaching.trainee("王学员", first, last)
    month = f"{first:%Y-%m}"
    span = {"from_month": month, "until_month": month}
    async with teaching.upstream.browser("director") as director:
        grid = await director.get("/rotations", params=span)
        assert "王学员" in grid.text
        name = f"{trainee}|{WARD}|{month}"
        values = forms(grid, "/rotations/cells")
        assert (await director.post("/rotations/cells", data=values | {f"cell.{name}": ""})).status_code == 422
        await posted(director, "/rotations/cells", **(values | {f"cell.{name}": person}))
        assert "手动" in (await director.get("/rotations", params=span)).text
        second = await teaching.trainee("赵学员", first, last)
        here = await posted(director, "/rotations/proposals", department_code=WARD, **span)
        assert "正在计算" in (await director.get(here)).text
        await teaching.work()
        page = await director.get(here)
        assert "赵学员" in page.text
        await posted(director, f"{here}/commit", **forms(page, f"{here}/commit"))
        after = await director.get("/rotations", params=span)
        assert f"{second}|{WARD}" in after.text
        assert "自动" in after.text
        table = await director.get("/rotations/department.csv", params=span)
        lines = table.content.decode("utf-8-sig").splitlines()
        assert lines[0] == f"学员,招收届别,培训专业,{month}"
        assert sorted(lines[1:]) == ["王学员,2026,内科,李老师", "赵学员,2026,内科,李老师"]
    async with teaching.upstream.browser("teacher") as teacher:
        months = (await teacher.get("/faculty/months")).text
        assert "王学员" in months
        assert "赵学员" in months


async def test_a_list_is_checked_row_by_row_before_anything_is_done(teaching: Teaching) -> None:
    async with teaching.upstream.browser("secretary") as secretary:
        template = await secretary.get("/department/rosters/template.csv")
        assert template.status_code == 200
        heading = template.content.decode("utf-8-sig").splitlines()[0]
        assert "姓名" in heading
        blanks = "," * heading.count(",")
        file = {"file.roster": ("list.csv", f"{heading}\n增加,王{blanks[:-1]}".encode(), "text/csv")}
        answer = await secretary.post("/department/rosters", data=keyed(), files=file)
        assert answer.status_code == 303, answer.text[-2000:]
        page = await secretary.get(answer.headers["location"])
        assert "有问题 1" in page.text
        formula = {"file.roster": ("list.csv", f"{heading}\n=cmd(){blanks}".encode(), "text/csv")}
        refused = await secretary.post("/department/rosters", data=keyed(), files=formula)
        assert refused.status_code == 422
        assert hidden(refused, "idempotency_key")
