"""Role × method × (own, another's, none) over running services, against the page read back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from tests.authority.asks import ASKS, Relation
from tests.authority.document import Line, Page
from tests.authority.scene import MACHINES, Scene
from tests.authority.state import changed
from tests.authority.wire import AUTHORITY, Answer, Someone, Wire, request_class

ENTRIES = tuple(
    import_module(f"tests.authority.{path.stem}") for path in sorted(Path(__file__).parent.glob("asks_*.py"))
)
"""What fills `ASKS`."""
AT_ONCE = 24
BUSINESS = {"FACTOR_WRONG"}
"""Refusals of the kinds FORBIDDEN and UNAUTHENTICATED that are about the matter, not about who asks."""
VOID = {"CHALLENGE_OVER"}
"""Answers of another kind than NOT_FOUND that are one for another's, old and made-up things."""
REVEALS = {
    "identity.SupportService.RevealDocument",
    "identity.PersonService.ExportMyData",
    "identity.ContactService.ListMobiles",
}
"""What shows document and mobile numbers in full."""
TRACES = {"audit", "audit_head"}
"""Tables in which a reading may leave that it took place, and a refusal that it was tried."""


@dataclass(frozen=True)
class Probe:
    """One call and what must come of it."""

    method: str
    who: str
    about: Relation
    request: Message
    token: str
    expected: str
    """A reason, or `absent`, `hidden`, `in`."""


def listing(method: str) -> bool:
    """Answers with whatever there is; what is another's is left out."""
    return method.rsplit(".", 1)[1].startswith(("List", "Find"))


class Walk:
    """Collects what is not as the page says, one sentence each; an empty list is what everybody hopes for."""

    def __init__(self, scene: Scene, page: Page, wire: Wire | None = None) -> None:
        self._scene = scene
        self._page = page
        self._wire = wire or scene.wire

    async def refusals(self, methods: Iterable[str]) -> list[str]:
        """Everybody who may not, and everything that is not theirs; afterwards no table has changed."""
        probes = [probe for method in methods for probe in await self._refused(self._page.lines[method])]
        services = sorted({probe.method.split(".")[0] for probe in probes})
        before = {service: await self._scene.state.fingerprint(service) for service in services}
        findings = await self._all(probes)
        for service in services:
            written = changed(before[service], await self._scene.state.fingerprint(service)) - TRACES
            if written:
                asked = ", ".join(dict.fromkeys(probe.method for probe in probes))
                findings.append(f"{service}: refusals changed {sorted(written)} while these were asked: {asked}")
        return findings

    async def openings(self, methods: Iterable[str]) -> list[str]:
        """What is open lets everybody in, signed in or not."""
        probes = []
        for method in methods:
            line = self._page.lines[method]
            if set(line.marks.values()) == {"open"}:
                requests = await self._requests(method, self._scene.cast["applicant"], Relation.OWN)
                for role in ("", *self._page.roles):
                    token = self._wire.token(self._scene.cast[role]) if role else ""
                    probes += [
                        Probe(method, role or "nobody", Relation.OWN, request, token, "in") for request in requests
                    ]
        return await self._all(probes)

    async def grants(self, methods: Iterable[str]) -> list[str]:
        """Everybody who may is let in, is shown nothing of others', and a reading changes nothing."""
        findings = []
        for method in methods:
            line = self._page.lines[method]
            for role, mark in line.marks.items():
                if mark not in ("", "open"):
                    findings += await self._granted(line, role, mark)
        return findings

    async def _refused(self, line: Line) -> list[Probe]:
        method = line.method
        if set(line.marks.values()) == {"open"}:
            return []
        anybody = next(role for role, mark in line.marks.items() if mark)
        usual = await self._by_relation(method, self._scene.cast[anybody])
        probes = [
            Probe(method, role or "nobody", about, request, self._token(role), reason)
            for role, reason in [("", "NO_TOKEN")]
            + [(role, "ROLE_NOT_ALLOWED") for role, mark in line.marks.items() if not mark]
            for about, requests in usual.items()
            for request in requests
        ]
        for role, mark in line.marks.items():
            who = self._scene.cast[role]
            if mark in ("own", "self"):
                probes += self._others(method, role, await self._by_relation(method, who))
            if mark and role not in MACHINES:
                probes += self._lacking(line, role, usual[Relation.OWN])
        return probes

    def _others(self, method: str, role: str, requests: dict[Relation, list[Message]]) -> list[Probe]:
        token = self._token(role)
        expected = "hidden" if listing(method) else "absent"
        return [
            Probe(method, role, about, request, token, expected)
            for about in (Relation.ABSENT, Relation.OTHER)
            for request in requests[about]
        ]

    def _lacking(self, line: Line, role: str, requests: Sequence[Message]) -> list[Probe]:
        """Somebody who only looks in this person's place, and this person without a fresh proof."""
        who = self._scene.cast[role]
        tokens = []
        if not line.reads:
            tokens.append((self._wire.token(who, looking=True), "LOOK_ONLY"))
        if line.proof:
            tokens.append((self._wire.token(who, proved=False), "STEP_UP_REQUIRED"))
        return [
            Probe(line.method, role, Relation.OWN, request, token, reason)
            for token, reason in tokens
            for request in requests
        ]

    async def _granted(self, line: Line, role: str, mark: str) -> list[str]:
        scene, method = self._scene, line.method
        who = await scene.somebody(role) if mark == "self" else scene.cast[role]
        requests = [(Relation.OWN, each) for each in await self._requests(method, who, Relation.OWN)]
        if mark == "all":
            requests += [(Relation.OTHER, each) for each in await self._requests(method, who, Relation.OTHER)]
        service = method.split(".")[0]
        findings = [] if requests else [f"{method}: there is no way for {role} to ask about their own"]
        before = await scene.state.fingerprint(service) if line.reads else {}
        for about, request in requests:
            probe = Probe(method, role, about, request, self._wire.token(who), "in" if mark == "all" else "own")
            findings += await self._all([probe])
        if line.reads:
            written = changed(before, await scene.state.fingerprint(service)) - TRACES
            findings += [f"{method}: as {role} a reading changed {sorted(written)}"] if written else []
        return findings

    async def _all(self, probes: Sequence[Probe]) -> list[str]:
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(probe: Probe) -> Answer:
            async with limit:
                return await self._wire.call(probe.method, probe.request, probe.token)

        answers = await asyncio.gather(*map(one, probes))
        absent: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for probe, answer in zip(probes, answers, strict=True):
            if probe.about is Relation.ABSENT and probe.expected == "absent":
                absent.setdefault((probe.method, probe.who), []).append(answer.problem)
        found = []
        for probe, answer in zip(probes, answers, strict=True):
            what = self._wrong(probe, answer, absent.get((probe.method, probe.who), []))
            if not what and probe.method not in REVEALS and _shown(answer, self._scene.numbers):
                what = "shows a document or mobile number in full"
            if what:
                found.append(f"{probe.method}: {probe.who} about {probe.about.value}: {what}")
        return found

    def _wrong(self, probe: Probe, answer: Answer, absent: Sequence[dict[str, Any]]) -> str:
        match probe.expected:
            case "in":
                return f"{answer}, and should be let in" if answer.reason in AUTHORITY or _broken(answer) else ""
            case "own":
                if not answer.lets_in and answer.reason not in BUSINESS:
                    return f"{answer}, and should be let in"
                return self._foreign(answer)
            case "hidden":
                return self._foreign(answer) if answer.message is not None or answer.absent else f"{answer}"
            case "absent":
                if not answer.absent and answer.reason not in VOID:
                    return f"{answer}, and should be as if it were not there"
                return "" if answer.problem in absent else f"tells it from what is not there: {answer.problem}"
            case reason:
                return "" if answer.reason == reason else f"{answer}, and should be {reason}"

    def _foreign(self, answer: Answer) -> str:
        shown = _shown(answer, self._scene.foreign)
        return f"shows {shown} of another's ids or names" if shown else ""

    def _token(self, role: str) -> str:
        return self._wire.token(self._scene.cast[role]) if role else ""

    async def _by_relation(self, method: str, who: Someone) -> dict[Relation, list[Message]]:
        return {relation: await self._requests(method, who, relation) for relation in Relation}

    async def _requests(self, method: str, who: Someone, relation: Relation) -> list[Message]:
        fields = await ASKS[method](self._scene, method, who, relation)
        return [request_class(method)(**each) for each in fields]


def _shown(answer: Answer, marks: Iterable[str]) -> int:
    """How many of `marks` stand in an answer, be it a message or a refusal."""
    content = answer.message.SerializeToString() if answer.message is not None else repr(answer.problem).encode()
    return sum(mark.encode() in content for mark in marks)


def _broken(answer: Answer) -> bool:
    return answer.refusal is not None and answer.refusal.kind in ("internal", "unavailable")


async def gathered(*calls: Awaitable[list[str]]) -> list[str]:
    """The findings of several walks, one after the other."""
    return [finding for call in calls for finding in await call]
