"""Every RPC says who may call it; only repeatable ones are retried; generated code is what the contracts say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor

from residency.kit.v1 import policy_pb2
from services.kit.grpc_client import Channel
from services.kit.policy import policy_of
from tests.architecture.contracts import METHODS, PROTOS, ROLES, ROOT, short

CONFIGS = sorted(PROTOS.glob("residency/*/v1/*_grpc_service_config.json"))
READING = ("Get", "List", "Count", "Check", "Export", "Find", "Preview")
ONCE_BY_NATURE = {
    "identity.RegistrationService.CreateAccount": "idempotency_key",
    "identity.SandboxService.OpenAccounts": "whoever has an account is told so, row by row",
    "identity.RegistrationService.CancelRegistration": "what is gone stays gone",
    "identity.SessionService.SignOut": "what has ended stays ended",
    "identity.SessionService.EndSession": "what has ended stays ended",
    "identity.SessionService.EndAllSessions": "what has ended stays ended",
    "identity.SessionService.SignInMachine": "another token of the same machine changes nothing",
    "identity.ServiceAccountService.EndServiceSecret": "what has ended stays ended",
    "identity.ServiceAccountService.RevokeServiceAccount": "what has ended stays ended",
    "identity.ServiceAccountService.SignInServiceAccount": "another token of the same account changes nothing",
    "identity.StaffService.ImportOrganisations": "the same list twice changes nothing",
    "identity.ScanService.GetScanTicket": "what was opened stays open",
    "identity.PersonService.EraseExpired": "an erased person is not due again",
    "identity.PersonService.RewrapSealed": "a value sealed anew is not due again",
    "enrollment.SupportService.RewrapSealed": "a value sealed anew is not due again",
    "faculty.FacultyService.RewrapSealed": "a value sealed anew is not due again",
    "faculty.BatchService.RemindBatch": "kind and moment",
    "faculty.BatchService.ExpireUndecided": "what has expired is undecided no more",
    "faculty.StandingService.RemindEligible": "who was told of a day is not told again",
    "faculty.AppointmentService.OpenReview": "a review a year",
    "faculty.AppointmentService.RemindReview": "kind and moment",
    "faculty.AppointmentService.MarkOverdue": "what is overdue stays overdue",
    "faculty.AppointmentService.EndAppointment": "an appointment ends once",
    "notify.NotifyService.RewrapSealed": "a value sealed anew is not due again",
    "enrollment.CycleService.EnterPhase": "the number of the phase is its key",
    "enrollment.CycleService.CloseWindow": "a window is closed once",
    "enrollment.CycleService.PrepareNextCycle": "a province has one draft a year",
    "enrollment.PlaceService.OfferNext": "an open offer of the freed seat is answered, no second made",
    "enrollment.PlaceService.ExpireOffer": "an offer ends once",
    "notify.NotifyService.MarkRead": "what is read stays read",
    "notify.NotifyService.MarkAllRead": "what is read stays read",
    "notify.NotifyService.SendNotice": "key",
    "notify.PreferenceService.SetPreference": "a wish repeated is the same wish",
    "notify.PreferenceService.SetLanguage": "a language chosen again is the same",
    "notify.PreferenceService.ConfirmAddress": "what is proved stays proved",
    "notify.PreferenceService.RemoveAddress": "what is gone stays gone",
    "notify.PreferenceService.Unsubscribe": "a wish repeated is the same wish",
    "notify.CampaignService.ApproveCampaign": "the version that was looked at",
    "notify.CampaignService.PauseCampaign": "what is paused stays paused",
    "notify.CampaignService.ResumeCampaign": "what runs goes on running",
    "notify.CampaignService.StopCampaign": "what was stopped stays so",
    "notify.DeliveryService.ListTold": "another look is another mark, and nothing else",
    "notify.DeliveryService.RedriveDeliveries": "what is queued again is not given up any more",
    "notify.DeliveryService.RecordReceipt": "a receipt repeated says the same",
    "notify.WebhookService.ChangeWebhook": "the same values again change nothing",
    "notify.WebhookService.EndWebhook": "what has ended stays ended",
    "notify.WebhookService.RedeliverWebhookEvent": "what waits already is no second delivery",
}
"""Commands that are repeatable though they carry no field `idempotency_key`, and why."""
LEAVES_A_MARK = {"identity.ScanService.GetScanTicket", "notify.DeliveryService.ListTold"}
"""Named as readings, and yet something is different afterwards."""
NOT_REPEATABLE = {
    "identity.RegistrationService.CreateCaptcha",
    "identity.RegistrationService.VerifyIdentity",
    "identity.RegistrationService.SendRegistrationCode",
    "identity.SessionService.SignIn",
    "identity.SessionService.ProveSecondFactor",
    "identity.SessionService.BeginStepUp",
    "identity.SessionService.StepUp",
    "identity.SessionService.ChooseHat",
    "identity.SessionService.RefreshSession",
    "identity.ScanService.CreateScanTicket",
    "identity.ScanService.AnswerScanTicket",
    "identity.ScanService.ClaimScanTicket",
    "identity.CredentialService.ChangePassword",
    "identity.CredentialService.SendRecoveryCode",
    "identity.CredentialService.ResetPassword",
    "identity.CredentialService.BeginTotp",
    "identity.CredentialService.ConfirmTotp",
    "identity.CredentialService.BeginPasskey",
    "identity.CredentialService.ConfirmPasskey",
    "identity.CredentialService.RemoveFactor",
    "identity.CredentialService.SendMobileCode",
    "identity.CredentialService.ChangeMobile",
    "identity.PersonService.BindRealName",
    "identity.PersonService.UnbindRealName",
    "identity.StaffService.AcceptInvitation",
    "identity.StaffService.AcceptInvitationAsMe",
    "identity.SupportService.ActAs",
    "identity.SupportService.RevealDocument",
}
"""Commands whose repeat has a second effect (another text message, another token, another row) or eats a proof that is
good once: a client that lost the answer shows so, and the person decides."""
each_method = pytest.mark.parametrize("method", METHODS, ids=short)


def test_there_are_methods_to_check() -> None:
    assert len(METHODS) > 100
    assert len({short(method) for method in METHODS}) == len(METHODS)
    assert set(ONCE_BY_NATURE) | NOT_REPEATABLE <= {short(method) for method in METHODS}, (
        "these are gone: take them out"
    )


@each_method
def test_a_method_declares_who_may_call_it(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    assert policy is not None, "add `option (residency.kit.v1.policy)`: without one the server refuses everybody"
    assert policy.anyone != bool(policy.roles), "either everybody or a list of roles"
    assert set(policy.roles) <= ROLES
    assert len(set(policy.roles)) == len(policy.roles)


@each_method
def test_a_method_says_whose_things_it_touches(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    assert policy.scope != policy_pb2.SCOPE_UNSPECIFIED
    assert policy.anyone == (policy.scope == policy_pb2.SCOPE_PUBLIC), "what is nobody's is open, and nothing else is"
    assert not (policy.anyone and policy.step_up), "nobody can prove anything without being somebody"


@each_method
def test_a_method_that_reads_is_named_so_and_the_other_way_round(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    assert policy.reads == (method.name.startswith(READING) and short(method) not in LEAVES_A_MARK)
    assert policy.repeatable or not policy.reads, "what changes nothing may be repeated"
    assert not (policy.reads and policy.step_up), "a reading that needs a proof leaves a trace: declare it a command"


@each_method
def test_a_command_is_repeatable_by_a_key_or_by_nature_or_says_that_it_is_not(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    if policy.reads:
        return
    if short(method) in NOT_REPEATABLE:
        assert not policy.repeatable
        return
    assert policy.repeatable
    assert "idempotency_key" in method.input_type.fields_by_name or short(method) in ONCE_BY_NATURE


def _entry(config: Path, method: MethodDescriptor) -> dict[str, Any]:
    """The entry of a service config that holds for `method`: its own, else its service's."""
    service = method.containing_service.full_name
    entries: list[dict[str, Any]] = json.loads(config.read_text())["methodConfig"]
    for name in ({"service": service, "method": method.name}, {"service": service}):
        found = [entry for entry in entries if name in entry["name"]]
        assert len(found) <= 1, f"{name} stands in two entries"
        if found:
            return found[0]
    raise AssertionError(f"add {service} to {config.name}")


@each_method
def test_a_method_has_a_deadline_and_is_retried_only_when_it_is_repeatable(method: MethodDescriptor) -> None:
    service = short(method).split(".")[0]
    config = PROTOS / "residency" / service / "v1" / f"{service}_grpc_service_config.json"
    entry = _entry(config, method)
    assert 1 <= float(entry["timeout"].rstrip("s")) <= 30
    assert ("retryPolicy" in entry) == policy_of(method).repeatable, (
        "a retry of a command that counts would count twice"
    )


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_service_config_names_what_there_is_and_can_be_read(config: Path) -> None:
    known = {method.containing_service.full_name: set[str]() for method in METHODS}
    for method in METHODS:
        known[method.containing_service.full_name].add(method.name)
    for entry in json.loads(config.read_text())["methodConfig"]:
        for name in entry["name"]:
            assert name["service"] in known
            assert name.get("method", "") in known[name["service"]] | {""}
    Channel("127.0.0.1:1", config=config)


@pytest.mark.parametrize("script", ["protos/generate.py", "docs/authorization.py", "docs/enrollment.py"])
def test_what_is_generated_from_the_contracts_is_current(script: str) -> None:
    command = [sys.executable, str(ROOT / script), "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
