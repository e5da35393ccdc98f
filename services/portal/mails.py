"""WEB-01: an e-mail on a page stands in a frame of its own: no script, no form, no picture from outside, no cookie.

The frame shows an address of ours, because what is written into the page itself inherits the policy of the page, under
which a mail with its own style would be bare. Names that people typed stand in mails, whoever wrote the rest.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from services.portal.edge.middleware import CONTENT_SECURITY_POLICY

_POLICY = "content-security-policy"
FRAMING = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
"""For a page that holds such a frame."""
MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For the mail: its own styles and nothing else; a link opens a window of its own."""


def shown(html: str) -> Response:
    """The mail, for the frame or a window of its own."""
    return HTMLResponse(html, headers={_POLICY: MAIL, "x-frame-options": "SAMEORIGIN"})


def framing(page: Response) -> Response:
    """The same page, allowed to hold the frame."""
    page.headers[_POLICY] = FRAMING
    return page
