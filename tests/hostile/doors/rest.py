"""REST: every operation of the OpenAPI document, its own example bent in one way, as everybody with a token."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from services.kit.ids import new_id
from tests.architecture.contracts import POLICIES
from tests.hostile import words
from tests.hostile.actors import WRONG
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.messages import remember
from tests.hostile.wire import Answer, Hung, Wire, request

PROBLEM = "application/problem+json"
_TOKENS = tuple(f"token: {how}" for how in WRONG)
_BROKEN: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "half a document": lambda raw, chance: raw[: max(1, len(raw) // 2)] if len(raw) > 2 else b"{",
    "bad UTF-8": lambda raw, chance: raw[:-1] + b',"x":"\xff\xfe\xc3\x28"}',
    "byte order mark": lambda raw, chance: b"\xef\xbb\xbf" + raw,
    "1 000 levels deep": lambda raw, chance: b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "100 000 brackets": lambda raw, chance: b"[" * 100_000,
    "1 MB string": lambda raw, chance: b'{"a":"' + b"a" * 1_000_000 + b'"}',
    "NaN and 1e400": lambda raw, chance: b'{"a":NaN,"b":1e400,"c":-Infinity}',
    "no JSON at all": lambda raw, chance: chance.choice((b"[]", b"1", b'"x"', b"<a/>", b"a=b", b"\x00")),
}
"""Bodies that no operation takes."""
_BENT = (
    "extra field",
    "missing field",
    "null",
    "wrong type",
    "over-long",
    "U+0000",
    "hostile texts",
    "hostile numbers",
)
_AT_HTTP = ("method not offered", "chunked and length", "odd headers", "path rubbish")


@dataclass(frozen=True)
class Operation:
    """One operation of the document, with what it says of itself."""

    name: str
    method: str
    path: str
    roles: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...] = field(repr=False)
    example: Any = field(repr=False)
    others: tuple[str, ...] = ()
    """Methods offered at the same path."""


class Rest(Door):
    """The portal's REST side."""

    name = "rest"
    kinds = (
        *("no token", *_TOKENS, "a machine's token", "wrong role"),
        *(*_BROKEN, "wrong content type", *_AT_HTTP),
        *(*_BENT, "doubled keys", "doubled parameters", "unknown parameter", "hostile parameters"),
        *("honest", "honest", "program's token"),
    )
    # A byte order mark stands before many a good document.
    harmless = frozenset({"no token", *_TOKENS, *_BROKEN, "wrong content type"}) - {"byte order mark"}
    at_once = 12

    def whole(self) -> int:
        """Inputs of a whole run."""
        return 76 * len(self.targets)

    def plan(self, number: int) -> tuple[Any, str]:
        """As `evenly`."""
        return evenly(number, self.targets, self.kinds)

    async def open(self, ground: Ground) -> None:
        """Read the document; what ends sessions comes last."""
        await super().open(ground)
        self._wire = Wire(ground.stack.port)
        document = json.loads((await self._wire.send(request("GET", "/api/openapi.json", {}))).body)
        self.targets = sorted(_operations(document), key=lambda each: each.name.endswith(("SignOut", "EndAllSessions")))

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One request."""
        assert isinstance(target, Operation)
        role, token = self._caller(target, kind, chance)
        raw = self._raw(target, kind, token, chance)
        shown = (
            raw[:300].decode("utf-8", "replace").replace(token, "…") if token else raw[:300].decode("utf-8", "replace")
        )
        shown = f"as {role or 'nobody'}: {shown} … {raw[-600:].decode('utf-8', 'replace')}"
        try:
            answer = await self._wire.send(raw, fresh=kind in _AT_HTTP, head=raw.startswith(b"HEAD"))
        except Hung as error:
            return Sent("hang", f"{target.name}: {error}", request=shown)
        if answer.status == 401 and role in self.ground.actors.claims:
            await self.ground.actors.begin(self.ground.tables, [role])
        if answer.status < 300 and answer.media_type == "application/json":
            remember(self.ground.known, json.loads(answer.body))
        fault = judged(answer, kind) or self._let_in(target, kind, answer)
        refused = not 200 <= answer.status < 400
        told = answer.text if refused or fault else ""
        return Sent(str(answer.status), f"{target.name}: {fault}" if fault else "", told, shown, refused=refused)

    def _let_in(self, target: Operation, kind: str, answer: Answer) -> str:
        if answer.status >= 300 or not target.roles:
            return ""
        # What has no body is not asked to refuse one.
        if kind == "no token" or kind.startswith("token: ") or kind == "a machine's token":
            return f"{answer.status} with {kind}"
        if isinstance(target.example, dict) and kind in {*_BROKEN, "wrong content type", "extra field"}:
            return "" if kind == "byte order mark" else f"{answer.status} with {kind}"
        return ""

    def _caller(self, target: Operation, kind: str, chance: random.Random) -> tuple[str, str]:
        actors = self.ground.actors
        people = [role for role in actors.roles if not role.startswith("program of ") and role not in _MACHINES]
        allowed = [role for role in people if role in target.roles] or people
        role = chance.choice(allowed)
        match kind:
            case "no token":
                return "", ""
            case "a machine's token":
                barred = [each for each in _MACHINES if each not in _ALLOWED.get(target.name, ())]
                if not barred:
                    return "", ""
                role = chance.choice(barred)
            case "wrong role":
                role = chance.choice([each for each in people if each not in target.roles] or people)
            case "program's token":
                role = chance.choice([each for each in actors.roles if each.startswith("program of ")])
            case _ if kind.startswith("token: "):
                return f"{role} ({kind})", actors.wrong(kind.removeprefix("token: "), role)
        return role, actors.token(role)

    def _raw(self, target: Operation, kind: str, token: str, chance: random.Random) -> bytes:
        headers: dict[str, str | bytes] = {"x-forwarded-for": "10.1.2.3", "content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        path, method = self._path(target, kind, headers, chance), target.method
        body = b""
        if target.example is not None or kind in _BROKEN:
            body = self._body(target, kind, chance)
        if kind == "wrong content type":
            odd = (
                "text/plain",
                "application/xml",
                "multipart/form-data; boundary=x",
                "",
            )
            headers["content-type"] = chance.choice(odd)
            body = body or b"x"
        if kind == "method not offered":
            names = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "FOO")
            method = chance.choice([each for each in names if each not in target.others])
        if kind == "odd headers":
            headers |= _odd(chance)
        if kind == "chunked and length":
            return _smuggled(method, path, headers, body, chance)
        return request(method, path, headers, body)

    def _path(self, target: Operation, kind: str, headers: dict[str, str | bytes], chance: random.Random) -> str:
        path, query = target.path, []
        for each in target.parameters:
            name, hostile = each["name"], kind == "hostile parameters"
            value = words.text(chance) if hostile else self._value(name, each, chance)
            if each["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(value[:300], safe="") or "%20")
            elif each["in"] == "header":
                usual = new_id() if name == "Idempotency-Key" else value
                headers[name.lower()] = _header_safe(value) if hostile else usual
            elif each.get("required") or hostile or chance.random() < 0.5:
                query.append((name, value[:2000]))
        if kind == "doubled parameters":
            query = [*query, *query, ("x", "1"), ("x", "2")]
        if kind == "unknown parameter":
            query.append((chance.choice(("debug", "__proto__", "limit[]", "a b", "")), words.text(chance)[:200]))
        if kind == "path rubbish":
            path += chance.choice(
                ("/", "//", "/..", "/%2e%2e/", "/%00", "?a=%zz", ";a=b", "/\\", "%", "/" + "a" * 9000)
            )
        told = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        return f"{path}{'&' if '?' in path else '?'}{told}" if told else path

    def _value(self, name: str, parameter: dict[str, Any], chance: random.Random) -> str:
        known = self.ground.known.get(name.lower().replace("-", "_"))
        if known and chance.random() < 0.7:
            return chance.choice(known)
        schema = parameter.get("schema", {})
        if "enum" in schema:
            return str(chance.choice(schema["enum"]))
        return str(parameter.get("example", schema.get("default", schema.get("const", "1"))))

    def _body(self, target: Operation, kind: str, chance: random.Random) -> bytes:
        content = self._known_in(copy.deepcopy(target.example), chance)
        if kind in _BROKEN:
            raw = json.dumps(content if isinstance(content, dict) else {}, ensure_ascii=False).encode()
            return _BROKEN[kind](raw, chance)
        if kind in _BENT and isinstance(content, dict):
            content = bent(content, kind, chance)
        raw = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if kind == "doubled keys" and isinstance(content, dict) and content:
            name = next(iter(content))
            raw = raw[:-1] + b"," + json.dumps({name: words.text(chance)[:50]}).encode()[1:]
        return raw

    def _known_in(self, value: Any, chance: random.Random, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._known_in(each, chance, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._known_in(each, chance, name) for each in value]
        known = self.ground.known.get(name)
        return chance.choice(known) if isinstance(value, str) and known and chance.random() < 0.7 else value


def evenly(number: int, targets: Sequence[Any], kinds: Sequence[str]) -> tuple[Any, str]:
    """Target and class of an input, so that any run of numbers has all targets and all classes about equally often."""
    row, place = divmod(number, len(targets))
    return targets[place], kinds[(row + place) % len(kinds)]


def judged(answer: Answer, kind: str) -> str:
    """What is wrong with an answer as such; empty for nothing."""
    if answer.status == 0:
        return "" if kind in _AT_HTTP else "the connection was closed without an answer"
    shed = answer.status == 503 and "retry-after" in answer.headers and answer.media_type == PROBLEM
    if answer.status >= 500 and not shed:
        return f"{answer.status} {answer.text[:300]}"
    if answer.status < 400:
        return ""
    if answer.media_type != PROBLEM:
        # What is no HTTP is refused by the server before there is anybody who could say why.
        at_http = kind in (*_AT_HTTP, "hostile parameters") and answer.status in (400, 404, 405, 414, 431)
        return (
            "" if at_http else f"{answer.status} is {answer.media_type or 'nothing'}, no problem: {answer.text[:200]}"
        )
    problem = json.loads(answer.body)
    if not problem.get("reason") or problem.get("status") != answer.status:
        return f"{answer.status} without its reason: {answer.text[:300]}"
    if problem["reason"] == "INVALID_FIELD" and not (
        problem.get("field") or problem.get("errors") or problem["detail"]
    ):
        return f"{answer.status} does not name the field: {answer.text[:300]}"
    return ""


def bent(content: dict[str, Any], kind: str, chance: random.Random) -> dict[str, Any]:
    """The body with one thing wrong, somewhere in it."""
    inner: Any = content
    while (deeper := [each for each in inner.values() if isinstance(each, dict) and each]) and chance.random() < 0.4:
        inner = chance.choice(deeper)
    name = chance.choice(list(inner)) if inner else "x"
    match kind:
        case "extra field":
            content[chance.choice(("role", "person_id", "is_admin", "__proto__", "state", "x" * 300))] = (
                "province_administrator"
            )
        case "missing field":
            inner.pop(name, None)
        case "null":
            inner[name] = None
        case "wrong type":
            inner[name] = chance.choice(([], {}, [[]], {"a": 1}, True, 1.5, "x", 10**30, [None] * 50))
        case "over-long":
            inner[name] = chance.choice((words.LONG, "a" * 100_000, ["a"] * 5000, "1" * 5000))
        case "U+0000":
            inner[name] = "a\x00b"
        case "hostile numbers":
            inner[name] = chance.choice(words.NUMBERS)
        case _:
            for each in list(inner):
                if isinstance(inner[each], str) and chance.random() < 0.6:
                    inner[each] = words.text(chance)
    return content


_MACHINES = ("operator", "scheduler", "service")
_ALLOWED = {name.partition(".")[2]: policy.roles for name, policy in POLICIES.items() if policy is not None}
"""By operation, the roles that its contract lets in: machines stand in no document for people."""


def _operations(document: dict[str, Any]) -> list[Operation]:
    found = []
    for path, each in document["paths"].items():
        methods = tuple(name.upper() for name in each if name in ("get", "post", "put", "delete", "patch"))
        for method in methods:
            told = each[method.lower()]
            body = told.get("requestBody", {}).get("content", {}).get("application/json")
            example = None if body is None else body.get("example", {})
            parameters = (*each.get("parameters", ()), *told.get("parameters", ()))
            name = told.get("operationId", f"{method} {path}")
            found.append(Operation(name, method, path, tuple(told.get("x-roles", ())), parameters, example, methods))
    return found


def _header_safe(value: str) -> str:
    return value.replace("\r", "").replace("\n", "").replace("\x00", "")[:4000]


def _odd(chance: random.Random) -> dict[str, str | bytes]:
    return chance.choice(_ODD)


_ODD: tuple[dict[str, str | bytes], ...] = (
    {"authorization": "Bearer"},
    {"authorization": "Basic YTpi"},
    {"authorization": b"Bearer \xff\xfe"},
    {"x-large": "a" * 70_000},
    {"accept": "text/html;q=9999999999999999999,*/*;q=x"},
    {"accept-language": "zh;q=nan," + "en;q=1," * 500},
    {"accept-encoding": "gzip;q=-1, br;q=1e400, *"},
    {"if-match": '"' * 200},
    {"if-none-match": "W/" * 100},
    {"range": "bytes=0-0,1-1,2-2,-99999999999999999999"},
    {"host": "evil.example"},
    {"host": ""},
    {"x-forwarded-for": "1.2.3.4, " * 500},
    {"x-forwarded-proto": "gopher"},
    {"traceparent": "00-" + "z" * 60},
    {"cookie": "residency_session=" + "a=b; " * 300},
    {"expect": "100-continue"},
    {"content-encoding": "gzip"},
    {"transfer-encoding": "gzip, chunked"},
    {"origin": "null", "sec-fetch-site": "cross-site"},
    {"upgrade": "websocket", "connection": "upgrade"},
)


def _smuggled(method: str, path: str, headers: dict[str, str | bytes], body: bytes, chance: random.Random) -> bytes:
    """Length and chunks at once, wrong lengths, chunks without end: what confuses a server behind another."""
    head = headers | {"connection": "close"}
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    match chance.randrange(5):
        case 0:
            return request(
                method, path, head | {"content-length": "3", "transfer-encoding": "chunked"}, chunked, length=False
            )
        case 1:
            return request(method, path, head | {"content-length": "-5"}, body, length=False)
        case 2:
            return request(method, path, head | {"content-length": "5, 6"}, body, length=False)
        case 3:
            return request(
                method, path, head | {"transfer-encoding": "chunked"}, b"fffffffffffffffff\r\n", length=False
            )
        case _:
            return request(method, path, head | {"transfer-encoding": "chunked"}, b"zz\r\n" + body, length=False)


def door() -> Door:
    """The door."""
    return Rest()
