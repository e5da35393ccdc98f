"""The plan of places a rehearsal plays with: deterministic by seed, scaled so that seats are contested."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.codes import unified_check
from services.rehearsal.province import BaseEntry, Province

PROVINCE_PLACES = 9_000
"""Places in the whole province when nothing smaller is asked for (the sample's own note)."""
CONTEST = 0.8
"""Places per applicant in a scaled rehearsal: fewer than applicants, so that seats are contested."""

# How much room the large specialties take beside the small ones; the catalogue itself is public, the weights invented.
_WEIGHTS = {"0100": 12, "0900": 9, "0700": 6, "0200": 5, "1600": 5, "1900": 4, "2200": 4, "1400": 3, "0300": 3}


@dataclass(frozen=True, slots=True)
class Seats:
    """Places one base plans in one specialty."""

    base_code: str
    specialty_code: str
    planned: int


def choose_bases(province: Province, count: int | None) -> tuple[BaseEntry, ...]:
    """The first `count` bases of the province in file order (all when None); at least one.

    Above those that the file names come invented ones, the same each time: their names say so, and their credit codes
    are right by their check character and of a division that is not assigned (379951).
    """
    if count is None:
        return province.bases
    invented = (synthetic_base(number) for number in range(1, count - len(province.bases) + 1))
    return (*province.bases[: max(1, count)], *invented)


def synthetic_base(number: int) -> BaseEntry:
    """The invented base of this number, from 1."""
    head = f"12379951{number:09d}"
    name = f"合成示例医院第{number}号（虚构）"
    return BaseEntry(f"SYN-{number:03d}", name, {}, credit_code=head + unified_check(head))


def make_plan(province: Province, seed: int, bases: Sequence[BaseEntry], applicants: int | None) -> tuple[Seats, ...]:
    """Places by base and specialty, the same for the same seed.

    With `applicants` None every base plans its real quota, or else 8 to 24 specialties, and the province about 9 000
    places in all. With a number, the total is about 0.8 of it, over fewer specialties a base where that is needed so
    that a place is rarely a lonely one.
    """
    share = len(bases) / len(province.bases)
    total = round(PROVINCE_PLACES * share) if applicants is None else max(len(bases) * 2, round(CONTEST * applicants))
    chance = random.Random(f"plan/{seed}")  # noqa: S311 - reproducible play, not a secret
    sizes = [chance.uniform(0.5, 1.5) for _ in bases]
    rows: list[Seats] = []
    for base, size in zip(bases, sizes, strict=True):
        if base.plan and applicants is None:
            rows += [Seats(base.code, code, places) for code, places in sorted(base.plan.items())]
            continue
        room = max(2, round(total * size / sum(sizes)))
        rows += _base_plan(province, base, room, chance)
    return tuple(rows)


def _base_plan(province: Province, base: BaseEntry, room: int, chance: random.Random) -> list[Seats]:
    offered = sorted(base.plan) or [specialty.code for specialty in province.specialties]
    count = min(chance.randint(8, 24), len(offered), max(1, room // 2))
    large = [code for code in _WEIGHTS if code in offered][: max(1, count // 2)]
    others = [code for code in offered if code not in large]
    chosen = sorted(large + chance.sample(others, count - len(large)))
    weights = [_WEIGHTS.get(code, 1) + chance.random() for code in chosen]
    return [
        Seats(base.code, code, max(1, round(room * weight / sum(weights))))
        for code, weight in zip(chosen, weights, strict=True)
    ]
