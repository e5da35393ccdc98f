"""One person at the door, under their own name: reads, commands, and what must be refused to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.rehearsal.access import Access
from services.rehearsal.rest import Answer, Sent

_ENTRIES = 4
"""How often one command gets past the door: a stale token, then a proof, and both once more."""


@dataclass(slots=True)
class Session(Access):
    """Sends commands and writes each into the ledger."""

    async def read(self, name: str, path: str, query: Any = None, *, tolerated: Collection[str] = ()) -> Answer:
        """Read something; a refusal with a reason in `tolerated` is an honest race."""
        return await self._act(name, "GET", path, query=query, tolerated=tolerated)

    async def command(
        self,
        name: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        tolerated: Collection[str] = (),
        late: datetime | None = None,
    ) -> Answer:
        """Send a command that the rules allow now.

        A refusal with a reason in `tolerated` is an honest race; a refusal answered at or after `late` (when the window
        closes) is what the rules ask for; being turned away at a door that was too busy all the while is nobody's
        verdict. Any other refusal is noted as unexpected.
        """
        return await self._act(name, method, path, body, tolerated=tolerated, late=late, write=True)

    async def trespass(self, name: str, method: str, path: str, body: Any = None, *, still: Any = None) -> Answer:
        """Send a command that must be refused; acceptance is noted as a broken invariant.

        `still` is asked afterwards whether the circumstances that forbid it still held; when not, nothing is judged.
        """
        key = self.rest.key(self.actor) if method != "GET" else ""
        sent = await self._send(method, path, key, body)
        return self._judge(name, key, sent, holds=still is None or still(), audited=method != "GET")

    async def leave(self) -> None:
        """Sign out; the tokens stay at hand, and are worth nothing."""
        sent = await self.rest.send("DELETE", "/sessions/current", token=self.token)
        # A try whose answer was lost has signed out already.
        self.note("sign_out", "", sent, expected=sent.answer.ok or sent.tries > 1, audited=False)

    async def misuse(self, name: str, method: str, path: str, body: Any = None, *, token: str = "") -> Answer:
        """Send once with what is not, or no longer, a pass: it must be refused, and nothing is tried to get past it."""
        sent = await self.rest.send(method, path, token=token, body=body)
        return self._judge(name, "", sent, holds=True, audited=False)

    def _judge(self, name: str, key: str, sent: Sent, *, holds: bool, audited: bool) -> Answer:
        answer = sent.answer
        if answer.ok and holds:
            self.rest.ledger.trespasses_accepted.append(f"{name} by {self.actor} at {sent.sent_at.isoformat()}")
        self.note(name, key, sent, expected=not answer.ok or not holds, audited=audited, trespass=True)
        return answer

    async def _act(
        self,
        name: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Any = None,
        tolerated: Collection[str] = (),
        late: datetime | None = None,
        write: bool = False,
    ) -> Answer:
        key = self.rest.key(self.actor) if write else ""
        sent = await self._send(method, path, key, body, query)
        answer, answered_at = sent.answer, self.rest.clock.now()
        expected = answer.ok or answer.shed or answer.reason in tolerated or (late is not None and answered_at >= late)
        self.note(name, key, sent, expected=expected, audited=write)
        if write and answer.ok and self.rest.wants_repeat():
            await self._again(name, method, path, key, body, answer)
        return answer

    async def _again(self, name: str, method: str, path: str, key: str, body: Any, first: Answer) -> None:
        self.rest.ledger.repeats += 1
        second = (await self._send(method, path, key, body)).answer
        if second.status and _essence(second) != _essence(first):
            self.rest.ledger.repeats_different.append(f"{name}: {_essence(first)} then {_essence(second)}")

    async def _send(self, method: str, path: str, key: str, body: Any, query: Any = None) -> Sent:
        """Send with the token at hand; a refused one is replaced, a proof that is asked for is given, the key stays."""
        exchanges: list[Sent] = []
        for left in reversed(range(_ENTRIES)):
            token = self.token
            exchanges.append(await self.rest.send(method, path, token=token, key=key, body=body, query=query))
            answer = exchanges[-1].answer
            stale = left > 0 and answer.status == 401 and await self.renew(token)
            owed = left > 0 and answer.reason == "STEP_UP_REQUIRED" and await self.prove_again(token)
            if not (stale or owed):
                break
        return Sent(exchanges[-1].answer, sum(each.tries for each in exchanges), exchanges[0].sent_at)


def _essence(answer: Answer) -> tuple[Any, ...]:
    """What two answers to one intent must share: status, and which thing in which state and version."""
    thing = answer.body.get("application") or answer.body.get("row") or {}
    return (answer.status, thing.get("application_id"), thing.get("state"), thing.get("version"))
