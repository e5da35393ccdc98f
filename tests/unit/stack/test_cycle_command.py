"""`residency cycle show|why|what-if|amend|hold|approve|refuse`: what is asked of enrollment, said, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from typer.testing import CliRunner, Result

from residency.enrollment.v1 import amendment_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as cycles
from services.cli import asking, output
from services.cli.main import build
from services.kit.domain import DomainError, Kind

CYCLE = "0199aaaa-0000-7000-8000-000000000001"
OTHER = "0199bbbb-0000-7000-8000-000000000002"
FIRST, SECOND = "0199cccc-0000-7000-8000-000000000001", "0199dddd-0000-7000-8000-000000000002"
DATES = {
    "registration": ("2023-07-01", "2023-07-10", 0),
    "first_choice": ("2023-07-11", "2023-07-31", 1),
    "second_choice": ("2023-08-01", "2023-08-10", 2),
}


def a_cycle(cycle_id: str = CYCLE, *, read_at: str = "2023-07-20T00:00:00Z", held: bool = False) -> cycle_pb2.Cycle:
    """The first two rounds of 2023; the gate stands in the first."""
    cycle = cycle_pb2.Cycle(cycle_id=cycle_id, title="2023年度", sequence=2, calendar_version=4, read_at=stamp(read_at))
    cycle.phases.add(phase="PHASE_PREPARATION", sequence=0, name="准备", key="preparation")
    for number, (key, (first, last, review)) in enumerate(DATES.items(), 1):
        phase = cycle.phases.add(phase=f"PHASE_{key.upper()}", sequence=number, name=key, key=key, round=review)
        phase.first_day, phase.last_day = first, last
        phase.opens_at.CopyFrom(stamp(f"{first}T00:00:00Z"))
        phase.closes_at.CopyFrom(stamp(f"{last}T16:00:00Z"))
    cycle.phases[2].gap_name = "公示"
    cycle.milestones.add(key="exam", phase_key="first_choice", name="全省统考", day="2023-07-22", exam=True)
    if held:
        cycle.held_since.CopyFrom(stamp(read_at))
    return cycle


def stamp(moment: str) -> Timestamp:
    found = Timestamp()
    found.FromJsonString(moment)
    return found


class Enrollment:
    """What enrollment answers; remembers what it was asked."""

    def __init__(self) -> None:
        self.cycles = [a_cycle()]
        self.asked: list[Any] = []
        self.state = pb.AMENDMENT_STATE_APPLIED
        self.refusal: DomainError | None = None

    async def ListCycles(self, _: cycles.ListCyclesRequest) -> cycles.ListCyclesResponse:
        return cycles.ListCyclesResponse(cycles=self.cycles)

    async def ListAmendments(self, _: pb.ListAmendmentsRequest) -> pb.ListAmendmentsResponse:
        former = pb.Amendment(amendment_id=SECOND, kind=pb.AMENDMENT_KIND_AMEND, state=self.state, reason="台风")
        former.proposed_at.CopyFrom(stamp("2023-07-12T01:00:00Z"))
        return pb.ListAmendmentsResponse(amendments=[pb.Amendment(amendment_id=FIRST), former])

    async def PreviewAmendment(self, request: pb.PreviewAmendmentRequest) -> pb.PreviewAmendmentResponse:
        self.asked.append(request)
        impact = pb.Impact(applicants=7, bases=2, matters=True, people=2, reasons=["AMD-03"], urgent=True)
        change = impact.phases.add(key="second_choice", name="二志愿", gain=5)
        change.before.CopyFrom(self.cycles[0].phases[3])
        change.after.CopyFrom(self.cycles[0].phases[3])
        impact.clashes.add(day="2023-08-12", key="second_choice", what="closes", known=True)
        impact.unfit.add(base_code="SD-QILU", base_name="齐鲁", round=2, milestone="interview")
        return pb.PreviewAmendmentResponse(impact=impact)

    async def ProposeAmendment(self, request: pb.ProposeAmendmentRequest) -> pb.ProposeAmendmentResponse:
        self.asked.append(request)
        if self.refusal is not None:
            raise self.refusal
        made = pb.Amendment(amendment_id=FIRST, kind=request.wish.kind, state=self.state, version=5)
        return pb.ProposeAmendmentResponse(amendment=made)

    async def DecideAmendment(self, request: pb.DecideAmendmentRequest) -> pb.DecideAmendmentResponse:
        self.asked.append(request)
        state = pb.AMENDMENT_STATE_APPLIED if request.agree else pb.AMENDMENT_STATE_REFUSED
        made = pb.Amendment(amendment_id=request.amendment_id, kind=pb.AMENDMENT_KIND_AMEND, state=state, version=5)
        return pb.DecideAmendmentResponse(amendment=made)


WAITS = [
    {
        "workflow_id": f"window/{CYCLE}/SD-QILU/1",
        "workflow": "BaseWindow",
        "base": "SD-QILU",
        "round": 1,
        "waits_for": "round_end",
        "since": "2023-07-11T00:00:00+00:00",
    }
]


@pytest.fixture
def enrollment(monkeypatch: pytest.MonkeyPatch) -> Enrollment:
    stand_in = Enrollment()

    def as_operator(data: Path, work: Callable[[Callable[[str], Any]], Any]) -> Any:
        return asyncio.run(work(lambda service: SimpleNamespace(stub=lambda stub_class: stand_in)))

    monkeypatch.setattr(asking, "as_operator", as_operator)
    monkeypatch.setattr(asking, "of_temporal", lambda data, work: WAITS)
    return stand_in


def residency(*arguments: str) -> Result:
    return CliRunner().invoke(build(["cycle"]), ["cycle", *arguments], env={"COLUMNS": "160"})


def told(*arguments: str) -> Any:
    result = residency(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def failing(*arguments: str) -> int:
    """Exit code of a command that cannot be done, as `residency` ends with it."""
    error = residency(*arguments).exception
    assert isinstance(error, DomainError)
    return output.EXIT_CODES[error.kind]


def test_show_tells_calendar_gate_and_waits(enrollment: Enrollment) -> None:
    shown = told("show")
    assert (shown["cycle_id"], shown["calendar_version"], shown["gate"]["phase"]) == (CYCLE, 4, "first_choice")
    assert shown["phases"][2]["gap_name"] == "公示"
    assert shown["milestones"] == [
        {"key": "exam", "phase_key": "first_choice", "name": "全省统考", "day": "2023-07-22", "exam": True}
    ]
    assert shown["waits"] == WAITS
    for_people = residency("show").output
    assert "▶" in for_people
    assert "round_end" in for_people
    assert "window/" in residency("show", "--all").output


def test_show_without_temporal_says_so_and_shows_the_rest(
    enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(data: Path, work: Any) -> Any:
        raise DomainError(Kind.UNAVAILABLE, "TEMPORAL_AWAY", "Temporal does not answer")

    monkeypatch.setattr(asking, "of_temporal", away)
    assert "does not answer" in told("show")["problem"]


def test_a_cycle_is_named_by_how_it_begins_and_left_out_when_one_is_open(enrollment: Enrollment) -> None:
    enrollment.cycles = [a_cycle(), a_cycle(OTHER)]
    assert told("show", "0199b")["cycle_id"] == OTHER
    assert failing("show") == output.CONFLICT
    assert failing("show", "0199") == output.CONFLICT
    assert failing("show", "7") == output.NOT_FOUND
    enrollment.cycles = []
    assert failing("show") == output.NOT_FOUND


def test_the_file_shown_amends_nothing_and_is_read_again(enrollment: Enrollment, tmp_path: Path) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text(residency("show", "--file").stdout)
    told("what-if", str(file))
    [request] = enrollment.asked
    assert [phase.key for phase in request.wish.phases] == list(DATES)
    assert [(phase.first_day, phase.last_day) for phase in request.wish.phases] == [row[:2] for row in DATES.values()]
    assert [phase.gap_name for phase in request.wish.phases] == ["", "公示", ""]
    assert request.wish.milestones[0].exam
    assert (request.wish.based_on, request.wish.kind) == (4, pb.AMENDMENT_KIND_AMEND)


def test_what_if_shows_what_a_move_does_and_asks_for_nothing(enrollment: Enrollment) -> None:
    shown = residency("what-if", "--move", "second_choice=..2023-08-12")
    assert shown.exit_code == 0, shown.output
    for word in ("second_choice", "SD-QILU", "2023-08-12", "AMD-03", "2 people", "urgent"):
        assert word in shown.output
    [request] = enrollment.asked
    moved = {phase.key: (phase.first_day, phase.last_day) for phase in request.wish.phases}
    assert moved["second_choice"] == ("2023-08-01", "2023-08-12")
    assert moved["first_choice"] == DATES["first_choice"][:2]
    assert told("what-if", "--kind", "hold")["applicants"] == 7


@pytest.mark.parametrize("kind", ["hold", "resume", "advance", "end"])
def test_the_other_kinds_carry_no_calendar(enrollment: Enrollment, kind: str) -> None:
    told(kind, "--reason", "系统故障", "--key", "the-same-key", "--based-on", "3")
    [request] = enrollment.asked
    assert pb.AmendmentKind.Name(request.wish.kind) == f"AMENDMENT_KIND_{kind.upper()}"
    assert not request.wish.phases
    assert (request.reason, request.idempotency_key, request.cycle_id) == ("系统故障", "the-same-key", CYCLE)
    assert request.wish.based_on == 3


def test_amend_says_whether_a_second_person_is_waited_for(enrollment: Enrollment) -> None:
    move = ("amend", "--move", "second_choice=2023-08-02..", "--reason", "台风")
    assert "version 5 of the calendar holds" in residency(*move).output
    enrollment.state = pb.AMENDMENT_STATE_OPEN
    assert f"residency cycle approve {FIRST}" in residency(*move).output


def test_approve_and_refuse_name_an_amendment_by_how_it_begins(enrollment: Enrollment) -> None:
    assert told("approve", "0199d")["state"] == "AMENDMENT_STATE_APPLIED"
    assert told("refuse", FIRST, "--answer", "不必")["state"] == "AMENDMENT_STATE_REFUSED"
    assert [(each.amendment_id, each.agree, each.answer) for each in enrollment.asked] == [
        (SECOND, True, ""),
        (FIRST, False, "不必"),
    ]
    assert failing("approve", "0199") == output.CONFLICT
    assert failing("approve", "f") == output.NOT_FOUND


def test_a_refusal_keeps_its_exit_code(enrollment: Enrollment) -> None:
    enrollment.refusal = DomainError(Kind.NOT_NOW, "CYCLE_NOT_HELD", "本年度并未暂停。")
    assert failing("resume", "--reason", "好了") == output.NOT_NOW


@pytest.mark.parametrize(
    "arguments",
    [
        ("amend", "--reason", "x"),
        ("amend", "--reason", "x", "--move", "second_choice"),
        ("amend", "--reason", "x", "--move", "second_choice=.."),
        ("amend", "--reason", "x", "--move", "third_choice=..2023-08-12"),
        ("what-if", "--kind", "stop"),
        ("what-if", "nowhere.yaml"),
        ("why", "no base"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(enrollment: Enrollment, arguments: tuple[str, ...]) -> None:
    assert residency(*arguments).exit_code == output.USAGE
    assert enrollment.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "days: 3",
        "phases: [{phase: lunch, name: x, first_day: 2023-07-01, last_day: 2023-07-02}]",
        "phases: [{phase: registration, colour: red}]",
        "phases: [",
    ],
)
def test_a_file_that_is_no_calendar_is_a_usage_error(enrollment: Enrollment, tmp_path: Path, text: str) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text(text)
    assert residency("what-if", str(file)).exit_code == output.USAGE


@pytest.mark.parametrize(
    ("cycle", "rule", "until"),
    [
        (a_cycle(), "", "2023-07-31T16:00:00+00:00"),
        (a_cycle(held=True), "CAL-HOLD", None),
        (a_cycle(read_at="2023-07-31T17:00:00Z"), "CAP-CLOSED", "2023-08-01T00:00:00+00:00"),
    ],
)
def test_why_tells_which_rule_refuses_now_and_until_when(
    enrollment: Enrollment, cycle: cycle_pb2.Cycle, rule: str, until: str | None
) -> None:
    enrollment.cycles = [cycle]
    found = told("why")
    assert (found["refuses"]["rule"], found["refuses"]["until"]) == (rule, until)
    assert found["cycle"]["calendar_version"] == 4
    assert found["amendments"][1]["reason"] == "台风"
    assert "version 4" in residency("why").output


def test_why_of_a_base_tells_what_its_window_waits_for(enrollment: Enrollment) -> None:
    assert told("why", "SD-QILU")["waits"] == WAITS
    assert "waits for round_end" in residency("why", "SD-QILU").output
