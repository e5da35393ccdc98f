"""ASG-11: one month's assignment as a transport network, its preferences in strict order, exactly.

Every preference is a linear cost over the same network. Its matrix is totally unimodular, so each optimum found at a
vertex is whole, and with whole costs so are the duals. After a preference is optimised, every column with a reduced
cost is fixed where it stands: by complementary slackness what is left free is exactly the set of all its optima, and
the next preference chooses among them. No weights have to be large enough, and no tolerance small enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_LARGEST = 1_000_000
"""Preferences are put into one programme while their weights stay below this."""


class Unsolved(RuntimeError):
    """The solver gave up; never seen, and never taken for an answer."""


class Network:
    """A month's cells and teachers.

    Args:
        cells: How many cells.
        room: How many more each teacher may lead.
        loads: How many each leads already.
        cell_of: The cell of each edge, in order.
        teacher_of: The teacher of each edge.
    """

    def __init__(self, cells: int, room: Ints, loads: Ints, cell_of: Ints, teacher_of: Ints) -> None:
        self.cells, self.edges = cells, len(cell_of)
        teachers = len(room)
        slot_teacher = np.repeat(np.arange(teachers), room)
        # The k-th further trainee of a teacher costs the load it leads to: the least sum is the most even one.
        nth = np.arange(len(slot_teacher)) - np.repeat(np.cumsum(room) - room, room)
        self.slot_loads: Ints = np.asarray(loads[slot_teacher] + nth + 1, dtype=np.int64)
        self.columns = self.edges + cells + len(slot_teacher)
        rows = np.concatenate([cell_of, cells + teacher_of, np.arange(cells), cells + slot_teacher])
        edges = np.arange(self.edges)
        columns = np.concatenate([edges, edges, np.arange(self.edges, self.columns)])
        values = np.ones(len(rows))
        values[2 * self.edges + cells :] = -1.0
        order = np.lexsort((rows, columns))
        starts = np.zeros(self.columns + 1, dtype=np.int32)
        np.cumsum(np.bincount(columns, minlength=self.columns), out=starts[1:])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, cells + teachers
        lp.col_cost_ = np.zeros(self.columns)
        lp.col_lower_, lp.col_upper_ = np.zeros(self.columns), np.ones(self.columns)
        sides = np.concatenate([np.ones(cells), np.zeros(teachers)])
        lp.row_lower_, lp.row_upper_ = sides, sides
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = starts
        lp.a_matrix_.index_ = rows[order].astype(np.int32)
        lp.a_matrix_.value_ = values[order]
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("random_seed", 7)):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(lp)
        self._all = np.arange(self.columns, dtype=np.int32)
        self._lower, self._upper = np.zeros(self.columns), np.ones(self.columns)

    def costs(self, edges: Ints | None = None, unfilled: Ints | None = None, slots: Ints | None = None) -> Ints:
        """A preference: what each edge, each cell left empty and each further trainee costs."""
        found = np.zeros(self.columns, dtype=np.int64)
        if edges is not None:
            found[: self.edges] = edges
        if unfilled is not None:
            found[self.edges : self.edges + self.cells] = unfilled
        if slots is not None:
            found[self.edges + self.cells :] = slots
        return found

    def solve(self, preferences: Sequence[Ints]) -> Ints:
        """The edges chosen (their numbers) by these preferences in this order. Raises Unsolved."""
        found = np.zeros(self.columns)
        for cost in self._merged(preferences):
            found = self._minimise(cost)
        return np.flatnonzero(found[: self.edges] > 0.5)

    def _merged(self, preferences: Sequence[Ints]) -> list[Ints]:
        """Several preferences in one cost where weights stay small; those that tell nothing apart are left out."""
        merged: list[tuple[Ints, int]] = []
        for cost in preferences:
            reach = self._reach(cost)
            if reach == 0 and merged:
                continue
            if merged and (merged[-1][1] + 1) * (reach + 1) < _LARGEST:
                before, had = merged[-1]
                merged[-1] = (before * (reach + 1) + cost, (had + 1) * (reach + 1))
            else:
                merged.append((cost, reach))
        return [cost for cost, _ in merged]

    def _reach(self, cost: Ints) -> int:
        """No more than this can two answers differ in."""
        most = int(cost[: self.edges + self.cells].max(initial=0))
        further = int(cost[self.edges + self.cells :].max(initial=0))
        return (most + further) * max(1, self.cells)

    def _minimise(self, cost: Ints) -> Floats:
        highs = self._highs
        highs.changeColsCost(self.columns, self._all, cost.astype(np.float64))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Unsolved(str(highs.getModelStatus()))
        solution = highs.getSolution()
        values: Floats = np.round(np.asarray(solution.col_value))
        decided = np.abs(np.asarray(solution.col_dual)) > 0.5
        self._lower[decided] = values[decided]
        self._upper[decided] = values[decided]
        highs.changeColsBounds(self.columns, self._all, self._lower, self._upper)
        return values
