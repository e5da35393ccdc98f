"""The English mirror: every page also stands below `/en`, and leads on to pages below `/en`."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.i18n.language import CHINESE, ENGLISH, TAGS, speaking

PREFIX = "/en"
_NO_PAGES = ("/api/", "/static/", "/callbacks/", "/live")
"""What has no language: addresses below these are the same on both sides."""
_LINK = re.compile(
    r'(?<=\s)((?:href|action|formaction|data-src|data-swap-from|data-refresh|data-draft|data-poll)=")'
    rf"(?=/(?!/|en[/\"?#]|{'|'.join(each.strip('/') for each in _NO_PAGES)}))"
)


class Languages:
    """ASGI, I18N-04: a request below `/en` is served as the one without it, in English; its redirects stay below `/en`.

    I18N-06: the address decides and nothing else, neither a header nor a cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path: str = scope.get("path", "")
        rest = path.removeprefix(PREFIX) or "/"
        mirrored = path == PREFIX or (path.startswith(f"{PREFIX}/") and not rest.startswith(_NO_PAGES))
        if scope["type"] != "http" or path.startswith(_NO_PAGES):
            await self._app(scope, receive, send)
            return
        spoken = ENGLISH if mirrored else CHINESE
        if mirrored:
            raw: bytes = scope.get("raw_path") or path.encode()
            # As it was sent, unless the prefix itself was sent in disguise.
            sent = raw.removeprefix(PREFIX.encode()) if raw.startswith(PREFIX.encode()) else quote(rest).encode()
            scope = {**scope, "path": rest, "raw_path": sent or b"/"}

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [_kept(header, mirrored) for header in message.get("headers", ())]
                if _is_page(headers):
                    headers.append((b"content-language", TAGS[spoken].encode()))
                message = {**message, "headers": headers}
            await send(message)

        with speaking(spoken):
            await self._app(scope, receive, send_in_language)


def mirrored_links(html: str) -> str:
    """A page whose links, forms and live parts lead to pages below `/en`."""
    return _LINK.sub(rf"\1{PREFIX}", html)


def mirrored_path(path: str) -> str:
    """The address of the same page below `/en`; what has no language stays."""
    mirrored = tuple(PREFIX + each for each in "/?#")
    if not path.startswith("/") or path.startswith(("//", *mirrored, *_NO_PAGES)) or path == PREFIX:
        return path
    return PREFIX + path


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    said = {name.lower(): value for name, value in headers}
    return said.get(b"content-type", b"").startswith(b"text/html") and b"content-language" not in said


def _kept(header: tuple[bytes, bytes], mirrored: bool) -> tuple[bytes, bytes]:
    if mirrored and header[0].lower() == b"location":
        return header[0], mirrored_path(header[1].decode("latin-1")).encode("latin-1")
    return header
