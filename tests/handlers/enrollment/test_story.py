"""The audit story: every deed about an application, and how it stood at any moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P3
from services.enrollment.handlers.story import StandingThen, StoryHandlers
from services.enrollment.store.story import StoryStore
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, REVIEWER, SECOND, Stage, applicant

PROVINCE = Caller("officer", "province_administrator", "37")
AUDITOR = Caller("auditor", "auditor", "37")


@pytest.fixture
async def stories(stage: Stage) -> StoryHandlers:
    await stage.stand(P1)
    return StoryHandlers(stage.cycle_store, stage.application_store, stage.queries, StoryStore(stage.database))


async def _now(stage: Stage) -> datetime:
    _, now = await stage.queries.board(stage.cycle_id)
    assert now is not None
    return now


def _said(standing: StandingThen) -> tuple[str, int, str, str, bool]:
    submission = standing.submission
    base = submission.choice.base_code if submission is not None else ""
    number = submission.number if submission is not None else 0
    return standing.state.value, number, base, standing.in_hand_of, standing.holds_place


async def test_exp_09_a_story_tells_every_deed_and_each_moment(stage: Stage, stories: StoryHandlers) -> None:
    """EXP-09."""
    before = await _now(stage)
    person = applicant()
    moments = []
    await stage.start(person)
    moments.append((await _now(stage), ("draft", 0, "", "applicant", False)))
    await stage.fill(person, Choice(SECOND, MEDICINE, True))
    await stage.submit(person)
    moments.append((await _now(stage), ("pending", 1, SECOND, SECOND, False)))
    await stage.choose(person, Choice(QILU, MEDICINE, True))
    view = await stage.submit(person)
    moments.append((await _now(stage), ("pending", 2, QILU, QILU, False)))
    await stage.stand(P2)
    await stage.review(view, approve=False)
    moments.append((await _now(stage), ("rejected", 2, QILU, "applicant", False)))
    view = await stage.submit(person)
    await stage.review(view, approve=True)
    await stage.grant(view)
    moments.append((await _now(stage), ("provisional", 3, QILU, QILU, True)))
    id_ = view.application_id
    for moment, expected in moments:
        assert _said((await stories.get_story(PROVINCE, id_, moment)).standing) == expected
    empty = await stories.get_story(PROVINCE, id_, before)
    assert (empty.rows, empty.standing.state) == ([], State.NONE)
    whole = await stories.get_story(PROVINCE, id_)
    assert [row.number for row in whole.rows] == list(range(1, len(whole.rows) + 1))
    assert (whole.rows[0].command, whole.rows[-1].command) == ("start_application", "grant_provisional")
    rejected = next(row for row in whole.rows if row.state_after is State.REJECTED)
    assert (rejected.reason_code.lower(), rejected.remark, rejected.role, rejected.organisation) == (
        *("other", "备注"),
        *("base_reviewer", QILU),
    )
    assert (rejected.person_id, rejected.phase, rejected.calendar_version, rejected.state_before) == (
        *("reviewer", P2),
        *(1, State.PENDING),
    )
    assert rejected.rule
    assert len(rejected.hash) == 12
    chain = await stage.queries.audit(id_)
    assert [row.hash for row in whole.rows] == [row.hash[:6].hex() for row in chain]
    assert _said(whole.standing) == ("provisional", 3, QILU, QILU, True)
    assert whole.standing.version == len(chain)


async def test_exp_09_a_later_round_reopens_in_the_story_too(stage: Stage, stories: StoryHandlers) -> None:
    person, view = await stage.registered()
    then = await _now(stage)
    await stage.stand(P3)
    story = await stories.get_story(person, view.application_id)
    assert _said(story.standing) == ("reopened", 1, QILU, "applicant", False)
    assert _said((await stories.get_story(person, view.application_id, then)).standing)[0] == "pending"
    later = await stories.get_story(person, view.application_id, then + timedelta(days=400))
    assert later.as_of < then + timedelta(days=1)


async def test_exp_09_who_sees_what_of_a_story(stage: Stage, stories: StoryHandlers) -> None:
    person = applicant()
    await stage.start(person)
    await stage.fill(person, Choice(SECOND, MEDICINE, True))
    await stage.submit(person)
    elsewhere = await _now(stage)
    await stage.choose(person, Choice(QILU, MEDICINE, True))
    view = await stage.submit(person)
    await stage.stand(P2)
    await stage.review(view, approve=True)
    for caller, named in (
        (person, False),
        (REVIEWER, False),
        (ADMINISTRATOR, False),
        (PROVINCE, True),
        (AUDITOR, True),
    ):
        story = await stories.get_story(caller, view.application_id)
        assert {row.person_id for row in story.rows} == ({person.person_id, "reviewer"} if named else {""})
    then = await stories.get_story(REVIEWER, view.application_id, elsewhere)
    assert then.standing.submission is None
    assert then.standing.in_hand_of == ""
    strangers = (
        *(applicant(), OTHERS, Caller("x", "province_administrator", "11"), Caller("x", "auditor", "11")),
        *(Caller("x", "support", "37"), Caller("x", "operator")),
    )
    for caller in strangers:
        with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
            await stories.get_story(caller, view.application_id)
    with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
        await stories.get_story(PROVINCE, str(uuid4()))
