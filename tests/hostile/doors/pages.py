"""Pages and forms: every route, as every audience, with forms from elsewhere, replayed, half-filled and poisoned."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from services.kit.ids import new_id
from services.portal import pages
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.doors.rest import evenly
from tests.hostile.wire import Answer, Hung, Wire, request

PROBE = '"><script>alert("hostile")</script>'
_FIELDS = (
    *("idempotency_key", "expected_version", "name", "reason", "login", "password", "mobile", "code", "title", "note"),
    *("base_code", "specialty_code", "round", "day", "first_day", "last_day", "number", "verdict", "section", "kind"),
    *(
        "next",
        "back",
        "return_to",
        "language",
        "search",
        "page",
        "organisation_code",
        "role",
        "document_number",
        "secret",
    ),
)
_REFUSED = ("foreign origin", "no origin", "foreign fetch", "null origin")
_TARGETS = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/%0d%0aSet-Cookie:a=b",
)
_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Route:
    """One method at one path."""

    method: str
    path: str


class Pages(Door):
    """What browsers are shown and send."""

    name = "pages"
    kinds = (
        *(*_REFUSED, "nobody's session", "broken cookie"),
        *("stored script", "header injection", "open redirect", "path of another", "hostile path"),
        *("hostile query", "hostile form", "replayed form", "wrong form encoding", "large form", "endless fields"),
    )
    harmless = frozenset(_REFUSED)
    at_once = 10

    def whole(self) -> int:
        """Inputs of a whole run."""
        return 17 * len(self.targets)

    def plan(self, number: int) -> tuple[Any, str]:
        """As `evenly`."""
        return evenly(number, self.targets, self.kinds)

    async def open(self, ground: Ground) -> None:
        """All routes of pages."""
        await super().open(ground)
        self._wire = Wire(ground.stack.port)
        found = [Route(method, route.path) for route in pages.router().routes for method in route.methods or ()]  # type: ignore[attr-defined]
        ending = ("/sign-out", "/sessions")
        self.targets = sorted(
            (each for each in found if each.method != "HEAD"), key=lambda each: any(end in each.path for end in ending)
        )
        self._people = [role for role in ground.actors.roles if "sid" in ground.actors.claims[role]]
        self._people = [role for role in self._people if not role.startswith("program of ")]

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One page or form."""
        assert isinstance(target, Route)
        role = chance.choice(self._people)
        method = "POST" if kind in _REFUSED else target.method
        headers = self._headers(kind, role, chance)
        path = self._path(target, kind, chance)
        body = b"" if method == "GET" else self._form(kind, chance, headers)
        raw = request(method, path, headers, body)
        shown = f"as {role}: {method} {path} {body[:500].decode('utf-8', 'replace')}"
        try:
            answer = await self._wire.send(raw)
            if kind == "replayed form" and method == "POST":
                answer = await self._wire.send(raw)
        except Hung as error:
            # A stream of events has no end: its beginning is its answer.
            ended = "/live" in path or "/events" in path
            return Sent("stream" if ended else "hang", "" if ended else f"{target.path}: {error}", request=shown)
        if (
            kind not in ("nobody's session", "broken cookie")
            and answer.status in (401, 303)
            and role in self.ground.actors.claims
            and "/sign-in" in answer.headers.get("location", "")
        ):
            await self.ground.actors.begin(self.ground.tables, [role])
        # Mail programs post there for their users, from wherever they are; the token in the address is the proof.
        fault = "" if target.path.startswith("/unsubscribe/") else _judged(answer, kind, method)
        told = "" if answer.status < 400 else answer.text
        return Sent(str(answer.status), f"{method} {target.path}: {fault}" if fault else "", told, shown)

    def _headers(self, kind: str, role: str, chance: random.Random) -> dict[str, str | bytes]:
        here = f"http://127.0.0.1:{self.ground.stack.port}"
        headers: dict[str, str | bytes] = {
            "host": here.removeprefix("http://"),
            "cookie": f"residency_session={self.ground.actors.token(role)}",
            "content-type": "application/x-www-form-urlencoded",
            "origin": here,
            "accept": "text/html",
        }
        match kind:
            case "foreign origin":
                headers["origin"] = chance.choice(
                    ("https://evil.example", f"{here}.evil.example", f"{here}1", "http://[::1")
                )
            case "no origin":
                del headers["origin"]
            case "null origin":
                headers["origin"] = "null"
            case "foreign fetch":
                headers["sec-fetch-site"] = chance.choice(("cross-site", "same-site", "x", ""))
            case "nobody's session":
                headers["cookie"] = f"residency_session={self.ground.actors.wrong('expired', role)}"
            case "broken cookie":
                headers["cookie"] = chance.choice(
                    ('residency_session="', "=;=;;", "a" * 5000, b"residency_session=\xff\xfe", "$Version=1; x")
                )
            case "header injection":
                headers["accept-language"] = chance.choice(
                    ("en;q=", "zh-" + "x" * 3000, "\t", ",,,,;;;;", "en;q=1e999")
                )
                headers["x-request-id"] = "a%0d%0aSet-Cookie: a=b"
        return headers

    def _path(self, target: Route, kind: str, chance: random.Random) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if kind == "hostile path":
                return chance.choice(
                    ("%00", "..%2f..%2fetc%2fpasswd", "%ff%fe", "a" * 3000, "%F0%9F%92%A9", "-1", "%2e%2e", "0" * 400)
                )
            known = self.ground.known.get(name)
            if kind == "path of another" or not known or chance.random() < 0.4:
                return new_id() if name.endswith("_id") else chance.choice(("SD-QILU", "0100", "1", "basic", "zh"))
            return chance.choice(known)

        path = _PLACE.sub(value, target.path)
        query: list[tuple[str, str]] = []
        if kind == "hostile query":
            query = [(chance.choice(_FIELDS), words.text(chance)[:500]) for _ in range(4)]
        if kind == "open redirect":
            query = [(name, chance.choice(_TARGETS)) for name in ("next", "back", "return_to")]
        if kind == "stored script" and target.method == "GET":
            query = [(name, PROBE) for name in chance.sample(_FIELDS, 5)]
        told = urlencode(query, errors="surrogatepass")
        return f"{path}?{told}" if told else path

    def _form(self, kind: str, chance: random.Random, headers: dict[str, str | bytes]) -> bytes:
        values = {name: words.text(chance)[:400] for name in chance.sample(_FIELDS, 8)}
        match kind:
            case "stored script":
                values = dict.fromkeys(chance.sample(_FIELDS, 12), PROBE)
            case "header injection":
                values = dict.fromkeys(_FIELDS, "x\r\nSet-Cookie: a=b\r\nBcc: a@b.example")
            case "open redirect":
                values |= dict.fromkeys(("next", "back", "return_to"), chance.choice(_TARGETS))
            case "large form":
                values["reason"] = "a" * 300_000
            case "endless fields":
                return "&".join(f"f{number}=x" for number in range(20_000)).encode()
            case "wrong form encoding":
                boundary = "multipart/form-data; boundary=x"
                headers["content-type"] = chance.choice(
                    (boundary, "application/json", "text/plain", "", "multipart/form-data")
                )
                return chance.choice(
                    (
                        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--',
                        b"{}",
                        b"--x",
                        b"a=%zz&=&&",
                        b"\xff=\xff",
                    )
                )
        values.setdefault("idempotency_key", new_id())
        return urlencode(values, errors="surrogatepass").encode()


def _judged(answer: Answer, kind: str, method: str) -> str:
    if answer.status == 0:
        return "the connection was closed without an answer"
    if answer.status >= 500:
        return f"{answer.status}: {re.sub(r'<[^>]+>', ' ', answer.text)[:200].strip()}"
    if kind in _REFUSED and answer.status not in (403, 404, 405):
        return f"{answer.status} for a form from elsewhere ({kind})"
    if PROBE in answer.text:
        return "shows the script unescaped"
    location = answer.headers.get("location", "")
    if location and (urlsplit(location).netloc or location.startswith(("//", "/\\"))):
        host = urlsplit(location).hostname or location
        if host not in ("localhost", "127.0.0.1"):
            return f"leads away to {location[:100]}"
    if answer.headers.get("set-cookie", "").startswith("a="):
        return "a header was injected"
    if "content-security-policy" not in answer.headers and answer.status not in (400,):
        return "without its security headers"
    return ""


def door() -> Door:
    """The door."""
    return Pages()
