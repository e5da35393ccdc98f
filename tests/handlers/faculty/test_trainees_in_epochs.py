"""OPS-43: what enrollment tells after it was restored counts, whatever was heard of its lost future and when."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from services.faculty.domain.trainees import State
from services.faculty.store.trainees import trainee_of_person
from tests.support.deliveries import delivery_of
from tests.support.faculty_rotations import Application, Rotations, emptied
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    made = postgres.database("faculty")
    yield made
    postgres.drop(made)


@pytest.fixture
async def rotations(url: str) -> AsyncIterator[Rotations]:
    async with emptied(url) as made:
        yield made


@pytest.mark.parametrize("stays", [True, False])
async def test_ops_43_the_new_epoch_counts_in_every_order(rotations: Rotations, stays: bool) -> None:
    """Admitted at 5, and that is in the backup; lost, or admitted again, after it; the opposite in the new epoch."""
    for order in itertools.permutations(range(3)):
        application = Application()
        facts = [
            (application.admitted(5), 1),
            (application.lost(9) if stays else application.admitted(9), 1),
            (application.admitted(6) if stays else application.lost(6), 2),
        ]
        for number in [each for each in order for _ in range(2)]:
            fact, epoch = facts[number]
            async with rotations.core.database.unit_of_work() as uow:
                await rotations.trainees.hear(delivery_of(fact, epoch=epoch), uow)
        async with rotations.core.database.unit_of_work() as uow:
            one = await trainee_of_person(uow.session, application.person_id)
        assert (one is not None and one.state is State.IN_TRAINING) == stays, order
