"""SessionService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import account_pb2, session_service_pb2_grpc
from residency.identity.v1 import session_service_pb2 as pb
from services.identity.challenges import Challenges
from services.identity.domain.browsers import in_words
from services.identity.handlers.machines import MachineHandlers
from services.identity.handlers.refresh import RefreshHandlers
from services.identity.handlers.sessions import SessionHandlers, Shown
from services.identity.handlers.sign_in import Owed, SignInHandlers
from services.identity.tokens import TokenIssuer
from services.identity.wire import hat_message, instant
from services.identity.wire_session import owed_message, signed_in_message, token_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


@dataclass(frozen=True, slots=True)
class SessionUseCases:
    """What SessionService is answered by."""

    sign_in: SignInHandlers
    refresh: RefreshHandlers
    sessions: SessionHandlers
    machines: MachineHandlers
    challenges: Challenges
    issuer: TokenIssuer


class SessionApi(session_service_pb2_grpc.SessionServiceServicer):
    """Answers SessionService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, cases: SessionUseCases, vault: Vault) -> None:
        self._cases = cases
        self._vault = vault

    async def SignIn(self, request: pb.SignInRequest, context: Context) -> pb.SignInResponse:
        """Exchanges login and password for a session, or for the question after a second factor."""
        result = await self._cases.sign_in.sign_in(request.login, request.password)
        if isinstance(result, Owed):
            return pb.SignInResponse(signed_in=owed_message(result.challenge_id, result.factors))
        return pb.SignInResponse(signed_in=signed_in_message(result, self._vault))

    async def GetPasskeyChallenge(
        self, request: pb.GetPasskeyChallengeRequest, context: Context
    ) -> pb.GetPasskeyChallengeResponse:
        """Tells a browser what to ask a passkey."""
        options = await self._cases.challenges.passkey_options(request.challenge_id)
        return pb.GetPasskeyChallengeResponse(options_json=options)

    async def ProveSecondFactor(
        self, request: pb.ProveSecondFactorRequest, context: Context
    ) -> pb.ProveSecondFactorResponse:
        """Takes the second factor of a sign-in."""
        opened = await self._cases.sign_in.prove(request.challenge_id, request.proof)
        return pb.ProveSecondFactorResponse(signed_in=signed_in_message(opened, self._vault))

    async def BeginStepUp(self, request: pb.BeginStepUpRequest, context: Context) -> pb.BeginStepUpResponse:
        """Asks for a proof before a powerful act."""
        challenge_id, factors = await self._cases.sessions.begin_step_up(caller())
        return pb.BeginStepUpResponse(challenge_id=challenge_id, factors=factors)

    async def StepUp(self, request: pb.StepUpRequest, context: Context) -> pb.StepUpResponse:
        """Takes that proof."""
        token = await self._cases.sessions.step_up(caller(), request.challenge_id, request.proof)
        return pb.StepUpResponse(access=token_message(token))

    async def ChooseHat(self, request: pb.ChooseHatRequest, context: Context) -> pb.ChooseHatResponse:
        """Begins a session with another hat."""
        opened = await self._cases.sessions.choose_hat(caller(), request.hat_id)
        return pb.ChooseHatResponse(signed_in=signed_in_message(opened, self._vault))

    async def ListHats(self, request: pb.ListHatsRequest, context: Context) -> pb.ListHatsResponse:
        """Lists the hats to choose from."""
        hats, current = await self._cases.sessions.list_hats(caller())
        return pb.ListHatsResponse(hats=[hat_message(hat) for hat in hats], current_hat_id=current)

    async def RefreshSession(self, request: pb.RefreshSessionRequest, context: Context) -> pb.RefreshSessionResponse:
        """Exchanges a refresh token for the next pair."""
        session_id, access, refresh = await self._cases.refresh.refresh(request.refresh_token)
        tokens = account_pb2.Tokens(access=token_message(access), refresh=token_message(refresh), session_id=session_id)
        return pb.RefreshSessionResponse(tokens=tokens)

    async def SignOut(self, request: pb.SignOutRequest, context: Context) -> pb.SignOutResponse:
        """Ends the session that asks."""
        await self._cases.sessions.sign_out(caller())
        return pb.SignOutResponse()

    async def ListSessions(self, request: pb.ListSessionsRequest, context: Context) -> pb.ListSessionsResponse:
        """Lists one's sessions."""
        who = caller()
        shown = await self._cases.sessions.list_sessions(who)
        return pb.ListSessionsResponse(sessions=[_session(each, who.session) for each in shown])

    async def EndSession(self, request: pb.EndSessionRequest, context: Context) -> pb.EndSessionResponse:
        """Ends one of them."""
        await self._cases.sessions.end_session(caller(), request.session_id)
        return pb.EndSessionResponse()

    async def EndAllSessions(self, request: pb.EndAllSessionsRequest, context: Context) -> pb.EndAllSessionsResponse:
        """Ends them all."""
        ended = await self._cases.sessions.end_all(caller(), keep_this=request.keep_this)
        return pb.EndAllSessionsResponse(ended=ended)

    async def SignInMachine(self, request: pb.SignInMachineRequest, context: Context) -> pb.SignInMachineResponse:
        """Exchanges a machine's secret for a token."""
        token = self._cases.machines.sign_in(request.machine, request.secret)
        return pb.SignInMachineResponse(token=token_message(token))

    async def GetKeySet(self, request: pb.GetKeySetRequest, context: Context) -> pb.GetKeySetResponse:
        """Publishes the public keys."""
        return pb.GetKeySetResponse(key_set_json=self._cases.issuer.key_set_json())


def servicer(cases: SessionUseCases, vault: Vault) -> Servicer:
    """What the server needs to serve SessionService."""
    descriptor = pb.DESCRIPTOR.services_by_name["SessionService"]
    return Servicer(descriptor, session_service_pb2_grpc.add_SessionServiceServicer_to_server, SessionApi(cases, vault))


def _session(shown: Shown, current: str) -> pb.Session:
    session = shown.session
    return pb.Session(
        session_id=session.session_id,
        browser=in_words(session.browser),
        address=session.address,
        began_at=instant(session.began_at),
        seen_at=instant(session.rotated_at),
        hat=hat_message(shown.hat) if shown.hat else None,
        current=session.session_id == current,
    )
