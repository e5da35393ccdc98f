"""Sessions: how a program, or the rehearsal in a person's place, signs in and stays so."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import session_service_pb2
from services.portal.api.common import PREFIX, Body, Id, Nothing, Services, SignedIn, answers, json_answer

router = APIRouter(prefix=PREFIX, tags=["sessions"])


class Credentials(Body):
    """Who signs in."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class Proof(Body):
    """An answer to a challenge: exactly one of the four."""

    challenge_id: Id
    totp: str = Field(default="", max_length=6)
    recovery_code: str = Field(default="", max_length=32)
    passkey: dict[str, Any] | None = None
    password: str = Field(default="", max_length=200)

    def message(self) -> session_service_pb2.Proof:
        """The proof as the contract has it."""
        return session_service_pb2.Proof(
            totp=self.totp,
            recovery_code=self.recovery_code,
            passkey_json=json.dumps(self.passkey) if self.passkey is not None else "",
            password=self.password,
        )


class RefreshToken(Body):
    """A refresh token."""

    refresh_token: str = Field(min_length=20, max_length=200)


class ChosenHat(Body):
    """A hat to wear."""

    hat_id: Id


@router.post("/sessions", **answers(session_service_pb2.SignInResponse, 201))
async def sign_in(body: Credentials, services: Services) -> Response:
    """Exchange login and password for tokens, or for a challenge where a second factor is owed."""
    request = session_service_pb2.SignInRequest(login=body.login, password=body.password)
    return json_answer(await services.sessions.SignIn(request), 201)


@router.get("/sessions/challenges/{challenge_id}", **answers(session_service_pb2.GetPasskeyChallengeResponse))
async def get_passkey_challenge(challenge_id: Id, services: Services) -> Response:
    """Read what an authenticator needs to answer a challenge with a passkey."""
    request = session_service_pb2.GetPasskeyChallengeRequest(challenge_id=challenge_id)
    return json_answer(await services.sessions.GetPasskeyChallenge(request))


@router.post("/sessions/second-factor", **answers(session_service_pb2.ProveSecondFactorResponse, 201))
async def prove_second_factor(body: Proof, services: Services) -> Response:
    """Answer the challenge of a sign-in."""
    request = session_service_pb2.ProveSecondFactorRequest(challenge_id=body.challenge_id, proof=body.message())
    return json_answer(await services.sessions.ProveSecondFactor(request), 201)


@router.post("/sessions/hat", dependencies=[SignedIn], **answers(session_service_pb2.ChooseHatResponse, 201))
async def choose_hat(body: ChosenHat, services: Services) -> Response:
    """Begin a new session of the same person with another hat; the old one ends."""
    return json_answer(await services.sessions.ChooseHat(session_service_pb2.ChooseHatRequest(hat_id=body.hat_id)), 201)


@router.post("/sessions/refresh", **answers(session_service_pb2.RefreshSessionResponse))
async def refresh_session(body: RefreshToken, services: Services) -> Response:
    """Exchange a refresh token for the next pair; one that was used before ends the session."""
    request = session_service_pb2.RefreshSessionRequest(refresh_token=body.refresh_token)
    return json_answer(await services.sessions.RefreshSession(request))


@router.post("/sessions/step-up", dependencies=[SignedIn], **answers(session_service_pb2.BeginStepUpResponse))
async def begin_step_up(services: Services, body: Nothing | None = None) -> Response:
    """Begin to prove again, after a refusal with the reason STEP_UP_REQUIRED."""
    return json_answer(await services.sessions.BeginStepUp(session_service_pb2.BeginStepUpRequest()))


@router.post("/sessions/step-up/proof", dependencies=[SignedIn], **answers(session_service_pb2.StepUpResponse))
async def step_up(body: Proof, services: Services) -> Response:
    """Prove again; the new access token may do powerful acts for a quarter of an hour."""
    request = session_service_pb2.StepUpRequest(challenge_id=body.challenge_id, proof=body.message())
    return json_answer(await services.sessions.StepUp(request))


@router.get("/sessions", dependencies=[SignedIn], **answers(session_service_pb2.ListSessionsResponse))
async def list_sessions(services: Services) -> Response:
    """List one's own sessions, newest first."""
    return json_answer(await services.sessions.ListSessions(session_service_pb2.ListSessionsRequest()))


@router.delete("/sessions", dependencies=[SignedIn], **answers(session_service_pb2.EndAllSessionsResponse))
async def end_all_sessions(services: Services, keep_this: Annotated[bool, Query()] = False) -> Response:
    """End every session of one's own; with `keep_this` all others."""
    request = session_service_pb2.EndAllSessionsRequest(keep_this=keep_this)
    return json_answer(await services.sessions.EndAllSessions(request))


@router.delete("/sessions/current", dependencies=[SignedIn], **answers(session_service_pb2.SignOutResponse))
async def sign_out(services: Services) -> Response:
    """End the session of the token."""
    return json_answer(await services.sessions.SignOut(session_service_pb2.SignOutRequest()))


@router.delete("/sessions/{session_id}", dependencies=[SignedIn], **answers(session_service_pb2.EndSessionResponse))
async def end_session(session_id: Id, services: Services) -> Response:
    """End one session of one's own."""
    return json_answer(await services.sessions.EndSession(session_service_pb2.EndSessionRequest(session_id=session_id)))


@router.get("/hats", dependencies=[SignedIn], **answers(session_service_pb2.ListHatsResponse))
async def list_hats(services: Services) -> Response:
    """List the hats one may choose."""
    return json_answer(await services.sessions.ListHats(session_service_pb2.ListHatsRequest()))
