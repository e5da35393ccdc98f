"""CAND-25: twelve filters over frozen values, pages behind a key, and the plan with which they are read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

from services.faculty.domain.candidacy import State
from services.faculty.store.candidacy_list import Filters, statement
from services.kit.ids import new_id
from tests.support.faculty import CARDIO, FAR_PROVINCE, NEURO, NOON, OFFICE, OTHER, OTHER_OFFICE, PROVINCE_STAFF, QILU
from tests.support.faculty_candidacies import Campaign

PEOPLE: dict[str, dict[str, Any]] = {
    "王一": {"title": "attending", "title_months": 35, "department_code": NEURO},
    "王二": {"title": "attending", "title_months": 36, "teaching_months": 24, "training_state": "trained"},
    "李三": {"title": "chief", "title_months": 120, "hospital_months": 240, "training_level": "national"},
    "李%四": {"trainees_3y": 6, "own_trainees_3y": 2, "extra_departments": [CARDIO]},
    "赵五": {"trainees_3y": 5, "own_trainees_3y": 5, "state": "recommended", "department_code": CARDIO},
    "钱六": {"state": "draft", "submitted_at": None},
    "孙七": {"base_code": OTHER, "hospital_code": OTHER},
}
SEEN = ["王一", "王二", "李三", "李%四", "赵五"]


async def fill(campaign: Campaign) -> dict[str, str]:
    """One candidacy each, submitted one minute after the other; ids of batches by name."""
    batches = {"first": await campaign.batch(), "second": await campaign.batch()}
    for n, (name, values) in enumerate(PEOPLE.items()):
        row = {
            "candidacy_id": new_id(),
            "batch_id": batches["second" if name == "李三" else "first"],
            "person_id": new_id(),
            "name": name,
            "hospital_code": QILU,
            "base_code": QILU,
            "department_code": NEURO,
            "state": "submitted",
            "created_at": NOON,
            "submitted_at": NOON + timedelta(minutes=n),
        } | values
        slots = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        await campaign.core.database.execute(
            f"INSERT INTO candidacy ({', '.join(row)}) VALUES ({slots})", *row.values()
        )
    return batches


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, SEEN),
        ({"batch_id": "second"}, ["李三"]),
        ({"name": "王"}, ["王一", "王二"]),
        ({"name": "%"}, ["李%四"]),
        ({"department_code": CARDIO}, ["李%四", "赵五"]),
        ({"title": "attending"}, ["王一", "王二"]),
        ({"least_title_years": 3}, ["王二", "李三"]),
        ({"least_teaching_years": 2}, ["王二"]),
        ({"least_trainees_3y": 6}, ["李%四"]),
        ({"least_hospital_years": 20}, ["李三"]),
        ({"least_own_trainees_3y": 5}, ["赵五"]),
        ({"training_state": "trained"}, ["王二"]),
        ({"training_level": "national"}, ["李三"]),
        ({"state": State.RECOMMENDED}, ["赵五"]),
        ({"state": State.DRAFT}, []),
        ({"name": "王", "least_title_years": 3}, ["王二"]),
    ],
    ids=lambda asked: "+".join(asked) or "all" if isinstance(asked, dict) else "",
)
async def test_cand_25_each_filter_finds_what_it_says(
    campaign: Campaign, asked: dict[str, Any], found: list[str]
) -> None:
    batches = await fill(campaign)
    if "batch_id" in asked:
        asked = {"batch_id": batches[asked["batch_id"]]}
    page = await campaign.reading.listed(OFFICE, Filters(**asked), 0, None)
    assert ([view.row.name for view in page.views], page.total, page.following) == (found, len(found), None)


async def test_cand_25_pages_go_on_behind_the_last_one_whatever_comes_meanwhile(campaign: Campaign) -> None:
    await fill(campaign)
    found: list[str] = []
    after = None
    while True:
        page = await campaign.reading.listed(OFFICE, Filters(), 2, after)
        assert page.total == len(SEEN)
        found += [view.row.name for view in page.views]
        after = page.following
        if after is None:
            break
    assert found == SEEN


async def test_cand_22_the_list_holds_what_its_reader_reaches(campaign: Campaign) -> None:
    await fill(campaign)
    names = {}
    for who in (OFFICE, OTHER_OFFICE, PROVINCE_STAFF, FAR_PROVINCE):
        page = await campaign.reading.listed(who, Filters(), 0, None)
        names[who.organisation] = [view.row.name for view in page.views]
    assert names == {QILU: SEEN, OTHER: ["孙七"], "37": [*SEEN, "孙七"], "33": []}


@pytest.mark.parametrize(
    ("state", "index"),
    [(State.NONE, "ix_candidacy_queue"), (State.SUBMITTED, "ix_candidacy_base_code_state_submitted_at")],
)
async def test_cand_25_a_page_is_read_from_the_index_without_sorting(
    campaign: Campaign, state: State, index: str
) -> None:
    batches = await fill(campaign)
    await campaign.core.database.execute(
        "INSERT INTO candidacy (candidacy_id, batch_id, person_id, base_code, state, created_at, submitted_at)"
        " SELECT gen_random_uuid(), $1::uuid, gen_random_uuid(), 'SD-' || n % 4,"
        " CASE WHEN n % 3 = 0 THEN 'submitted' ELSE 'recommended' END, now(), $2::timestamptz + n * interval '1 second'"
        " FROM generate_series(1, 8000) n",
        *(batches["first"], NOON),
    )
    await campaign.core.database.execute("ANALYZE candidacy")
    reading = statement(["SD-1"], Filters(state=state), 51, (NOON + timedelta(hours=1), new_id()))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    sql = reading.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    [row] = await campaign.core.database.fetch(f"EXPLAIN (FORMAT JSON) {sql}")
    plan = json.dumps(json.loads(row[0]))
    assert index in plan
    assert '"Node Type": "Sort"' not in plan
