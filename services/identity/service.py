"""Identity as a process: its parts in the order in which they start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.access import audit_sealed, revocations
from services.identity import keys
from services.identity.adapters import real_name, texts
from services.identity.adapters.later import TextsLater
from services.identity.captchas import Captchas
from services.identity.challenges import Challenges
from services.identity.codes import Codes
from services.identity.core import Core
from services.identity.factors import Factors
from services.identity.grpc_api import (
    contact,
    credential,
    person,
    registration,
    sandbox,
    scan,
    service_accounts,
    session,
    staff,
    support,
)
from services.identity.grpc_api.session import SessionUseCases
from services.identity.handlers.accounts import AccountHandlers
from services.identity.handlers.contacts import ContactHandlers
from services.identity.handlers.credentials import CredentialHandlers, Tools
from services.identity.handlers.factors import FactorHandlers
from services.identity.handlers.hats import HatHandlers
from services.identity.handlers.invitations import InvitationHandlers
from services.identity.handlers.machines import MachineHandlers
from services.identity.handlers.organisations import OrganisationHandlers
from services.identity.handlers.own_data import OwnDataHandlers
from services.identity.handlers.people import PeopleHandlers
from services.identity.handlers.proposals import ProposalHandlers
from services.identity.handlers.recovery import RecoveryHandlers
from services.identity.handlers.refresh import RefreshHandlers
from services.identity.handlers.registration import RegistrationHandlers
from services.identity.handlers.registration_calls import RegistrationCalls
from services.identity.handlers.scans import ScanHandlers
from services.identity.handlers.service_accounts import ServiceAccountHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.handlers.sign_in import SignInHandlers
from services.identity.handlers.support import SupportHandlers
from services.identity.handlers.trial_accounts import TrialAccountHandlers
from services.identity.handlers.upkeep import UpkeepHandlers
from services.identity.opening import SessionOpener
from services.identity.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.identity.throttle import Throttle
from services.identity.tokens import TokenIssuer
from services.kit import clock_check, vault
from services.kit.auth import TokenVerifier
from services.kit.clock import Clock, SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer, Servicer
from services.kit.keywatch import KeyWatch
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.kit.part import Part
from services.kit.seal_copy import copy_of
from services.kit.sealer import Sealer
from services.kit.tls import folder
from services.kit.vault import Vault

SETTINGS = IdentitySettings


def parts(settings: IdentitySettings, clock: Clock | None = None) -> list[Part]:
    """Identity's parts; `clock` is the machine's when None. Raises `vault.KeysMissing` when there are no keys."""
    clock = clock or SystemClock()
    document = keys.document_of(settings)
    ring = keys.KeyRing(keys.parse(document))
    safe = Vault(vault.parse(document))
    database = Database(settings.database_url.get_secret_value, name="identity")
    messaging = Messaging.of(settings, "identity")
    passwords = Passwords(settings.argon2_memory_kib, settings.sign_in_queue, clock)
    issuer = TokenIssuer(ring, settings.token_life, clock)

    def renew(changed: Mapping[str, Any]) -> None:
        renewed = vault.parse(changed)
        ring.take(changed)
        safe.renew(renewed)

    async def own_keys() -> str:
        return issuer.key_set_json()

    verifier = TokenVerifier(own_keys, clock)
    core = Core(database, safe, passwords, clock, settings)
    messages = texts.create(settings, database, safe, clock)
    later = TextsLater(messages)
    register = real_name.create(settings)
    return [
        database,
        messaging,
        clock_check.by_database(database, settings.clock_skew_seconds),
        revocations(messaging, verifier),
        Relay(database, messaging, "identity"),
        KeyWatch(keys.SERVICE, settings, renew, safe),
        Sealer(
            *(keys.SERVICE, database, vault.audit_key(document), clock),
            seconds=settings.seal_seconds,
            copy=copy_of(keys.SERVICE, settings),
            fact=audit_sealed,
        ),
        passwords,
        messages,
        later,
        register,
        GrpcServer(
            settings.grpc_port,
            servicers(core, issuer, messages, later, register),
            verifier,
            folder(settings.tls_dir),
        ),
    ]


def servicers(
    core: Core,
    issuer: TokenIssuer,
    messages: texts.TextMessages,
    later: TextsLater,
    register: real_name.RealNameRegister,
) -> list[Servicer]:
    """Identity's gRPC services over one core; `later` sends what nobody must be able to time."""
    opener, throttle, factors = SessionOpener(core, issuer), Throttle(core), Factors(core)
    challenges = Challenges(core, factors, throttle)
    captchas, codes = Captchas(core), Codes(core, messages)
    invitations = InvitationHandlers(core, opener, messages)
    proposals = ProposalHandlers(core, invitations)
    organised = OrganisationHandlers(core)
    sessions = SessionUseCases(
        SignInHandlers(core, opener, factors, challenges, throttle),
        RefreshHandlers(core, opener, issuer),
        SessionHandlers(core, opener, factors, challenges),
        MachineHandlers(core, issuer),
        challenges,
        issuer,
    )
    return [
        session.servicer(sessions, core.vault),
        registration.servicer(
            RegistrationHandlers(core, register, captchas, codes, opener),
            captchas,
            RegistrationCalls(core, messages),
            core.vault,
        ),
        credential.servicer(
            CredentialHandlers(core, Tools(opener, throttle, codes, captchas, messages)),
            RecoveryHandlers(core, opener, throttle, Codes(core, later), captchas),
            FactorHandlers(core, opener),
            core.vault,
        ),
        scan.servicer(ScanHandlers(core, opener, throttle), core.vault),
        person.servicer(
            PeopleHandlers(core, register), OwnDataHandlers(core), UpkeepHandlers(core, opener), core.vault
        ),
        contact.servicer(ContactHandlers(core)),
        sandbox.servicer(messages, captchas, TrialAccountHandlers(core, opener), core.vault),
        service_accounts.servicer(core, ServiceAccountHandlers(core, issuer, throttle)),
        staff.servicer(staff.StaffApi(core, organised, invitations, HatHandlers(core, opener), proposals)),
        support.servicer(
            support.SupportApi(core, SupportHandlers(core, opener, factors), AccountHandlers(core, opener))
        ),
    ]
