"""What people do about faculty on the portal, page by page: from a dossier to an appointment."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx

from tests.support.pictures import portrait, scan
from tests.support.portal_story import keyed
from tests.support.portal_teaching import HOSPITAL, WARD, Teaching

DOSSIER = {
    "basic": {
        "sex": "male",
        "birth_date": "1980-02-29",
        "has_qualification": "yes",
        "qualification_date": "2006-01-10",
        "qualification_level": "physician",
        "qualification_category": "clinical",
        "qualification_number": "200637110370000000000000001",
    },
    "contact": {"mobile": "13800000000"},
    "education": {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2008-06-30"},
    "work": {"hospital": "山东大学齐鲁医院", "department": "内科", "title": "attending", "title_since": "2015-01-01"},
}
PAPERS = {"id_scan": scan, "photo": portrait, "qualification_scan": scan}


def local(moment: datetime) -> str:
    """A moment as a form has it, in China."""
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def forms(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden values of the form that posts to `action`."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert found is not None, f"no form to {action}: {page.text[-3000:]}"
    values = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found.group(1)))
    return values | {"idempotency_key": str(uuid.uuid4())}


async def posted(browser: httpx.AsyncClient, path: str, **values: str) -> str:
    """Post a form that is taken; where it leads."""
    answer = await browser.post(path, data=keyed(**values))
    assert answer.status_code == 303, answer.text[-3000:]
    return answer.headers["location"]


async def filled(browser: httpx.AsyncClient) -> None:
    """A whole dossier, pictures included."""
    for kind, make in PAPERS.items():
        files = {f"file.{kind}": (f"{kind}.jpg", make(), "image/jpeg")}
        answer = await browser.post(f"/faculty/papers/{kind}", data=keyed(), files=files)
        assert answer.status_code == 200, answer.text[-2000:]
    for section, body in DOSSIER.items():
        await posted(browser, f"/faculty/{section}", **body)


async def batch(teaching: Teaching) -> str:
    """An open batch, made on its page."""
    now = datetime.now(UTC)
    async with teaching.upstream.browser("teaching") as office:
        dates = {"opens_at": local(now - timedelta(days=1)), "closes_at": local(now + timedelta(days=30))}
        await posted(office, "/teaching/batches", name="2026 住院医师", **dates)
        listed = (await office.get("/teaching/batches")).text
    found = re.search(r'href="/teaching/batches/([0-9a-f-]{36})"', listed)
    assert found is not None
    return found.group(1)


async def candidacy(teaching: Teaching) -> str:
    """A submitted candidacy."""
    batch_id = await batch(teaching)
    async with teaching.upstream.browser("teacher") as teacher:
        await filled(teacher)
        assert "我要报名" in (await teacher.get("/faculty/candidacies")).text
        path = f"/faculty/candidacies/new/{batch_id}"
        here = await posted(teacher, path, hospital_code=HOSPITAL, department_code=WARD)
        check = await teacher.get(here)
        assert "核对并提交" in check.text
        await posted(teacher, f"{here}/submit", **forms(check, f"{here}/submit"))
        assert "已提交" in (await teacher.get(here)).text
    return here.rpartition("/")[2]


async def appointed(teaching: Teaching) -> str:
    """Somebody recommended and appointed; their person id."""
    candidacy_id = await candidacy(teaching)
    here = f"/teaching/candidacies/{candidacy_id}"
    person = teaching.upstream.identity.people["teacher"][0]
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    async with teaching.upstream.browser("teaching") as office:
        listed = await office.get("/teaching")
        assert "李老师" in listed.text
        page = await office.get(here)
        await posted(office, f"{here}/open", **forms(page, f"{here}/open"))
        people = f"/teaching/people/{person}"
        for values in (
            {"kind": "attestation", "rule": "damage"},
            {"kind": "attestation", "rule": "accident"},
            {"kind": "assessment", "outcome": "passed"},
        ):
            known = {"person_id": person, "on_day": day, "source": "院发〔2026〕1 号"}
            await posted(office, f"{people}/evidence", **known, **values)
        page = await office.get(here)
        decision = forms(page, f"{here}/decision")
        assert await posted(office, f"{here}/decision", **decision, then="recommend") == f"{here}?done=decided"
        assert "推荐（聘任）" in (await office.get(here)).text
        assert "在聘" in (await office.get("/teaching/appointments")).text
    return person
