"""REST again: what schemathesis makes of the OpenAPI document's schemas, and whether answers are as documented."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from tests.hostile.book import Book, Sent
from tests.hostile.door import Door, Ground
from tests.support.rest_fuzz import Found, Fuzz
from tests.support.rest_roles import ANONYMOUS, BAD

CASES = 630


class Documents(Door):
    """Cases come operation by operation from one generator: there is no single one to send again but by the seed."""

    name = "documents"
    kinds = ("as the document says", "against the document")
    targets = tuple(range(CASES))

    def whole(self) -> int:
        """Cases of a whole run."""
        return CASES

    async def open(self, ground: Ground) -> None:
        """Everybody with a token, programs and machines too."""
        await super().open(ground)
        tokens = {role: (ground.actors.token(role), "") for role in ground.actors.roles}
        tokens |= {ANONYMOUS: ("", ""), BAD: ("eyJhbGciOiJFZERTQSJ9.e30.bm9uZQ", "")}
        self._fuzz = Fuzz(f"http://127.0.0.1:{ground.stack.port}", tokens, ground.seed)

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """Not one by one."""
        raise NotImplementedError

    async def all(self, book: Book, cases: int, hear: Callable[[str], None]) -> None:
        """So many cases, in a thread of their own."""
        began = time.monotonic()
        found: Found = await asyncio.to_thread(self._fuzz.run, cases)
        for (kind, status), count in found.by_kind.items():
            book.doors[self.name].counts[kind][str(status)] += count
        for seconds, name in found.slowest:
            if seconds > book.doors[self.name].slowest:
                book.doors[self.name].slowest, book.doors[self.name].slowest_kind = seconds, name
        for name, fault in found.faults.items():
            book.note(self.name, "as the document says", 0, Sent("fault", f"{name}\n{fault}"), 0.0)
        hear(f"  {found.cases} cases, {len(found.reached)} operations succeeded, {time.monotonic() - began:.0f} s")


def door() -> Door:
    """The door."""
    return Documents()
