"""C7.11 and CAND-24 over a real database: who teaches elsewhere leaves there first; nobody learns who decided."""

from __future__ import annotations

import pytest

from residency.faculty.v1 import batch_service_pb2 as pb
from services.faculty.deeds import content_of
from services.kit.domain import DomainError
from services.kit.ids import new_id
from tests.support.faculty import OTHER, QILU
from tests.support.faculty_candidacies import Campaign


async def appoint(campaign: Campaign, person_id: str, base: str, state: str) -> None:
    """An appointment of somebody somewhere."""
    await campaign.core.database.execute(
        "INSERT INTO appointment (appointment_id, person_id, base_code, department_code, state, from_day, until_day,"
        " created_at) VALUES ($1, $2, $3, 'WARD', $4, '2026-01-01', '2026-12-31', now())",
        *(new_id(), person_id, base, state),
    )


async def test_cand_10_who_teaches_for_another_hospital_is_not_recommended_until_they_left(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    for state, done in (("active", False), ("suspended", False), ("transferred", True), ("dismissed", True)):
        who = await campaign.teacher()
        candidacy_id = await campaign.submitted(who, batch_id)
        await appoint(campaign, who.person_id, OTHER, state)
        await campaign.attest(who.person_id)
        if done:
            await campaign.recommend(candidacy_id)
            assert (await campaign.row(candidacy_id)).state == "recommended"
            continue
        with pytest.raises(DomainError) as refused:
            await campaign.recommend(candidacy_id)
        assert (refused.value.reason, refused.value.rule) == ("RULES_NOT_MET", "CAND-10"), state


async def test_cand_10_an_appointment_of_ones_own_base_is_in_nobodys_way(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    await campaign.attest(who.person_id)
    await appoint(campaign, who.person_id, QILU, "expired")
    await campaign.recommend(candidacy_id)
    assert (await campaign.row(candidacy_id)).state == "recommended"


def test_a_key_stands_for_a_kind_of_command_and_its_content() -> None:
    recall = pb.RecallCandidacyRequest(candidacy_id="a", version=1, idempotency_key="k")
    discard = pb.DiscardCandidacyRequest(candidacy_id="a", version=1, idempotency_key="k")
    assert content_of(recall) != content_of(discard)
