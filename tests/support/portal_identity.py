"""Identity as the portal sees it: sessions and tickets in dictionaries, on top of the accounts."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from residency.identity.v1 import (
    account_pb2,
    scan_service_pb2,
    scan_service_pb2_grpc,
    session_service_pb2,
    session_service_pb2_grpc,
)
from services.kit.auth import caller, origin
from services.kit.domain import DomainError, Kind
from tests.support.portal_accounts import TOTP, Accounts, role_name, soon


@dataclass
class Ticket:
    """One scan ticket."""

    secret: str
    number: int = 42
    state: Any = scan_service_pb2.TICKET_STATE_WAITING
    browser: str = ""
    address: str = ""
    confirmed_by: str = ""
    claimed: bool = False


class Identity(Accounts, session_service_pb2_grpc.SessionServiceServicer, scan_service_pb2_grpc.ScanServiceServicer):
    """Everything a person does with their own account."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[str, Ticket] = {}
        self.refreshed: list[str] = []
        """Refresh tokens in the order of use."""
        self.heard: list[tuple[str, str]] = []
        """Address and browser of each sign-in."""
        self.ended: list[str] = []
        self._challenges: dict[str, str] = {}
        self._answers: dict[str, session_service_pb2.RefreshSessionResponse] = {}

    # Sessions

    async def GetKeySet(self, request: Any, context: Any) -> Any:
        return session_service_pb2.GetKeySetResponse(key_set_json=self.key_set())

    async def SignIn(self, request: Any, context: Any) -> Any:
        self.heard.append((origin().address, origin().browser))
        account = self.accounts.get(request.login)
        if account is None or request.password != account.password:
            raise DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "登录名或密码不正确。")
        if account.two_factors:
            challenge = str(uuid.uuid4())
            self._challenges[challenge] = request.login
            owed = account_pb2.SignedIn(challenge_id=challenge, factors=["totp", "recovery_code"])
            return session_service_pb2.SignInResponse(signed_in=owed)
        return session_service_pb2.SignInResponse(signed_in=self.signed_in(request.login))

    async def ProveSecondFactor(self, request: Any, context: Any) -> Any:
        login = self._challenges.get(request.challenge_id)
        if login is None:
            raise DomainError(Kind.UNAUTHENTICATED, "CHALLENGE_OVER", "验证已过期，请重新登录。")
        self._check(request.proof)
        return session_service_pb2.ProveSecondFactorResponse(signed_in=self.signed_in(login))

    async def BeginStepUp(self, request: Any, context: Any) -> Any:
        challenge = str(uuid.uuid4())
        self._challenges[challenge] = self.login_of(caller().person_id)
        return session_service_pb2.BeginStepUpResponse(challenge_id=challenge, factors=["totp", "recovery_code"])

    async def StepUp(self, request: Any, context: Any) -> Any:
        self._check(request.proof)
        login = self._challenges[request.challenge_id]
        return session_service_pb2.StepUpResponse(access=self.access(login, self.accounts[login].hats[0]))

    def _check(self, proof: session_service_pb2.Proof) -> None:
        if proof.totp != TOTP and proof.recovery_code != "abcde-fghij":
            raise DomainError(Kind.UNAUTHENTICATED, "FACTOR_WRONG", "验证没有通过，请重试。", field="totp")

    async def RefreshSession(self, request: Any, context: Any) -> Any:
        token = request.refresh_token
        if self.refreshed[-1:] == [token] and token in self._answers:
            return self._answers[token]
        if token in self.refreshed or token not in self.refreshable:
            raise DomainError(Kind.UNAUTHENTICATED, "REFRESH_REUSED", "登录凭证被重复使用，已结束该次登录。")
        self.refreshed.append(token)
        login, role, hat = self.refreshable[token]
        following = secrets.token_urlsafe(32)
        self.refreshable[following] = (login, role, hat)
        tokens = account_pb2.Tokens(
            access=self.access(login, hat, role),
            refresh=account_pb2.Token(value=following, expires_at=soon(minutes=30)),
        )
        self._answers[token] = session_service_pb2.RefreshSessionResponse(tokens=tokens)
        return self._answers[token]

    async def ListHats(self, request: Any, context: Any) -> Any:
        account = self.accounts[self.login_of(caller().person_id)]
        current = next((hat.hat_id for hat in account.hats if role_name(hat) == caller().role), "")
        return session_service_pb2.ListHatsResponse(hats=account.hats, current_hat_id=current)

    async def ChooseHat(self, request: Any, context: Any) -> Any:
        login = self.login_of(caller().person_id)
        hat = next(hat for hat in self.accounts[login].hats if hat.hat_id == request.hat_id)
        return session_service_pb2.ChooseHatResponse(signed_in=self.signed_in(login, hat))

    async def SignOut(self, request: Any, context: Any) -> Any:
        self.ended.append(caller().session)
        return session_service_pb2.SignOutResponse()

    async def ListSessions(self, request: Any, context: Any) -> Any:
        login = self.login_of(caller().person_id)
        here: dict[str, Any] = {"address": "10.1.2.3", "began_at": soon(hours=-1), "seen_at": soon(minutes=-3)}
        hat = self.accounts[login].hats[0]
        sessions = [
            session_service_pb2.Session(
                session_id=str(uuid.uuid4()), browser="Chrome，Windows", hat=hat, current=True, **here
            ),
            session_service_pb2.Session(session_id=str(uuid.uuid4()), browser="Safari，iPhone", hat=hat, **here),
        ]
        return session_service_pb2.ListSessionsResponse(sessions=sessions)

    async def EndSession(self, request: Any, context: Any) -> Any:
        self.ended.append(request.session_id)
        return session_service_pb2.EndSessionResponse()

    async def EndAllSessions(self, request: Any, context: Any) -> Any:
        self.ended.append("others" if request.keep_this else "all")
        return session_service_pb2.EndAllSessionsResponse(ended=1)

    # Scanning

    async def CreateScanTicket(self, request: Any, context: Any) -> Any:
        ticket_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        self.tickets[ticket_id] = Ticket(secret, browser=origin().browser, address=origin().address)
        return scan_service_pb2.CreateScanTicketResponse(
            ticket_id=ticket_id, browser_secret=secret, number=42, expires_at=soon(minutes=2)
        )

    async def GetScanTicket(self, request: Any, context: Any) -> Any:
        ticket = self._open_ticket(request.ticket_id)
        ticket.state = scan_service_pb2.TICKET_STATE_SCANNED
        return scan_service_pb2.GetScanTicketResponse(
            browser=ticket.browser,
            address=ticket.address,
            asked_at=soon(),
            expires_at=soon(minutes=2),
            numbers=[17, 42, 8],
        )

    async def AnswerScanTicket(self, request: Any, context: Any) -> Any:
        ticket = self._open_ticket(request.ticket_id)
        if not request.confirm or request.number != ticket.number:
            ticket.state = scan_service_pb2.TICKET_STATE_REFUSED
            if request.confirm:
                raise DomainError(Kind.INVALID, "SCAN_NUMBER_WRONG", "数字不对，本次登录已作废。", field="number")
        else:
            ticket.confirmed_by = self.login_of(caller().person_id)
        return scan_service_pb2.AnswerScanTicketResponse()

    async def ClaimScanTicket(self, request: Any, context: Any) -> Any:
        ticket = self.tickets.get(request.ticket_id)
        if ticket is None or ticket.secret != request.browser_secret or ticket.claimed:
            return scan_service_pb2.ClaimScanTicketResponse(state=scan_service_pb2.TICKET_STATE_VOID)
        if ticket.confirmed_by:
            ticket.claimed = True
            return scan_service_pb2.ClaimScanTicketResponse(
                state=scan_service_pb2.TICKET_STATE_CLAIMED, signed_in=self.signed_in(ticket.confirmed_by)
            )
        return scan_service_pb2.ClaimScanTicketResponse(state=ticket.state)

    def _open_ticket(self, ticket_id: str) -> Ticket:
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.confirmed_by or ticket.state == scan_service_pb2.TICKET_STATE_REFUSED:
            raise DomainError(Kind.NOT_NOW, "SCAN_TICKET_VOID", "二维码已失效，请在电脑上换一个。")
        return ticket
