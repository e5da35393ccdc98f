"""What owners and staff do with candidacies, on a real database (CAND-05, CAND-07, CAND-08, CAND-24, CAND-28, …)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.faculty.domain.candidacy_checks import Post
from services.faculty.handlers.candidacy_decisions import Many, Wish
from services.faculty.handlers.candidacy_facts import Words
from services.faculty.store import candidacies
from services.faculty.store.dossiers import Sealing
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    FAR_PROVINCE,
    NEURO,
    NOON,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    OTHER_WARD,
    PROVINCE_STAFF,
    QILU,
    UNIT,
    UNIT_WARD,
)
from tests.support.faculty_candidacies import DAY, Campaign, key
from tests.support.vaults import NEXT


async def refused(doing: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await doing
    return caught.value


async def test_cand_08_what_was_submitted_is_frozen_and_later_edits_do_not_count(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    row = await campaign.row(candidacy_id)
    months = (row.title_months, row.hospital_months, row.teaching_months)
    assert months == (134, 212, 102), "on the last day, 22 March 2026"
    assert (row.title, row.has_qualification, row.base_code, row.name) == ("attending", "yes", QILU, "王老师")
    await campaign.dossier(who, title="other")
    view = await campaign.reading.one(OFFICE, candidacy_id)
    assert view.evaluation is not None
    assert view.evaluation.passes
    detail = await campaign.reading.detail(OFFICE, candidacy_id)
    assert detail.dossier["work"]["title"] == "attending"
    assert detail.dossier["contact"]["mobile"] == "13800000000"
    dump = await campaign.core.database.fetchval("SELECT string_agg(t::text, '') FROM candidacy t")
    assert "13800000000" not in dump
    await campaign.recommend(candidacy_id)


async def test_cand_03_an_incomplete_dossier_neither_begins_nor_is_submitted(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    who = await campaign.teacher(complete=False)
    error = await refused(campaign.begin(who, batch_id))
    assert (error.reason, error.rule) == ("DOSSIER_INCOMPLETE", "CAND-03")
    await campaign.dossier(who)
    begun = await campaign.begin(who, batch_id)
    await campaign.dossier(who, title="")
    error = await refused(campaign.owner.submit(who, await campaign.order(begun)))
    assert error.rule == "CAND-03"
    [able] = [able for action, able in (await campaign.reading.one(who, begun)).capabilities if action == "submit"]
    assert (able.allowed, able.reason) == (False, "DOSSIER_INCOMPLETE")


async def test_cand_04_one_open_candidacy_whatever_the_batch(campaign: Campaign) -> None:
    first, second = await campaign.batch(), await campaign.batch()
    who = await campaign.teacher()
    doing = [campaign.begin(who, batch) for batch in (first, second)]
    told = await asyncio.gather(*doing, return_exceptions=True)
    [error] = [each for each in told if isinstance(each, DomainError)]
    assert (error.reason, error.rule) == ("CANDIDACY_OPEN", "CAND-04")
    [begun] = [each for each in told if isinstance(each, str)]
    await campaign.owner.discard(who, await campaign.order(begun))
    open_one = await campaign.begin(who, second)
    assert (await refused(campaign.begin(who, first))).reason == "CANDIDACY_OPEN"
    await campaign.owner.submit(who, await campaign.order(open_one))
    await campaign.refuse(open_one)
    await campaign.begin(who, first)
    error = await refused(campaign.decisions.reverse(OFFICE, await campaign.order(open_one), "再看"))
    assert error.rule == "CAND-04"


async def test_cand_04_what_becomes_open_while_another_is_begun_is_a_conflict(campaign: Campaign) -> None:
    who = await campaign.teacher()
    decided = await campaign.submitted(who, await campaign.batch())
    await campaign.refuse(decided)
    await campaign.begin(who, await campaign.batch())

    async def reopen() -> None:
        # As a command does that looked before the other was begun.
        async with campaign.core.database.unit_of_work() as uow:
            await candidacies.change(uow.session, decided, state="submitted")

    error = await refused(reopen())
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "CANDIDACY_OPEN", "CAND-04")
    assert (await campaign.row(decided)).state == "not_recommended"


async def test_cand_05_what_was_discarded_begins_anew_as_the_same(campaign: Campaign) -> None:
    batch_id, who = await campaign.batch(), await campaign.teacher()
    candidacy_id = await campaign.submitted(who, batch_id)
    await campaign.hand_back(candidacy_id)
    await campaign.owner.discard(who, await campaign.order(candidacy_id))
    row = await campaign.row(candidacy_id)
    assert (row.state, row.snapshot) == ("discarded", None)
    assert (await refused(campaign.reading.one(OFFICE, candidacy_id))).kind is Kind.NOT_FOUND
    assert await campaign.begin(who, batch_id, Post(QILU, CARDIO)) == candidacy_id
    again = await campaign.row(candidacy_id)
    assert (again.state, again.department_code, again.version) == ("draft", CARDIO, row.version + 1)
    assert again.reason == ""


@pytest.mark.parametrize(
    ("post", "reason", "field"),
    [
        (Post(QILU, NEURO, (CARDIO,)), "", ""),
        (Post(UNIT, UNIT_WARD), "", ""),
        (Post(UNIT, CARDIO, (UNIT_WARD,)), "", ""),
        (Post(OTHER, OTHER_WARD), "EMPLOYER_OUTSIDE", "hospital_code"),
        (Post("XX", NEURO), "EMPLOYER_OUTSIDE", "hospital_code"),
        (Post(QILU, OTHER_WARD), "DEPARTMENT_OUTSIDE", "department_code"),
        (Post(QILU, UNIT_WARD), "DEPARTMENT_OUTSIDE", "department_code"),
        (Post(QILU, NEURO, (OTHER_WARD,)), "DEPARTMENT_OUTSIDE", "extra_department_codes"),
        (Post(QILU, NEURO, (NEURO,)), "DEPARTMENT_TWICE", "extra_department_codes"),
        (Post(QILU, NEURO, (CARDIO, CARDIO)), "DEPARTMENT_TWICE", "extra_department_codes"),
    ],
)
async def test_cand_06_cand_07_employer_and_departments(
    campaign: Campaign, post: Post, reason: str, field: str
) -> None:
    batch_id, who = await campaign.batch(), await campaign.teacher()
    if reason:
        error = await refused(campaign.begin(who, batch_id, post))
        assert (error.kind, error.reason, error.field) == (Kind.INVALID, reason, field)
    else:
        assert (await campaign.row(await campaign.begin(who, batch_id, post))).base_code == QILU


async def test_cand_06_a_province_takes_people_of_all_its_bases(campaign: Campaign) -> None:
    batch_id = await campaign.batch(PROVINCE_STAFF)
    for post, base in ((Post(OTHER, OTHER_WARD), OTHER), (Post(UNIT, UNIT_WARD), QILU)):
        who = await campaign.teacher()
        assert (await campaign.row(await campaign.begin(who, batch_id, post))).base_code == base
    error = await refused(campaign.begin(await campaign.teacher(), batch_id, Post("ZJ-FAR", NEURO)))
    assert error.rule == "CAND-06"


async def test_cand_27_who_is_not_verified_does_not_apply(campaign: Campaign) -> None:
    who = await campaign.teacher()
    known = campaign.people.known[who.person_id]
    campaign.people.known[who.person_id] = replace(known, verified=False)
    error = await refused(campaign.begin(who, await campaign.batch()))
    assert (error.reason, error.rule) == ("NOT_VERIFIED", "CAND-27")


async def test_cand_26_another_version_is_refused_and_a_repeat_changes_nothing(campaign: Campaign) -> None:
    who = await campaign.teacher()
    begun = await campaign.begin(who, await campaign.batch())
    order = await campaign.order(begun)
    await campaign.owner.submit(who, order)
    await campaign.owner.submit(who, order)
    assert (await campaign.row(begun)).version == order.version + 1
    error = await refused(campaign.owner.recall(who, replace(order, key=key())))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "VERSION_MOVED", "CAND-26")
    error = await refused(campaign.owner.submit(who, replace(order, body=b"something else")))
    assert error.reason == "IDEMPOTENCY_KEY_REUSED"
    assert [name for name, _ in await campaign.facts()] == ["batch.created", "candidacy.submitted"]


async def test_cand_09_recalled_before_it_is_opened_and_gone_for_the_office(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    await campaign.owner.recall(who, await campaign.order(candidacy_id))
    row = await campaign.row(candidacy_id)
    assert (row.state, row.snapshot, row.submitted_at) == ("draft", None, None)
    assert (await refused(campaign.reading.one(OFFICE, candidacy_id))).kind is Kind.NOT_FOUND
    await campaign.owner.submit(who, await campaign.order(candidacy_id))
    await campaign.decisions.open(OFFICE, await campaign.order(candidacy_id))
    error = await refused(campaign.owner.recall(who, await campaign.order(candidacy_id)))
    assert (error.reason, error.rule) == ("CANDIDACY_OPENED", "CAND-09")
    await campaign.hand_back(candidacy_id)
    await campaign.owner.submit(who, await campaign.order(candidacy_id))
    await campaign.owner.recall(who, await campaign.order(candidacy_id))


async def test_cand_10_a_recommendation_is_an_appointment_and_keeps_its_evaluation(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch(), Post(QILU, NEURO, (CARDIO,)))
    await campaign.recommend(candidacy_id)
    row = await campaign.row(candidacy_id)
    [made] = await campaign.core.database.fetch("SELECT * FROM appointment")
    assert str(made["appointment_id"]) == row.appointment_id
    assert (made["state"], str(made["person_id"]), made["name"]) == ("active", who.person_id, "王老师")
    assert (made["department_code"], made["extra_departments"], made["title"]) == (NEURO, [CARDIO], "attending")
    assert (row.decided_at, row.decided_by) == (NOON, OFFICE.person_id)
    # Evidence that comes later changes what is evaluated now, not what was decided on.
    await campaign.core.database.execute("DELETE FROM evidence")
    detail = await campaign.reading.detail(who, candidacy_id)
    assert detail.view.evaluation is not None
    assert detail.view.evaluation.passes
    [decided] = detail.decisions
    assert (decided.kind, decided.by, decided.version) == ("recommended", OFFICE.person_id, row.version)
    [(_, fact)] = await campaign.facts("candidacy.decided")
    assert (fact.kind, fact.candidacy.state, fact.candidacy.version) == ("recommended", 4, row.version)


async def test_cand_10_whose_rules_are_not_met_is_not_recommended(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    unattested = await campaign.submitted(await campaign.teacher(qualified=False), batch_id)
    too_young = await campaign.submitted(await campaign.teacher(title_since="2024-01-01"), batch_id)
    for candidacy_id in (unattested, too_young):
        error = await refused(campaign.recommend(candidacy_id))
        assert (error.kind, error.reason, error.rule) == (Kind.NOT_NOW, "RULES_NOT_MET", "CAND-10")
    assert await campaign.core.database.fetchval("SELECT count(*) FROM appointment") == 0


async def test_cand_11_reasons_are_coded_and_other_needs_words(campaign: Campaign) -> None:
    candidacy_id = await campaign.submitted(await campaign.teacher(), await campaign.batch())
    for code, reason, expected in (("nonsense", "", "REASON_UNKNOWN"), ("other", " ", "REASON_MISSING")):
        many = await campaign.many([candidacy_id], Words(code, reason))
        error = await refused(campaign.decisions.refuse_many(OFFICE, many))
        assert (error.reason, error.rule) == (expected, "CAND-11")
    many = await campaign.many([candidacy_id], Words("material", ""))
    assert (await refused(campaign.decisions.return_many(OFFICE, many))).reason == "REASON_MISSING"
    many = await campaign.many([candidacy_id], Words("other", "身份证370102198001011234有误"))
    assert (await refused(campaign.decisions.refuse_many(OFFICE, many))).reason == "REASON_NUMBERS"
    await campaign.refuse(candidacy_id, code="department_limit")
    assert (await campaign.row(candidacy_id)).reason == "科室名额已满"


async def test_cand_12_a_recommendation_is_revoked_with_its_appointment(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    kept, late = [await campaign.submitted(await campaign.teacher(), batch_id) for _ in range(2)]
    await campaign.recommend(kept, late)
    await campaign.decisions.revoke(OFFICE, await campaign.order(kept), "名额调整")
    row = await campaign.row(kept)
    assert (row.state, row.appointment_id, row.decided_at) == ("submitted", None, None)
    states = await campaign.core.database.fetch("SELECT state FROM appointment ORDER BY state")
    assert [each["state"] for each in states] == ["active", "dismissed"]
    await campaign.recommend(kept)
    campaign.clock.goes(21 * DAY)
    await campaign.decisions.revoke(OFFICE, await campaign.order(kept), "名额调整")
    assert (await campaign.row(kept)).state == "expired"
    batch = (await campaign.batches.get(OFFICE, batch_id)).batch
    await campaign.batches.publish(OFFICE, batch_id, batch.version, key(), b"")
    error = await refused(campaign.decisions.revoke(OFFICE, await campaign.order(late), "名额调整"))
    assert (error.reason, error.rule) == ("BATCH_PUBLISHED", "CAND-12")


async def test_cand_14_an_appeal_is_sealed_and_upheld_after_the_close(campaign: Campaign) -> None:
    who, batch_id = await campaign.teacher(), await campaign.batch()
    candidacy_id = await campaign.submitted(who, batch_id)
    await campaign.refuse(candidacy_id)
    campaign.clock.goes(14 * DAY)
    await campaign.owner.appeal(who, await campaign.order(candidacy_id), "材料已补齐")
    dump = await campaign.core.database.fetchval("SELECT string_agg(t::text, '') FROM candidacy t")
    assert "材料已补齐" not in dump
    assert (await campaign.reading.one(OFFICE, candidacy_id)).appeal == "材料已补齐"
    campaign.clock.goes(10 * DAY)
    await campaign.decisions.resolve_appeal(OFFICE, await campaign.order(candidacy_id), "同意", uphold=True)
    assert await campaign.ticks.expire(batch_id) == (0, 0)
    await campaign.refuse(candidacy_id)
    error = await refused(campaign.owner.appeal(who, await campaign.order(candidacy_id), "再申诉"))
    assert (error.reason, error.rule) == ("APPEALED_ONCE", "CAND-14")
    kinds = [each.kind for each in (await campaign.reading.detail(who, candidacy_id)).decisions]
    assert kinds == ["not_recommended", "appeal_upheld", "not_recommended"]


async def test_cand_15_nobody_decides_about_themselves(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    themselves = Caller(who.person_id, "teaching_department", QILU)
    acting = Caller(new_id(), "teaching_department", QILU, acting_by=who.person_id)
    for by in (themselves, acting):
        for decide in (campaign.recommend, campaign.refuse, campaign.hand_back):
            error = await refused(decide(candidacy_id, by=by))
            assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "OWN_CASE", "CAND-15")
        assert (await refused(campaign.decisions.open(by, await campaign.order(candidacy_id)))).reason == "OWN_CASE"


async def test_cand_16_the_province_acknowledges_before_it_counts(campaign: Campaign) -> None:
    who, batch_id = await campaign.teacher(), await campaign.batch(needs_acknowledgement=True)
    candidacy_id = await campaign.submitted(who, batch_id)
    await campaign.recommend(candidacy_id)
    state = "SELECT state FROM appointment"
    assert await campaign.core.database.fetchval(state) == "pending"
    order = await campaign.order(candidacy_id)
    assert (await refused(campaign.decisions.acknowledge(FAR_PROVINCE, order))).kind is Kind.NOT_FOUND
    await campaign.decisions.acknowledge(PROVINCE_STAFF, order)
    assert await campaign.core.database.fetchval(state) == "active"
    error = await refused(campaign.decisions.revoke(OFFICE, await campaign.order(candidacy_id), "有误"))
    assert (error.reason, error.rule) == ("ACKNOWLEDGED", "CAND-16")


async def test_cand_18_each_row_of_a_batch_action_is_accepted_or_refused_on_its_own(campaign: Campaign) -> None:
    batch_id = await campaign.batch()
    good, stale = [await campaign.submitted(await campaign.teacher(), batch_id) for _ in range(2)]
    unmet = await campaign.submitted(await campaign.teacher(qualified=False), batch_id)
    elsewhere = await campaign.batch(OTHER_OFFICE)
    foreign = await campaign.submitted(await campaign.teacher(), elsewhere, Post(OTHER, OTHER_WARD))
    many = await campaign.many([good, unmet, foreign])
    wishes = [*many.wishes, Wish(stale, 1), Wish(new_id(), 1)]
    many = Many(wishes, many.words, many.key, many.body)
    codes = []
    for _ in range(2):
        results = await campaign.decisions.recommend_many(OFFICE, many)
        codes.append([result.refusal.reason if result.refusal else "" for result in results])
    gone = "CANDIDACY_NOT_FOUND"
    assert codes == [["", "RULES_NOT_MET", gone, "VERSION_MOVED", gone]] * 2
    assert await campaign.core.database.fetchval("SELECT count(*) FROM appointment") == 1
    error = await refused(campaign.decisions.recommend_many(OFFICE, replace(many, wishes=[Wish(good, 3)] * 2)))
    assert (error.reason, error.rule) == ("ROW_TWICE", "CAND-18")


async def test_cand_22_foreign_candidacies_answer_like_absent_ones(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    order = await campaign.order(candidacy_id)
    strangers = (OTHER_OFFICE, FAR_PROVINCE, Caller(new_id(), "faculty"), Caller(new_id(), "teaching_department", UNIT))
    for stranger in strangers:
        found = await refused(campaign.reading.detail(stranger, candidacy_id))
        absent = await refused(campaign.reading.detail(stranger, new_id()))
        assert (found.kind, str(found), found.rule) == (absent.kind, str(absent), absent.rule)
        assert found.kind is Kind.NOT_FOUND
    for by in (OTHER_OFFICE, Caller(new_id(), "teaching_department", UNIT)):
        assert (await refused(campaign.decisions.open(by, order))).kind is Kind.NOT_FOUND
    assert (await refused(campaign.owner.recall(Caller(new_id(), "faculty"), order))).kind is Kind.NOT_FOUND
    assert (await campaign.reading.detail(PROVINCE_STAFF, candidacy_id)).dossier["contact"] == {}


async def test_cand_24_the_internal_note_is_for_the_office_and_never_for_whom_it_is_about(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    await campaign.refuse(candidacy_id)
    themselves = Caller(who.person_id, "teaching_department", QILU)
    notes = {}
    for name, reader in (("office", OFFICE), ("owner", who), ("province", PROVINCE_STAFF), ("self", themselves)):
        [decided] = (await campaign.reading.detail(reader, candidacy_id)).decisions
        notes[name] = decided.note
    assert notes == {"office": "内部记录", "owner": "", "province": "", "self": ""}
    dump = await campaign.core.database.fetchval("SELECT string_agg(t::text, '') FROM candidacy_decision t")
    audit = await campaign.core.database.fetchval("SELECT string_agg(t::text, '') FROM audit t")
    assert "内部记录" not in dump + audit


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (366, True), (367, False)])
async def test_cand_29_an_appointment_begins_today_or_within_a_year(
    campaign: Campaign, days: int, allowed: bool
) -> None:
    candidacy_id = await campaign.submitted(await campaign.teacher(), await campaign.batch())
    first = NOON.date() + days * DAY
    if allowed:
        await campaign.recommend(candidacy_id, from_day=first)
        assert await campaign.core.database.fetchval("SELECT from_day FROM appointment") == first
    else:
        error = await refused(campaign.recommend(candidacy_id, from_day=first))
        assert (error.reason, error.rule, error.field) == ("FROM_DAY", "CAND-29", "from_day")


async def test_cand_28_who_is_erased_is_forgotten_and_holds_up_nobody(campaign: Campaign) -> None:
    batch_id, who = await campaign.batch(), await campaign.teacher("欧阳")
    refused_one = await campaign.submitted(who, await campaign.batch())
    await campaign.refuse(refused_one)
    await campaign.owner.appeal(who, await campaign.order(refused_one), "请复核")
    open_one = await campaign.submitted(who, batch_id)
    async with campaign.core.database.unit_of_work() as uow:
        await candidacies.forget(uow.session, who.person_id)
    rows = [await campaign.row(each) for each in (refused_one, open_one)]
    assert [(row.state, row.name, row.snapshot, row.appeal) for row in rows] == [
        ("not_recommended", "", None, ""),
        ("discarded", "", None, ""),
    ]
    [decided] = (await campaign.reading.detail(OFFICE, refused_one)).decisions
    assert (decided.kind, decided.note, decided.reason) == ("not_recommended", "", "")


async def test_cand_28_what_is_sealed_is_sealed_anew(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    await campaign.refuse(candidacy_id)
    await campaign.owner.appeal(who, await campaign.order(candidacy_id), "请复核")
    anew = Sealing(NEXT)
    counts, done = [], []
    for _ in range(3):
        async with campaign.core.database.unit_of_work() as uow:
            counts.append(await candidacies.count_old(uow.session, anew))
            done.append(await candidacies.rewrap(uow.session, anew, 1))
    assert (counts, done) == ([2, 1, 0], [1, 1, 0])
    row = await campaign.row(candidacy_id)
    assert NEXT.open_text(row.appeal, f"{candidacy_id}/appeal") == "请复核"
