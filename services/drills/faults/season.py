"""Faults beside a season: a drill of one, or a whole plan of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from services.drills.faults import FAULTS, Fault, aftermath
from services.drills.faults.ground import Ground, Season
from services.drills.faults.plan import Outcome, Planned
from services.drills.ground import Options, Stack, running
from services.drills.play import judge, playing
from services.drills.report import Report
from services.stack.problems import StackFailure, StackProblem

AT = 0.1
"""Share of its season at which a drill of a single fault begins."""
FIRST, LAST = 0.02, 0.6
"""Between which shares of a season the faults begin that no plan puts anywhere."""
LINKED = ("--links",)
"""How a stack is started where a fault does not say: every call through a link that can be cut."""
AT_ONCE = 14
"""Most faults of one season where no plan says otherwise: later ones would find it over."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Faults that share a stack and a season, and how that stack has to be started."""

    plan: tuple[Planned, ...]
    arguments: tuple[str, ...] = LINKED
    """For `residency up`."""
    season: bool = True
    """Whether a season is played beside them."""


def _nothing(_outcome: Outcome) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Account:
    """What came of a run of faults."""

    report: Report
    planned: int
    """How many faults were to be done."""
    came_of: Callable[[Outcome], None] = _nothing
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every fault was survived, and every season with them."""
        survived = sum(outcome.survived for outcome in self.outcomes)
        return self.report.ok and survived == self.planned


def batch(plan: Sequence[Planned]) -> Batch:
    """A plan as it stands, on one stack. Raises StackProblem naming a fault that cannot share one with the others."""
    arguments: tuple[str, ...] = ()
    season = True
    for planned in plan:
        wants = _wants(planned.fault)
        if wants.alone and len(plan) > 1:
            raise StackProblem(
                f"fault {planned.fault.number} wants a stack of its own: `residency drill faults --only`"
            )
        arguments += tuple(each for each in wants.arguments if each not in arguments)
        season = season and wants.season
    return Batch(tuple(plan), arguments, season)


@dataclass(frozen=True, slots=True)
class _Wants:
    """What the module of a fault says of the stack under it."""

    alone: bool
    """`ALONE = True`: it spoils the stack for others."""
    season: bool
    """`SEASON = False`: no season can go on beside it."""
    arguments: tuple[str, ...]
    """`UP = (...)`: what `residency up` must be told, such as `--replicas 2`; `--links` unless it says otherwise."""


def _wants(fault: Fault) -> _Wants:
    module = import_module(fault.path)
    alone, season = getattr(module, "ALONE", False), getattr(module, "SEASON", True)
    return _Wants(alone, season, tuple(getattr(module, "UP", LINKED)))


def spread(numbers: Sequence[int]) -> list[Batch]:
    """These faults over as few stacks as they allow."""
    shared: dict[tuple[tuple[str, ...], bool], list[Fault]] = {}
    alone: list[Batch] = []
    for fault in (FAULTS[number] for number in numbers):
        wants = _wants(fault)
        if wants.alone:
            alone.append(Batch((Planned(fault, AT),), wants.arguments, wants.season))
        else:
            shared.setdefault((wants.arguments, wants.season), []).append(fault)
    batches = []
    for (arguments, season), faults in shared.items():
        for begin in range(0, len(faults), AT_ONCE):
            part = faults[begin : begin + AT_ONCE]
            step = (LAST - FIRST) / len(part)
            plan = tuple(Planned(fault, round(FIRST + step * place, 3)) for place, fault in enumerate(part))
            batches.append(Batch(plan, arguments, season))
    return [*batches, *alone]


async def run(options: Options, batches: Sequence[Batch], came_of: Callable[[Outcome], None] = _nothing) -> Account:
    """Play each batch on a stack of its own; one that gives way does not hide the others.

    `came_of` gets what became of each fault as soon as it is known.

    Raises StackProblem without the embedded servers.
    """
    account = Account(options.report("faults"), sum(len(batch.plan) for batch in batches), came_of)
    account.report.did(f"seed {options.seed}, {account.planned} faults on {len(batches)} stacks")
    for number, batch in enumerate(batches, 1):
        name = f"season {number}" if len(batches) > 1 else "season"
        keep = options.keep / str(number) if options.keep is not None and len(batches) > 1 else options.keep
        try:
            await _batch(replace(options, keep=keep), batch, name, account)
        except StackFailure as failure:
            account.report.found(f"{name}: the ground holds", failure, holds=False)
    return account


async def _batch(options: Options, batch: Batch, name: str, account: Account) -> None:
    report = account.report
    with running(*batch.arguments, keep=options.keep) as stack:
        report.did(f"started a stack: up {' '.join(batch.arguments)}")
        with playing(stack, options) if batch.season else nullcontext() as play:
            kept: dict[str, Any] = {}
            for planned in batch.plan:
                if play is not None:
                    await play.reached(planned.at)
                outcome = await injected(planned.fault, stack, options, report, play, kept)
                account.outcomes.append(outcome)
                account.came_of(outcome)
            told = await play.report() if play is not None else None
        if told is not None:
            # Whoever is killed on purpose has died: what counts is that nothing was lost and nobody was told nonsense.
            judge(report, name, told, deaths_expected=True)
        await aftermath.look(stack, report, name)


async def injected(
    fault: Fault, stack: Stack, options: Options, report: Report, play: Season | None, kept: dict[str, Any]
) -> Outcome:
    """`inject`, told to `report` as one finding."""
    report.did(f"fault {fault.number}: {fault.title}")
    outcome = await inject(fault, stack, options, play, kept)
    bad = [each for each in outcome.findings if not each["holds"]]
    seen = "; ".join(f"{each['title']}: {each['seen']}" for each in bad or outcome.findings)
    report.found(f"fault {outcome.number}, {outcome.title}", seen, holds=outcome.survived)
    return outcome


async def inject(
    fault: Fault, stack: Stack, options: Options, play: Season | None, kept: dict[str, Any] | None = None
) -> Outcome:
    """Let one fault happen, and look at what it did; a stack that does not heal, or a drill that breaks, is an outcome.

    `kept` is what the faults on one stack share.
    """
    account = Report(f"fault {fault.number}", options.hear)
    began, began_at = time.monotonic(), datetime.now(UTC)
    beside, scaled = play is not None and not play.over, ""
    try:
        module = import_module(fault.path)
        scaled = getattr(module, "SCALED", "")
        await module.run(Ground(stack, account, options, play if beside else None, kept if kept is not None else {}))
    except StackFailure as failure:
        account.found("the stack heals by itself", failure, holds=False)
    except Exception as error:  # noqa: BLE001  (one broken drill must not hide what becomes of the others)
        traceback.print_exc()
        account.found("the drill goes through", f"{type(error).__name__}: {error}", holds=False)
    figures = dict(account.figures)
    return Outcome(
        number=fault.number,
        title=fault.title,
        survived=account.ok,
        began_at=began_at.isoformat(timespec="milliseconds"),
        seconds=round(time.monotonic() - began, 2),
        recovered_seconds=figures.pop("recovered_seconds", None),
        findings=account.as_json()["findings"],
        figures=figures | {"beside_a_season": beside},
        scaled=scaled,
    )
