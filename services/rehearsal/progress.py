"""How far a rehearsal is: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_LINE_EVERY = 0.25


class Bar:
    """A progress bar per stage on a terminal; elsewhere a line at the begin of a stage and at each quarter."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._text = ""
        self._total = 1.0
        self._done = 0.0
        self._told = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description:18}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, text: str, total: float) -> None:
        """A new stage of `total` steps begins; the one before is done."""
        self._text, self._total, self._done, self._told = text, max(total, 1.0), 0.0, 0.0
        self._began = time.monotonic()
        if self._bar is None:
            self._console.print(f"{text} …")
            return
        for task in self._bar.tasks:
            self._bar.update(task.id, completed=task.total)
        self._task = self._bar.add_task(text, total=self._total)

    def note(self, text: str) -> None:
        """Something worth a line of its own has happened."""
        self._console.print(text)

    def step(self, steps: float = 1.0) -> None:
        """Some steps of the stage are done."""
        self._done = min(self._total, self._done + steps)
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done)
            return
        share = self._done / self._total
        if self._total > 1 and share - self._told >= _LINE_EVERY:
            self._told = share
            left = (time.monotonic() - self._began) * (1 - share) / share
            self._console.print(f"{self._text}: {share:.0%}" + (f", about {left:.0f} s left" if left >= 1 else ""))
