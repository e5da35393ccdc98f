"""CAND-01: the service does in every cell of C3 what the table says, on a real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from services.faculty.domain.candidacy_checks import Post
from services.faculty.handlers.candidacies import Order
from services.kit.domain import Caller, DomainError, Kind
from tests.support.faculty import CARDIO, NEURO, OFFICE, PROVINCE_STAFF, QILU
from tests.support.faculty_candidacies import ACTIONS, C3, DAY, PHASES, STATES, Campaign, key

Do = Callable[[Campaign, Caller, str], Awaitable[object]]


@pytest.fixture(scope="module")
def offsets() -> dict[str, timedelta]:
    """How long after the opening of the batch each phase is looked at."""
    return {"waiting": -DAY, "open": DAY, "reviewing": 12 * DAY, "closed": 21 * DAY}


def _on(how: Callable[[Campaign, Caller, Order], Awaitable[object]]) -> Do:
    async def do(campaign: Campaign, who: Caller, candidacy_id: str) -> object:
        return await how(campaign, who, await campaign.order(candidacy_id))

    return do


DEEDS: dict[str, Do] = {
    "edit": _on(lambda c, who, order: c.owner.edit(who, order, Post(QILU, CARDIO, (NEURO,)))),
    "submit": _on(lambda c, who, order: c.owner.submit(who, order)),
    "recall": _on(lambda c, who, order: c.owner.recall(who, order)),
    "discard": _on(lambda c, who, order: c.owner.discard(who, order)),
    "appeal": _on(lambda c, who, order: c.owner.appeal(who, order, "请复核")),
    "open": _on(lambda c, who, order: c.decisions.open(OFFICE, order)),
    "return": lambda c, who, each: c.hand_back(each),
    "recommend": lambda c, who, each: c.recommend(each),
    "refuse": lambda c, who, each: c.refuse(each),
    "revoke": _on(lambda c, who, order: c.decisions.revoke(OFFICE, order, "有误")),
    "reverse": _on(lambda c, who, order: c.decisions.reverse(OFFICE, order, "有误")),
    "uphold": _on(lambda c, who, order: c.decisions.resolve_appeal(OFFICE, order, "成立", uphold=True)),
    "dismiss": _on(lambda c, who, order: c.decisions.resolve_appeal(OFFICE, order, "不成立", uphold=False)),
    "acknowledge": _on(lambda c, who, order: c.decisions.acknowledge(PROVINCE_STAFF, order)),
}


async def _put(campaign: Campaign, candidacy_id: str, state: str, decided_at: datetime) -> None:
    """Into this state by hand: once submitted, unopened, decided a moment ago, and no appointment."""
    execute = campaign.core.database.execute
    for table in ("appointment_event", "appointment"):
        await execute(f"DELETE FROM {table}")
    await execute(
        "UPDATE candidacy SET state = $2, submitted_at = $3, decided_at = $3, opened_at = NULL, appeal_state = '',"
        " appeal = '', appointment_id = NULL, snapshot = '{}' WHERE candidacy_id = $1",
        *(candidacy_id, state, decided_at),
    )


@pytest.mark.parametrize("state", STATES[1:])
async def test_cand_01_the_service_agrees_with_the_table(
    state: str, campaign: Campaign, offsets: dict[str, timedelta]
) -> None:
    who = await campaign.teacher(title_since="2010-01-01")
    batch_id = await campaign.batch()
    candidacy_id = await campaign.submitted(who, batch_id)
    opens, found, expected = campaign.clock.now(), {}, {}
    for phase in PHASES:
        campaign.clock.instant = opens + offsets[phase]
        for actor in ("owner", "office", "province"):
            for action in ACTIONS[actor]:
                never = (state, actor, action, phase) not in C3 and phase in ("waiting", "reviewing")
                if action == "begin" or never:
                    continue
                await _put(campaign, candidacy_id, state, campaign.clock.now())
                found[phase, action] = await _outcome(campaign, who, action, candidacy_id)
                expected[phase, action] = _expected(state, actor, action, phase)
        await _put(campaign, candidacy_id, state, campaign.clock.now())
        found[phase, "begin"] = await _begun(campaign, who, batch_id, candidacy_id)
        expected[phase, "begin"] = _expected(state, "owner", "begin", phase)
        await _put(campaign, candidacy_id, state, campaign.clock.now())
        with suppress(DomainError):
            await campaign.ticks.expire(batch_id)
        found[phase, "expire"] = (await campaign.row(candidacy_id)).state
        ended = C3.get((state, "clock", "expire", phase), "") == "expired"
        expected[phase, "expire"] = "expired" if ended else state
    assert found == expected


async def test_cand_01_the_service_agrees_where_there_is_none(
    campaign: Campaign, offsets: dict[str, timedelta]
) -> None:
    who = await campaign.teacher()
    batch_id = await campaign.batch()
    opens, found = campaign.clock.now(), {}
    for phase in PHASES:
        campaign.clock.instant = opens + offsets[phase]
        try:
            begun = await campaign.begin(who, batch_id)
            found[phase] = (await campaign.row(begun)).state
            await campaign.core.database.execute("DELETE FROM candidacy")
        except DomainError as error:
            found[phase] = error.reason
    assert found == {phase: C3["none", "owner", "begin", phase] for phase in PHASES}


def _expected(state: str, actor: str, action: str, phase: str) -> str:
    if state == "draft" and actor in ("office", "province"):
        return "CANDIDACY_NOT_FOUND"
    return C3.get((state, actor, action, phase), "WRONG_STATE")


async def _outcome(campaign: Campaign, who: Caller, action: str, candidacy_id: str) -> str:
    before = await campaign.row(candidacy_id)
    try:
        await DEEDS[action](campaign, who, candidacy_id)
    except DomainError as error:
        unchanged = await campaign.row(candidacy_id) == before
        return error.reason if unchanged and error.kind in (Kind.NOT_NOW, Kind.NOT_FOUND) else f"{error} and a change"
    after = await campaign.row(candidacy_id)
    assert after.version == before.version + 1
    return after.state


async def _begun(campaign: Campaign, who: Caller, batch_id: str, candidacy_id: str) -> str:
    try:
        assert await campaign.owner.begin(who, batch_id, Post(QILU, NEURO), key(), b"") == candidacy_id
    except DomainError as error:
        return error.reason
    return (await campaign.row(candidacy_id)).state
