"""ID-44: SandboxService over gRPC: reads the sandbox in place of a phone and of eyes, and opens accounts without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import sandbox_service_pb2 as pb
from residency.identity.v1 import sandbox_service_pb2_grpc
from services.identity.adapters.texts import SandboxTexts, TextMessages
from services.identity.captchas import Captchas
from services.identity.domain import mobile
from services.identity.handlers.trial_accounts import Newcomer, Outcome, TrialAccountHandlers
from services.identity.wire import instant
from services.identity.wire_session import signed_in_message
from services.kit.domain import DomainError, Kind
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class SandboxApi(sandbox_service_pb2_grpc.SandboxServiceServicer):
    """Answers SandboxService; knows nothing unless text messages go to the sandbox."""

    def __init__(self, texts: TextMessages, captchas: Captchas, trial: TrialAccountHandlers, vault: Vault) -> None:
        self._texts = texts
        self._captchas = captchas
        self._trial = trial
        self._vault = vault

    async def GetCaptchaAnswer(
        self, request: pb.GetCaptchaAnswerRequest, context: Context
    ) -> pb.GetCaptchaAnswerResponse:
        """What a captcha shows."""
        self._sandbox()
        return pb.GetCaptchaAnswerResponse(answer=await self._captchas.answer(request.captcha_id))

    async def ListTexts(self, request: pb.ListTextsRequest, context: Context) -> pb.ListTextsResponse:
        """The messages of the last hour to a number."""
        kept = await self._sandbox().kept(mobile.parse(request.mobile))
        return pb.ListTextsResponse(
            texts=[
                pb.SandboxText(purpose=each.purpose, text=each.text, code=each.code, sent_at=instant(each.sent_at))
                for each in kept
            ]
        )

    async def OpenAccounts(self, request: pb.OpenAccountsRequest, context: Context) -> pb.OpenAccountsResponse:
        """Accounts of many at once."""
        self._sandbox()
        newcomers = [
            Newcomer(each.name, each.resident_id, each.mobile, each.login, each.password) for each in request.accounts
        ]
        outcomes = await self._trial.open_many(newcomers, sign_in=request.sign_in)
        return pb.OpenAccountsResponse(accounts=[self._told(outcome) for outcome in outcomes])

    def _told(self, outcome: Outcome) -> pb.OpenedAccount:
        if outcome.opened is None:
            return pb.OpenedAccount(reason=outcome.reason)
        return pb.OpenedAccount(signed_in=signed_in_message(outcome.opened, self._vault))

    def _sandbox(self) -> SandboxTexts:
        """ID-44: with real adapters there is nothing here to find."""
        if not isinstance(self._texts, SandboxTexts):
            raise DomainError(Kind.NOT_FOUND, "NO_SANDBOX", "此环境没有沙箱。", rule="ID-44")
        return self._texts


def servicer(texts: TextMessages, captchas: Captchas, trial: TrialAccountHandlers, vault: Vault) -> Servicer:
    """What the server needs to serve SandboxService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["SandboxService"],
        sandbox_service_pb2_grpc.add_SandboxServiceServicer_to_server,
        SandboxApi(texts, captchas, trial, vault),
    )
