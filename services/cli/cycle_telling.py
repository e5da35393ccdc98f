"""What commands about a cycle say to people: a calendar, what is waited for, what a change does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.cli import output
from services.cli.cycle_reading import instant, present, refusal_now

if TYPE_CHECKING:
    from residency.enrollment.v1 import amendment_service_pb2 as amendments
    from residency.enrollment.v1 import cycle_pb2


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout; nothing when it has no rows."""
    if not rows:
        return
    from rich.console import Console  # noqa: PLC0415  (loaded when there is something to show)
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    made = Table(title=title, title_justify="left")
    for head in heads:
        # A key is copied into the next command: it stays in one piece.
        made.add_column(head, overflow="fold", no_wrap=head == "key")
    for row in rows:
        made.add_row(*map(escape, row))
    Console().print(made)


def show_cycle(cycle: cycle_pb2.Cycle) -> None:
    """Head and calendar of a cycle; the row of the gate is marked."""
    draft = ", a draft" if cycle.draft else ""
    output.say(f"{cycle.title} ({cycle.cycle_id}{draft}), version {cycle.calendar_version} of its calendar")
    refusal = refusal_now(cycle)
    rule, until = (f" [{refusal['rule']}]" if refusal["rule"] else ""), refusal["until"]
    output.say(f"{refusal['why']}{rule}{f', until {until}' if until else ''}")
    rows = []
    for phase in cycle.phases:
        mark = "▶" if phase.sequence == cycle.sequence else ""
        days = f"{phase.first_day} – {phase.last_day}" if phase.first_day else "–"
        number = str(phase.round) if phase.round else "–"
        rows.append(
            [mark, phase.key, phase.name, number, days, _moment(phase, "opens_at"), _moment(phase, "entered_at")]
        )
        if phase.gap_name:
            rows.append(["", "", f"({phase.gap_name})", "", "", "", ""])
    table("", ["", "key", "phase", "round", "days", "opens", "entered"], rows)
    milestones = [[each.key, each.name, each.day, "exam" if each.exam else ""] for each in cycle.milestones]
    table("Milestones", ["key", "milestone", "day", ""], milestones)


def show_waits(waits: Sequence[dict[str, Any]], *, every: bool) -> None:
    """What is waited for: one line for runs that wait for the same, or one each."""
    if every:
        rows = [[w["workflow_id"], w["waits_for"] or "–", w["since"] or "–"] for w in waits]
        table("Waits", ["run", "waits for", "since"], rows)
        return
    groups: dict[tuple[str, int, str], list[dict[str, Any]]] = {}
    for wait in waits:
        groups.setdefault((wait["workflow"], wait["round"], wait["waits_for"]), []).append(wait)
    rows = []
    for (name, number, what), alike in sorted(groups.items()):
        since = min((wait["since"] for wait in alike if wait["since"]), default="–")
        bases = sorted({wait["base"] for wait in alike if wait["base"]})
        some = ", ".join(bases[:3]) + (" …" if len(bases) > 3 else "")
        rows.append([name, str(number) if number else "–", what or "–", str(len(alike)), since, some])
    table("Waits (--all names each)", ["workflow", "round", "waits for", "runs", "since", "bases"], rows)


def show_impact(impact: amendments.Impact) -> None:
    """What a change does."""
    rows = []
    for change in impact.phases:
        before = _days(change.before) if change.HasField("before") else "new"
        after = _days(change.after) if change.HasField("after") else "gone"
        rows.append([change.key, change.name, before, after, str(change.gain), str(change.lose)])
    table("What changes", ["key", "phase", "from", "to", "people gain", "people lose"], rows)
    unfit = [[u.base_code, u.base_name, str(u.round), u.milestone, _moment(u, "at")] for u in impact.unfit]
    table("Dates of bases that do not fit any more", ["base", "name", "round", "date", "at"], unfit)
    clashes = [[c.day, c.key, c.what, "day off" if c.known else "nobody knows yet"] for c in impact.clashes]
    table("Clashes with days off", ["day", "phase or milestone", "what", ""], clashes)
    output.say(f"to be told: {impact.applicants} people with an application, {impact.bases} bases")
    reasons = f" ({', '.join(impact.reasons)})" if impact.reasons else ""
    need = f"it matters{reasons}" if impact.matters else "it matters to nobody"
    output.say(f"{need}; it takes {impact.people or 1} {'people' if impact.people > 1 else 'person'}")
    if impact.urgent:
        output.say("urgent: some wait ends sooner, or everything stops or goes on")


def show_amendments(found: Sequence[amendments.Amendment]) -> None:
    """Changes that were asked for."""
    rows = [
        [
            *(each.amendment_id, kind_of(each), state_of(each), str(each.version or "–")),
            *(_moment(each, "proposed_at"), each.reason, each.answer),
        ]
        for each in found
    ]
    table("Amendments", ["amendment", "kind", "state", "version", "asked for", "reason", "answer"], rows)


def kind_of(amendment: amendments.Amendment) -> str:
    """`amend`, `hold`, `resume`, `advance` or `end`."""
    from residency.enrollment.v1 import amendment_service_pb2 as pb  # noqa: PLC0415

    return pb.AmendmentKind.Name(amendment.kind).removeprefix("AMENDMENT_KIND_").lower()


def state_of(amendment: amendments.Amendment) -> str:
    """`open`, `applied`, `refused` or `withdrawn`."""
    from residency.enrollment.v1 import amendment_service_pb2 as pb  # noqa: PLC0415

    return pb.AmendmentState.Name(amendment.state).removeprefix("AMENDMENT_STATE_").lower()


def where(cycle: cycle_pb2.Cycle) -> str:
    """Where the gate stands, in one line."""
    gate = present(cycle)
    number = f", round {gate.round}" if gate.round else ""
    return f"{cycle.title}: the gate stands at {gate.name} ({gate.key}{number}) since {_moment(gate, 'entered_at')}"


def _days(phase: cycle_pb2.CyclePhase) -> str:
    return f"{phase.first_day} – {phase.last_day}"


def _moment(message: Any, field: str) -> str:
    moment: datetime | None = instant(message, field)
    return moment.strftime("%Y-%m-%d %H:%M:%SZ") if moment is not None else "–"
