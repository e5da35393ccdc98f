"""What happened in a rehearsal, as one JSON object for programs and as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.rehearsal.ledger import Ledger, Outcome, percentile
from services.verifier.finding import Finding
from services.verifier.invariants import PUNCTUAL

FORMAT = 1
"""Of the JSON; grows when a key changes its meaning or goes. `report.schema.json` says what is in it."""
_SHOWN = 12

STATES = {
    "none": "未报名",
    "admitted": "录取",
    "closed_unplaced": "未录取",
    "withdrawn": "已撤回",
    "annulled": "已撤销",
    "provisional": "拟录取（未核实）",
}
"""Final states with their printed names, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report; every number is also in `as_json`."""

    cycle_id: str
    title: str
    seed: int
    applicants: int
    bases: int
    day_seconds: float
    seconds: float
    finals: Sequence[Mapping[str, Any]]
    lateness: Mapping[str, float]
    ledger: Ledger
    findings: Sequence[Finding]
    restarts: Mapping[str, int]
    rounds: Mapping[int, str]
    """Names of the review rounds, as the calendar prints them."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """What was recorded beside the ledger: `report_record` says what."""

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(finding.holds or finding.advisory for finding in self.findings)

    @property
    def punctual(self) -> bool:
        """Whether every phase was entered within 2.5 s of its boundary; a late one breaks no invariant."""
        return all(late <= PUNCTUAL.total_seconds() for late in self.lateness.values())

    def outcomes(self) -> dict[str, dict[str, int]]:
        """Final states by round of the place (or of the last submission): `{state: {round: people}}`."""
        counted: dict[str, Counter[str]] = {}
        for final in self.finals:
            state, number = (final["state"], final["round"]) if final else ("unread", 0)
            counted.setdefault(state, Counter())[str(number)] += 1
        return {state: dict(sorted(rounds.items())) for state, rounds in sorted(counted.items())}

    def as_json(self) -> dict[str, Any]:
        """One object with stable keys; times in seconds."""
        counts = Counter(act.outcome.value for act in self.ledger.acts)
        return {
            "format": FORMAT,
            "ok": self.ok,
            "punctual": self.punctual,
            "cycle_id": self.cycle_id,
            "title": self.title,
            "seed": self.seed,
            "applicants": self.applicants,
            "bases": self.bases,
            "day_seconds": self.day_seconds,
            "seconds": round(self.seconds, 1),
            "outcomes": self.outcomes(),
            "phases": {name: round(late, 3) for name, late in self.lateness.items()},
            "commands": {
                "accepted": counts[Outcome.ACCEPTED.value],
                "refused": counts[Outcome.REFUSED.value],
                "unknown": counts[Outcome.UNKNOWN.value],
                "repeated_on_purpose": self.ledger.repeats,
                "seconds": {
                    "p50": round(percentile(self.ledger.command_seconds(), 0.5), 4),
                    "p99": round(percentile(self.ledger.command_seconds(), 0.99), 4),
                },
                "waited_for_a_connection": {
                    "p50": round(percentile(self.ledger.waits or [0.0], 0.5), 4),
                    "p99": round(percentile(self.ledger.waits or [0.0], 0.99), 4),
                },
                "retried": dict(sorted(self.ledger.retried.items())),
                "server_errors": dict(sorted(self.ledger.server_errors.items())),
            },
            "refusals": {
                "expected": dict(sorted(self.ledger.refusals(expected=True).items())),
                "unexpected": dict(sorted(self.ledger.refusals(expected=False).items())),
            },
            "latencies": {
                name: {"count": count, "p50": round(median, 4), "p99": round(worst, 4)}
                for name, (count, median, worst) in self.ledger.latencies().items()
            },
            "restarts": dict(sorted(self.restarts.items())),
            "invariants": {
                finding.name: {
                    "title": finding.title,
                    "holds": finding.holds,
                    "advisory": finding.advisory,
                    "checked": finding.checked,
                    "broken": finding.broken,
                    "examples": list(finding.examples),
                    "counts": dict(sorted(finding.counts.items())),
                }
                for finding in self.findings
            },
            "rounds": {str(number): name for number, name in self.rounds.items()},
            **self.record,
        }

    def show(self, console: Console) -> None:
        """Print the tables."""
        console.print(
            f"\n[bold]{escape(self.title)}[/bold]  {self.applicants} applicants, {self.bases} bases, a day in"
            f" {self.day_seconds:g} s, seed {self.seed}; {self.seconds:.0f} s\n"
        )
        for table in (self._outcome_table(), self._phase_table(), self._latency_table(), self._refusal_table()):
            console.print(table)
        self._show_troubles(console)
        console.print(self._finding_table())
        verdict = "[green]every invariant holds[/green]" if self.ok else "[red]an invariant is broken[/red]"
        console.print(f"\n{verdict}")

    def _outcome_table(self) -> Table:
        table = Table("result", "—", *self.rounds.values(), "all", title="Results", title_justify="left")
        outcomes = self.outcomes()
        for state in sorted(outcomes, key=lambda name: (list(STATES).index(name) if name in STATES else 99, name)):
            rounds = outcomes[state]
            cells = [str(rounds.get(str(number), "")) for number in (0, *self.rounds)]
            table.add_row(f"{STATES.get(state, state)} {state}", *cells, str(sum(rounds.values())))
        return table

    def _phase_table(self) -> Table:
        table = Table("phase", "entered after its boundary", title="Punctuality", title_justify="left")
        for name, late in self.lateness.items():
            mark = "" if late <= PUNCTUAL.total_seconds() else " [yellow]late[/yellow]"
            table.add_row(name, f"{late:.2f} s{mark}")
        return table

    def _latency_table(self) -> Table:
        table = Table("act", "times", "p50 ms", "p99 ms", title="Answers, retries included", title_justify="left")
        for name, (count, median, worst) in self.ledger.latencies().items():
            table.add_row(name, str(count), f"{median * 1000:.0f}", f"{worst * 1000:.0f}")
        return table

    def _refusal_table(self) -> Table:
        table = Table("refused", "times", "", title="Refusals", title_justify="left")
        for expected, note in ((False, "[red]unexpected[/red]"), (True, "as the rules say")):
            for what, count in self.ledger.refusals(expected=expected).most_common(None if not expected else _SHOWN):
                table.add_row(escape(what), str(count), note)
        return table

    def _show_troubles(self, console: Console) -> None:
        waits = self.ledger.waits or [0.0]
        console.print(
            f"waited for a free connection of the rehearsal's own: p50 {percentile(waits, 0.5) * 1000:.0f} ms,"
            f" p99 {percentile(waits, 0.99) * 1000:.0f} ms"
        )
        troubles = {
            "restarted while playing": self.restarts,
            "tried again after": self.ledger.retried,
            "answered 500": self.ledger.server_errors,
        }
        for label, counts in troubles.items():
            if counts:
                told = ", ".join(f"{name} × {count}" for name, count in sorted(counts.items()))
                console.print(f"{label}: {escape(told)}")

    def _finding_table(self) -> Table:
        table = Table("invariant", "", "checked", "", title="Invariants", title_justify="left")
        for finding in self.findings:
            colour, word = ("yellow", "missing") if finding.advisory else ("red", "broken")
            state = "[green]holds[/green]" if finding.holds else f"[{colour}]{word} × {finding.broken}[/{colour}]"
            table.add_row(finding.name, finding.title, str(finding.checked), state)
            for example in finding.examples:
                table.add_row("", escape(example), "", "")
            for what, count in sorted(finding.counts.items()):
                table.add_row("", escape(what), str(count), "")
        return table
