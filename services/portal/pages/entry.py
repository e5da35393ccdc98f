"""How a person arrives: what a sign-in leads to, and where each hat begins."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from residency.identity.v1 import account_pb2, session_service_pb2
from services.portal.edge import session
from services.portal.edge.refresher import claims_of
from services.portal.page import Page

HOMES = {
    "applicant": "/application",
    "faculty": "/faculty",
    "base_reviewer": "/base",
    "base_administrator": "/base",
    "province_administrator": "/province",
    "teaching_department": "/desk",
    "department_director": "/desk",
    "department_secretary": "/desk",
    "auditor": "/security-events",
    "support": "/support",
    "system_administrator": "/desk",
    "security_administrator": "/proposals",
    "unchosen": "/choose-hat",
    "enrolling": "/enrol",
}
"""Where each hat begins."""

FACTORS = ("totp", "passkey", "recovery_code", "password")
"""What can answer a challenge, in the order in which pages offer it."""


async def enter(page: Page, signed_in: account_pb2.SignedIn, then: str = "") -> Response:
    """Go on after a sign-in: to the second factor, to the choice of a hat, to enrolling, or to work."""
    if signed_in.challenge_id:
        return await challenge(page, signed_in.challenge_id, list(signed_in.factors), then)
    role = str(claims_of(signed_in.tokens.access.value).get("role", ""))
    onward = f"?next={quote(then)}" if then else ""
    home = HOMES.get(role, "/")
    response = page.redirect(home + onward if role in {"unchosen", "enrolling"} else then or home)
    session.remember(response, page.request, signed_in.tokens)
    return response


async def challenge(
    page: Page, challenge_id: str, factors: list[str], then: str, *, status: int = 200, **more: Any
) -> Response:
    """The page that asks for the second factor of a sign-in."""
    return await page.html(
        "second_factor.html",
        status=status,
        challenge_id=challenge_id,
        factors=[factor for factor in FACTORS if factor in factors],
        options=await passkey_options(page, challenge_id, factors),
        next=local(then),
        **more,
    )


async def passkey_options(page: Page, challenge_id: str, factors: list[str]) -> str:
    """What the browser needs to answer with a passkey, as JSON; empty when none is enrolled."""
    if "passkey" not in factors:
        return ""
    request = session_service_pb2.GetPasskeyChallengeRequest(challenge_id=challenge_id)
    answer = await page.clients.sessions.GetPasskeyChallenge(request)
    return str(answer.options_json)


def local(path: str) -> str:
    """`path` when it is one of our own, else empty: a sign-in never leads elsewhere."""
    try:
        parts = urlsplit(path)
    except ValueError:  # what looks like a host and is none
        return ""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if own else ""
