"""MSG-33 over a real database: who belongs to an audience, page by page, while people come and go."""

from __future__ import annotations

import pytest

from residency.enrollment.v1 import audience_service_pb2 as pb
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2
from services.enrollment.grpc_api.audiences import Audiences
from services.enrollment.handlers.applications import WithdrawApplication
from services.enrollment.handlers.audiences import AudienceHandlers
from services.enrollment.store.audiences import Audience, AudienceStore, Query
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage, applicant, key


def handlers(stage: Stage) -> AudienceHandlers:
    return AudienceHandlers(stage.cycle_store, AudienceStore(stage.database))


async def everybody_in(
    stage: Stage, audience: Audience, base: str = "", specialty: str = "", size: int = 2
) -> list[str]:
    """All members in pages of `size`; counting them agrees."""
    query, token, found = Query(stage.cycle_id, audience, base, specialty), "", list[str]()
    while True:
        page = await handlers(stage).list_audience(query, size, token)
        found += [member.person_id or member.organisation_code for member in page.members]
        if not page.next_token:
            break
        token = page.next_token
    assert (await handlers(stage).count_audience(query)).count == len(found)
    assert (await handlers(stage).count_audience(query)).province_code == "37"
    return found


async def test_msg_33_an_audience_is_who_stands_so_at_this_moment(stage: Stage) -> None:
    await stage.stand(P1)
    draft = applicant()
    await stage.start(draft)
    pending, _ = await stage.registered(Choice(QILU, SKIN, True))
    elsewhere, _ = await stage.registered(Choice(SECOND, MEDICINE, True))
    withdrawn, view = await stage.registered()
    await stage.applications.withdraw_application(withdrawn, WithdrawApplication(stage.cycle_id, key()))
    placed, view = await stage.registered()
    rejected, other = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=True)
    await stage.grant(view)
    await stage.review(other, approve=False)

    def ids(*people: Caller) -> list[str]:
        return sorted(person.person_id for person in people)

    assert await everybody_in(stage, Audience.EVERYBODY) == ids(draft, pending, elsewhere, placed, rejected)
    assert await everybody_in(stage, Audience.DRAFTS) == ids(draft)
    assert await everybody_in(stage, Audience.SUBMITTED) == ids(pending, elsewhere, placed, rejected)
    assert await everybody_in(stage, Audience.UNPLACED) == ids(pending, elsewhere, rejected)
    assert await everybody_in(stage, Audience.PLACED) == ids(placed)
    assert await everybody_in(stage, Audience.SUBMITTED, QILU) == ids(pending, placed, rejected)
    assert await everybody_in(stage, Audience.EVERYBODY, QILU, SKIN) == ids(pending)
    assert await everybody_in(stage, Audience.UNPLACED, specialty=MEDICINE) == ids(elsewhere, rejected)


async def test_msg_33_bases_are_an_audience_too(stage: Stage) -> None:
    assert await everybody_in(stage, Audience.BASES, size=1) == [QILU, SECOND]
    assert await everybody_in(stage, Audience.BASES, SECOND) == [SECOND]
    assert await everybody_in(stage, Audience.BASES, specialty=SKIN) == [QILU]


async def test_msg_33_who_comes_leaves_or_begins_anew_between_two_pages_is_named_at_most_once(stage: Stage) -> None:
    await stage.decree(reregistration=True)
    await stage.stand(P1)
    people = [person for person, _ in [await stage.registered() for _ in range(5)]]
    people.sort(key=lambda person: person.person_id)
    query = Query(stage.cycle_id, Audience.EVERYBODY)
    first = await handlers(stage).list_audience(query, 3, "")
    await stage.applications.withdraw_application(people[0], WithdrawApplication(stage.cycle_id, key()))
    await stage.applications.withdraw_application(people[4], WithdrawApplication(stage.cycle_id, key()))
    # A live application anew, under an id behind all others.
    await stage.database.execute(
        """
        INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, audit_hash)
        VALUES ($1, $2, $3, '某', '3', 1, 'draft', 1, '')
        """,
        new_id(),
        stage.cycle_id,
        people[0].person_id,
    )
    rest = await handlers(stage).list_audience(query, 3, first.next_token)
    named = [member.person_id for member in (*first.members, *rest.members)]
    assert named == [person.person_id for person in people[:4]]


async def test_msg_33_what_the_cycle_does_not_have_is_refused_by_field(stage: Stage, database: Database) -> None:
    async def refused(query: Query) -> tuple[str, str]:
        with pytest.raises(DomainError) as refusal:
            await handlers(stage).count_audience(query)
        return refusal.value.reason, refusal.value.field

    assert await refused(Query(stage.cycle_id, Audience.SUBMITTED, "SD-NONE")) == ("UNKNOWN_BASE", "base_code")
    unknown = Query(stage.cycle_id, Audience.SUBMITTED, "", "9999")
    assert await refused(unknown) == ("UNKNOWN_SPECIALTY", "specialty_code")
    assert await refused(Query(stage.cycle_id, Audience.DRAFTS, QILU)) == ("DRAFTS_NOT_NARROWED", "audience")
    assert (await refused(Query(new_id(), Audience.EVERYBODY)))[0] == "CYCLE_NOT_FOUND"
    await database.execute("UPDATE cycle SET draft = true WHERE id = $1", stage.cycle_id)
    await database.execute("UPDATE cycle_gate SET edition = edition + 1 WHERE cycle_id = $1", stage.cycle_id)
    assert (await refused(Query(stage.cycle_id, Audience.EVERYBODY)))[0] == "CYCLE_NOT_FOUND"


async def test_msg_33_the_contract_says_the_same(stage: Stage) -> None:
    await stage.stand(P1)
    person, view = await stage.registered()
    api = Audiences(handlers(stage))
    asked = pb.ListAudienceRequest(cycle_id=stage.cycle_id, audience=pb.AUDIENCE_SUBMITTED, base_code=QILU)
    answer = await api.ListAudience(asked, None)
    member = pb.AudienceMember(person_id=person.person_id, application_id=view.application_id)
    assert answer == pb.ListAudienceResponse(members=[member], province_code="37")
    asked.count_only = True
    assert await api.ListAudience(asked, None) == pb.ListAudienceResponse(count=1, province_code="37")
    bases = pb.ListAudienceRequest(cycle_id=stage.cycle_id, audience=pb.AUDIENCE_BASES, page_size=1)
    answer = await api.ListAudience(bases, None)
    assert [each.organisation_code for each in answer.members] == [QILU]
    assert answer.next_page_token == QILU
