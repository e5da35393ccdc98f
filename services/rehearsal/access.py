"""How one person gets in and stays in: three steps once, a password, a second factor, and refresh tokens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from services.rehearsal.ledger import Act, Outcome
from services.rehearsal.rest import Answer, Rest, Sent
from services.stack.authenticator import Authenticator

_ROUNDS = 3
"""How often a step is begun anew whose first answer was lost: what it was good for is used up then."""


class Sandbox(Protocol):
    """Reads what a person would read off a picture or a telephone."""

    async def captcha_answer(self, captcha_id: str) -> str:
        """What stands in the picture."""
        ...

    async def newest_code(self, mobile: str, purpose: str) -> str:
        """The code in the newest text of `purpose`."""
        ...


@dataclass(frozen=True, slots=True)
class Papers:
    """What somebody enters to register: an applicant, or a `faculty` member."""

    name: str
    resident_id: str = field(repr=False)
    mobile: str = field(repr=False)
    role: str = "applicant"


@dataclass(slots=True)
class Access:
    """One person at the door: gets tokens when there are none, and others when they are refused."""

    rest: Rest
    actor: str
    login: str
    password: str = field(repr=False)
    authenticator: Authenticator | None = field(default=None, repr=False)
    """Staff have one; each of its codes is good once."""
    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    person: Mapping[str, Any] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def register(self, papers: Papers, sandbox: Sandbox) -> Answer:
        """Open an account in three steps; it signs in at once. The last answer, a refusal at that."""
        verified = await self._verify(papers, sandbox)
        if not verified.ok:
            return verified
        path = f"/registrations/{verified.body['registration_id']}"
        sent = await self.rest.send("POST", f"{path}/code", body={"mobile": papers.mobile})
        self.note("send_code", "", sent, expected=sent.answer.ok, audited=False)
        if not sent.answer.ok:
            return sent.answer
        body = {
            "login": self.login,
            "password": self.password,
            "mobile": papers.mobile,
            "code": await sandbox.newest_code(papers.mobile, "registration"),
        }
        key = self.rest.key(self.actor)
        sent = await self.rest.send("POST", f"{path}/account", key=key, body=body)
        self.note("register", key, sent, expected=sent.answer.ok or sent.answer.status == 409, audited=False)
        if sent.answer.ok:
            self.take(sent.answer.body["signed_in"])
        return sent.answer

    async def sign_in(self, *, doubtful: bool = False) -> bool:
        """Exchange login, password and second factor for tokens; False when they are refused.

        With `doubtful` a refusal is no surprise.
        """
        for left in reversed(range(_ROUNDS)):
            body = {"login": self.login, "password": self.password}
            sent = await self.rest.send("POST", "/sessions", body=body)
            answer = sent.answer
            away = answer.status in (429, 503)
            self.note("sign_in", "", sent, expected=answer.ok or doubtful or away, audited=False)
            if not answer.ok:
                return False
            if not answer.body["signed_in"]["challenge_id"]:
                self.take(answer.body["signed_in"])
                return True
            if self.authenticator is None:
                return False
            body = {"challenge_id": answer.body["signed_in"]["challenge_id"], **await self._proof()}
            sent = await self.rest.send("POST", "/sessions/second-factor", body=body)
            # The code may have been used by a former play, or by a try whose answer was lost: the next one counts.
            self.note("prove_factor", "", sent, expected=sent.answer.ok or doubtful or left > 0, audited=False)
            if sent.answer.ok:
                self.take(sent.answer.body["signed_in"])
                return True
        return False

    async def renew(self, refused: str) -> bool:
        """Get past a refused token: by another that is at hand already, by the refresh token, or by signing in."""
        async with self._turn:
            if self.token != refused:
                return True
            if self.refresh_token:
                sent = await self.rest.send("POST", "/sessions/refresh", body={"refresh_token": self.refresh_token})
                # A try whose answer was lost for long, or a session that has ended: signing in is the honest way on.
                self.note("refresh", "", sent, expected=sent.answer.ok or sent.answer.status == 401, audited=False)
                if sent.answer.ok:
                    self._take_tokens(sent.answer.body["tokens"])
                    return True
            return await self.sign_in()

    async def prove_again(self, refused: str) -> bool:
        """Get past STEP_UP_REQUIRED: prove the second factor (the password without one) in the running session."""
        async with self._turn:
            if self.token != refused:
                return True
            for left in reversed(range(_ROUNDS)):
                sent = await self.rest.send("POST", "/sessions/step-up", token=self.token, body={})
                self.note("begin_step_up", "", sent, expected=sent.answer.ok, audited=False)
                if not sent.answer.ok:
                    return False
                body = {"challenge_id": sent.answer.body["challenge_id"], **await self._proof()}
                sent = await self.rest.send("POST", "/sessions/step-up/proof", token=self.token, body=body)
                self.note("step_up", "", sent, expected=sent.answer.ok or left > 0, audited=False)
                if sent.answer.ok:
                    self.token = sent.answer.body["access"]["value"]
                    return True
        return False

    def take(self, signed_in: Mapping[str, Any]) -> None:
        """Go on with what a sign-in gave (the JSON of `SignedIn`)."""
        self._take_tokens(signed_in["tokens"])
        self.person = signed_in["person"]

    def note(self, name: str, key: str, sent: Sent, *, expected: bool, audited: bool, trespass: bool = False) -> None:
        """Write an exchange into the ledger; being turned away at a door that was too busy is nobody's verdict."""
        answer = sent.answer
        self.rest.ledger.add(
            Act(
                name=name,
                key=key,
                sent_at=sent.sent_at,
                answered_at=self.rest.clock.now(),
                outcome=Outcome.ACCEPTED if answer.ok else Outcome.REFUSED if answer.status else Outcome.UNKNOWN,
                status=answer.status,
                reason=answer.reason,
                tries=sent.tries,
                expected=expected or answer.shed,
                audited=audited,
                trespass=trespass,
            )
        )

    async def _verify(self, papers: Papers, sandbox: Sandbox) -> Answer:
        """Step 1. A captcha is good for one answer: after a lost one another is asked for."""
        answer = Answer(0, {})
        for left in reversed(range(_ROUNDS)):
            sent = await self.rest.send("POST", "/captchas", body={})
            self.note("captcha", "", sent, expected=sent.answer.ok, audited=False)
            if not sent.answer.ok:
                return sent.answer
            captcha_id = sent.answer.body["captcha_id"]
            body = {
                "role": papers.role,
                "name": papers.name,
                "document_type": "resident_id",
                "document_number": papers.resident_id,
                "captcha_id": captcha_id,
                "captcha_answer": await sandbox.captcha_answer(captcha_id),
            }
            sent = await self.rest.send("POST", "/registrations", body=body)
            answer = sent.answer
            used_up = answer.reason == "CAPTCHA_WRONG" and left > 0
            self.note("verify_identity", "", sent, expected=answer.ok or answer.status == 409 or used_up, audited=False)
            if not used_up:
                break
        return answer

    async def _proof(self) -> dict[str, str]:
        if self.authenticator is None:
            return {"password": self.password}
        return {"totp": await self.authenticator.code(self.rest.clock)}

    def _take_tokens(self, tokens: Mapping[str, Any]) -> None:
        self.token = tokens["access"]["value"]
        self.refresh_token = tokens["refresh"]["value"]
