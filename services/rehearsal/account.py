"""What only a rehearsal can compare: what its people asked for and were answered, with what stands in the books.

The verifier knows the stores; the ledger knows who asked for what. Here the two accounts are held against each other,
as further findings or as more of the verifier's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from typing import Any

from services.rehearsal.ledger import Ledger
from services.verifier.finding import Finding
from services.verifier.invariants import Verifier

ENDED = frozenset({"none", "closed_unplaced", "admitted", "withdrawn", "annulled"})
"""States in which nobody waits any more."""
_COLUMNS = ("planned", "applied", "provisional", "admitted")

Row = Mapping[str, Any]


async def compare(
    verifier: Verifier,
    cycle_id: str,
    ledger: Ledger,
    finals: Sequence[Row],
    read_board: Callable[[], Awaitable[Sequence[Row]]],
) -> list[Finding]:
    """The verifier's findings on a cycle that has closed, and what the ledger adds to them.

    `finals` are the applications as their owners read them after the close, `read_board` reads the public board.
    """
    findings = {finding.name: finding for finding in await verifier.verify(cycle_id)}
    # The rehearsal knows every number it made up, and looks for those itself, everywhere.
    findings.pop("I10", None)
    findings["I4"] = await _keys(findings["I4"], verifier, cycle_id, ledger)
    seen = [final for final in finals if final]
    findings["I7"] = findings["I7"].and_also(
        len(finals),
        [f"{final['application_id']} reads {final['state']}" for final in seen if final["state"] not in ENDED],
    )
    stored = await verifier.board(cycle_id)
    findings["board"] = findings["board"].and_also(len(stored), _board(stored, await read_board()))
    return [*findings.values(), _trespasses(ledger), _answers(ledger)]


async def _keys(finding: Finding, verifier: Verifier, cycle_id: str, ledger: Ledger) -> Finding:
    """Every accepted command stands in the audit once, by its idempotency key, and no refused one does."""
    keys = await verifier.audit_keys(cycle_id)
    accepted = ledger.accepted_keys()
    lost = await _lost(verifier, ledger, accepted.keys() - keys.keys())
    broken = [
        f"{name} {key} stands {keys.get(key, 0)} times"
        for key, name in accepted.items()
        if keys.get(key, 0) != 1 and key not in lost
    ]
    broken += [f"refused {name} {key} is there" for key, name in ledger.refused_keys().items() if key in keys]
    broken += ledger.repeats_different
    counts = {"lost with a restore": len(lost)} if lost else {}
    return finding.and_also(len(accepted) + ledger.repeats, broken, counts)


async def _lost(verifier: Verifier, ledger: Ledger, missing: Set[str]) -> set[str]:
    """OPS-45: of the `missing` commands those that were lost with a database that was restored from a backup."""
    restored = await verifier.restored()
    return set(missing) & ledger.keys_between(*restored) if restored else set()


def _board(stored: Sequence[Row], shown: Sequence[Row]) -> list[str]:
    left = {(row["base_code"], row["specialty_code"]): row for row in shown}
    right = {(row["base_code"], row["specialty_code"]): row for row in stored}
    broken = [f"{'/'.join(place)} is on one side only" for place in left.keys() ^ right.keys()]
    for place in sorted(left.keys() & right.keys()):
        shows, has = ([int(row[name]) for name in _COLUMNS] for row in (left[place], right[place]))
        if shows != has:
            broken.append(f"{'/'.join(place)} shows {shows}, the database has {has}")
    return broken


def _trespasses(ledger: Ledger) -> Finding:
    tried = [act for act in ledger.acts if act.trespass]
    return Finding.of("refusals", "what is forbidden was refused", len(tried), ledger.trespasses_accepted)


def _answers(ledger: Ledger) -> Finding:
    """Every command was answered, no honest one was refused without a reason to expect it, no answer was a bug."""
    broken = [f"never answered: {act.name} {act.key}" for act in ledger.unknown()]
    broken += [f"{count} × {what}" for what, count in ledger.refusals(expected=False).items()]
    return Finding.of("answers", "every command was answered as the rules say", len(ledger.acts), broken)
