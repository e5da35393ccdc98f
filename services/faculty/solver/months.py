"""ASG-11: months in order, each solved exactly; what a month decides is continuity for the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import numpy as np

from services.faculty.domain.assignment import Demand, Key, Placed, Problem, components, matches
from services.faculty.domain.cells import after
from services.faculty.solver.network import Network

_BREAK = 64
"""One change of teacher weighs more than every month that somebody will foreseeably not be there."""


def solve(problem: Problem, progress: Callable[[int], None] = lambda done: None) -> list[Placed]:
    """A proposal for every demand, in order of month, department and trainee; the same for the same problem.

    Parts that share no teacher are solved each for itself: their answer does not hang on what is solved with them.
    `progress` is told after each month how many demands are done. Raises Unsolved.
    """
    found: list[Placed] = []
    for part in components(problem):
        for month in _Months(part).run():
            found += month
            progress(len(found))
    return sorted(found, key=lambda each: (each.key[2], each.key[1], each.key[0]))


class _Months:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._teachers = sorted(problem.teachers, key=lambda each: each.person_id)
        self._number = {each.person_id: n for n, each in enumerate(self._teachers)}
        self._demands = {each.key: each for each in problem.demands}
        self._led: dict[Key, str] = dict(problem.fixed)
        self._able: dict[Key, tuple[int, ...]] = {}
        self._year: dict[int, np.ndarray] = {}
        for (person, month), own in problem.held.items():
            if person in self._number:
                self._years(month.year)[self._number[person]] += len(own)

    def run(self) -> Iterator[list[Placed]]:
        """Month by month."""
        by_month: dict[date, list[Demand]] = {}
        for demand in sorted(self._problem.demands, key=lambda d: (d.month, d.department_code, d.trainee_id)):
            by_month.setdefault(demand.month, []).append(demand)
        for month, demands in by_month.items():
            yield self._month(month, demands)

    def _years(self, year: int) -> np.ndarray:
        return self._year.setdefault(year, np.zeros(len(self._teachers), dtype=np.int64))

    def _may(self, demand: Demand) -> tuple[int, ...]:
        """The teachers who can take a cell, by number."""
        known = self._able.get(demand.key)
        if known is None:
            own = self._problem.by_department.get(demand.department_code, ())
            known = tuple(self._number[t.person_id] for t in own if not self._problem.why_not(demand, t))
            self._able[demand.key] = known
        return known

    def _month(self, month: date, demands: list[Demand]) -> list[Placed]:
        able = [self._may(demand) for demand in demands]
        held = np.array(
            [len(self._problem.held.get((each.person_id, month), ())) for each in self._teachers], dtype=np.int64
        )
        room = np.maximum(self._problem.cap - held, 0)
        cell_of = np.repeat(np.arange(len(demands)), [len(each) for each in able])
        teacher_of = np.array([n for own in able for n in own], dtype=np.int64)
        chosen: Mapping[int, int] = {}
        if len(teacher_of):
            network = Network(len(demands), room, held, cell_of, teacher_of)
            edges = network.solve(self._preferences(network, demands, able, month, cell_of, teacher_of))
            chosen = {int(cell_of[edge]): int(teacher_of[edge]) for edge in edges}
        loads = held + np.bincount(np.array(list(chosen.values()), dtype=np.int64), minlength=len(held))
        found = [self._placed(n, demand, able[n], chosen, loads, month) for n, demand in enumerate(demands)]
        for n, teacher in chosen.items():
            self._led[demands[n].key] = self._teachers[teacher].person_id
            self._years(month.year)[teacher] += 1
        return found

    def _preferences(
        self,
        network: Network,
        demands: list[Demand],
        able: list[tuple[int, ...]],
        month: date,
        cell_of: np.ndarray,
        teacher_of: np.ndarray,
    ) -> list[np.ndarray]:
        keep, continuity, specialty = [], [], []
        lost, parted = [], []
        for demand, own in zip(demands, able, strict=True):
            present = self._number.get(demand.present, -1)
            kept = present in own
            neighbours = [self._number[each] for each in self._neighbours(demand) if each in self._number]
            lost.append(int(kept))
            parted.append(_BREAK * len(neighbours))
            for teacher in own:
                keep.append(int(kept and teacher != present))
                breaks = sum(teacher != each for each in neighbours)
                continuity.append(_BREAK * breaks + self._missing(demand, teacher))
                specialty.append(int(not matches(demand, self._teachers[teacher])))
        # A transversal matroid: however much more an orphaned cell weighs, as many cells as can be are filled.
        empty = np.array([2 if demand.orphaned else 1 for demand in demands])
        return [
            network.costs(unfilled=empty),
            network.costs(edges=np.array(keep), unfilled=np.array(lost)),
            network.costs(edges=np.array(continuity), unfilled=np.array(parted)),
            network.costs(edges=np.array(specialty)),
            network.costs(slots=network.slot_loads),
            network.costs(edges=self._years(month.year)[teacher_of]),
            network.costs(edges=cell_of * teacher_of),
        ]

    def _neighbours(self, demand: Demand) -> list[str]:
        """Who leads the same trainee in this department in the month before and, where that is known, after."""
        trainee, department, month = demand.key
        found = [self._led.get((trainee, department, after(month, -1)), "")]
        following = self._demands.get((trainee, department, after(month)))
        if following is None:
            found.append(self._led.get((trainee, department, after(month)), ""))
        elif following.present and self._number.get(following.present, -1) in self._may(following):
            found.append(following.present)
        return [each for each in found if each]

    def _missing(self, demand: Demand, teacher: int) -> int:
        """Months of the trainee's stay from the first on which this teacher cannot take."""
        missing, month = 0, after(demand.month)
        while (following := self._demands.get((demand.trainee_id, demand.department_code, month))) is not None:
            if missing or teacher not in self._may(following):
                missing += 1
            month = after(month)
        return min(missing, _BREAK - 1)

    def _placed(
        self, n: int, demand: Demand, own: tuple[int, ...], chosen: Mapping[int, int], loads: np.ndarray, month: date
    ) -> Placed:
        teacher = chosen.get(n)
        if teacher is None:
            return Placed(demand.key, "", self._problem.cause(demand))
        others = [each for each in own if each != teacher and loads[each] < self._problem.cap]
        return Placed(
            demand.key, self._teachers[teacher].person_id, self._reason(demand, teacher, others, loads, month)
        )

    def _reason(self, demand: Demand, teacher: int, others: list[int], loads: np.ndarray, month: date) -> str:
        """The first preference that tells the chosen from others who had room."""
        if self._teachers[teacher].person_id in self._neighbours(demand):
            return "continuity"
        good = matches(demand, self._teachers[teacher])
        if good and any(not matches(demand, self._teachers[each]) for each in others):
            return "specialty"
        if any(loads[each] > loads[teacher] - 1 for each in others):
            return "lowest_month"
        year = self._years(month.year)
        if any(year[each] > year[teacher] for each in others):
            return "lowest_year"
        return "stable"
