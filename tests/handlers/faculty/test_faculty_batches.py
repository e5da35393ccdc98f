"""Batches opened, amended, published, read; their reminders and end (CAND-16, CAND-17, CAND-22, CAND-23)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from services.faculty.domain.candidacy_checks import Post
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    DIRECTOR,
    FAR,
    FAR_PROVINCE,
    NEURO,
    NOON,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    OTHER_WARD,
    PROVINCE,
    PROVINCE_STAFF,
    QILU,
    UNIT,
    faculty_member,
)
from tests.support.faculty_candidacies import DAY, Campaign, key

UNIT_OFFICE = Caller(new_id(), "teaching_department", UNIT)
FAR_OFFICE = Caller(new_id(), "teaching_department", FAR)


async def refused(doing: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await doing
    return caught.value


async def test_cand_19_a_base_and_a_province_open_batches_and_a_unit_does_not(campaign: Campaign) -> None:
    own, provincial = await campaign.batch(), await campaign.batch(PROVINCE_STAFF)
    views = [(await campaign.batches.get(PROVINCE_STAFF, each)).batch for each in (own, provincial)]
    assert [each.organisation_code for each in views] == [QILU, PROVINCE]
    assert str(views[0].reference_date) == "2026-03-22"
    assert (await refused(campaign.batch(UNIT_OFFICE))).reason == "UNIT_HAS_NO_BATCH"
    assert (await refused(campaign.batch(opens_at=None))).rule == "CAND-19"
    facts = await campaign.facts("batch.created")
    assert [(each.organisation_code, each.version, each.created) for _, each in facts] == [
        (QILU, 1, True),
        (PROVINCE, 1, True),
    ]


async def test_cand_16_a_base_cannot_waive_what_its_province_asks_for(campaign: Campaign) -> None:
    await campaign.core.database.execute(
        "INSERT INTO faculty_policy (organisation_code, edition, content, set_at) VALUES ($1, 1, $2, now())",
        *(PROVINCE, json.dumps({"needs_acknowledgement": True})),
    )
    batch_id = await campaign.batch(needs_acknowledgement=False)
    assert (await campaign.batches.get(OFFICE, batch_id)).batch.needs_acknowledgement


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (OFFICE, {QILU, PROVINCE}),
        (UNIT_OFFICE, {QILU, PROVINCE}),
        (DIRECTOR, {QILU, PROVINCE}),
        (OTHER_OFFICE, {OTHER, PROVINCE}),
        (PROVINCE_STAFF, {QILU, OTHER, PROVINCE}),
        (FAR_PROVINCE, {FAR}),
        (FAR_OFFICE, {FAR}),
        (faculty_member(), {QILU, OTHER, PROVINCE, FAR}),
    ],
    ids=["base", "unit", "director", "other base", "province", "other province", "its base", "newcomer"],
)
async def test_cand_22_whom_a_batch_concerns(campaign: Campaign, caller: Caller, seen: set[str]) -> None:
    made = {}
    for by in (OFFICE, OTHER_OFFICE, PROVINCE_STAFF, FAR_OFFICE):
        made[by.organisation] = await campaign.batch(by)
    listed, following = await campaign.batches.listed(caller, 0, None)
    assert {view.batch.organisation_code for view in listed} == seen
    assert following is None
    for organisation, batch_id in made.items():
        if organisation in seen:
            assert (await campaign.batches.get(caller, batch_id)).batch.batch_id == batch_id
        else:
            error, absent = [await refused(campaign.batches.get(caller, each)) for each in (batch_id, new_id())]
            assert (error.kind, str(error)) == (Kind.NOT_FOUND, str(absent))


async def test_cand_22_who_applies_in_a_province_sees_its_batches_until_that_is_over(campaign: Campaign) -> None:
    who, here, far = await campaign.teacher(), await campaign.batch(), await campaign.batch(FAR_OFFICE)
    begun = await campaign.begin(who, here)
    listed, _ = await campaign.batches.listed(who, 0, None)
    assert [view.batch.batch_id for view in listed] == [here]
    assert (await refused(campaign.begin(who, far, Post(FAR, NEURO)))).reason == "BATCH_NOT_FOUND"
    await campaign.owner.discard(who, await campaign.order(begun))
    listed, _ = await campaign.batches.listed(who, 0, None)
    assert {view.batch.batch_id for view in listed} == {here, far}


async def test_cand_22_pages_go_on_where_the_last_one_ended(campaign: Campaign) -> None:
    made = [await campaign.batch(opens_at=NOON + (n // 2) * DAY) for n in range(5)]
    found: list[str] = []
    after = None
    while True:
        views, after = await campaign.batches.listed(OFFICE, 2, after)
        found += [view.batch.batch_id for view in views]
        if after is None:
            break
    order = sorted(range(5), key=lambda n: (n // 2, made[n]), reverse=True)
    assert found == [made[n] for n in order]


async def test_cand_20_a_moved_reference_date_counts_the_months_anew(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    candidacy_id = await campaign.submitted(await campaign.teacher(), batch_id)
    assert (await campaign.row(candidacy_id)).title_months == 134
    wanted = campaign.wanted(reference_date=NOON.date().replace(month=2, day=1), reason="按年初计算")
    await campaign.batches.amend(OFFICE, batch_id, 1, wanted)
    row = await campaign.row(candidacy_id)
    assert (row.title_months, row.hospital_months, row.teaching_months) == (133, 211, 101)
    [(_, fact)] = await campaign.facts("batch.amended")
    assert (fact.version, fact.created) == (2, False)
    assert (
        await refused(campaign.batches.amend(OFFICE, batch_id, 1, wanted_again(campaign)))
    ).reason == "VERSION_MOVED"
    error = await refused(campaign.batches.amend(PROVINCE_STAFF, batch_id, 2, wanted_again(campaign)))
    assert (error.kind, error.reason) == (Kind.FORBIDDEN, "NOT_YOUR_BATCH")
    assert (await refused(campaign.batches.amend(OTHER_OFFICE, batch_id, 2, wanted_again(campaign)))).kind is (
        Kind.NOT_FOUND
    )
    await campaign.refuse(candidacy_id)
    error = await refused(campaign.batches.amend(OFFICE, batch_id, 2, wanted_again(campaign)))
    assert (error.field, error.rule) == ("reference_date", "CAND-20")


def wanted_again(campaign: Campaign) -> Any:
    return campaign.wanted(opens_at=NOON, reason="再改")


async def test_cand_21_results_are_published_when_nobody_waits(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    kept, undecided = [await campaign.submitted(await campaign.teacher(), batch_id) for _ in range(2)]
    await campaign.recommend(kept)
    assert (await refused(campaign.batches.publish(OFFICE, batch_id, 1, key(), b""))).reason == "BATCH_OPEN"
    campaign.clock.goes(20 * DAY)
    assert (await refused(campaign.batches.publish(OFFICE, batch_id, 1, key(), b""))).reason == "STILL_UNDECIDED"
    assert await campaign.ticks.expire(batch_id) == (1, 0)
    assert (await campaign.row(undecided)).state == "expired"
    await campaign.batches.publish(OFFICE, batch_id, 1, key(), b"")
    assert (await campaign.batches.get(OFFICE, batch_id)).batch.published_at == campaign.clock.now()
    [(_, fact)] = await campaign.facts("batch.published")
    assert (fact.batch_id, fact.version) == (batch_id, 2)


async def test_cand_17_the_clock_ends_what_nobody_decided_on_and_nothing_else(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    people = [await campaign.teacher() for _ in range(5)]
    draft = await campaign.begin(people[0], batch_id)
    waiting, returned, refused_one, upheld = [await campaign.submitted(who, batch_id) for who in people[1:]]
    await campaign.hand_back(returned)
    await campaign.refuse(refused_one, upheld)
    await campaign.owner.appeal(people[4], await campaign.order(upheld), "请复核")
    await campaign.decisions.resolve_appeal(OFFICE, await campaign.order(upheld), "同意", uphold=True)
    clock = await campaign.ticks.clock(batch_id)
    assert (clock.drafts, clock.undecided, clock.view.phase) == (2, 2, "open")
    assert [view.batch.batch_id for view in await campaign.ticks.waits()] == [batch_id]
    campaign.clock.goes(20 * DAY)
    assert [view.batch.batch_id for view in await campaign.ticks.waits()] == [batch_id]
    ended = await asyncio.gather(*(campaign.ticks.expire(batch_id) for _ in range(2)))
    assert sorted(ended) == [(0, 0), (3, 0)]
    states = [(await campaign.row(each)).state for each in (draft, waiting, returned, refused_one, upheld)]
    assert states == ["expired", "expired", "expired", "not_recommended", "submitted"]
    assert await campaign.ticks.waits() == []
    told = [fact for _, fact in await campaign.facts("candidacy.decided") if fact.kind == "expired"]
    assert {fact.candidacy.candidacy_id for fact in told} == {draft, waiting, returned}
    [kept] = (await campaign.reading.detail(OFFICE, waiting)).decisions
    assert (kept.kind, kept.by, kept.evaluation is None) == ("expired", "", False)


async def test_cand_23_each_reminder_is_given_once(campaign: Campaign) -> None:
    batch_id = await campaign.batch(PROVINCE_STAFF)
    appointed, late, applied = [await campaign.teacher() for _ in range(3)]
    await campaign.recommend(await campaign.submitted(appointed, await campaign.batch()))
    draft = await campaign.begin(late, batch_id)
    await campaign.submitted(applied, batch_id, Post(OTHER, OTHER_WARD))
    due = NOON + DAY
    told = {}
    for kind in ("opened", "drafts", "undecided"):
        told[kind] = [await campaign.ticks.remind(batch_id, kind, due) for _ in range(2)]
    assert told == {"opened": [1, 0], "drafts": [1, 0], "undecided": [1, 0]}
    facts = {fact.kind: fact for _, fact in await campaign.facts("batch.reminded")}
    assert list(facts["opened"].person_ids) == [appointed.person_id]
    assert list(facts["drafts"].person_ids) == [late.person_id]
    assert (list(facts["undecided"].organisation_codes), list(facts["undecided"].counts)) == ([OTHER], [1])
    assert await campaign.ticks.remind(batch_id, "drafts", due + DAY) == 1
    await campaign.owner.discard(late, await campaign.order(draft))
    assert await campaign.ticks.remind(batch_id, "drafts", due + 2 * DAY) == 0


async def test_cand_22_counts_are_of_what_the_reader_reaches(campaign: Campaign) -> None:
    batch_id, who = await campaign.batch(PROVINCE_STAFF), await campaign.teacher()
    await campaign.submitted(who, batch_id)
    await campaign.submitted(await campaign.teacher(), batch_id, Post(OTHER, OTHER_WARD))
    readers = {"office": OFFICE, "director": DIRECTOR, "province": PROVINCE_STAFF, "other": OTHER_OFFICE, "who": who}
    counts = {name: dict((await campaign.batches.get(by, batch_id)).counts) for name, by in readers.items()}
    one, two = {"submitted": 1}, {"submitted": 2}
    assert counts == {"office": one, "director": one, "province": two, "other": one, "who": {}}


async def test_cand_17_begun_anew_after_an_upheld_appeal_it_expires_as_any_draft(campaign: Campaign) -> None:
    who, batch_id = await campaign.teacher(), await campaign.batch()
    candidacy_id = await campaign.submitted(who, batch_id)
    await campaign.refuse(candidacy_id)
    await campaign.owner.appeal(who, await campaign.order(candidacy_id), "材料已补齐")
    await campaign.decisions.resolve_appeal(OFFICE, await campaign.order(candidacy_id), "同意", uphold=True)
    await campaign.hand_back(candidacy_id)
    await campaign.owner.discard(who, await campaign.order(candidacy_id))
    assert await campaign.begin(who, batch_id) == candidacy_id
    campaign.clock.goes(21 * DAY)
    assert await campaign.ticks.expire(batch_id) == (1, 0)
    assert (await campaign.row(candidacy_id)).state == "expired"
