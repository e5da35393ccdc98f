"""What people do on the portal, for tests: an applicant who fills in everything and submits."""

from __future__ import annotations

import re
import uuid

import httpx

from tests.support.portal_upstream import Upstream

DOSSIER = {
    "basic": {"sex": "male", "birth_date": "1999-05-01", "mobile": "13800000000", "email": "a@example.org"},
    "education": {"school": "山东大学", "is_studying": "no"},
    "certificates": {"has_qualification": "yes", "qualification_number": "2023370001"},
    "work": {"has_employer": "no"},
}


def keyed(**values: str) -> dict[str, str]:
    """Form values with a fresh idempotency key."""
    return values | {"idempotency_key": str(uuid.uuid4())}


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden input of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"no hidden input {name}"
    return found.group(1)


async def fill_in(browser: httpx.AsyncClient, specialty: str = "0100") -> None:
    """Start, save all sections and choose 齐鲁医院."""
    assert (await browser.post("/application/start", data=keyed())).status_code == 303
    for section, body in DOSSIER.items():
        answer = await browser.post(f"/application/sections/{section}", data=keyed(**body))
        assert answer.status_code == 303, answer.text
    choice = keyed(base_code="SD-QILU", specialty_code=specialty, accepts_reallocation="yes")
    assert (await browser.post("/application/choice", data=choice)).status_code == 303


async def submitted(upstream: Upstream, specialty: str = "0100") -> str:
    """The id of an application that was filled in and submitted; the gate then stands in first choice."""
    async with upstream.browser("applicant") as browser:
        await fill_in(browser, specialty)
        assert (await browser.post("/application/check", data=keyed())).status_code == 303
    upstream.enrollment.phase = "FIRST_CHOICE"
    case = upstream.enrollment.cases[upstream.identity.people["applicant"][0]]
    return case.application.application_id
