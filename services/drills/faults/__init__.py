"""The fault plan: forty ways in which a running season is broken, each with what must be seen afterwards (OPS-98).

A fault is a module named in `FAULTS` with `async def run(ground: Ground) -> None`, which breaks something, waits until
it is whole again, and writes into `ground.report` what it saw. What they stand on: `ground.py` (a stack with links, and
what may be done to it), `plan.py` (which faults when, and what became of each), `season.py` (faults beside a season),
`record.py` (docs/reliability.md).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the plan."""

    number: int
    title: str
    expected: str
    """What must be seen."""
    defends: tuple[str, ...]
    """Invariants."""
    module: str
    """Below `services.drills.faults`."""

    @property
    def path(self) -> str:
        """The module to import."""
        return f"services.drills.faults.{self.module}"


_ROWS = (
    (
        1,
        "enrollment is killed again and again",
        "nothing accepted is lost, one audit row a key, every doubt is resolved by a retry, ready within 5 s",
        "I1 I2 I4",
        "killed_service",
    ),
    (
        2,
        "PostgreSQL is killed again and again",
        "every acknowledged commit is there, services heal without a restart within 10 s of its return",
        "I1 I4 I5",
        "killed_database",
    ),
    (
        3,
        "a session that holds the gate stands still",
        "the phase moves within the transaction's time limit and a second, the thawed session writes nothing",
        "I3",
        "frozen_holder",
    ),
    (
        4,
        "the phase moves fifty times in full traffic",
        "waits stay short, no decision is committed under a phase that is over",
        "I3",
        "flips",
    ),
    (
        5,
        "the answer to COMMIT is lost",
        "the same key gets the same answer, the effect stands once",
        "I4",
        "lost_answers",
    ),
    (
        6,
        "callers are gone once they have sent",
        "the effect stands once, no transaction stays open",
        "I4",
        "gone_callers",
    ),
    (
        7,
        "thirty equal commands at once",
        "one effect and thirty equal answers; another body under the same key is refused",
        "I4",
        "equal_commands",
    ),
    (
        8,
        "two hundred decisions for five last seats",
        "exactly five, fifty times over",
        "I1",
        "last_seats",
    ),
    (
        9,
        "one person at two bases at once",
        "one live application, one admission, a stable reason for whoever loses",
        "I2",
        "two_bases",
    ),
    (
        10,
        "the relay dies between publish and mark",
        "a fact may be published twice, its effect stands once",
        "I5",
        "killed_relay",
    ),
    (
        11,
        "a fact is published again when the broker has forgotten it",
        "twice in the stream, once in effect",
        "I5",
        "forgotten_window",
    ),
    (
        12,
        "commits come late and out of order",
        "whatever was committed is relayed, each application's in order",
        "I5",
        "late_commits",
    ),
    (
        13,
        "facts arrive shuffled and doubled",
        "the end is that of the right order, what is stale is ignored",
        "I5",
        "shuffled_facts",
    ),
    (
        14,
        "NATS is away for longer than its client's patience",
        "decisions go on, everybody is back within 10 s, the backlog drains, nothing is lost",
        "I5 I8",
        "broker_away",
    ),
    (
        15,
        "NATS loses its store",
        "streams and consumers are back, nothing is lost, effects stand once",
        "I5 I8",
        "broker_wiped",
    ),
    (
        16,
        "NATS is restored from an older copy",
        "what comes again has no second effect",
        "I5",
        "broker_older",
    ),
    (
        17,
        "NATS stands still for a minute",
        "noticed within 25 s, a publish in doubt has one effect",
        "I5",
        "broker_frozen",
    ),
    (
        18,
        "the disk of NATS is full",
        "facts wait in the outbox, an alarm rings, everything drains once there is room",
        "I5",
        "broker_full",
    ),
    (
        19,
        "poison among the facts",
        "in the dead letters within five tries with its reason, others go on, redriven with one effect",
        "I8",
        "poison",
    ),
    (
        20,
        "nobody can write dead letters down",
        "whatever ran out of tries is found by comparing stream and inbox",
        "I5 I8",
        "letters_away",
    ),
    (
        21,
        "a consumer is slow",
        "no more than agreed is in hand, hardly anything is delivered again, memory stays flat",
        "I5",
        "slow_consumer",
    ),
    (
        22,
        "a consumer stands still past its time",
        "another handles it, the effect stands once",
        "I5",
        "frozen_consumer",
    ),
    (
        23,
        "Temporal is away over two boundaries",
        "reviews work, then the boundaries come in order, each once, nothing is decided outside its window",
        "I3 I7",
        "temporal_away",
    ),
    (
        24,
        "Temporal is killed in the closing minute",
        "timers fire late, and once",
        "I3 I7",
        "temporal_killed",
    ),
    (
        25,
        "Temporal loses its store",
        "one workflow for every live thing, nothing is told twice, missed deadlines are kept",
        "I7 I8",
        "temporal_wiped",
    ),
    (
        26,
        "Temporal is restored from an older copy",
        "the phase never goes back, reconcile mends",
        "I3",
        "temporal_older",
    ),
    (
        27,
        "enrollment's database is restored from a backup",
        "read-only at first, the loss is named fact by fact, no later fact is taken for old",
        "I2 I5 I11",
        "database_older",
    ),
    (
        28,
        "the worker dies in its activities",
        "every deed once",
        "I4 I5",
        "killed_worker",
    ),
    (
        29,
        "the worker runs changed code",
        "compatible code goes on, incompatible stays pinned, raising code is rolled back and all go on",
        "I7",
        "changed_code",
    ),
    (
        30,
        "a workflow that has ended hears a fact",
        "no second run that does anything",
        "I5 I7",
        "late_fact",
    ),
    (
        31,
        "two thousand reminders are due at once",
        "the phase moves in time regardless, reminders are spread",
        "I3 I8",
        "herd",
    ),
    (
        32,
        "every database connection is slow and taken",
        "refused within a second as unavailable, alive but not ready, heals within 5 s",
        "",
        "pool_dry",
    ),
    (
        33,
        "a thousand calls are cancelled",
        "no connection and no lock is left behind",
        "I1 I4",
        "cancelled_calls",
    ),
    (
        34,
        "one of two identity replicas hangs",
        "the portal answers within 2 s, hardly a call is made twice",
        "",
        "hanging_replica",
    ),
    (
        35,
        "identity is away",
        "no command passes, none is ever allowed by that; pages in view are read on",
        "I9",
        "identity_away",
    ),
    (
        36,
        "the signing key is rotated, an account is suspended",
        "nobody valid is refused, the suspended one is at the next command",
        "I9",
        "rotated_key",
    ),
    (
        37,
        "the disk of PostgreSQL is full",
        "refusals and no corruption; with room again everything goes on",
        "I4 I11",
        "database_full",
    ),
    (
        38,
        "the opening minute",
        "only success, 429 and 503; whoever was put off is in within a minute, no draft is lost",
        "",
        "opening_minute",
    ),
    (
        39,
        "somebody tampers with the audit",
        "every change, deletion, insertion, swap and cut is found and named",
        "I11",
        "tampered_audit",
    ),
    (
        40,
        "clocks are wrong",
        "nothing is allowed or refused by a process's clock",
        "I3",
        "wrong_clocks",
    ),
)

FAULTS = {
    number: Fault(number, title, expected, tuple(defends.split()), module)
    for number, title, expected, defends, module in _ROWS
}
"""Number → fault."""
