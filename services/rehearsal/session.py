"""One person at the door, under their own name: reads, commands, and what must be refused to them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
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
        audited: bool = True,
    ) -> Answer:
        """Send a command that the rules allow now; `audited` when accepting it leaves a row with its key in the audit.

        A refusal with a reason in `tolerated` is an honest race; a refusal answered at or after `late` (when the window
        closes) is what the rules ask for. Any other refusal is noted as unexpected.
        """
        return await self._act(name, method, path, body, tolerated=tolerated, late=late, write=True, audited=audited)

    async def batch(
        self,
        name: str,
        path: str,
        body: Mapping[str, Any],
        *,
        tolerated: Collection[str] = (),
        late: datetime | None = None,
    ) -> Mapping[str, str]:
        """Send a command about many rows (PLC-05); each row is an act of its own. Application id → reason of a refusal,
        empty for a row that was accepted; rows of a batch that was refused as a whole are not told.

        `tolerated` and `late` are as for `command`.
        """
        key = self.rest.key(self.actor)
        sent = await self._send("POST", path, key, body)
        answered_at = self.rest.clock.now()
        over = late is not None and answered_at >= late
        if not sent.answer.ok:
            expected = sent.answer.reason in tolerated or over
            self.note(f"{name}_many", key, sent, expected=expected, audited=False)
            return {}
        told: dict[str, str] = {}
        for result in sent.answer.body["results"]:
            reason = told[result["application_id"]] = str(result["reason"])
            row = Sent(Answer(409, {"reason": reason}) if reason else Answer(200, {}), sent.tries, sent.sent_at)
            expected = not reason or reason in tolerated or over
            self.note(f"{name}_many", row_key(key, result["application_id"]), row, expected=expected, audited=True)
        if self.rest.wants_repeat():
            await self._batch_again(name, path, key, body, told)
        return told

    async def _batch_again(
        self, name: str, path: str, key: str, body: Mapping[str, Any], first: Mapping[str, str]
    ) -> None:
        """What was accepted is answered as accepted again; what was refused may be decided anew, so it is left out."""
        self.rest.ledger.repeats += 1
        rows = [row for row in body["rows"] if not first.get(row["application_id"])]
        if not rows:
            return
        second = (await self._send("POST", path, key, {**body, "rows": rows})).answer
        if second.ok:
            differ = [each for each in second.body["results"] if each["reason"]]
            self.rest.ledger.repeats_different += [f"{name}_many: accepted, then {each['reason']}" for each in differ]

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
        audited: bool = True,
    ) -> Answer:
        key = self.rest.key(self.actor) if write else ""
        sent = await self._send(method, path, key, body, query, late)
        answer, answered_at = sent.answer, self.rest.clock.now()
        expected = answer.ok or answer.reason in tolerated or (late is not None and answered_at >= late)
        self.note(name, key, sent, expected=expected, audited=write and audited)
        if write and answer.ok and self.rest.wants_repeat():
            await self._again(name, method, path, key, body, answer)
        return answer

    async def _again(self, name: str, method: str, path: str, key: str, body: Any, first: Answer) -> None:
        self.rest.ledger.repeats += 1
        second = (await self._send(method, path, key, body)).answer
        if second.status and _essence(second) != _essence(first):
            self.rest.ledger.repeats_different.append(f"{name}: {_essence(first)} then {_essence(second)}")

    async def _send(
        self, method: str, path: str, key: str, body: Any, query: Any = None, until: datetime | None = None
    ) -> Sent:
        """Send with the token at hand; a refused one is replaced, a proof that is asked for is given, the key stays."""
        exchanges: list[Sent] = []
        if not self.token and not await self.renew(""):
            return self._turned_away(exchanges)
        for left in reversed(range(_ENTRIES)):
            token = self.token
            exchanges.append(
                await self.rest.send(method, path, token=token, key=key, body=body, query=query, until=until)
            )
            answer = exchanges[-1].answer
            stale = left > 0 and answer.status == 401
            if stale and not await self.renew(token):
                return self._turned_away(exchanges)
            owed = left > 0 and answer.reason == "STEP_UP_REQUIRED" and await self.prove_again(token)
            if not (stale or owed):
                break
        return Sent(exchanges[-1].answer, sum(each.tries for each in exchanges), exchanges[0].sent_at)

    def _turned_away(self, exchanges: Sequence[Sent]) -> Sent:
        """Nobody looked at what was asked for: they could not sign in again, which `renew` has noted."""
        sent_at = exchanges[0].sent_at if exchanges else self.rest.clock.now()
        answer = Answer(429, {"reason": "SIGN_IN_BUSY"})
        return Sent(answer, max(1, sum(each.tries for each in exchanges)), sent_at)


def row_key(batch_key: str, application_id: str) -> str:
    """Under which key a row of a batch stands in the audit, as enrollment makes it."""
    return "batch-" + hashlib.sha256(f"{batch_key}/{application_id}".encode()).hexdigest()[:40]


def _essence(answer: Answer) -> tuple[Any, ...]:
    """What two answers to one intent must share: status, and which thing in which state and version."""
    thing = answer.body.get("application") or answer.body.get("row") or {}
    return (answer.status, thing.get("application_id"), thing.get("state"), thing.get("version"))
