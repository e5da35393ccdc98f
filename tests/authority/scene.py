"""Two provinces with everything that can be one's own or another's, on running services and real databases."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from services.enrollment import service as enrollment_service
from services.enrollment.settings import EnrollmentSettings
from services.faculty import service as faculty_service
from services.faculty.directory import Directory
from services.faculty.settings import FacultySettings
from services.identity import keys
from services.identity import service as identity_service
from services.identity.settings import IdentitySettings
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from services.kit.part import Part
from services.notify import service as notify_service
from services.notify.settings import NotifySettings
from tests.authority.state import State
from tests.authority.wire import Answer, Someone, Wire, request_class
from tests.support import people
from tests.support.people import BASE, DEPARTMENT, FOREIGN_BASE, OTHER_PROVINCE, PROVINCE, SECRETS

FOREIGN_DEPARTMENT, OTHER_DEPARTMENT, NEIGHBOUR_DEPARTMENT = "BJ-XIEHE-NK", "SD-SLYY-NK", "SD-QILU-WK"
PLACES = {
    **dict.fromkeys(("base_reviewer", "base_administrator", "teaching_department"), BASE),
    **dict.fromkeys(("department_director", "department_secretary"), DEPARTMENT),
    **dict.fromkeys(
        ("province_administrator", "auditor", "support", "system_administrator", "security_administrator"), PROVINCE
    ),
}
"""Where each staff hat of ours holds."""
FOREIGN = {BASE: FOREIGN_BASE, DEPARTMENT: FOREIGN_DEPARTMENT, PROVINCE: OTHER_PROVINCE, "": ""}
"""The like of it in the other province."""
MACHINES = {"scheduler": "machine:worker", "service": "machine:enrollment", "operator": "machine:operator"}
_SILENT = {"Relay", "OnceConsumer", "Sealer", "SealCopy", "Chore", "Router", "Dispatcher", "Campaigning"} | {
    "HookDispatcher"
}
"""Parts that write by themselves: left out, so that whatever is written was written by a call."""
_numbers = itertools.count(1)


@dataclass
class Scene:
    """The running services and what stands in them."""

    wire: Wire
    state: State
    servers: dict[str, GrpcServer]
    directory: Directory
    """Faculty's view of the organisations, to be read anew when they have changed."""
    foreign: set[str] = field(default_factory=set)
    """Ids and names that nobody of ours may be shown."""
    numbers: set[str] = field(default_factory=set)
    """Document and mobile numbers of people: shown in full by what reveals, and by nothing else."""
    ids: dict[str, str] = field(default_factory=dict)
    """What the story made, by name; the other province's begin with `foreign_`."""
    cast: dict[str, Someone] = field(default_factory=dict)
    """One of ours for each role, and `stranger`."""
    reuse: bool = True
    """Hand the same hat or person out again: right as long as nothing is done to them."""
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    async def person(self, role: str, organisation: str = "", *, state: str = "active") -> Someone:
        """Somebody new with an account, a hat and a session."""
        someone = Someone(role, organisation, new_id(), new_id(), new_id())
        number = next(_numbers)
        await self.state.execute(
            "identity",
            "INSERT INTO person (person_id, login, login_key, name, password_hash, password_set_at, state, created_at,"
            " seen_at) VALUES ($1, $2, $2, $3, '', now(), $4, now(), now())",
            *(someone.person_id, f"somebody{number:05d}", f"某人{number:05d}", state),
        )
        worn = "applicant" if role in ("unchosen", "enrolling") else role
        await self.state.execute(
            "identity",
            "INSERT INTO hat (hat_id, person_id, role, organisation_code, given_by, given_at)"
            " VALUES ($1, $2, $3, nullif($4, ''), '', now())",
            *(someone.hat_id, someone.person_id, worn, organisation),
        )
        await self.state.execute(
            "identity",
            "INSERT INTO session (session_id, person_id, hat_id, role, organisation_code, rotated_at, began_at,"
            " idle_at, ends_at, proved_at) VALUES ($1, $2, $3, $4, $5, now(), now(), now() + interval '30 minutes',"
            " now() + interval '12 hours', now())",
            *(someone.session_id, someone.person_id, someone.hat_id, role, organisation),
        )
        if role in PLACES:
            await self.factor(someone)
        return someone

    async def somebody(self, role: str) -> Someone:
        """Somebody new of ours with this role; a machine is always the same."""
        if role in MACHINES:
            return Someone(role, "", MACHINES[role])
        return await self.person(role, PLACES.get(role, ""))

    async def hat(self, role: str, place: str) -> str:
        """A hat with this role there, worn by somebody."""
        return (await self._worn(role, place, "active")).hat_id

    async def staff(self, place: str, *, state: str = "active") -> str:
        """Person id of somebody who reviews there."""
        return (await self._worn("base_reviewer", place, state)).person_id

    async def _worn(self, role: str, place: str, state: str) -> Someone:
        known = self._made.get((role, place, state)) if self.reuse else None
        if known is None:
            known = self._made[role, place, state] = await self.person(role, place, state=state)
            if place in FOREIGN.values():
                self.foreign |= {known.person_id, known.hat_id}
        made: Someone = known
        return made

    async def proposal(self, province: str) -> str:
        """Something that waits for a second signature there, proposed by nobody we know."""
        known = self._made.get(("proposal", province)) if self.reuse else None
        proposal = str(known) if known else new_id()
        if not known:
            self._made["proposal", province] = proposal
            await self.state.execute(
                "identity",
                "INSERT INTO proposal (proposal_id, kind, summary, content, organisation_code, proposed_by,"
                " proposed_as, proposed_at, reason, state, expires_at)"
                " VALUES ($1, 'acting_write', $2, $3, $4, $5, 'support', now(),"
                " '', 'waiting', now() + interval '7 days')",
                *(proposal, f"代为办理 {province}", json.dumps({"person_id": new_id()}), province, new_id()),
            )
            if province == OTHER_PROVINCE:
                self.foreign.add(proposal)
        return proposal

    async def factor(self, who: Someone) -> str:
        """A second factor of somebody."""
        factor = new_id()
        await self.state.execute(
            "identity",
            "INSERT INTO factor (factor_id, person_id, kind, label, credential_id, public_key, begun_at, enrolled_at)"
            " VALUES ($1, $2, 'passkey', '手机', $3, $3, now(), now())",
            *(factor, who.person_id, factor.encode()),
        )
        return factor

    async def challenge(self, who: Someone) -> str:
        """A proof that somebody began to give again."""
        challenge = new_id()
        await self.state.execute(
            "identity",
            "INSERT INTO challenge (challenge_id, person_id, session_id, purpose, nonce, expires_at)"
            " VALUES ($1, $2, $3, 'step_up', 'nonce', now() + interval '5 minutes')",
            *(challenge, who.person_id, who.session_id),
        )
        return challenge

    async def ticket(self) -> str:
        """A desktop that waits to be signed in."""
        answer = await self.told("identity.ScanService.CreateScanTicket", None)
        return str(answer.ticket_id)

    async def invitation(self, who: Someone) -> str:
        """The secret of an invitation sent to the number of `who`."""
        answer = await self.told(
            "identity.StaffService.InviteStaff",
            self.cast["operator"],
            name="某人",
            mobile="13912345678",
            role="ROLE_BASE_REVIEWER",
            organisation_code=BASE,
            idempotency_key=key(),
        )
        number = "SELECT mobile_lookup FROM invitation WHERE invitation_id = $2"
        await self.state.execute(
            "identity",
            f"UPDATE person SET mobile_lookup = ({number}) WHERE person_id = $1",
            *(who.person_id, answer.invitation_id),
        )
        return str(answer.secret)

    async def notice(self, **recipient: str) -> str:
        """Id of a message to a person or an organisation, just written."""
        name = key()
        fields = {"key": name, "template": "window_not_reviewed", "parameters": {"round_name": "一志愿", "count": "4"}}
        await self.told("notify.NotifyService.SendNotice", self.cast["scheduler"], **fields, **recipient)
        return await self.state.value("notify", "SELECT message_id FROM message WHERE key = $1", f"notice/{name}")

    async def address(self, who: Someone) -> str:
        """Id of an e-mail address that somebody is about to prove."""
        known = self._made.get(("address", who.person_id)) if self.reuse else None
        address = str(known) if known else new_id()
        if not known:
            self._made["address", who.person_id] = address
            await self.state.execute(
                "notify",
                "INSERT INTO address (address_id, person_id, channel, value, sealed_with, lookup, masked, key, secret,"
                " created_at, expires_at)"
                " VALUES ($1, $2, 'email', '', '', '', 'z***@example.com', $3, '', now(), now() + interval '1 hour')",
                *(address, who.person_id, key()),
            )
        return address

    def campaign_draft(self, cycle: str) -> dict[str, Any]:
        """What a province would tell everybody of a cycle."""
        return {
            "cycle_id": cycle,
            "audience": "everybody",
            "template": "campaign_text",
            "parameters": {"subject": "通知", "text": "请留意。"},
            "idempotency_key": key(),
        }

    async def campaign(self, cycle: str) -> str:
        """Id of a campaign of this cycle that was drafted and waits."""
        known = self._made.get(("campaign", cycle)) if self.reuse else None
        if known is None:
            draft = self.campaign_draft(cycle)
            made = await self.told("notify.CampaignService.CreateCampaign", self.cast["operator"], **draft)
            known = self._made["campaign", cycle] = made.campaign.campaign_id
            if cycle == self.ids["foreign_cycle"]:
                self.foreign.add(str(known))
        return str(known)

    def soon(self) -> Timestamp:
        """A moment in a month."""
        return Timestamp(seconds=int(time.time()) + 30 * 24 * 3600)

    async def service_account(self, role: str, place: str) -> str:
        """Id of an account of programs there, without a secret."""
        known = self._made.get(("service account", role, place)) if self.reuse else None
        account = str(known) if known else new_id()
        if not known:
            self._made["service account", role, place] = account
            await self.state.execute(
                "identity",
                "INSERT INTO service_account (account_id, name, role, organisation_code, scopes, created_by,"
                " created_at, expires_at)"
                " VALUES ($1, $2, $3, $4, '{enrollment.read}', '', now(), now() + interval '1 day')",
                *(account, f"账号 {place}", role, place),
            )
            if place in FOREIGN.values():
                self.foreign.add(account)
        return account

    async def webhook(self, role: str, place: str) -> str:
        """Id of a webhook there, made by somebody of that role."""
        known = self._made.get(("webhook", role, place)) if self.reuse else None
        hook = str(known) if known else new_id()
        if not known:
            self._made["webhook", role, place] = hook
            await self.state.execute(
                "notify",
                "INSERT INTO webhook (webhook_id, key, asked, organisation_code, role, name, url, event_types, state,"
                " secret, created_at) VALUES ($1::text::uuid, $1, '', $3, $2, '推送', 'https://example.com', '{}',"
                " 'active', '', now())",
                *(hook, role, place),
            )
            if place in FOREIGN.values():
                self.foreign.add(hook)
        return hook

    async def webhook_delivery(self, hook: str) -> str:
        """Id of a delivery to a webhook."""
        known = self._made.get(("webhook delivery", hook)) if self.reuse else None
        delivery = str(known) if known else new_id()
        if not known:
            self._made["webhook delivery", hook] = delivery
            await self.state.execute(
                "notify",
                "INSERT INTO webhook_event (event_id, type, bases, province, cycle_id, bases_only, body, occurred_at,"
                " written_at, routed_at) VALUES ($1, 'ping', '{}', '', '', true, '{}', now(), now(), now())",
                delivery,
            )
            await self.state.execute(
                "notify",
                "INSERT INTO webhook_delivery (delivery_id, webhook_id, event_id, state, not_before)"
                " VALUES ($1, $2, $1, 'failed', now())",
                *(delivery, hook),
            )
            if hook in self.foreign:
                self.foreign.add(delivery)
        return delivery

    async def ask(self, method: str, who: Someone | None, /, **fields: Any) -> Answer:
        """Call a method with these fields."""
        return await self.wire.call(method, request_class(method)(**fields), self.wire.token(who))

    async def told(self, method: str, who: Someone | None, /, **fields: Any) -> Any:
        """What a method answers; it must not refuse."""
        answer = await self.ask(method, who, **fields)
        assert answer.message is not None, f"{method}: {answer} {answer.problem}"
        return answer.message


def key() -> str:
    """A fresh idempotency key."""
    return new_id()


def quiet(parts: Sequence[Part]) -> list[Part]:
    """Without the parts that write by themselves."""
    return [part for part in parts if type(part).__name__ not in _SILENT]


@asynccontextmanager
async def running(database_url: Callable[[str], str], nats_url: str, data: Path) -> AsyncIterator[Scene]:
    """The four services on fresh databases, without a story yet."""
    document = keys.generate()
    urls = {service: database_url(service) for service in ("identity", "enrollment", "faculty", "notify")}
    signing = OKPKey.import_key({name: value for name, value in document["signing"][0].items() if name != "from"})
    wire = Wire({}, signing)
    servers: dict[str, GrpcServer] = {}
    directories: list[Directory] = []
    async with AsyncExitStack() as stack:

        async def boot(service: str, parts: Sequence[Part]) -> None:
            kept = quiet(parts)
            wire.addresses[service] = await stack.enter_async_context(people.running(kept))
            [servers[service]] = [part for part in kept if isinstance(part, GrpcServer)]
            directories.extend(part for part in kept if isinstance(part, Directory))

        def common(service: str) -> dict[str, Any]:
            return {
                "database_url": SecretStr(urls[service]),
                "nats_url": nats_url,
                "data_dir": data,
                "machine_secret": SECRETS[service],
                "identity_address": wire.addresses.get("identity", ""),
                "enrollment_address": wire.addresses.get("enrollment", ""),
            }

        identity = IdentitySettings(
            **common("identity"),
            keys_json=SecretStr(json.dumps(document)),
            machine_secrets=SECRETS,
            argon2_memory_kib=8 * 1024,
        )
        await boot("identity", identity_service.parts(identity))
        await boot("enrollment", enrollment_service.parts(EnrollmentSettings(**common("enrollment"))))
        await boot("faculty", faculty_service.parts(FacultySettings(**common("faculty"))))
        await boot("notify", notify_service.parts(NotifySettings(**common("notify"))))
        state = await State.connect(urls)
        stack.push_async_callback(state.close)
        stack.push_async_callback(wire.close)
        yield Scene(wire, state, servers, directories[0])
