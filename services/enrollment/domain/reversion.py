"""Where unfilled places go: donors and receivers by declared rules, without circles (B7 22, PLAN-11 to PLAN-13).

A rule is `{"from": [base, specialty], "to": [base, specialty], "after_round": n, "keep": k, "at_most": m}`. `*` in
`from` stands for every base or specialty, in `to` for the same one as the donor's; `keep` places stay with the donor,
`at_most` bounds what goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.enrollment.domain.choice import Catalogue, Programme
from services.kit.domain import DomainError, Kind

ANY = "*"
_KNOWN = frozenset({"from", "to", "after_round", "keep", "at_most"})

Cell = tuple[str, str]
"""A base and a specialty, by their codes."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Places that go from one cell to another by row number `row` of the policy, from 1."""

    donor: Cell
    receiver: Cell
    seats: int
    row: int


def check_rows(rows: Sequence[Mapping[str, Any]], catalogue: Catalogue, rounds: Sequence[int]) -> None:
    """PLAN-11: each rule is well formed and names what the cycle has. Raises INVALID naming the row.

    `rounds` are the numbers of the cycle's review rounds.
    """
    for number, row in enumerate(rows, 1):
        _check_row(number, row, catalogue, rounds)
    _check_circles(rows, catalogue)


def revert(
    rows: Sequence[Mapping[str, Any]], catalogue: Catalogue, taken: Mapping[Cell, int], standing: int
) -> list[Moved]:
    """PLAN-13: what goes where by the rows whose round is over, in their order; the sum of all plans stays the same.

    `standing` is where the cycle stands among its rounds (CAL-14).
    No donor falls below what is taken, or below what it keeps. Receivers are cells with a plan whose programme is open.
    """
    plan = dict(catalogue.plan)
    moves: list[Moved] = []
    for number, row in enumerate(rows, 1):
        if standing <= row["after_round"]:
            continue
        for donor, receiver in _edges(row, catalogue):
            open_there = catalogue.programmes.get(receiver, Programme.OPEN) is Programme.OPEN
            free = plan[donor] - taken.get(donor, 0) - int(row.get("keep", 0))
            seats = min(free, int(row.get("at_most", free)))
            if open_there and seats > 0:
                plan[donor] -= seats
                plan[receiver] += seats
                moves.append(Moved(donor, receiver, seats, number))
    return moves


def _check_row(number: int, row: Mapping[str, Any], catalogue: Catalogue, rounds: Sequence[int]) -> None:
    unknown = sorted(set(row) - _KNOWN)
    if unknown:
        raise _refused(number, f"不认识 {unknown[0]}")
    for name in ("from", "to"):
        pair = row.get(name)
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(code, str) for code in pair):
            raise _refused(number, f"{name} 须为 [基地, 专业]")
        base, specialty = pair
        if base != ANY and base not in catalogue.bases:
            raise _refused(number, f"{name} 中没有基地 {base}")
        if specialty != ANY and specialty not in catalogue.specialties:
            raise _refused(number, f"{name} 中没有专业 {specialty}")
    if row.get("after_round") not in rounds:
        raise _refused(number, f"after_round 须为 {'、'.join(map(str, rounds))} 之一")
    for name in ("keep", "at_most"):
        amount = row.get(name, 0)
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0 or amount != int(amount):
            raise _refused(number, f"{name} 须为不小于 0 的整数")


def _check_circles(rows: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> None:
    """PLAN-12: nobody gives to whom they receive from, directly or through others. Raises INVALID naming the row."""
    gives: dict[Cell, dict[Cell, int]] = {}
    for number, row in enumerate(rows, 1):
        for donor, receiver in _edges(row, catalogue):
            gives.setdefault(donor, {}).setdefault(receiver, number)
    done: set[Cell] = set()
    for start, receivers in gives.items():
        path: list[tuple[Cell, Iterator[Cell]]] = [(start, iter(receivers))] if start not in done else []
        on_path = {start}
        while path:
            cell, ahead = path[-1]
            after = next(ahead, None)
            if after is None:
                path.pop()
                on_path.discard(cell)
                done.add(cell)
            elif after in on_path:
                number = gives[cell][after]
                message = f"计划回流第 {number} 条形成了循环:{after[0]} {after[1]} 的计划会回到自身。"
                raise DomainError(
                    Kind.INVALID, "REVERSION_CIRCLE", message, field=f"policy.reversion[{number - 1}]", rule="PLAN-12"
                )
            elif after not in done and after in gives:
                on_path.add(after)
                path.append((after, iter(gives[after])))


def _edges(row: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[Cell, Cell]]:
    """Donors and receivers of a rule, among the cells that have a plan row, in the order of their codes."""
    base, specialty = row["from"]
    for donor in sorted(catalogue.plan):
        if base not in (ANY, donor[0]) or specialty not in (ANY, donor[1]):
            continue
        to_base, to_specialty = row["to"]
        receiver = (donor[0] if to_base == ANY else to_base, donor[1] if to_specialty == ANY else to_specialty)
        if receiver in catalogue.plan and (receiver != donor or ANY not in (base, specialty)):
            yield donor, receiver


def _refused(number: int, what: str) -> DomainError:
    return DomainError(
        Kind.INVALID,
        "REVERSION_INVALID",
        f"计划回流第 {number} 条:{what}。",
        field=f"policy.reversion[{number - 1}]",
        rule="PLAN-11",
    )
