"""ID-16: how long a refusal takes does not tell whether the account exists, with the password hash of production."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import replace

import pytest

from services.identity.handlers.sign_in import SignInHandlers
from services.identity.opening import SessionOpener
from services.identity.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.identity.throttle import Throttle
from services.kit.domain import DomainError
from tests.handlers.identity.conftest import World

PAIRS = 100
TRIES_EACH = 10
"""As many as the throttle lets through; then the next account takes its turn."""
LOWEST, HIGHEST = 0.9, 1.1
OUT_OF_A_HUNDRED = (33, 68)
"""Between these places of a hundred sorted values lies their true median, wrong once in a thousand (binomial)."""


async def test_id_16_known_and_unknown_accounts_are_refused_in_like_time(world: World) -> None:
    """Two hundred tries in a hundred pairs, in changing order, so that a busy machine slows both of a pair alike.

    On a quiet machine the interval is a few percent wide; a busy one makes it wider, never the test fail.
    """
    memory_kib = IdentitySettings.model_fields["argon2_memory_kib"].default
    assert memory_kib >= 46 * 1024
    passwords = Passwords(memory_kib, 8, world.clock)
    core = replace(world.core, passwords=passwords)
    handlers = SignInHandlers(core, SessionOpener(core, world.issuer), world.factors, world.challenges, Throttle(core))
    people = [f"known{number}" for number in range(PAIRS // TRIES_EACH)]
    for login in people:
        person = await world.person(login=login)
        async with passwords.slot() as slot:
            password_hash = await slot.hash("Correct-horse7-battery")
        await world.database.execute(
            "UPDATE person SET password_hash = $1 WHERE person_id = $2", password_hash, person.person_id
        )

    async def seconds(login: str) -> float:
        began = time.perf_counter()
        with pytest.raises(DomainError, match="BAD_CREDENTIALS"):
            await handlers.sign_in(login, "wrong password")
        return time.perf_counter() - began

    for login in ("warm1", "warm2", "warm3"):
        await seconds(login)
    known: list[float] = []
    unknown: list[float] = []
    order = random.Random(16)
    for number in range(PAIRS):
        turns = [(known, people[number // TRIES_EACH]), (unknown, f"unknown{number // TRIES_EACH}")]
        order.shuffle(turns)
        for times, login in turns:
            times.append(await seconds(login))
    await passwords.stop()

    lowest, highest = interval(known, unknown)
    ratio = statistics.median(known) / statistics.median(unknown)
    print(
        f"known {statistics.median(known) * 1000:.1f} ms, ratio of medians {ratio:.3f} ({lowest:.3f} to {highest:.3f})"
    )
    assert tells_nothing(lowest, highest)


def test_id_16_the_judge_condemns_a_try_that_is_a_fifth_faster_and_one_that_skips_the_hash() -> None:
    draw = random.Random(16)

    def times(milliseconds: float) -> list[float]:
        return [draw.lognormvariate(0, 0.15) * milliseconds for _ in range(PAIRS)]

    assert tells_nothing(*interval(times(80), times(80)))
    assert not tells_nothing(*interval(times(80), times(64)))
    assert not tells_nothing(*interval(times(80), times(5)))


def interval(known: list[float], unknown: list[float]) -> tuple[float, float]:
    """Where the median of the pairs' ratios truly lies, with 99.9 % certainty, whatever the distribution."""
    ratios = sorted(first / second for first, second in zip(known, unknown, strict=True))
    low, high = OUT_OF_A_HUNDRED
    return ratios[low - 1], ratios[high - 1]


def tells_nothing(lowest: float, highest: float) -> bool:
    """Whether these tries give no ground to hold the true ratio to be outside of 0.9 to 1.1."""
    return lowest <= HIGHEST and highest >= LOWEST
