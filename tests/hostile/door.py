"""What a door is: targets × classes of input, and how one input is sent and judged."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.drills.ground import Stack
from services.stack.state import State
from tests.hostile.actors import Actors
from tests.hostile.book import Sent

if TYPE_CHECKING:
    from tests.authority.state import State as Tables

THROUGH, PARSER = "through the door", "at the parser"


@dataclass
class Ground:
    """The running stack, and who there is on it."""

    stack: Stack
    actors: Actors
    tables: Tables
    known: dict[str, list[str]]
    """Ids and codes by field name, as answers have named them."""
    seed: int = 1

    @property
    def data(self) -> Path:
        """The stack's folder."""
        return self.stack.data

    @property
    def state(self) -> State:
        """The stack as it is now."""
        return self.stack.state()


class Door(ABC):
    """One door. `number` says everything about an input: its target, its class and, with the seed, its chance."""

    name: str
    through: str = THROUGH
    kinds: Sequence[str]
    """Classes of input, in turn for each target."""
    harmless: frozenset[str] = frozenset()
    """Classes that are refused whatever stands in the database: after a batch of them no table may have changed."""
    targets: Sequence[Any] = (None,)
    rounds: int = 1
    """How often each target gets each class in a whole run."""
    at_once: int = 8

    async def open(self, ground: Ground) -> None:
        """Get ready; targets are known afterwards."""
        self.ground = ground

    async def close(self) -> None:  # noqa: B027  (some doors hold nothing)
        """Let go."""

    @abstractmethod
    async def send(self, target: Any, kind: str, chance: random.Random) -> Sent:
        """Send one input and judge what came of it."""

    async def afterwards(self) -> list[str]:
        """What is wrong once everything was sent."""
        return []

    def whole(self) -> int:
        """Inputs of a whole run."""
        return len(self.targets) * len(self.kinds) * self.rounds

    def plan(self, number: int) -> tuple[Any, str]:
        """Target and class of an input."""
        targets, kinds = len(self.targets), len(self.kinds)
        return self.targets[number % targets], self.kinds[number // targets % kinds]

    def chance(self, number: int) -> random.Random:
        """What decides everything else about an input."""
        return random.Random(f"{self.ground.seed}/{self.name}/{number}")
