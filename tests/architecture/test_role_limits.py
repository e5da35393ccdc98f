"""What each role may never do, as literal rules over the contracts: a policy that breaks one is found here."""

from __future__ import annotations

from typing import Any

import pytest

from residency.kit.v1 import policy_pb2
from tests.architecture.contracts import POLICIES, ROLES

MACHINES = {"scheduler", "service", "operator"}
WAITING = {"unchosen", "enrolling"}
PEOPLE = ROLES - MACHINES - WAITING
SELF_REGISTERED = {"applicant", "faculty"}
STAFF = PEOPLE - SELF_REGISTERED
ADMINISTRATORS = {"system_administrator", "security_administrator", "auditor"}

POWERFUL = {
    "enrollment.AmendmentService.DecideAmendment",
    "enrollment.AmendmentService.ProposeAmendment",
    "enrollment.CycleService.ConfirmCycle",
    "enrollment.CalendarService.RecordHolidays",
    "enrollment.CycleService.CreateCycle",
    "enrollment.DecisionService.GrantProvisional",
    "enrollment.DecisionService.Admit",
    "enrollment.DecisionService.PlaceMany",
    "enrollment.PlaceService.Annul",
    "enrollment.PlaceService.ConfirmGrant",
    "enrollment.PlaceService.DecideRevocation",
    "enrollment.PlaceService.GrantException",
    "enrollment.PlaceService.RecordQuit",
    "enrollment.PlaceService.ReportNoShow",
    "enrollment.SelectionService.PublishList",
    "enrollment.ExportService.CreateUnmaskedExport",
    "enrollment.PlanService.SetPolicy",
    "enrollment.PlanService.SetPlan",
    "enrollment.PlanService.DecidePlanChange",
    "enrollment.PlanService.GrantSeatException",
    "enrollment.PlanService.RevertUnfilled",
    "enrollment.ScreeningService.AddPenalty",
    "enrollment.ScreeningService.ImportPenalties",
    "enrollment.ScreeningService.LiftPenalty",
    "enrollment.ScreeningService.DecidePenaltyCase",
    "enrollment.ReallocationService.CommitReallocation",
    "enrollment.ReallocationService.MoveApplicant",
    "enrollment.SupportService.UnlockSections",
    "enrollment.SupportService.EndUnlock",
    "faculty.BatchService.PublishBatch",
    "faculty.BatchService.RecommendCandidacies",
    "faculty.BatchService.RevokeRecommendation",
    "faculty.BatchService.AcknowledgeRecommendation",
    "faculty.AppointmentService.CommitDismissal",
    "faculty.AppointmentService.RecordSanction",
    "faculty.AppointmentService.LiftSanction",
    "faculty.AppointmentService.TransferAppointment",
    "faculty.AppointmentService.SetFacultyPolicy",
    "faculty.FacultyReportService.CreateFacultyExport",
    "identity.CredentialService.RemoveFactor",
    "notify.CampaignService.ApproveCampaign",
    "notify.DeliveryService.ListTold",
    "notify.WebhookService.CreateWebhook",
    "notify.WebhookService.ChangeWebhook",
    "notify.WebhookService.RotateWebhookSecret",
    "notify.WebhookService.EndWebhook",
    "identity.ServiceAccountService.CreateServiceAccount",
    "identity.ServiceAccountService.AddServiceSecret",
    "identity.ServiceAccountService.EndServiceSecret",
    "identity.ServiceAccountService.RevokeServiceAccount",
    "identity.StaffService.InviteStaff",
    "identity.StaffService.SuspendHat",
    "identity.StaffService.RestoreHat",
    "identity.StaffService.EndHat",
    "identity.StaffService.MoveHat",
    "identity.StaffService.SetHatExpiry",
    "identity.StaffService.DecideProposal",
    "identity.SupportService.ActAs",
    "identity.SupportService.ProposeActingWrite",
    "identity.SupportService.ProposeBindingOverride",
    "identity.SupportService.RevealDocument",
    "identity.SupportService.SuspendAccount",
    "identity.SupportService.RestoreAccount",
    "identity.SupportService.ResetSecondFactor",
    "identity.SupportService.DecideHeld",
}
"""ROLE-14: what needs a fresh proof."""

MACHINE_METHODS = {
    "scheduler": {
        "enrollment.CycleService.EnterPhase",
        "enrollment.CycleService.GetWindow",
        "enrollment.CycleService.CloseWindow",
        "enrollment.CycleService.GetPhaseReport",
        "enrollment.CycleService.ListConcerned",
        "enrollment.CycleService.ListDraftCycles",
        "enrollment.CycleService.PrepareNextCycle",
        "enrollment.PlaceService.ListOffers",
        "enrollment.PlaceService.OfferNext",
        "enrollment.PlaceService.ExpireOffer",
        "enrollment.SelectionService.GetListProgress",
        "enrollment.SelectionService.ListOpenLists",
        "faculty.BatchService.GetBatchClock",
        "faculty.BatchService.RemindBatch",
        "faculty.BatchService.ExpireUndecided",
        "faculty.BatchService.ListBatchWaits",
        "faculty.StandingService.RemindEligible",
        "faculty.AppointmentService.GetAppointmentClock",
        "faculty.AppointmentService.OpenReview",
        "faculty.AppointmentService.RemindReview",
        "faculty.AppointmentService.MarkOverdue",
        "faculty.AppointmentService.EndAppointment",
        "faculty.AppointmentService.ListAppointmentWaits",
        "notify.NotifyService.SendNotice",
    },
    "service": {
        "enrollment.AudienceService.ListAudience",
        "identity.ContactService.ListMobiles",
        "identity.ContactService.ListOrganisationStaff",
        "identity.PersonService.GetPerson",
        "identity.PersonService.FindPerson",
        "identity.PersonService.GetDocumentKey",
        "identity.RegistrationService.InviteToRegister",
        "notify.NotifyService.SendNotice",
    },
    "operator": {
        "enrollment.AmendmentService.DecideAmendment",
        "enrollment.AmendmentService.ListAmendments",
        "enrollment.AmendmentService.PreviewAmendment",
        "enrollment.AmendmentService.ProposeAmendment",
        "enrollment.CycleService.ConfirmCycle",
        "enrollment.CycleService.CreateCycle",
        "enrollment.CycleService.ListDraftCycles",
        "enrollment.FormService.GetPrintedForms",
        "enrollment.FormService.PrintForms",
        "enrollment.SupportService.RewrapSealed",
        "faculty.FacultyService.RewrapSealed",
        "notify.CampaignService.CreateCampaign",
        "notify.CampaignService.PreviewCampaign",
        "notify.CampaignService.PauseCampaign",
        "notify.CampaignService.ResumeCampaign",
        "notify.CampaignService.StopCampaign",
        "notify.CampaignService.GetCampaign",
        "notify.CampaignService.ListCampaigns",
        "notify.DeliveryService.GetDeliveryStatus",
        "notify.DeliveryService.ListTemplates",
        "notify.DeliveryService.PreviewTemplate",
        "notify.DeliveryService.ListTold",
        "notify.DeliveryService.ListFailed",
        "notify.DeliveryService.RedriveDeliveries",
        "notify.DeliveryService.ListKept",
        "notify.NotifyService.RewrapSealed",
        "identity.PersonService.EraseExpired",
        "identity.PersonService.RewrapSealed",
        "identity.SandboxService.GetCaptchaAnswer",
        "identity.SandboxService.ListTexts",
        "identity.SandboxService.OpenAccounts",
        "identity.StaffService.ImportOrganisations",
        "identity.StaffService.InviteStaff",
        "identity.StaffService.ListStaff",
        "identity.StaffService.SuspendHat",
        "identity.StaffService.RestoreHat",
        "identity.StaffService.EndHat",
        "identity.StaffService.MoveHat",
        "identity.StaffService.SetHatExpiry",
        "identity.StaffService.DecideProposal",
        "identity.SupportService.SuspendAccount",
        "identity.SupportService.RestoreAccount",
        "identity.SupportService.ResetSecondFactor",
    },
}
"""What the three machines may call, and nothing else."""

KEPT = "notify.DeliveryService.ListKept"
"""Reads what was kept in place of being sent: one's own; the operator reads for phones and mailboxes that are nobody's.
"""

TOLD = "notify.DeliveryService.ListTold"
"""Reads what a person was told, with the texts."""

CARRIERS = {
    "notify.DeliveryService.GetDeliveryStatus",
    "notify.DeliveryService.ListTemplates",
    "notify.DeliveryService.PreviewTemplate",
    "notify.DeliveryService.ListFailed",
    "notify.DeliveryService.RedriveDeliveries",
}
"""Whether messages leave: of people, ids and masked addresses; of messages, no word."""

DECIDING = {name for name in POLICIES if name.startswith("enrollment.DecisionService.")}
APPLYING = {
    name
    for name in POLICIES
    if name.startswith("enrollment.ApplicationService.") and not name.endswith(("ListHistory", "GetCapabilities"))
}


def allowed(role: str, *, but: int = policy_pb2.SCOPE_SELF) -> dict[str, Any]:
    """The methods that name `role`, without those about the caller's own person."""
    return {name: policy for name, policy in POLICIES.items() if role in policy.roles and policy.scope != but}


def callers(names: set[str]) -> set[str]:
    return {role for name in names for role in POLICIES[name].roles}


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_machine_may_call_its_own_verbs_only(machine: str) -> None:
    assert set(allowed(machine, but=policy_pb2.SCOPE_UNSPECIFIED)) == MACHINE_METHODS[machine]


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_machine_has_no_self(machine: str) -> None:
    """A machine has no session, no password, no inbox."""
    everything = allowed(machine, but=policy_pb2.SCOPE_UNSPECIFIED)
    own = {name for name, policy in everything.items() if policy.scope == policy_pb2.SCOPE_SELF}
    assert own == ({KEPT} if machine == "operator" else set())


def test_the_auditor_reads_and_changes_nothing() -> None:
    """Looking at what a person was told is no reading to the guard, for who looked is kept; it changes nothing."""
    assert {name for name, policy in allowed("auditor").items() if not policy.reads} == {TOLD}


def test_only_the_auditor_reads_the_audit() -> None:
    assert callers({"identity.SupportService.ListSecurityEvents"}) == {"auditor"}


@pytest.mark.parametrize("role", ["system_administrator", "security_administrator"])
def test_an_administrator_of_the_platform_touches_no_business_data(role: str) -> None:
    business = {name for name in allowed(role) if not name.startswith("identity.")}
    assert business == (CARRIERS if role == "system_administrator" else set())


def test_the_system_administrator_keeps_organisations_and_carriers_and_touches_no_person() -> None:
    assert set(allowed("system_administrator")) == CARRIERS | {
        "identity.StaffService.ImportOrganisations",
        "identity.StaffService.ListProposals",
    }


def test_msg_28_only_a_service_is_told_numbers() -> None:
    """MSG-28: no hat of a person, and neither of the machines that people hold the secret of."""
    contacts = {name for name in POLICIES if name.startswith("identity.ContactService.")}
    assert len(contacts) == 2
    assert callers(contacts) == {"service"}


def test_msg_34_two_people_of_a_province_tell_many() -> None:
    """MSG-34: a machine may draft and stop a campaign, and never let one begin."""
    assert callers({"notify.CampaignService.ApproveCampaign"}) == {"province_administrator"}


def test_the_three_administrators_share_nothing_that_writes() -> None:
    for name, policy in POLICIES.items():
        if not policy.reads and policy.scope != policy_pb2.SCOPE_SELF:
            assert len(ADMINISTRATORS & set(policy.roles)) <= 1, name


def test_only_the_staff_of_a_base_decide() -> None:
    assert callers(DECIDING) == {"base_reviewer", "base_administrator"}
    giving = {
        f"enrollment.DecisionService.{verb}" for verb in ("RecordNotSelected", "GrantProvisional", "Admit", "PlaceMany")
    }
    assert callers(giving) == {"base_administrator"}


def test_only_applicants_apply_and_only_faculty_keep_a_teachers_dossier() -> None:
    assert callers(APPLYING) == {"applicant"}
    dossier = {"faculty.FacultyService.GetDossier", "faculty.FacultyService.SaveDossierSection"}
    assert callers(dossier) == {"faculty"}


@pytest.mark.parametrize("role", sorted(SELF_REGISTERED))
def test_who_registers_alone_manages_nobody(role: str) -> None:
    assert not [
        name for name in allowed(role) if name.startswith(("identity.StaffService.", "identity.SupportService."))
    ]


def test_support_decides_nothing_and_hands_out_nothing() -> None:
    writing = {name for name, policy in allowed("support").items() if not policy.reads}
    assert writing == {
        "enrollment.SupportService.UnlockSections",
        "enrollment.SupportService.EndUnlock",
        "identity.SupportService.ActAs",
        "identity.SupportService.ProposeActingWrite",
        "identity.SupportService.ProposeBindingOverride",
        "identity.SupportService.RevealDocument",
        TOLD,
    }


def test_who_proposes_acting_with_writing_is_not_who_signs_second() -> None:
    proposing = {name for name in POLICIES if name.startswith("identity.SupportService.Propose")}
    assert not callers(proposing) & callers({"identity.StaffService.DecideProposal"})


def test_without_a_hat_one_only_chooses_one_and_keeps_ones_own_account() -> None:
    assert not allowed("unchosen")


def test_without_a_second_factor_staff_only_enrol_one_and_sign_out() -> None:
    assert {name for name, policy in POLICIES.items() if "enrolling" in policy.roles} == {
        "identity.CredentialService.ListFactors",
        "identity.CredentialService.BeginTotp",
        "identity.CredentialService.ConfirmTotp",
        "identity.CredentialService.BeginPasskey",
        "identity.CredentialService.ConfirmPasskey",
        "identity.PersonService.GetMe",
        "identity.SessionService.ListHats",
        "identity.SessionService.SignOut",
    }


@pytest.mark.parametrize("name", sorted(n for n, p in POLICIES.items() if p.scope == policy_pb2.SCOPE_SELF))
def test_what_is_about_oneself_is_every_persons(name: str) -> None:
    """Whoever signs in has sessions and factors; only real-name binding is for those who registered themselves."""
    people = set(POLICIES[name].roles) - WAITING - ({"operator"} if name == KEPT else set())
    assert people == (SELF_REGISTERED if name.endswith("RealName") else PEOPLE)


def test_role_14_the_powerful_acts_need_a_fresh_proof() -> None:
    """ROLE-14: the list is literal, so that an act becomes powerful or harmless only on purpose."""
    assert {name for name, policy in POLICIES.items() if policy.step_up} == POWERFUL


def test_every_role_may_do_something() -> None:
    assert {role for policy in POLICIES.values() for role in policy.roles} == ROLES
