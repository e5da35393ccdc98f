"""PUB-15: every template is shown: in the gallery, on a page that the browser tests look at, or on a journey."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.portal.page import Renderer
from tests.e2e.portal.test_portal_browser import pages
from tests.support.portal_samples import fill
from tests.support.portal_story import submitted
from tests.support.portal_upstream import Upstream

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "services/portal/templates"
BESIDE = ("/gallery", "/help", "/bases/SD-QILU", "/frame", "/captcha/new", "/nope")
JOURNEYS = {
    "assignment.html": ("tests/e2e/portal/test_portal_faculty.py", "/rotations?from_month"),
    "assignment_proposal.html": ("tests/integration/portal/test_portal_faculty_english.py", "proposal"),
    "campaign_progress.html": ("tests/integration/portal/test_portal_campaigns.py", "/progress?state=running"),
    "enrol_passkey.html": ("tests/e2e/test_passkey_browser.py", "passkey"),
    "enrol_totp.html": ("tests/integration/portal/test_portal_accounts.py", "totp"),
    "go_on.html": ("tests/integration/portal/test_portal_sessions.py", "/prove/proof"),
    "invitation_offer.html": ("tests/e2e/portal/test_portal_arriving.py", "/invitation#"),
    "mobile_code.html": ("tests/integration/portal/test_portal_accounts.py", "/account/mobile"),
    "outbox_mail.html": ("tests/integration/portal/test_portal_notices.py", "/outbox/"),
    "recover_password.html": ("tests/e2e/portal/test_portal_identity.py", "#new_password"),
    "recovery_codes.html": ("tests/integration/portal/test_portal_accounts.py", "recovery"),
    "register_account.html": ("tests/e2e/portal/test_portal_identity.py", "**/register/account"),
    "scan_answer.html": ("tests/e2e/portal/test_portal_identity.py", "/sign-in/scan"),
    "second_factor.html": ("tests/support/journeys.py", "#totp"),
    "staff_hat.html": ("tests/e2e/portal/test_portal_arriving.py", "/staff/hats/"),
    "wechat.html": ("tests/integration/portal/test_portal_notices.py", "wechat"),
    "why.html": ("tests/support/journey_people.py", "/application/why"),
}
"""Templates that take more than a visit → the file that comes by them, and what it says when it does."""


async def test_every_template_is_shown(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"layout.html"}
    render = Renderer.render

    def noted(self: Renderer, template: str, values: dict[str, Any]) -> str:
        shown.add(template)
        return render(self, template, values)

    monkeypatch.setattr(Renderer, "render", noted)
    application = await submitted(upstream)
    fill(upstream)
    for login, paths in pages(application).items():
        async with upstream.browser(login) as browser:
            for path in (*paths, *(() if login else BESIDE)):
                await browser.get(path)
    assert {each.name for each in TEMPLATES.glob("*.html")} - shown == set(JOURNEYS)


@pytest.mark.parametrize(("template", "journey"), JOURNEYS.items())
def test_the_journey_comes_by(template: str, journey: tuple[str, str]) -> None:
    file, said = journey
    assert said in (ROOT / file).read_text("utf-8"), template
