"""Support: finds a person, looks as they look, asks for more, reveals a number; every step is in the audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.identity.core import Core
from services.identity.domain import documents, mobile
from services.identity.domain.documents import DocumentType
from services.identity.factors import Factors
from services.identity.facts import Notice, noticed
from services.identity.handlers.helping import check_acted_for, hat_to_look_through, helped, helps
from services.identity.handlers.naming import named
from services.identity.opening import Opened, SessionOpener
from services.identity.proposals import NAME, Proposal, ProposalKind, find, propose, use
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.identity.wire import unknown_person
from services.kit.audit import note
from services.kit.commands import once, remember
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

FOUND = 20
"""SUP-01: most persons one search shows."""
_SUMMARIES = {
    ProposalKind.ACTING_WRITE: f"代{NAME}办理业务（一次，获准后30分钟内）",
    ProposalKind.OVERRIDE_BINDING: f"核验证件后，允许{NAME}在30天内再次实名认证",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of somebody, whole values only; empty for not known."""

    login: str
    name: str
    document_number: str = field(repr=False)
    mobile: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A person found, with hats and kinds of second factors."""

    person: Person
    hats: Sequence[Hat]
    factors: Sequence[str]


@dataclass(frozen=True, slots=True)
class Revealed:
    """Numbers in full; empty where there is none."""

    document_number: str = field(repr=False)
    mobile: str = field(repr=False)


class SupportHandlers:
    """Use cases of support."""

    def __init__(self, core: Core, opener: SessionOpener, factors: Factors) -> None:
        self._core = core
        self._opener = opener
        self._factors = factors

    async def find_persons(self, who: Caller, search: Search) -> Sequence[Found]:
        """SUP-01: persons within reach that fit everything that is said, at most twenty; the search is audited.

        Raises DomainError INVALID NOTHING_TO_FIND, MOBILE_FORMAT.
        """
        said = [name for name in ("login", "name", "document_number", "mobile") if getattr(search, name).strip()]
        if not said:
            message = "请填写登录名、姓名、证件号码或手机号码中的至少一项。"
            raise DomainError(Kind.INVALID, "NOTHING_TO_FIND", message, field="login", rule="SUP-01")
        number = mobile.parse(search.mobile) if "mobile" in said else ""
        async with self._core.database.unit_of_work() as uow:
            tree = await Organisations(uow.session).tree()
            found: list[Found] = []
            for person in await self._candidates(uow, search, said, number):
                hats = await Hats(uow.session).of(person.person_id)
                if person.state is not PersonState.ERASED and helps(who, hats, tree):
                    found.append(Found(person, hats, await self._factors.enrolled(uow, person.person_id)))
            detail = {"by": ",".join(said), "found": ",".join(each.person.person_id for each in found)}
            await note(uow, self._core.clock, "persons_searched", who.actor, who=who, detail=detail)
        return found

    async def act_as(self, who: Caller, person_id: str, reason: str, proposal_id: str) -> Opened:
        """SUP-02: a session that sees what the person sees, for ten minutes; it writes only with a granted proposal.

        The person hears of it. Raises:
            DomainError: NOT_FOUND PERSON_UNKNOWN; FORBIDDEN OWN_ACCOUNT, NOT_ACTED_FOR, ACCOUNT_SUSPENDED, NO_HAT,
                PROPOSAL_NOT_GRANTED.
        """
        clock = self._core.clock
        async with self._core.database.unit_of_work() as uow:
            person, hats, _ = await helped(uow, who, person_id, lock=True)
            check_acted_for(hats)
            if proposal_id:
                await use(uow, clock, who, proposal_id, ProposalKind.ACTING_WRITE, person_id)
            wearable = [hat for hat in hats if hat.wearable(clock.now())]
            opened = await self._opener.open(
                uow,
                person,
                hat=hat_to_look_through(wearable),
                acting_by=who.person_id,
                may_write=bool(proposal_id),
            )
            detail: dict[str, str | bool] = {
                "session": opened.session_id,
                "may_write": bool(proposal_id),
                "proposal": proposal_id,
            }
            await note(uow, clock, "acted_as", person_id, who=who, reason=reason, detail=detail)
            uow.add_fact(noticed(person_id, Notice.ACTED_AS))
        return opened

    async def propose_acting_write(self, who: Caller, person_id: str, reason: str, key: str) -> Proposal:
        """SUP-03: ask for the right to act with writing, once. Raises as `act_as`, and IDEMPOTENCY_KEY_REUSED."""
        return await self._propose(who, ProposalKind.ACTING_WRITE, person_id, reason, key)

    async def propose_binding_override(self, who: Caller, person_id: str, reason: str, key: str) -> Proposal:
        """SUP-04: ask to lift the thirty days for one person. Raises PERSON_UNKNOWN, OWN_ACCOUNT."""
        return await self._propose(who, ProposalKind.OVERRIDE_BINDING, person_id, reason, key)

    async def reveal(self, who: Caller, person_id: str, reason: str) -> Revealed:
        """SUP-05: document and mobile number in full; in the audit with the reason, and the person hears of it.

        Raises DomainError NOT_FOUND PERSON_UNKNOWN; FORBIDDEN OWN_ACCOUNT.
        """
        async with self._core.database.unit_of_work() as uow:
            person, _, _ = await helped(uow, who, person_id)
            await note(uow, self._core.clock, "document_revealed", person_id, who=who, reason=reason)
            uow.add_fact(noticed(person_id, Notice.DOCUMENT_REVEALED))
        return Revealed(
            self._core.vault.open(person.document_sealed, person_id) if person.document_sealed else "",
            self._core.vault.open(person.mobile_sealed, person_id) if person.mobile_sealed else "",
        )

    async def _candidates(self, uow: UnitOfWork, search: Search, said: Sequence[str], number: str) -> list[Person]:
        """Who fits all that is said; every criterion is a whole value, found by a keyed hash where it is a number."""
        people = People(uow.session)
        sets: list[list[Person]] = []
        if "login" in said:
            one = await people.by_login(search.login.strip().lower())
            sets.append([one] if one else [])
        if "document_number" in said:
            sets.append(await self._by_document(people, search.document_number))
        if "mobile" in said:
            sets.append(list(await people.by_mobile(self._core.vault.lookup("mobile", number))))
        name = search.name.strip()
        if not sets:
            return list(await people.by_name(name, FOUND))
        fitting = [person for person in sets[0] if not name or person.name == name]
        for other in sets[1:]:
            ids = {person.person_id for person in other}
            fitting = [person for person in fitting if person.person_id in ids]
        return fitting[:FOUND]

    async def _by_document(self, people: People, typed: str) -> list[Person]:
        """The kind is not said: a number is looked for under each."""
        found = []
        for kind in DocumentType:
            key = documents.key(kind, documents.normalised(kind, typed))
            person = await people.by_document(self._core.vault.lookup("document", key))
            if person is not None:
                found.append(person)
        return found

    async def _propose(self, who: Caller, kind: ProposalKind, person_id: str, reason: str, key: str) -> Proposal:
        body = json.dumps([kind.value, person_id, reason], ensure_ascii=False).encode()
        async with self._core.database.unit_of_work() as uow:
            stored = await once(uow, self._core.clock, who.actor, key, body)
            if stored is not None:
                earlier = await find(uow, stored.decode())
                if earlier is None:
                    raise unknown_person()
                return await named(uow, earlier)
            _, hats, _ = await helped(uow, who, person_id)
            if kind is ProposalKind.ACTING_WRITE:
                check_acted_for(hats)
            proposal = await propose(
                *(uow, self._core.clock, who),
                kind=kind,
                summary=_SUMMARIES[kind],
                content={"person_id": person_id},
                organisation_code=who.organisation,
                reason=reason,
            )
            await remember(uow, who.actor, key, proposal.proposal_id.encode())
            return await named(uow, proposal)
