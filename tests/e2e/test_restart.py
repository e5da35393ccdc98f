"""Away over two phase boundaries and back: the cycle goes on, overdue phases are entered in order, once each.

First the whole stack is stopped, then Temporal alone is away while everything else goes on.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from services.cli import asking
from services.drills import ground
from services.drills.ground import Stack
from services.kit.ids import new_id
from services.rehearsal.cycle_order import cycle_request, known_places
from services.rehearsal.province import load_province
from services.stack import databases, demo, servers
from services.stack import up as stack_options
from tests.support.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PHASES = (
    ("registration", "2023-06-01", "2023-06-30"),
    ("first_choice", "2023-07-01", "2023-07-10"),
    ("second_choice", "2023-07-11", "2024-03-31"),
    ("confirmation", "2024-04-01", "2024-04-30"),
)
STALE = {"registration_closing", "milestone_reminder", "window_digest", "milestone_overdue", "review_digest"}
"""What would have been told in registration and in the first round."""


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    with ground.running("--season", "--day", "600ms", "--applicants", "6") as running:
        yield running


def test_the_cycle_goes_on_where_it_stood_and_overdue_phases_are_entered_in_order(own_stack: Stack) -> None:
    before = until(lambda: entered(own_stack, "registration"), "registration has begun", 120)
    overdue = [datetime.fromisoformat(phase["opens_at"]) for phase in before["phases"] if phase["round"] in (1, 2)]
    assert own_stack.stop() == []
    stopped_at = datetime.now(UTC)

    until(lambda: datetime.now(UTC) > max(overdue) + timedelta(seconds=1), "two boundaries have passed", 120)
    own_stack.start()
    after = until(lambda: entered(own_stack, "closed"), "the cycle closes by itself", 120)

    assert after["cycle_id"] == before["cycle_id"]
    moments = [datetime.fromisoformat(phase["entered_at"]) for phase in after["phases"] if phase.get("entered_at")]
    assert len(moments) == len(after["phases"]) - (0 if after["phases"][0].get("entered_at") else 1)
    assert moments == sorted(moments)
    late = {phase["phase"]: phase["entered_at"] for phase in after["phases"] if phase["round"] in (1, 2)}
    assert all(datetime.fromisoformat(moment) > stopped_at for moment in late.values())


def test_without_temporal_nothing_is_decided_late_and_all_is_caught_up_with(own_stack: Stack) -> None:
    """Must-show of the time: gate and database clock refuse meanwhile; back, phases in order and no stale reminder."""
    applicant, base = signed_in(own_stack, "applicant"), signed_in(own_stack, "qilu.admin")
    cycle_id = create_cycle(own_stack)
    opened = until(lambda: entered(own_stack, "registration", cycle_id), "registration has begun", 60)
    own = f"/cycles/{cycle_id}"
    dates = {"review_deadline": opening(opened, 1, days=2)}
    window = f"{own}/windows/SD-QILU/1/milestones"
    with own_stack.frozen("temporal"):
        status, started = asked(own_stack, "POST", f"{own}/application", applicant, {})
        assert status == 201
        assert asked(own_stack, "PUT", window, base, dates)[0] == 200
        passed = datetime.fromisoformat(opening(opened, 2)) + timedelta(seconds=0.3)
        until(lambda: datetime.now(UTC) > passed, "two boundaries and the base's milestone have passed", 60)
        assert entered(own_stack, "registration", cycle_id), "nobody moved the gate"
        for refused in (
            asked(own_stack, "PUT", window, base, dates),
            asked(own_stack, "PUT", f"{own}/application/choice", applicant, {"base_code": "SD-QILU"}),
        ):
            assert refused[1]["reason"] == "NOT_IN_PHASE", refused
        explained(own_stack, cycle_id, started["application"]["application_id"])
        back = datetime.now(UTC)
    after = until(lambda: entered(own_stack, "second_choice", cycle_id), "both phases are entered", 60)
    moments = [datetime.fromisoformat(phase["entered_at"]) for phase in after["phases"] if phase.get("entered_at")]
    late = [moment for moment in moments if moment > back]
    assert moments == sorted(moments)
    assert len(late) == 2
    assert max(late) - back < timedelta(seconds=60)
    until(lambda: waits(own_stack, cycle_id), "the second round is waited for", 60)
    assert templates(own_stack, cycle_id) == set(), "what registration and the first round should have told is too late"


def explained(stack: Stack, cycle_id: str, application_id: str) -> None:
    """What operators are told meanwhile: why nothing can be done, since the last deed, and what a hold would do."""
    asked_why = stack.residency("cycle", "why", application_id, "--json")
    asked_what = stack.residency("cycle", "what-if", "--kind", "hold", "--cycle", cycle_id, "--json")
    why, what_if = (json.loads(command.communicate(timeout=60)[0]) for command in (asked_why, asked_what))
    assert why["deeds"][0]["command"] == "start_application"
    assert (why["refuses"]["rule"], why["cycle"]["gate"]["phase"]) == ("CAP-CLOSED", "registration")
    assert what_if["urgent"]


def create_cycle(stack: Stack) -> str:
    """A cycle of six bases beside the season: a day in 0.15 s, a month of registration, then two rounds."""
    province = load_province(stack_options.PROVINCE)
    bases = province.bases[:6]
    begin = datetime.now(UTC) + timedelta(seconds=1)
    request = cycle_request(province, bases, known_places(province), new_id(), starts_at=begin, day_seconds=0.15)
    codes = {base.code for base in bases}
    places = [seats for seats in request.plan if seats.base_code in codes]
    del request.plan[:], request.phases[:]
    request.plan.extend(places)
    for phase, first, last in PHASES:
        request.phases.add(phase=f"PHASE_{phase.upper()}", name=phase, first_day=first, last_day=last)

    async def ask(to: Callable[[str], Any]) -> str:
        answer: Any = await to("enrollment").stub(CycleServiceStub).CreateCycle(request)
        return str(answer.cycle.cycle_id)

    return asking.as_operator(stack.data, ask)


def signed_in(stack: Stack, login: str) -> str:
    """A token of a demo log-in, with the second factor where there is one."""
    body = {"login": login, "password": demo.password(stack.state())}
    told = stack.post("/api/v1/sessions", body)["signed_in"]
    if told["challenge_id"]:
        command = stack.residency("code", login)
        totp = command.communicate(timeout=30)[0].strip()
        told = stack.post("/api/v1/sessions/second-factor", {"challenge_id": told["challenge_id"], "totp": totp})[
            "signed_in"
        ]
    return str(told["tokens"]["access"]["value"])


def asked(stack: Stack, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
    """Status and JSON of a command through the portal."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.port}/api/v1{path}",
        data=json.dumps(body).encode(),
        method=method,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": new_id(),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def opening(cycle: Any, number: int, *, days: int = 0) -> str:
    """When a round opens, so many calendar days later."""
    [opens] = [phase["opens_at"] for phase in cycle["phases"] if phase["round"] == number]
    return (datetime.fromisoformat(opens) + timedelta(seconds=days * cycle["day_seconds"])).isoformat()


def waits(stack: Stack, cycle_id: str) -> bool:
    """Whether Temporal shows what every window of the second round waits for since when."""
    told = stack.residency("cycle", "show", cycle_id, "--json")
    out, talk = told.communicate(timeout=30)
    assert told.returncode == 0, talk
    windows = [wait for wait in json.loads(out)["waits"] if wait["workflow"] == "BaseWindow"]
    return [wait["round"] for wait in windows if wait["waits_for"] and wait["since"]] == [2] * 6


def templates(stack: Stack, cycle_id: str) -> set[str]:
    """Templates of the reminders written for this cycle before its second round."""

    async def read() -> set[str]:
        url = databases.service_url(servers.reach("postgres", stack.data), stack.state(), "notify")
        connection = await asyncpg.connect(url)
        try:
            rows = await connection.fetch("SELECT template, key FROM message WHERE key LIKE '%' || $1 || '%'", cycle_id)
        finally:
            await connection.close()
        return {str(row["template"]) for row in rows if f"{cycle_id}/SD-QILU/2" not in row["key"]} & STALE

    return asyncio.run(read())


def entered(stack: Stack, phase: str, cycle_id: str = "") -> Any:
    """The season's cycle, or the one named, once its gate stands at `phase`, else None."""
    cycles = (stack.get("/api/v1/cycles") or {}).get("cycles", [])
    found = [cycle for cycle in cycles if cycle["phase"] == phase and cycle["cycle_id"].startswith(cycle_id)]
    return found[0] if found else None
