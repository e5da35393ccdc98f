"""What JetStream holds: messages not yet handled by a durable consumer, dead letters, and the facts of its streams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from services.kit import deadletters, stream_reading, streams
from services.kit.nats_login import NatsLogin
from services.verifier.digest import Digest

_SECONDS = 5.0

Result = TypeVar("Result")


class BrokerAway(Exception):
    """The broker cannot be asked; says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is held back at one moment; nothing of it is known when there is a `trouble`."""

    pending: Mapping[str, int] = field(default_factory=dict)
    """Durable consumer → facts that it has not handled and acknowledged."""
    given_up: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Durable consumer → facts that lie in the dead letters for it."""
    trouble: str = ""

    @property
    def told(self) -> list[str]:
        """A line for each consumer that has something to do, and for the dead letters that somebody must look at."""
        lines = [f"{name} has {count} facts still to handle" for name, count in self.pending.items() if count]
        letters = {name: len(each) for name, each in self.given_up.items() if each}
        return lines + [f"{count} dead letters of {name} wait to be redriven" for name, count in letters.items()]


@dataclass(frozen=True, slots=True)
class Stream:
    """The facts of one stream; `begun` is when the server made it (aware UTC)."""

    begun: datetime
    digest: Digest


class Broker:
    """Asks JetStream; changes nothing but for a consumer of its own that the server forgets by itself."""

    def __init__(self, login: NatsLogin) -> None:
        self._login = login

    async def account(self, but: Mapping[str, frozenset[str]] | None = None) -> Account:
        """What is held back now, without the dead letters `but`; never raises."""
        try:
            found = await self._ask(_account)
        except BrokerAway as away:
            return Account(trouble=str(away))
        known = but or {}
        given_up = {name: each - known.get(name, frozenset()) for name, each in found.given_up.items()}
        return Account(found.pending, given_up)

    async def stream(self, name: str) -> Stream:
        """All facts of a stream. Raises BrokerAway."""

        async def read(jetstream: JetStreamContext) -> Stream:
            info = await jetstream.stream_info(name)
            digest = Digest()
            async for found in stream_reading.facts_in(jetstream, name):
                digest.add(fact.event_id for _, fact in found)
            return Stream(_created(info), digest)

        return await self._ask(read)

    async def facts(self, name: str, parts: Sequence[int]) -> dict[str, tuple[int, int]]:
        """Of the facts in some parts of a stream how often each stands there, and its epoch. Raises BrokerAway."""
        wanted = frozenset(parts)

        async def read(jetstream: JetStreamContext) -> dict[str, tuple[int, int]]:
            seen: dict[str, tuple[int, int]] = {}
            async for found in stream_reading.facts_in(jetstream, name):
                for _, fact in found:
                    if Digest.part_of(fact.event_id) in wanted:
                        seen[fact.event_id] = seen.get(fact.event_id, (0, 0))[0] + 1, fact.epoch
            return seen

        return await self._ask(read)

    async def _ask(self, question: Callable[[JetStreamContext], Awaitable[Result]]) -> Result:
        try:
            connection = await self._login.call()
        except (NatsError, OSError, TimeoutError) as error:
            raise BrokerAway(f"the broker cannot be asked: {type(error).__name__}") from error
        try:
            return await question(connection.jetstream(timeout=_SECONDS))
        except NotFoundError as error:
            raise BrokerAway(f"the broker misses a stream or consumer: {error.description}") from error
        except (NatsError, OSError, TimeoutError) as error:
            raise BrokerAway(f"the broker cannot be asked: {type(error).__name__}") from error
        finally:
            await connection.close()


async def _account(jetstream: JetStreamContext) -> Account:
    pending = {}
    for stream, durable in streams.load(streams.streams_file()).consumers:
        info = await jetstream.consumer_info(stream, durable)
        pending[durable] = (info.num_pending or 0) + (info.num_ack_pending or 0)
    given_up: dict[str, set[str]] = {}
    async for letter in deadletters.list_letters(jetstream):
        given_up.setdefault(letter.durable, set()).add(letter.event_id)
    return Account(pending, {name: frozenset(each) for name, each in given_up.items()})


def _created(info: Any) -> datetime:
    created = info.created
    if isinstance(created, datetime):
        return created.astimezone(UTC)
    return datetime.fromisoformat(str(created)).astimezone(UTC)
