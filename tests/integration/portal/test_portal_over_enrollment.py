"""The pages over a real enrollment: an applicant's way to a place, and what base and province see of it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.enrollment.domain.phases import P1, P2, P4
from services.portal.cycle_file import PHASES
from tests.handlers.enrollment.story import DOSSIER
from tests.support import pictures
from tests.support.portal_stage import Whole, staged
from tests.support.portal_story import hidden, keyed


@pytest.fixture
async def whole(database_url: Callable[[str], str]) -> AsyncIterator[Whole]:
    """The portal before a real enrollment whose gate stands in registration."""
    async with staged(database_url("enrollment")) as found:
        await found.upstream.start()
        await found.stage.stand(P1)
        yield found
        await found.upstream.stop()


def typed(body: Any) -> dict[str, str]:
    """A section's body as a form posts it."""
    return {key: {True: "yes", False: "no"}.get(value, value) for key, value in body.items()}


async def apply(whole: Whole) -> None:
    """Fill in everything on the pages, and submit."""
    async with whole.upstream.browser("applicant") as browser:
        assert (await browser.post("/application/start", data=keyed())).status_code == 303
        incomplete = await browser.post("/application/check", data=keyed())
        assert incomplete.status_code == 422
        told = incomplete.text
        for link in ("basic#sex", "education#", "certificates#", "work#"):
            assert f'href="/application/sections/{link}' in told
        assert 'href="/application/choice#base_code"' in told
        for section, body in DOSSIER.items():
            page = await browser.get(f"/application/sections/{section}")
            assert page.status_code == 200, page.text
            form = keyed(**typed(body), expected_version=hidden(page, "expected_version"))
            saved = await browser.post(f"/application/sections/{section}", data=form)
            assert saved.status_code == 303, saved.text
        assert 'data-show-when="bachelor=yes' in (await browser.get("/application/sections/education")).text
        await _pictures(browser)
        assert (await browser.get("/application/choice?base_code=SD-QILU")).status_code == 200
        choice = keyed(base_code="SD-QILU", specialty_code="0100", accepts_reallocation="yes")
        assert (await browser.post("/application/choice", data=choice)).status_code == 303
        wish = keyed(base_1="SD-SLYY", specialty_1="0100")
        assert (await browser.post("/application/wishes", data=wish)).status_code == 303
        assert "已上传 1 张" in (await browser.get("/application/check")).text
        submitted = await browser.post("/application/check", data=keyed())
        assert submitted.status_code == 303, submitted.text


async def _pictures(browser: Any) -> None:
    path, form = "/application/papers/portrait", {"email": "typed@example.org"}
    small = await browser.post(path, data=keyed(**form), files={"file.portrait": ("a.jpg", pictures.scan())})
    assert (small.status_code, "typed@example.org" in small.text) == (422, True)
    blue = pictures.portrait("#2040a0")
    warned = await browser.post(path, data=keyed(**form), files={"file.portrait": ("a.jpg", blue)})
    assert warned.status_code in {409, 422}
    assert 'name="accept_warnings"' in warned.text
    sure = keyed(**form, accept_warnings="yes")
    kept = await browser.post(path, data=sure, files={"file.portrait": ("a.jpg", blue)})
    assert kept.status_code == 200, kept.text
    source = kept.text.split('<img src="', 1)[1].split('"', 1)[0]
    picture = await browser.get(source)
    assert (picture.status_code, picture.content[:2]) == (200, b"\xff\xd8")


async def test_from_the_first_field_to_a_place(whole: Whole) -> None:
    await apply(whole)
    upstream = whole.upstream
    async with upstream.browser("applicant") as browser:
        own = await browser.get("/application")
        assert "待审核" in own.text
        form = await browser.get("/application/form?then=download")
        assert form.content.startswith(b"%PDF")
        assert "基本信息" in (await browser.get("/application/why")).text
        story = own.text.split('href="/applications/', 1)[1].split("/story", 1)[0]
        assert "提交报名信息" in (await browser.get(f"/applications/{story}/story")).text
    await whole.stage.stand(P2)
    upstream.hints.say("residency.enrollment.v1.phase.entered")
    here = f"/base/applications/{story}"
    async with upstream.browser("reviewer") as browser:
        page = await browser.get("/base")
        assert here in page.text
        one = await browser.get(here)
        assert "底色待基地确认" in one.text
        assert (await browser.get(f"{here}/form")).content.startswith(b"%PDF")
        tick = {f"pick.{story}": hidden_tick(page.text, story)}
        batch = await browser.post("/base/batch", data=keyed(kind="approve", **tick))
        assert "已办理 1 人" in batch.text, batch.text
    async with upstream.browser("administrator") as browser:
        sheet = await browser.get("/base/scores?specialty_code=0100")
        rows = sheet.text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]
        filled = "\n".join(line if not line.startswith(story) else _marked(line) for line in rows.splitlines())
        scored = await browser.post("/base/scores", data=keyed(specialty_code="0100", rows=filled))
        assert "1 行已录入" in scored.text, scored.text
        ranking = await browser.get("/base/ranking?specialty_code=0100")
        assert "建议拟录取" in ranking.text
        granted = await browser.post("/base/batch", data=keyed(kind="grant", **tick))
        assert "已办理 1 人" in granted.text, granted.text
        assert "申请撤销拟录取" in (await browser.get(here)).text
        for path in ("/base/lists", "/base/places", "/base/plan", "/exports", "/exports/dictionary"):
            assert (await browser.get(path)).status_code == 200, path
        exported = await browser.post("/exports", data=keyed(table="applications", format="csv"))
        assert exported.status_code == 303, exported.text
        made = exported.headers["location"].rsplit("=", 1)[1]
        assert (await browser.get(f"/exports/{made}/file")).content.startswith(b"\xef\xbb\xbf")


def hidden_tick(page: str, application: str) -> str:
    """The value of an application's check box."""
    return page.split(f'name="pick.{application}" value="', 1)[1].split('"', 1)[0]


def _marked(line: str) -> str:
    cells = line.split("\t")
    return "\t".join([*cells[:3], "80", "90", "85", ""])


async def test_a_province_orders_and_moves(whole: Whole) -> None:
    await apply(whole)
    upstream = whole.upstream
    async with upstream.browser("province") as browser:
        for path in ("plan", "requests", "reallocation", "screening", "policy", "cycles"):
            page = await browser.get(f"/province/{path}")
            assert page.status_code == 200, (path, page.text)
        policy = await browser.get("/province/policy")
        changed = keyed(publicity_working_days="3", reason="省厅通知", edition=hidden(policy, "edition"))
        done = await browser.post("/province/policy", data=changed)
        assert done.status_code == 303, done.text
        rows = await browser.post(
            "/province/plan/rows", data=keyed(rows="SD-QILU 0100 5\nSD-QILU 0400 0", reason="调整")
        )
        assert "已保存" in rows.text, rows.text
        days = {
            f"{edge}_{name}": f"2024-0{number}-{day}"
            for number, name in enumerate(PHASES, 1)
            for edge, day in (("first", "01"), ("last", monthrange(2024, number)[1]))
        }
        created = await browser.post("/province/cycles/form", data=keyed(year="2024", title="2024年度招录", **days))
        assert created.status_code == 303, created.text
        assert "2024年度招录" in (await browser.get("/province/cycles")).text
        await whole.stage.stand(P4)
        upstream.hints.say("residency.enrollment.v1.phase.entered")
        proposed = await browser.post("/province/reallocation", data=keyed())
        assert proposed.status_code == 303, proposed.text
        one = proposed.headers["location"]
        page = await browser.get(one)
        assert "待执行" in page.text
        committed = await browser.post(f"{one}/commit", data=keyed(version=hidden(page, "version")))
        assert committed.status_code == 303, committed.text
        assert "已执行" in (await browser.get(one)).text
